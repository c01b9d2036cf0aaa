package config

import (
	"net/netip"
	"strings"
)

// localhostAsIP replaces the one host name that is allowed, so that no resolver
// decides whether an address is loopback.
func localhostAsIP(listen string) string {
	if port, ok := strings.CutPrefix(listen, "localhost:"); ok {
		return "127.0.0.1:" + port
	}
	return listen
}

// Exposed reports whether stations on other machines can connect: a port that they connect to is
// not on loopback. A port of [ops] that is not tells the arm's doings, and moves nothing.
func (c *Config) Exposed() bool {
	for _, listen := range []string{c.Server.Listen, c.Server.StopListen} {
		if addr, err := netip.ParseAddrPort(listen); err == nil && !addr.Addr().IsLoopback() {
			return true
		}
	}
	return false
}

func (c *checker) checkListen() {
	ports := map[uint16]string{}
	for _, a := range []struct{ key, listen, risk string }{
		{"server.listen", c.Server.Listen, "move the arm"},
		{"server.stop_listen", c.Server.StopListen, "stop the arm and see what it does"},
		{"ops.listen", c.Ops.Listen, "see what the arm does"},
	} {
		addr, err := netip.ParseAddrPort(a.listen)
		if err != nil {
			c.report.add(a.key, ` = %q: write an IP and a port, such as "127.0.0.1:5000"; a host name is not taken but for localhost`, a.listen)
			continue
		}
		if !c.Server.InsecureLAN && !addr.Addr().IsLoopback() {
			c.report.add(a.key, " = %q: not a loopback address, and there is no authentication yet: everybody on that network could %s; "+
				`write "127.0.0.1:%d", or insecure_lan = true in [server] if you trust that network`, a.listen, a.risk, addr.Port())
		}
		if other, taken := ports[addr.Port()]; taken {
			c.report.add(a.key, " = %q: %s has this port already; write another port", a.listen, other)
		}
		if addr.Port() != 0 { // a free one, which the system chooses
			ports[addr.Port()] = a.key
		}
	}
}
