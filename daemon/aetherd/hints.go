package main

import (
	"fmt"
	"io"
	"net"

	"github.com/aether-arm/aetherd/daemon"
	"github.com/aether-arm/aetherd/daemon/config"
)

// printHints tells a person where the daemon listens and what to try next.
func printHints(w io.Writer, a daemon.Addresses, c *config.Config) {
	fmt.Fprintf(w, `aetherd drives %q (driver %s)
  commands  %s
  stops     %s   takes only stop, ping and state
  ops       http://%s/metrics /healthz /readyz

Try, in another terminal:
  echo '{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":"open"}' | nc -w 1 %s
  echo '{"type":"state"}' | nc -w 1 %s
  echo '{"type":"stop"}' | nc -w 1 %s
or, with a station at a terminal (docs/aetherctl.md):
  aetherctl --address %s --stop-address %s watch

`, c.Arm.Name, c.Arm.Driver, a.Command, a.Stop, a.Ops, hostPort(a.Command), hostPort(a.Command), hostPort(a.Stop), a.Command, a.Stop)
}

// hostPort returns an address in the two words that nc takes.
func hostPort(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host + " " + port
}
