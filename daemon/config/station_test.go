package config

import (
	"net/netip"
	"testing"

	"github.com/aether-arm/aetherd/safety"
)

func TestRole(t *testing.T) {
	c := &Config{Stations: []Station{
		{Name: "pendant", Address: "10.0.0.7", Role: "supervisor"},
		{Address: "10.0.0.7", Role: "observer"},
		{Name: "wall", Role: "observer"},
		{Address: "192.168.0.0/16", Role: "observer"},
		{Name: "laptop", Address: "192.168.1.0/24", Role: "supervisor"},
		{Address: "fe80::/10", Role: "supervisor"},
		{Address: "2001:db8::1", Role: "observer"},
	}}
	tests := []struct {
		why  string
		addr string
		name string
		want safety.Role
	}{
		{"both keys fit", "10.0.0.7", "pendant", safety.Supervisor},
		{"a name from another address is not enough", "10.0.0.8", "pendant", safety.Operator},
		{"an address with another name falls to the next entry", "10.0.0.7", "script", safety.Observer},
		{"no name", "10.0.0.7", "", safety.Observer},
		{"a name alone", "10.9.9.9", "wall", safety.Observer},
		{"names are case-sensitive", "10.9.9.9", "Wall", safety.Operator},
		{"the first entry counts, not the most precise", "192.168.1.5", "laptop", safety.Observer},
		{"an IPv4 station on an IPv6 socket", "::ffff:10.0.0.7", "pendant", safety.Supervisor},
		{"the zone is no part of an address", "fe80::1%eth0", "", safety.Supervisor},
		{"one IPv6 address", "2001:db8::1", "", safety.Observer},
		{"its neighbour", "2001:db8::2", "", safety.Operator},
		{"nothing fits", "127.0.0.1", "", safety.Operator},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			if got := c.Role(netip.MustParseAddr(tt.addr), tt.name); got != tt.want {
				t.Errorf("%s calling itself %q: got %v, want %v", tt.addr, tt.name, got, tt.want)
			}
		})
	}
}

// An entry that Load would refuse gives nobody a role.
func TestRoleOfFaultyEntries(t *testing.T) {
	c := &Config{Stations: []Station{{Role: "supervisor"}, {Address: "pendant.local", Role: "supervisor"}}}
	if got := c.Role(netip.MustParseAddr("10.0.0.7"), "pendant"); got != safety.Operator {
		t.Errorf("got %v, want operator", got)
	}
}

// Where the address of a connection is unknown, no entry with an address may match.
func TestRoleOfUnknownAddress(t *testing.T) {
	c := &Config{Stations: []Station{{Address: "0.0.0.0/0", Role: "supervisor"}, {Address: "::/0", Role: "supervisor"}}}
	if got := c.Role(netip.Addr{}, "x"); got != safety.Operator {
		t.Errorf("got %v, want operator", got)
	}
}
