package daemon

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// patience is how long a test waits for what must happen. It is far more than that takes:
// only a defect comes near.
const patience = 10 * time.Second

const version = "test"

// shutdownTime is how long a daemon may take to end.
const shutdownTime = 2 * time.Second

// running is a daemon in this process.
type running struct {
	t       testing.TB
	inside  *daemon // of startInside
	address Addresses
	out     *os.File // the log
	cancel  context.CancelFunc
	ended   chan struct{} // closed when it has returned
	err     error         // what it returned; valid then
}

// start runs a daemon on free ports until the test is over, and checks that it ends then as
// it should. The arm is the simulated one where o has no other.
func start(t testing.TB, o Options, edits ...func(*config.Config)) *running {
	t.Helper()
	r := newRunning(t)
	r.launch(o, func(ctx context.Context, o Options) error {
		return Run(ctx, loopback(slices.Insert(edits, 0, patientWrites)), o)
	})
	return r
}

// startInside is start for a test that looks at the parts of the daemon, or breaks one.
func startInside(t testing.TB, o Options, edits ...func(*config.Config)) *running {
	t.Helper()
	r := newRunning(t)
	c := loopback(slices.Insert(edits, 0, patientWrites))
	o.Version = version
	log, level, queue := newLogger(r.out, c.Log)
	var err error
	if r.inside, err = assemble(c, o, log, level); err != nil {
		t.Fatal(err)
	}
	r.launch(o, func(ctx context.Context, o Options) error {
		defer queue.Close()
		return r.inside.run(ctx, o)
	})
	return r
}

// patientWrites keeps a machine with other work from making a write late.
func patientWrites(c *config.Config) { c.Arm.WriteDeadline = 1000 }

// loopback returns the default configuration on free ports, as edited.
func loopback(edits []func(*config.Config)) *config.Config {
	c := config.Default()
	c.Server.Listen, c.Server.StopListen, c.Ops.Listen = "127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0"
	for _, edit := range edits {
		edit(c)
	}
	return c
}

func newRunning(t testing.TB) *running {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	return &running{t: t, out: out, ended: make(chan struct{})}
}

// launch runs the daemon until cleanup, and waits until it is ready.
func (r *running) launch(o Options, run func(context.Context, Options) error) {
	r.t.Helper()
	ready := make(chan Addresses, 1)
	o.Version, o.Log, o.Ready = version, r.out, func(a Addresses) { ready <- a }
	var ctx context.Context
	ctx, r.cancel = context.WithCancel(context.Background())
	go func() {
		defer close(r.ended)
		defer r.out.Close()
		r.err = run(ctx, o)
	}()
	r.t.Cleanup(r.end)
	select {
	case r.address = <-ready:
	case <-r.ended:
		r.t.Fatalf("the daemon did not start: %v", r.err)
	case <-time.After(patience):
		r.t.Fatal("the daemon is not ready")
	}
}

// end ends the daemon, unless it has ended already.
func (r *running) end() {
	select {
	case <-r.ended: // a test that ends it itself looks at the error itself
	default:
		r.cancel()
		if err := r.wait(); err != nil {
			r.t.Errorf("the daemon ended with: %v", err)
		}
	}
	if r.t.Failed() {
		r.t.Logf("the log:\n%s", r.log())
	}
}

// wait waits until the daemon has ended, and returns what it returned.
func (r *running) wait() error {
	r.t.Helper()
	began := time.Now()
	select {
	case <-r.ended:
	case <-time.After(patience):
		r.t.Error("the daemon does not end")
		return nil
	}
	if took := time.Since(began); took > shutdownTime {
		r.t.Errorf("the daemon took %v to end", took)
	}
	return r.err
}

// log returns what was logged; all of it once the daemon has ended.
func (r *running) log() string {
	r.t.Helper()
	b, err := os.ReadFile(r.out.Name())
	if err != nil {
		r.t.Fatal(err)
	}
	return string(b)
}

// rest waits until the arm has been told everything that is due, and stands: the gate waits
// for nothing but a lease of an hour, and the writer has looked once more. The daemon is
// one of startInside, with patientGate.
func (r *running) rest(a *fakeArm) {
	r.t.Helper()
	a.until(r.t, "at rest", func() (rests bool) {
		r.inside.guard.with(func(now safety.Instant, gate *safety.Gate) {
			waits := gate.State() == safety.Stopped && gate.Snapshot(nil).StopResult == safety.StopPending
			rests = gate.Next() > now+time.Minute && !waits
		})
		return rests
	})
	served := a.served.Load()
	r.inside.guard.wakeWriter()
	a.until(r.t, "looked after once more", func() bool { return a.served.Load() > served })
}

// patientGate is a gate where no silence of a station ends anything within a test.
func patientGate(c *config.Config) { c.Safety.Deadman, c.Safety.Lease = 3600_000, 3600_000 }
