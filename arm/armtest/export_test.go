package armtest

import "fmt"

// Pty is the device behind Path.
func (p *Process) Pty() string { return p.pty }

// Say passes a command on, and does not wait for what comes of it.
func (p *Process) Say(text string) { fmt.Fprintln(p.stdin, text) }
