package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"sync"
	"time"
)

// Run connects the stations, waits until all are, and puts the daemon under the load of cfg. A
// run that ends early, because ctx does or the daemon goes away, has measured what Result
// says, and the error says why it ended. With an error before the load there is no Result.
func Run(ctx context.Context, cfg Config) (Result, error) {
	if err := cfg.Check(); err != nil {
		return Result{}, err
	}
	conns, err := connect(ctx, &cfg)
	if err != nil {
		return Result{}, err
	}
	defer hangUp(conns)
	r := newRun(&cfg, conns)
	err = r.load(ctx)
	return r.result(), err
}

// run is one load.
type run struct {
	cfg      *Config
	timing   timing
	stations []*station
	tallies  []*tally
}

func newRun(cfg *Config, conns []net.Conn) *run {
	r := &run{cfg: cfg}
	for range min(2*runtime.GOMAXPROCS(0), len(conns)) {
		r.tallies = append(r.tallies, newTally())
	}
	lines := newScript(cfg)
	for i, c := range conns {
		r.stations = append(r.stations, &station{
			conn: c, script: lines, tally: r.tallies[i%len(r.tallies)], timing: &r.timing,
			due: make([]time.Duration, cfg.Depth), in: make([]byte, inputSize(cfg.Depth)), moves: cfg.Request == Command, echoes: cfg.Peer == Echo,
		})
	}
	r.timing = timing{begun: time.Now(), measure: cfg.Warmup, end: cfg.Warmup + cfg.Duration}
	return r
}

// load runs every station. The first one that fails ends all.
func (r *run) load(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() { // ends every read
		for _, s := range r.stations {
			_ = s.conn.Close()
		}
	})
	defer stop()
	var work sync.WaitGroup
	for i, s := range r.stations {
		work.Go(func() {
			if err := r.drive(ctx, i, s); err != nil {
				cancel(fmt.Errorf("station %d of %d: %w", i+1, len(r.stations), err))
			}
		})
	}
	work.Wait()
	if err := context.Cause(ctx); err != nil {
		return fmt.Errorf("after %.1f s: %w%s", r.timing.now().Seconds(), err, r.missing(err))
	}
	return nil
}

func (r *run) drive(ctx context.Context, i int, s *station) error {
	if r.cfg.Rate == 0 {
		return s.closed()
	}
	interval := time.Duration(float64(time.Second) / r.cfg.Rate)
	// The stations' moments are spread evenly.
	return s.open(ctx, interval*time.Duration(i)/time.Duration(len(r.stations)), interval)
}

// missing says how many replies did not come.
func (r *run) missing(err error) string {
	if errors.Is(err, context.Canceled) {
		return ""
	}
	n := 0
	for _, s := range r.stations {
		n += s.flying()
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("; %d requests have no reply", n)
}

// result sums up what every station has measured. None of them runs any more.
func (r *run) result() Result {
	t := newTally()
	res := Result{Config: *r.cfg, Codes: map[string]uint64{}, Latency: t.latency, Lateness: t.lateness}
	last := min(r.timing.now(), r.timing.end)
	for _, t := range r.tallies {
		res.Answered += t.answered
		res.BytesIn += t.bytesIn
		res.Latency.Merge(t.latency)
		res.Lateness.Merge(t.lateness)
		for code, n := range t.codes {
			if *n > 0 {
				res.Codes[code] += *n
			}
		}
		last = max(last, t.last)
	}
	for _, s := range r.stations {
		res.Sent += s.measured
		res.Total += s.answered
		res.BytesOut += s.bytesOut
		res.Unsent += s.unsent
	}
	res.Elapsed = max(last-r.timing.measure, 0)
	return res
}
