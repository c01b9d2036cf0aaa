package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

var pingLine = []byte(`{"type":"ping"}` + "\n")

// patience is how long anything may take to happen.
const patience = 20 * time.Second

// wire is a TCP connection whose reads block the thread: what is timed on it does not wait for
// this program's own scheduler.
type wire int

func dialWire(address string) (wire, error) {
	at, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return 0, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	if err := connectWire(fd, at); err != nil {
		_ = unix.Close(fd)
		return 0, fmt.Errorf("connect to %s: %w", address, err)
	}
	return wire(fd), nil
}

func connectWire(fd int, at *net.TCPAddr) error {
	limit := unix.NsecToTimeval(int64(patience))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &limit); err != nil {
		return err
	}
	if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return err
	}
	return unix.Connect(fd, &unix.SockaddrInet4{Port: at.Port, Addr: [4]byte(at.IP.To4())})
}

func (w wire) Write(p []byte) (int, error) { return unix.Write(int(w), p) }

// Read fails after patience.
func (w wire) Read(p []byte) (int, error) {
	for {
		n, err := unix.Read(int(w), p)
		switch {
		case err == unix.EINTR:
			continue
		case n == 0 && err == nil:
			return 0, io.EOF
		}
		return n, err
	}
}

func (w wire) Close() error { return unix.Close(int(w)) }

// ask sends a line and returns the one that answers it.
func ask(conn io.ReadWriter, line []byte) (answer []byte, err error) {
	if _, err := conn.Write(line); err != nil {
		return nil, err
	}
	buf := make([]byte, 4096)
	for n := 0; ; {
		got, err := conn.Read(buf[n:])
		if err != nil {
			return nil, err
		}
		if n += got; buf[n-1] == '\n' {
			if bytes.Count(buf[:n], []byte{'\n'}) > 1 {
				return nil, fmt.Errorf("more than one answer to %q: %q", line, buf[:n])
			}
			return buf[:n-1], nil
		}
		if n == len(buf) {
			return nil, io.ErrShortBuffer
		}
	}
}
