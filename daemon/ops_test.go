package daemon

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// get asks the ops server, and returns its answer.
func (r *running) get(path string) (status int, body string) {
	r.t.Helper()
	c := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := c.Get("http://" + r.address.Ops + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	b, err := io.ReadAll(response.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return response.StatusCode, string(b)
}

// wantGet asks, and checks the whole answer.
func (r *running) wantGet(path string, status int, body ...string) {
	r.t.Helper()
	gotStatus, got := r.get(path)
	if diff := cmp.Diff(strings.Join(body, "\n")+"\n", got); gotStatus != status || diff != "" {
		r.t.Errorf("%s answers %d, want %d (-want +got):\n%s", path, gotStatus, status, diff)
	}
}

const stoppedLine = "stopped, stop_id %d (a reset that names it ends the stop)"

func TestReadiness(t *testing.T) {
	r := start(t, Options{})
	laptop, pendant := r.named("laptop"), r.pendant()
	r.wantGet("/healthz", http.StatusOK, "ok")
	r.wantGet("/readyz", http.StatusOK, "ready")

	laptop.want(`{"type":"move","x":-200,"y":0,"z":150}`, "ok")
	r.wantGet("/readyz", http.StatusOK, "ready")

	laptop.want(`{"type":"stop"}`, "ok")
	pendant.want(`{"type":"stop"}`, "ok")
	r.wantGet("/readyz", http.StatusServiceUnavailable,
		fmt.Sprintf(stoppedLine, 2), "cause: station laptop", "cause: station "+pendant.conn.LocalAddr().String())
	r.wantGet("/healthz", http.StatusOK, "ok")

	laptop.untilStopped()
	laptop.want(`{"type":"reset","stop_id":2}`, "ok")
	r.wantGet("/readyz", http.StatusOK, "ready")
}

func TestReadinessAfterBoot(t *testing.T) {
	r := start(t, Options{}, func(c *config.Config) { c.Safety.Start = "stopped" })
	r.wantGet("/readyz", http.StatusServiceUnavailable, fmt.Sprintf(stoppedLine, 1), "cause: boot ")
}

func TestReadinessWithoutArm(t *testing.T) {
	f := newFakeArm()
	f.before = func(told) error { return errBoom }
	r := start(t, Options{Driver: f})
	r.wantGet("/healthz", http.StatusOK, "ok")
	r.wantGet("/readyz", http.StatusServiceUnavailable,
		"the arm does not answer", fmt.Sprintf(stoppedLine, 1), "cause: link_lost boom")
}

// metric is what a scrape says, by series as Prometheus writes them.
type metric map[string]float64

func (r *running) scrape() metric {
	r.t.Helper()
	status, body := r.get("/metrics")
	if status != http.StatusOK {
		r.t.Fatalf("/metrics answers %d", status)
	}
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	all := metric{}
	for name, f := range families {
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName()+"="+strconv.Quote(l.GetValue()))
			}
			key := name
			if labels != nil {
				key += "{" + strings.Join(labels, ",") + "}"
			}
			if h := m.GetHistogram(); h != nil {
				all[name+"_count"] = float64(h.GetSampleCount())
			} else {
				all[key] = m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return all
}

func TestMetricsSayWhatHappened(t *testing.T) {
	r := start(t, Options{}, func(c *config.Config) { c.Safety.Deadman, c.Safety.Lease = 60000, 60000 })
	laptop, other, pendant := r.named("laptop"), r.station(), r.pendant()
	laptop.want(`{"type":"command","x":-200,"y":0,"z":150,"gripper":"open"}`, "ok")
	laptop.want(`{"type":"command","x":-190,"y":0,"z":150,"gripper":"open","notify":true,"id":1}`, "ok")
	other.want(`{"type":"move","x":0,"y":0,"z":150}`, "not_in_control")
	other.want(`{"type":"move","x":0,"y":0,"z":150}`, "not_in_control")
	other.want(`{"type":"move","x":0,"y":0}`, "missing_field")
	other.want(`{"type":"subscribe","rate_hz":0.01}`, "ok")
	before := r.scrape()
	laptop.until("on its way", func(s seen) bool { return s.Position.X < 199 })
	pendant.want(`{"type":"stop"}`, "ok")
	pendant.want(`{"type":"stop"}`, "ok")
	pendant.want(`{"type":"move","x":0,"y":0,"z":150}`, "wrong_port")
	if event := laptop.next(); event != `{"event":"stopped","id":1,"cause":"station"}` {
		t.Errorf("the event of the motion is %s", event)
	}
	laptop.untilStopped()
	laptop.want(`{"type":"move","x":0,"y":0,"z":150}`, "stopped")
	gone := r.station()
	gone.want(`{"type":"ping"}`, "pong")
	gone.close()
	laptop.until("alone with two others", func(seen) bool { return r.scrape()[`aetherd_connections{port="command"}`] == 2 })

	after := r.scrape()
	want := metric{
		`aetherd_connections{port="command"}`:                2,
		`aetherd_connections{port="stop"}`:                   1,
		`aetherd_connections_accepted_total{port="command"}`: 3,
		`aetherd_connections_accepted_total{port="stop"}`:    1,
		`aetherd_connections_closed_total{cause="eof"}`:      1,
		`aetherd_decode_errors_total{code="missing_field"}`:  1,
		`aetherd_decode_errors_total{code="wrong_port"}`:     1,
		`aetherd_verdicts_total{reason="not_in_control"}`:    2,
		`aetherd_verdicts_total{reason="stopped"}`:           1,
		`aetherd_notify_events_total{outcome="stopped"}`:     1,
		`aetherd_superseded_total`:                           1,
		`aetherd_stops_total{source="station"}`:              2,
		`aetherd_stops_total{source="link_lost"}`:            0,
		`aetherd_stop_id`:                          2,
		`aetherd_stopped`:                          1,
		`aetherd_state{state="stopped"}`:           1,
		`aetherd_state{state="active"}`:            0,
		`aetherd_control_holder{station="laptop"}`: 1,
		`aetherd_control_handovers_total`:          1,
		`aetherd_serial_up`:                        1,
		`aetherd_subscribers`:                      1,
		`aetherd_frames_total{port="stop"}`:        3,
	}
	got := metric{}
	for key := range want {
		got[key] = after[key]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("series (-want +got):\n%s", diff)
	}
	if n := before[`aetherd_frames_total{port="command"}`]; n != 7 {
		t.Errorf("%v lines counted on the command port after 7", n)
	}
	if n := before[`aetherd_verdicts_total{reason="ok"}`]; n != 4 {
		t.Errorf("%v verdicts of ok counted after 4", n)
	}
	if n := after["aetherd_stop_latency_seconds_count"]; n < 1 || n > 2 {
		t.Errorf("%v latencies of two stops", n)
	}
	if after["aetherd_setpoints_total"] == 0 || after["aetherd_write_duration_seconds_count"] == 0 || after["aetherd_command_age_seconds_count"] == 0 {
		t.Errorf("no setpoints, writes or commands are counted: %v", after)
	}
	if hash := r.inHello("config_hash"); after.hash(t) != hash {
		t.Errorf("the hash of the configuration, %s, is not the label", hash)
	}
}

// hash returns the one hash of a configuration that is a label.
func (m metric) hash(t *testing.T) (hash string) {
	t.Helper()
	for series := range m {
		if rest, is := strings.CutPrefix(series, `aetherd_config_info{hash="`); is && hash == "" {
			hash, _, _ = strings.Cut(rest, `"`)
		} else if is {
			t.Errorf("a second configuration: %s", series)
		}
	}
	return hash
}

// inHello returns a text of the reply to a hello.
func (r *running) inHello(member string) string {
	r.t.Helper()
	c := r.station()
	var welcome map[string]any
	c.parse(c.ask(`{"type":"hello"}`), &welcome)
	return fmt.Sprint(welcome[member])
}

func TestProfilesAreOptIn(t *testing.T) {
	for _, on := range []bool{false, true} {
		r := start(t, Options{}, func(c *config.Config) { c.Ops.Pprof = on })
		want := map[bool]int{false: http.StatusNotFound, true: http.StatusOK}[on]
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/heap"} {
			if status, _ := r.get(path); status != want {
				t.Errorf("with pprof = %v, %s answers %d, want %d", on, path, status, want)
			}
		}
	}
}

// Who watches does not keep the daemon from closing the arm.
func TestOpsClientThatStays(t *testing.T) {
	f := newFakeArm()
	r := start(t, Options{Driver: f}, func(c *config.Config) { c.Ops.Pprof = true })
	asking := dial(t, r.address.Ops)
	asking.send("GET /debug/pprof/trace?seconds=5 HTTP/1.1", "Host: aetherd", "", "")
	asking.next() // the head of an answer that takes its time
	dial(t, r.address.Ops)
	r.cancel()
	if err := r.wait(); err != nil {
		t.Error(err)
	}
	if got, want := story(f.calls()), "open stop stop close"; got != want {
		t.Errorf("the arm was told %s, want %s", got, want)
	}
	if log := r.log(); strings.Contains(log, "stuck") {
		t.Errorf("the log speaks of a write that is stuck:\n%s", log)
	}
}

// The arm cannot be moved before it was opened.
func TestReadinessBeforeTheFirstAttempt(t *testing.T) {
	w := httptest.NewRecorder()
	writeReady(w, safety.Snapshot{})
	if got, want := w.Body.String(), "the arm does not answer\n"; w.Code != http.StatusServiceUnavailable || got != want {
		t.Errorf("%d %q, want %q", w.Code, got, want)
	}
}
