package feetech

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/safety"
)

// An arm that stands begins to move whatever its first step asks of a joint: a hand that has to be
// levelled turns as fast as it may, and it is not known yet how fast that is.
func TestBeginsWithAHandThatIsNotLevel(t *testing.T) {
	for _, tick := range []time.Duration{10, 20, 50} {
		t.Run(fmt.Sprintf("%d ms", tick), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := testConfig()
				c.Tick = tick * time.Millisecond
				c.Horizon = max(c.needs(0), c.Horizon)
				w := newWriter(t, c, busConfig(c, testStart, func(b *feetechemu.Config) { b.Servos[3].Position -= 250 }))
				w.serve(500 * time.Millisecond)
				from := w.position
				step := safety.Point{X: 20}.Scale(c.Tick.Seconds())
				for end := w.now() + 5*time.Second; w.now() < end; w.serve(c.Tick) {
					sp := safety.Setpoint{From: w.position, Position: w.position.Add(step), Speed: 20}
					part := w.driver.Accepts(w.now(), sp)
					if part == 0 {
						continue
					}
					sp.Position = sp.From.Add(step.Scale(part))
					w.must(w.driver.Move(w.now(), sp))
					w.position, w.due = sp.Position, 0
				}
				if way := w.position.Sub(from).Norm(); way < 20 {
					t.Errorf("5 s at 20 mm/s: went %.1f mm", way)
				}
				w.want()
			})
		})
	}
}
