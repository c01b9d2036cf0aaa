package main

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/client/load"
)

// quantiles are the shares of all replies of which a latency is told.
var quantiles = []struct {
	name  string
	share float64
}{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}}

// text is a result for a person.
func (b *benching) text(r *load.Result) string {
	var t strings.Builder
	row := func(name, format string, values ...any) {
		fmt.Fprintf(&t, "%-16s %s\n", name, fmt.Sprintf(format, values...))
	}
	row("daemon", "%s at %s, driver %s", b.welcome.Server, b.cfg.Address, b.welcome.Driver)
	row("load", "%s", b.loadText())
	row("measured", "%.2f s after %v of warm-up", r.Elapsed.Seconds(), b.cfg.Warmup)
	row("replies", "%d, %.0f a second", r.Answered, r.PerSecond())
	if r.Answered > 0 {
		var cells []string
		for _, q := range quantiles {
			cells = append(cells, q.name+" "+durationText(r.Quantile(q.share)))
		}
		row("latency", "%s, max %s", strings.Join(cells, ", "), durationText(r.Max()))
		if r.Config.Rate > 0 {
			row("own lateness", "p50 %s, max %s, of this process: not a part of the latency", durationText(time.Duration(r.Lateness.ValueAtPercentile(50))), durationText(time.Duration(r.Lateness.Max())))
		}
		row("bytes", "%s out, %s in, a second", bytesText(r.BytesOut, r.Elapsed), bytesText(r.BytesIn, r.Elapsed))
	}
	for _, code := range codesByCount(r.Codes) {
		row("  "+code, "%d (%.1f %%)%s", r.Codes[code], 100*float64(r.Codes[code])/float64(r.Answered), codeHint(code, &b.welcome))
	}
	if r.Lost() > 0 {
		row("no reply", "%d", r.Lost())
	}
	if r.Unsent > 0 {
		row("not sent", "%d that were due at the end: --depth requests of a station had no reply", r.Unsent)
	}
	return strings.TrimSuffix(t.String(), "\n")
}

func (b *benching) loadText() string {
	c := &b.cfg
	what := fmt.Sprintf("%d × %d in flight, %s", c.Stations, c.Depth, c.Request)
	if c.Rate == 0 {
		return what + "; closed loop: a pause of the daemon counts once a station"
	}
	return fmt.Sprintf("%s, %g a second of each; open loop: what the daemon keeps back counts from when it was due", what, c.Rate)
}

// codesByCount lists the codes, the most frequent first.
func codesByCount(codes map[string]uint64) []string {
	return slices.SortedFunc(maps.Keys(codes), func(a, b string) int {
		return cmp.Or(cmp.Compare(codes[b], codes[a]), cmp.Compare(a, b))
	})
}

// codeHint says what to do about a verdict that is of the load and not of the arm.
func codeHint(code string, w *client.Welcome) string {
	switch client.Code(code) {
	case client.ErrRateLimited:
		return fmt.Sprintf(": the daemon takes %g a second of a station; see --rate, or rate_per_s in its configuration", w.Rate)
	case client.ErrNotInControl:
		return ": one station has control"
	}
	return ""
}

// durationText is a latency to three digits.
func durationText(d time.Duration) string {
	switch us := float64(d) / float64(time.Microsecond); {
	case us < 1000:
		return fmt.Sprintf("%.3g µs", us)
	case us < 1e6:
		return fmt.Sprintf("%.3g ms", us/1e3)
	default:
		return fmt.Sprintf("%.3g s", us/1e6)
	}
}

// bytesText is a throughput.
func bytesText(n uint64, took time.Duration) string {
	rate := float64(n) / took.Seconds()
	for _, unit := range []string{"B", "kB", "MB"} {
		if rate < 1000 {
			return fmt.Sprintf("%.3g %s", rate, unit)
		}
		rate /= 1000
	}
	return fmt.Sprintf("%.3g GB", rate)
}

// benchJSON is a result for a program. Latencies are in µs.
type benchJSON struct {
	ok
	Server     string             `json:"server"`
	Client     string             `json:"client"`
	Driver     string             `json:"driver"`
	ConfigHash string             `json:"config_hash"`
	Address    string             `json:"address"`
	Request    string             `json:"request"`
	Stations   int                `json:"stations"`
	Depth      int                `json:"depth"`
	Rate       float64            `json:"rate"`
	Loop       string             `json:"loop"`
	WarmupS    float64            `json:"warmup_s"`
	DurationS  float64            `json:"duration_s"`
	ElapsedS   float64            `json:"elapsed_s"`
	Sent       uint64             `json:"sent"`
	Answered   uint64             `json:"answered"`
	NoReply    uint64             `json:"no_reply"`
	NotSent    uint64             `json:"not_sent"`
	PerSecond  float64            `json:"per_second"`
	BytesOut   uint64             `json:"bytes_out"`
	BytesIn    uint64             `json:"bytes_in"`
	Codes      map[string]uint64  `json:"codes"`
	LatencyUS  map[string]float64 `json:"latency_us"`
	LatenessUS map[string]float64 `json:"own_lateness_us,omitempty"`
}

func (b *benching) object(r *load.Result) benchJSON {
	c := &r.Config
	j := benchJSON{
		ok: done, Server: b.welcome.Server, Client: "aetherctl " + versionText(), Driver: b.welcome.Driver, ConfigHash: b.welcome.ConfigHash,
		Address: c.Address, Request: c.Request.String(), Stations: c.Stations, Depth: c.Depth, Rate: c.Rate, Loop: "closed",
		WarmupS: c.Warmup.Seconds(), DurationS: c.Duration.Seconds(), ElapsedS: r.Elapsed.Seconds(),
		Sent: r.Sent, Answered: r.Answered, NoReply: r.Lost(), NotSent: r.Unsent, PerSecond: math.Round(r.PerSecond()*10) / 10,
		BytesOut: r.BytesOut, BytesIn: r.BytesIn, Codes: r.Codes, LatencyUS: map[string]float64{},
	}
	if c.Rate > 0 {
		j.Loop = "open"
	}
	if r.Answered > 0 {
		for _, q := range quantiles {
			j.LatencyUS[q.name] = float64(r.Quantile(q.share)) / 1e3
		}
		if c.Rate > 0 {
			j.LatenessUS = map[string]float64{"p50": float64(r.Lateness.ValueAtPercentile(50)) / 1e3, "max": float64(r.Lateness.Max()) / 1e3}
		}
		j.LatencyUS["max"] = float64(r.Max()) / 1e3
	}
	return j
}
