package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/metrics"
	"github.com/aether-arm/aetherd/safety"
)

// Addresses is where a daemon listens.
type Addresses struct{ Command, Stop, Ops string }

// Options is what a daemon needs beside its configuration.
type Options struct {
	Version string
	Log     *os.File        // where the log goes
	Reserve *arm.Reserve    // low descriptors for the serial port
	Ready   func(Addresses) // called once everything listens
	Driver  arm.Driver      // in place of the configured one; nil: the configured one

	Path   string           // of the configuration file; "": there is none
	Reload <-chan os.Signal // each asks for the file to be read again; nil: never
	Open   <-chan os.Signal // each asks for the arm to be opened now; nil: never
}

// Run runs the daemon until ctx ends, then stops the arm, answers what was received, and
// returns nil. It returns an error if it cannot start, or if a part of it ended unasked:
// then the arm was stopped as well.
func Run(ctx context.Context, c *config.Config, o Options) error {
	log, level, logQueue := newLogger(o.Log, c.Log)
	defer logQueue.Close()
	d, err := assemble(c, o, log, level)
	if err != nil {
		return err
	}
	return d.run(ctx, o)
}

// daemon is every part, wired together.
type daemon struct {
	config  *config.Config // of the start
	log     zerolog.Logger
	driver  arm.Driver
	guard   *guard
	herald  *herald
	writer  *writer
	desk    *desk
	service *service
	ops     *ops
	command *port
	stop    *port
	address Addresses
	claims  [2]*claim  // of the command port and the stop port
	failed  chan error // what ended unasked
	tellers sync.WaitGroup
}

// The requests that the stop port takes; the command port takes all.
var stopTypes = []codec.Type{codec.TypeStop, codec.TypePing, codec.TypeState}

// assemble wires a daemon, and claims its addresses until run ends.
func assemble(c *config.Config, o Options, log zerolog.Logger, level *logLevel) (_ *daemon, err error) {
	driver := o.Driver
	if driver == nil {
		if driver, err = c.Driver(o.Reserve); err != nil {
			return nil, err
		}
	}
	gateConfig := c.Gate(driver.Capabilities())
	if err := errors.Join(enoughDescriptors(c.Server.MaxStations), CheckReach(driver, gateConfig.Workspace)); err != nil {
		return nil, err
	}
	d := &daemon{config: c, log: log, driver: driver, failed: make(chan error, 4)}
	defer func() {
		if err != nil {
			d.release()
		}
	}()
	for i, listener := range []struct{ key, address string }{{"listen", c.Server.Listen}, {"stop_listen", c.Server.StopListen}} {
		if d.claims[i], err = claimAddress(listener.key, listener.address); err != nil {
			return nil, err
		}
	}
	d.address.Command, d.address.Stop = d.claims[0].address, d.claims[1].address
	clock := newClock()
	gate, err := safety.New(clock.now(), gateConfig)
	if err != nil {
		return nil, fmt.Errorf("the safety configuration: %w", err)
	}
	reg := prometheus.NewRegistry()
	set := metrics.New(reg, metrics.Options{
		Version:     o.Version,
		Arm:         c.Arm.Name,
		Driver:      driver.Capabilities().Driver,
		InsecureLAN: c.Exposed(),
		DecodeCodes: codec.Codes(),
		Status:      func() metrics.GateStatus { return d.desk.status() },
	})
	stations := newStations()
	d.herald = newHerald(clock, log, set, stations)
	d.guard = newGuard(clock, set, d.herald, gate)
	d.writer = newWriter(d.guard, driver, log, c.Arm, d.failed)
	d.desk = &desk{
		guard: d.guard, stations: stations, herald: d.herald, metrics: set,
		driver: driver.Capabilities().Driver, joints: driver.Capabilities().Joints,
		log: log, level: level, refusals: sampled(log),
	}
	d.desk.settings.Store(newSettings(c, o.Version, driver.Capabilities()))
	d.service = newService(d.writer, d.guard, log, c.Arm.Name)
	d.writer.unattended = d.service.managed() // which starts it at boot, and after a crash
	d.herald.state = func(s *station) *codec.State { return d.desk.stateOf(d.guard.look(s.session)) }
	d.command = newPort(d.desk, set.Command, codec.Types())
	d.stop = newPort(d.desk, set.Stop, stopTypes)
	if d.ops, err = listenOps(c.Ops, reg, func() safety.Snapshot { return d.guard.snapshot(nil) }); err != nil {
		return nil, err
	}
	d.address.Ops = d.ops.address()
	return d, nil
}

// release lets go of the addresses.
func (d *daemon) release() {
	for _, c := range d.claims {
		c.release()
	}
}

// introduction is the part of a hello's reply that is the same for everybody.
func introduction(c *config.Config, version string, can arm.Capabilities) codec.Welcome {
	w := c.Safety.Workspace
	return codec.Welcome{
		Server:     "aetherd " + version,
		Arm:        c.Arm.Name,
		Driver:     can.Driver,
		Gripper:    can.Gripper,
		Relaxes:    can.Relaxes,
		Min:        safety.Point{X: w.X[0], Y: w.Y[0], Z: w.Z[0]},
		Max:        safety.Point{X: w.X[1], Y: w.Y[1], Z: w.Z[1]},
		Outside:    c.Safety.Outside,
		Accel:      c.Safety.Motion.Accel,
		StopAccel:  c.Safety.Motion.StopAccel,
		Rate:       c.Safety.Rate,
		Burst:      c.Safety.Burst,
		Horizon:    can.Horizon,
		Control:    c.Safety.Control,
		Lease:      c.Safety.Lease.Duration(),
		ConfigHash: c.Hash(),
	}
}

// spareProcs are the Ps beside those of the event loops: without them a stop waits for the
// Go scheduler while the loops are busy.
const spareProcs = 2

// run starts every part in turn: the arm, then the ports. It returns when ctx ends or a
// part does.
func (d *daemon) run(ctx context.Context, o Options) error {
	defer d.release()
	loops := runtime.NumCPU()
	runtime.GOMAXPROCS(loops + 1 + spareProcs)

	armCtx, leaveArm := context.WithCancel(context.WithoutCancel(ctx))
	defer leaveArm()
	writerEnded := make(chan struct{})
	go func() {
		defer close(writerEnded)
		d.writer.run(armCtx)
	}()
	heraldCtx, silence := context.WithCancel(context.WithoutCancel(ctx))
	defer silence()
	d.tellers.Go(func() { d.herald.run(heraldCtx) })
	d.tellers.Go(func() {
		if err := d.ops.run(); err != nil {
			d.failed <- err
		}
	})

	d.writer.untilTried(ctx) // which decides nothing, but the ports should open on a known arm
	command := startEngine(d.command, d.address.Command, loops, d.log, d.failed)
	stop := startEngine(d.stop, d.address.Stop, 1, d.log, d.failed)
	err := errors.Join(command.listening(ctx), stop.listening(ctx))
	if err == nil {
		d.announce(o)
		signalCtx, noMoreSignals := context.WithCancel(ctx)
		d.tellers.Go(func() { d.service.run(heraldCtx) })
		d.tellers.Go(func() { d.signals(signalCtx, o) })
		err = d.wait(ctx)
		noMoreSignals()
	} else if ctx.Err() != nil {
		err = nil
	}
	d.shutdown(leaveArm, writerEnded, command, stop)
	silence()
	d.tellers.Wait()
	return err
}

func (d *daemon) announce(o Options) {
	if d.config.Exposed() {
		d.log.Warn().Msg("insecure_lan: whoever reaches these ports can move the arm; there is no authentication")
	}
	d.log.Info().Str("version", o.Version).Str("command", d.address.Command).Str("stop", d.address.Stop).
		Str("ops", d.address.Ops).Str("arm", d.config.Arm.Name).Str("driver", d.config.Arm.Driver).
		Str("config_hash", d.config.Hash()).Msg("ready")
	if o.Ready != nil {
		o.Ready(d.address)
	}
}

// wait returns nil when ctx ends, and an error when a part ended unasked; the arm is
// stopped by then.
func (d *daemon) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		d.log.Info().Msg("going down")
		return nil
	case err := <-d.failed:
		d.guard.halt(safety.CauseEngine, err.Error())
		d.log.Error().Err(err).Msg("a part of the daemon ended: the arm is stopped")
		return err
	}
}

// The times that a shutdown may take; together below the two seconds that are promised.
const (
	standstillTime = 700 * time.Millisecond
	drainTime      = 400 * time.Millisecond
	closeTime      = 500 * time.Millisecond
)

// shutdown stops the arm, answers what was received, and closes.
func (d *daemon) shutdown(leaveArm func(), writerEnded <-chan struct{}, engines ...*engine) {
	d.desk.closing.Store(true)
	d.guard.halt(safety.CauseShutdown, "")
	d.service.stopping() // not before the arm is
	within(standstillTime, d.guard.standstill)
	within(drainTime, d.desk.drain)
	within(closeTime, func(ctx context.Context) {
		for _, e := range engines {
			e.stop(ctx)
		}
		leaveArm()
		select {
		case <-writerEnded:
		case <-ctx.Done(): // a write is stuck; nobody may close the port under it
			d.log.Error().Msg("a write to the arm is still stuck: the port is left to the kernel")
		}
		d.ops.stop(ctx) // last: a client that takes its time takes only what is left
	})
}

func within(d time.Duration, f func(context.Context)) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	f(ctx)
}

// spareDescriptors are those of the process beside the stations': the engines' own, the
// serial port and its reserve, HTTP, logs.
const spareDescriptors = 256

// enoughDescriptors checks that both ports can be full without an accept that fails: that
// would end an engine.
func enoughDescriptors(maxStations int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read the limit of descriptors: %w", err)
	}
	need := uint64(2*maxStations + spareDescriptors)
	if limit.Cur < need {
		return fmt.Errorf("[server] max_stations = %d needs %d file descriptors, the limit is %d: raise it (LimitNOFILE=, ulimit -n) or lower max_stations to %d",
			maxStations, need, limit.Cur, (int64(limit.Cur)-spareDescriptors)/2)
	}
	return nil
}
