package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// reloading is a daemon whose configuration is a file.
type reloading struct {
	*running
	path string
}

func startWithFile(t *testing.T) *reloading {
	t.Helper()
	return &reloading{startInside(t, Options{}), filepath.Join(t.TempDir(), "aetherd.toml")}
}

// reload has the daemon read doc, and returns what is left to do. Ports and all that start
// sets itself stay as they are.
func (r *reloading) reload(doc string) (remark string) {
	r.t.Helper()
	asStarted := "server.listen = '127.0.0.1:0'\nserver.stop_listen = '127.0.0.1:0'\nops.listen = '127.0.0.1:0'\narm.write_deadline_ms = 1000\n"
	if err := os.WriteFile(r.path, []byte(asStarted+doc), 0o644); err != nil {
		r.t.Fatal(err)
	}
	return r.inside.reload(r.t.Context(), Options{Path: r.path, Version: version})
}

// logs ends the daemon, and checks what it has logged.
func (r *running) logs(lines ...string) {
	r.t.Helper()
	r.cancel()
	if err := r.wait(); err != nil {
		r.t.Error(err)
	}
	for _, line := range lines {
		if log := r.log(); !strings.Contains(log, line) {
			r.t.Errorf("the log lacks %s:\n%s", line, log)
		}
	}
}

func TestReload(t *testing.T) {
	r := startWithFile(t)
	s := r.named("laptop")
	hash := r.inHello("config_hash")
	s.want(`{"type":"move","x":201,"y":0,"z":150}`, "ok")
	s.until("there", func(v seen) bool { return v.Position.X == 201 })

	if remark := r.reload("safety.workspace.x = [-100, 100]\nsafety.motion.speed = 40\nsafety.deadman_ms = 1500\n"); remark != "" {
		t.Error(remark)
	}
	s.want(`{"type":"state"}`, `"state":"active"`)
	s.want(`{"type":"move","x":150,"y":0,"z":150}`, `"code":"out_of_workspace"`)
	s.want(`{"type":"hello"}`, `"deadman_ms":1500`)
	s.want(`{"type":"hello"}`, `"limits":{"speed":40,`)
	now := r.inHello("config_hash")
	if now == hash {
		t.Errorf("the configuration's hash is still %s", hash)
	}
	if label := r.scrape().hash(t); label != now {
		t.Errorf("the metric has the hash %s, hello has %s", label, now)
	}

	r.reload("")
	if again := r.inHello("config_hash"); again != hash {
		t.Errorf("the first file again: hash %s, want %s", again, hash)
	}
	r.logs(`"changed":["safety.deadman_ms","safety.workspace.x","safety.motion.speed"],"config_hash":"` + now + `"`)
}

// A file that is wrong, anywhere, changes nothing.
func TestReloadRefused(t *testing.T) {
	r := startWithFile(t)
	s := r.named("laptop")
	hello := s.ask(`{"type":"hello"}`)
	for _, doc := range []string{
		"log.level = 'debug'\nsafety.deadman_ms = 0",
		"log.level = 'debug'\nnot TOML",
		"log.level = 'debug'\nserver.max_stations = 1000000",
		"log.level = 'debug'\nserver.listen = 'everywhere'",
		"log.level = 'debug'\narm.driver = 'grbl'\narm.serial.port = '/dev/arm'\narm.serial.baud = 9600\n" + // no restart would do
			"safety.workspace = {x = [0, 1], y = [0, 1], z = [0, 1]}",
	} {
		if remark := r.reload(doc); remark != "the configuration was not reloaded, see the log" {
			t.Errorf("%s: %q", doc, remark)
		}
		if r.inside.desk.level.passes(zerolog.DebugLevel) {
			t.Errorf("%s: the level has changed", doc)
		}
		if got := s.ask(`{"type":"hello"}`); got != hello {
			t.Errorf("%s: hello says\n%s, want\n%s", doc, got, hello)
		}
	}
	r.reload("safety.deadman_ms = 0")
	if m := r.scrape(); m["aetherd_config_last_reload_successful"] != 0 {
		t.Error("the metric says that the last reload was successful")
	}
	r.reload("")
	if m := r.scrape(); m["aetherd_config_last_reload_successful"] != 1 {
		t.Error("the metric says that the last reload was refused")
	}
	r.logs("aetherd.toml:5: safety.deadman_ms = 0", "was not reloaded, nothing has changed")
}

// shortArm reaches 200 mm to the left.
type shortArm struct{ *fakeArm }

func (shortArm) Reaches(p safety.Point) error {
	if p.Y > 200 {
		return errors.New("it is too far to the left")
	}
	return nil
}

// A workspace that the arm cannot reach is refused, as it is at the start.
func TestReloadChecksTheReach(t *testing.T) {
	r := &reloading{
		startInside(t, Options{Driver: shortArm{newFakeArm()}}, func(c *config.Config) { c.Safety.Workspace.Y[1] = 100 }),
		filepath.Join(t.TempDir(), "aetherd.toml"),
	}
	if remark := r.reload("safety.workspace.y = [-300, 200]"); remark != "" {
		t.Errorf("up to where it reaches: %s", remark)
	}
	if remark := r.reload("safety.workspace.y = [-300, 210]"); remark == "" {
		t.Error("a workspace out of reach is in force")
	}
	r.station().want(`{"type":"hello"}`, `"y":[-300,200]`)
	r.logs("it is too far to the left")
}

// What can be read just once is not read again: a pipe is empty by then, which would be the
// defaults, and a FIFO has its reader wait.
func TestReloadOfAPipe(t *testing.T) {
	r := startWithFile(t)
	hash := r.inHello("config_hash")
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	_ = write.Close()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{fmt.Sprintf("/dev/fd/%d", read.Fd()), fifo, t.TempDir(), "/nonexistent"} {
		if remark := r.inside.reload(t.Context(), Options{Path: path}); remark == "" {
			t.Errorf("%s was read", path)
		}
	}
	if now := r.inHello("config_hash"); now != hash {
		t.Errorf("hash %s is in force, want %s", now, hash)
	}
	r.logs("is not a regular file")
}

// A hello says what was in force at one moment.
func TestHelloBesideAReload(t *testing.T) {
	r := startWithFile(t)
	d := r.inside.desk
	before := d.settings.Load()
	st := &station{}
	e := &entry{request: codec.Request{Type: codec.TypeHello}}
	d.guard.with(func(now safety.Instant, gate *safety.Gate) {
		st.session = gate.Connect(now, "laptop", safety.Operator)
		e.decide(d, st, gate, now, now)
	})
	r.reload("safety.motion.speed = 40")
	w := e.welcomeTo(st)
	if w.Speed != before.Safety.Motion.Speed || w.ConfigHash != before.welcome.ConfigHash {
		t.Errorf("%v mm/s under hash %s, want %v under %s", w.Speed, w.ConfigHash, before.Safety.Motion.Speed, before.welcome.ConfigHash)
	}
}

// Stations come, move, stop and go while the configuration changes.
func TestReloadBesideStations(t *testing.T) {
	r := startWithFile(t)
	var all sync.WaitGroup
	defer all.Wait()
	end := make(chan struct{})
	defer close(end)
	for _, name := range []string{"laptop", "tv", "pendant"} {
		all.Go(func() {
			for {
				select {
				case <-end:
					return
				default:
				}
				s := r.named(name)
				s.ask(`{"type":"move","x":-200,"y":0,"z":150}`)
				s.ask(`{"type":"stop"}`)
				s.ask(`{"type":"state"}`)
				s.conn.Close()
			}
		})
	}
	for i := range 30 {
		role := []string{"observer", "supervisor"}[i%2]
		r.reload(fmt.Sprintf("safety.burst = %d\n[[station]]\nname = 'tv'\nrole = '%s'", 1+i, role))
	}
	r.station().want(`{"type":"hello"}`, `"burst":30`)
	r.named("tv").want(`{"type":"hello"}`, `"role":"supervisor"`)
}

// What only a restart applies is said, and the rest applies.
func TestReloadNeedsRestart(t *testing.T) {
	r := startWithFile(t)
	if remark := r.reload("arm.name = 'left'\nsafety.burst = 7"); remark != "a restart is needed for arm.name" {
		t.Error(remark)
	}
	r.station().want(`{"type":"hello"}`, `"burst":7`)
	if r.scrape()["aetherd_config_restart_pending"] != 1 {
		t.Error("the metric does not say that a restart is pending")
	}
	r.reload("safety.burst = 7")
	if r.scrape()["aetherd_config_restart_pending"] != 0 {
		t.Error("the metric says that a restart is pending")
	}
	r.logs(`"keys":["arm.name"]`, `"changed":["safety.burst"]`)
}

// Roles hold at once, for stations that are connected too: who may no longer move the arm
// loses control.
func TestReloadStations(t *testing.T) {
	r := startWithFile(t)
	s := r.named("laptop")
	s.want(`{"type":"move","x":-200,"y":0,"z":150}`, "ok")
	r.reload("[[station]]\nname = 'laptop'\nrole = 'observer'")
	s.want(`{"type":"move","x":200,"y":0,"z":150}`, `"code":"not_permitted"`)
	if v := s.state(); v.Holder != nil || v.State != "held" {
		t.Errorf("state %s, holder %v", v.State, v.Holder)
	}
	s.want(`{"type":"stop"}`, "ok")
}

func TestReloadLogLevel(t *testing.T) {
	r := startWithFile(t)
	r.reload("log.level = 'trace'")
	r.station().want(`{"type":"ping","id":"heard"}`, "pong")
	r.reload("log.level = 'error'")
	r.station().want(`{"type":"ping","id":"unheard"}`, "pong")
	r.logs(`\"heard\"`)
	if strings.Contains(r.log(), "unheard") {
		t.Error("what is not important was logged")
	}
}

func TestReloadWithoutFile(t *testing.T) {
	hup := make(chan os.Signal)
	r := start(t, Options{Reload: hup})
	hup <- syscall.SIGHUP
	hup <- syscall.SIGHUP // the first one is done
	r.logs("start it with --config")
}

// An arm that moves goes on within the limits of before. New ones wait until it stands, and
// not for ever.
func TestReloadWaitsForRest(t *testing.T) {
	slower := func(c *config.Config) { c.Safety.Motion.Speed = 40 }
	tests := []struct {
		motion time.Duration
		edit   func(*config.Config)
		err    error
	}{
		{2 * time.Second, slower, nil},
		{standTime + time.Second, slower, safety.ErrMoves},
		{standTime + time.Second, func(c *config.Config) { c.Log.Level = "debug" }, nil}, // no limit
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.motion, tt.err), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				patient := func(c *config.Config) { c.Safety.Deadman, c.Safety.Lease = 3600_000, 3600_000 }
				f := newFakeArm()
				r := newRig(t, f, patient)
				r.run()
				d := r.reloads(patient)
				speed := 400 / tt.motion.Seconds() // mm/s for the 400 mm of away
				r.admit(safety.Order{Move: true, Target: away.Target, Speed: speed})
				began := time.Now()
				err := d.apply(t.Context(), loopback([]func(*config.Config){patient, tt.edit}), "test")
				if !errors.Is(err, tt.err) {
					t.Errorf("%v, want %v", err, tt.err)
				}
				took := time.Since(began)
				if instant := tt.edit != nil && tt.err == nil && tt.motion > standTime; instant != (took == 0) {
					t.Errorf("it took %v", took)
				}
				if tt.motion < standTime && took < tt.motion {
					t.Errorf("after %v, the arm moves for %v", took, tt.motion)
				}
				want := 250.0
				if tt.motion < standTime {
					want = 40
				}
				if got := r.state().MaxSpeed; got != want {
					t.Errorf("%v mm/s are in force, want %v", got, want)
				}
			})
		})
	}
}

// reloads is a daemon around the rig's parts that was started with the defaults, as edited.
func (r *rig) reloads(edits ...func(*config.Config)) *daemon {
	c := loopback(edits)
	desk := &desk{guard: r.guard, stations: newStations(), level: new(logLevel), metrics: r.metrics}
	desk.settings.Store(&settings{Config: c})
	return &daemon{config: c, log: zerolog.Nop(), driver: r.writer.driver, guard: r.guard, desk: desk}
}

// A daemon that goes down does not wait for an arm to stand.
func TestReloadGivesUpAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, newFakeArm())
		r.run()
		r.admit(away)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := r.reloads().apply(ctx, loopback([]func(*config.Config){func(c *config.Config) { c.Safety.Burst = 3 }}), "test")
		if !errors.Is(err, safety.ErrMoves) {
			t.Errorf("%v", err)
		}
	})
}
