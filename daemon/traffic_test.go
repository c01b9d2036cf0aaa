package daemon

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

const (
	canonical = `{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":"open"}` + "\n"
	received  = `{"status":"ok","message":"Command received"}` + "\n"
)

// newTraffic returns a command port without an engine, and a station's connection on which
// the given lines wait. The arm answers; nobody drives it.
func newTraffic(t testing.TB, lines string) (*port, *fakeConn) {
	t.Helper()
	edit := func(c *config.Config) { c.Safety.Rate, c.Safety.Burst = 1e12, 1e12 } // none is refused, however fast
	r := newRig(t, newFakeArm(), edit)
	r.guard.with(func(_ safety.Instant, gate *safety.Gate) { gate.LinkUp(safety.Point{X: 200, Z: 150}, 0) })
	d := &desk{
		guard: r.guard, stations: newStations(), herald: r.herald, metrics: r.metrics,
		log: zerolog.Nop(), level: new(logLevel), refusals: zerolog.Nop(),
	}
	d.level.set("info")
	d.settings.Store(&settings{Config: loopback(nil)})
	c := &fakeConn{in: []byte(lines)}
	c.station = &station{conn: c, name: "laptop", session: r.station, limit: 1 << 20}
	return newPort(d, r.metrics.Command, codec.Types()), c
}

// A command allocates nothing on its way from the socket to the gate and back.
func TestTrafficAllocatesNothing(t *testing.T) {
	tests := map[string]struct{ line, reply string }{
		"command": {canonical, received},
		"move with every member": {
			`{"type":"move","x":-1.5e1,"y":0.1,"z":30,"speed":99.75,"check":false,"ttl_ms":1500,"id":"a-17"}` + "\n",
			`{"status":"ok","message":"Command received","id":"a-17"}` + "\n"},
		"ping": {`{"type":"ping","id":7}` + "\n", `{"status":"ok","message":"pong","id":7}` + "\n"},
		"refused": {`{"type":"move","x":0,"y":0,"z":500}` + "\n",
			`{"status":"error","message":"Command refused","code":"out_of_workspace","field":"z"}` + "\n"},
	}
	for name, tt := range tests {
		for _, n := range []int{1, 16, 64, 200} {
			p, c := newTraffic(t, strings.Repeat(tt.line, n))
			one := new(batch) // the garbage collector, or the race detector, may empty a pool
			p.batches.New = func() any { return one }
			if allocs := testing.AllocsPerRun(200, func() { p.OnTraffic(c) }); allocs != 0 {
				t.Errorf("%s: %v allocations for %d lines", name, allocs, n)
			}
			if want := strings.Repeat(tt.reply, n); string(c.out) != want {
				t.Errorf("%s: the replies are\n%.300s\nwant\n%.300s", name, c.out, want)
			}
		}
	}
}

func BenchmarkTraffic(b *testing.B) {
	for _, n := range []int{1, 16, 64} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			p, c := newTraffic(b, strings.Repeat(canonical, n))
			b.ReportAllocs()
			for b.Loop() {
				p.OnTraffic(c)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/command")
			if want := strings.Repeat(received, n); string(c.out) != want {
				b.Fatalf("the replies are %.300s", c.out)
			}
		})
	}
}
