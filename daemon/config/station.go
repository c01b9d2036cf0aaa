package config

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/aether-arm/aetherd/safety"
)

// Role returns the role of a station that connects from addr and calls itself name:
// that of the first entry that matches, or else operator. A name alone proves
// nothing, because every station chooses its own.
func (c *Config) Role(addr netip.Addr, name string) safety.Role {
	for _, s := range c.Stations {
		if s.matches(addr, name) {
			role, _ := safety.ParseRole(s.Role)
			return role
		}
	}
	return safety.Operator
}

// matches reports whether every key that s has fits. An address that cannot be read
// matches nobody.
func (s Station) matches(addr netip.Addr, name string) bool {
	if s.Name != "" && s.Name != name {
		return false
	}
	if s.Address == "" {
		return s.Name != ""
	}
	prefix, err := parseNetwork(s.Address)
	return err == nil && prefix.Contains(addr.Unmap().WithZone(""))
}

// parseNetwork reads an IP, which stands for itself alone, or a CIDR prefix. Neither
// may have a zone: it would be lost, and the entry match on every interface.
func parseNetwork(s string) (netip.Prefix, error) {
	if strings.Contains(s, "/") {
		return netip.ParsePrefix(s)
	}
	addr, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, err
	}
	if addr.Zone() != "" {
		return netip.Prefix{}, fmt.Errorf("%s has a zone", s)
	}
	return addr.Prefix(addr.BitLen())
}

func (c *checker) checkStations() {
	for i, s := range c.Stations {
		key := elementKey("station", i)
		if s.Name == "" && s.Address == "" {
			c.report.add(key, " matches every station; write a name, an address, or both")
		}
		if s.Name != "" {
			c.checkName(key+".name", s.Name)
		}
		if s.Address != "" {
			c.checkNetwork(key+".address", s.Address)
		}
		if _, ok := safety.ParseRole(s.Role); !ok && !c.report.faulty[key+".role"] {
			c.report.add(key+".role", " = %q: not a role; write %s", s.Role, oneOf([]string{"observer", "operator", "supervisor"}))
		}
	}
}

func (c *checker) checkNetwork(key, address string) {
	prefix, err := parseNetwork(address)
	switch {
	case err != nil:
		c.report.add(key, ` = %q: write an IP such as "192.168.1.20", or a prefix such as "192.168.1.0/24"`, address)
	case prefix.Addr().Is4In6():
		c.report.add(key, " = %q: an IPv4 station is known by its IPv4 address; write it as IPv4, such as %q", address, prefix.Addr().Unmap())
	case prefix != prefix.Masked():
		c.report.add(key, " = %q: the address has bits behind the prefix; write %q, or the IP alone", address, prefix.Masked())
	}
}
