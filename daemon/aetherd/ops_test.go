package main

import (
	"io"
	"net/http"
	"strconv"
	"strings"
)

// get asks the ops server.
func (p *process) get(path string) (code int, body string) {
	p.t.Helper()
	c := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	r, err := c.Get("http://" + p.ready.Ops + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return r.StatusCode, string(b)
}

// metric returns the value of a sample, named with its labels.
func (p *process) metric(sample string) float64 {
	p.t.Helper()
	_, body := p.get("/metrics")
	for line := range strings.Lines(body) {
		if text, ok := strings.CutPrefix(line, sample+" "); ok {
			v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
			if err != nil {
				p.t.Fatalf("metric %q: %v", line, err)
			}
			return v
		}
	}
	p.t.Fatalf("there is no metric %s", sample)
	return 0
}

// wantUp checks what the ops server says about the link and about the arm.
func (r *rig) wantUp(up float64, status int, words ...string) {
	r.t.Helper()
	if n := r.metric("aetherd_serial_up"); n != up {
		r.t.Errorf("aetherd_serial_up %v, want %v", n, up)
	}
	code, body := r.get("/readyz")
	if code != status {
		r.t.Errorf("/readyz %d, want %d", code, status)
	}
	for _, w := range words {
		if !strings.Contains(body, w) {
			r.t.Errorf("/readyz says %q, not %q", body, w)
		}
	}
}
