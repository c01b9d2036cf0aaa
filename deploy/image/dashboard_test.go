//go:build image

package image

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// query is one of a panel.
type query struct{ panel, expr string }

// queries returns those of a dashboard, with the values that Grafana puts in for one arm.
func queries(t *testing.T, text string) (all []query) {
	t.Helper()
	type panel struct {
		Title   string
		Targets []struct{ Expr string }
		Panels  []json.RawMessage
	}
	grafana := strings.NewReplacer(
		"$__rate_interval", "20s", "$__interval", "5s", "$__range", "5m", "$job", "aetherd", "$instance", "127.0.0.1:5002",
	)
	var collect func(panels []json.RawMessage)
	collect = func(panels []json.RawMessage) {
		for _, raw := range panels {
			var p panel
			if err := json.Unmarshal(raw, &p); err != nil {
				t.Fatal(err)
			}
			for _, target := range p.Targets {
				all = append(all, query{p.Title, grafana.Replace(target.Expr)})
			}
			collect(p.Panels)
		}
	}
	var board panel
	if err := json.Unmarshal([]byte(text), &board); err != nil {
		t.Fatal(err)
	}
	collect(board.Panels)
	if len(all) == 0 {
		t.Fatal("the dashboard has no queries")
	}
	return all
}

// ask has the Prometheus of the machine evaluate an expression over the last minute. It returns how
// many series that gives.
func (m *machine) ask(expr string) (series int, err error) {
	now := time.Now()
	parameters := url.Values{
		"query": {expr}, "step": {"5"},
		"start": {strconv.FormatInt(now.Add(-time.Minute).Unix(), 10)}, "end": {strconv.FormatInt(now.Unix(), 10)},
	}
	body, err := m.get("http://127.0.0.1:9090/api/v1/query_range?" + parameters.Encode())
	if err != nil {
		return 0, err
	}
	var answer struct {
		Status string
		Data   struct{ Result []json.RawMessage }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return 0, err
	}
	if answer.Status != "success" {
		return 0, fmt.Errorf("%s", body)
	}
	return len(answer.Data.Result), nil
}

// wantKnown waits until Prometheus has an answer.
func (m *machine) wantKnown(expr string) {
	m.t.Helper()
	m.until("Prometheus to answer "+expr, func() bool {
		series, err := m.ask(expr)
		return err == nil && series > 0
	})
}

// used has the arm used for some seconds, so that there is something to see: a station has
// control, moves it, is refused, says what is no request, and stops it.
func (m *machine) used() {
	m.t.Helper()
	m.reset()
	m.must("systemd-run", "--quiet", "--unit=station", "aetherctl", "take")
	m.wantKnown("aetherd_control_holder == 1")
	m.must("systemctl", "stop", "station")
	m.move(safety.Point{X: 150, Z: 200})
	m.fails("aetherctl", "move", "0", "0", "5000")
	m.run("sh", "-c", `echo '{"type":"nonsense"}' | aetherctl send`)
	m.must("aetherctl", "stop")
	m.wantKnown(`increase(aetherd_decode_errors_total{code="unknown_type"}[20s]) > 0 and on () increase(aetherd_stops_total{source="station"}[20s]) > 0`)
}

// queriesAnswer asks Prometheus what the panels of the arm's dashboard ask. What they return with
// every kind of event is tested beside the dashboard; here the question is whether what was installed
// fits together.
func queriesAnswer(t *testing.T, m *machine) {
	m.used()
	text, err := os.ReadFile(m.path("/usr/share/aetherd/grafana/arm.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range queries(t, string(text)) {
		series, err := m.ask(q.expr)
		switch {
		case err != nil:
			t.Errorf("%s: %v", q.panel, err)
		case series == 0:
			t.Errorf("%s: nothing answers %s", q.panel, q.expr)
		}
	}
}
