//go:build !windows

package screen

import "golang.org/x/sys/unix"

// canSuspend tells whether somebody could continue this process. A process group that is the
// session's first has no shell above it: the kernel does not stop it, and nothing would wake
// a program that waits to be continued.
func canSuspend() bool {
	session, err := unix.Getsid(0)
	return err == nil && unix.Getpgrp() != session
}
