package main

import (
	"strings"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
)

// cancel is Grbl's jog cancel, the byte of a stop; softReset is Grbl's reset.
const (
	cancel    = 0x85
	softReset = 0x18
)

func isByte(b int) func(armtest.Event) bool {
	return func(e armtest.Event) bool { return e.Ev == grblemu.EvRealtime && e.N == b }
}

func isJog(e armtest.Event) bool {
	return e.Ev == armtest.EvLine && strings.HasPrefix(e.Text, "$J=")
}
