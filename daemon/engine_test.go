package daemon

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/safety"
)

// An engine that ends although nobody asked it to, as gnet does after an accept that failed,
// ends the daemon: with an error, and with the arm at rest.
func TestPartEndsUnasked(t *testing.T) {
	now, cancel := context.WithCancel(context.Background())
	cancel() // Stop asks, and does not wait
	tests := map[string]func(*daemon){
		"command port": func(d *daemon) { _ = d.command.engine.Stop(now) },
		"stop port":    func(d *daemon) { _ = d.stop.engine.Stop(now) },
		"ops":          func(d *daemon) { _ = d.ops.listener.Close() },
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFakeArm()
			r := startInside(t, Options{Driver: f})
			c := r.station()
			c.want(`{"type":"move","x":-200,"y":0,"z":150}`, "ok")
			c.until("on its way", func(s seen) bool { return s.Position.X < 190 })
			end(r.inside)
			if err := r.wait(); err == nil || name != "ops" && !errors.Is(err, errAccept) {
				t.Errorf("the daemon ended with: %v", err)
			}
			first := safety.Cause{}
			if causes := r.inside.guard.snapshot(nil).Causes; len(causes) > 0 {
				first = causes[0]
			}
			if first.Kind != safety.CauseEngine || first.By == "" {
				t.Errorf("the first cause is %+v", first)
			}
			stopped := false
			for _, c := range f.calls() {
				stopped = stopped || c.call == "stop"
				if stopped && c.call == "move" && !c.setpoint.Braking {
					t.Errorf("after the stop the arm was sent %+v", c)
				}
			}
			if !stopped {
				t.Error("the arm was not stopped")
			}
		})
	}
}

// A daemon whose port is taken says so, and leaves nothing behind.
func TestPortIsTaken(t *testing.T) {
	r := start(t, Options{})
	for key, address := range map[string]string{"listen": r.address.Command, "stop_listen": r.address.Stop, "[ops]": r.address.Ops} {
		c := loopback(nil)
		switch key {
		case "listen":
			c.Server.Listen = address
		case "stop_listen":
			c.Server.StopListen = address
		default:
			c.Ops.Listen = address
		}
		err := Run(context.Background(), c, Options{Log: newRunning(t).out, Ready: func(Addresses) { t.Error("ready") }})
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s = %q: the error is %v", key, address, err)
		}
	}
}
