package daemon

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// ops is the HTTP server for those who watch: metrics, health, and profiles where asked for.
type ops struct {
	server   *http.Server
	listener net.Listener
}

func listenOps(c config.Ops, reg prometheus.Gatherer, snapshot func() safety.Snapshot) (*ops, error) {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return nil, fmt.Errorf("[ops] listen = %q: %w", c.Listen, err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { writeReady(w, snapshot()) })
	if c.Pprof {
		mux.HandleFunc("/debug/pprof/", pprof.Index)
		mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	}
	return &ops{server: &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: time.Minute}, listener: l}, nil
}

// writeReady answers 200 if the arm can be moved, and otherwise 503 with every reason why not.
func writeReady(w http.ResponseWriter, s safety.Snapshot) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if s.LinkUp && s.State != safety.Stopped {
		fmt.Fprintln(w, "ready")
		return
	}
	w.WriteHeader(http.StatusServiceUnavailable)
	if !s.LinkUp {
		fmt.Fprintln(w, "the arm does not answer")
	}
	if s.State != safety.Stopped {
		return
	}
	fmt.Fprintf(w, "stopped, stop_id %d (a reset that names it ends the stop)\n", s.StopID)
	for _, c := range s.Causes {
		fmt.Fprintf(w, "cause: %s %s\n", c.Kind, c.By)
	}
}

func (o *ops) address() string { return o.listener.Addr().String() }

// run serves until stop.
func (o *ops) run() error {
	if err := o.server.Serve(o.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("the ops server ended: %w", err)
	}
	return nil
}

func (o *ops) stop(ctx context.Context) {
	if o.server.Shutdown(ctx) != nil {
		_ = o.server.Close()
	}
}
