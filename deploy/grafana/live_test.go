package grafana

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
)

// quiet are the queries that return nothing but 0 while two healthy arms are at work, and why.
var quiet = map[string]string{
	"arm.json: Watchdog not fed A":       "no systemd watches",
	"arm.json: Watchdog A":               "no systemd watches",
	"arm.json: Watchdog B":               "no systemd watches",
	"arm.json: What became of motions B": "every motion begins at once",
	"arm.json: Trouble A":                "the simulated arm takes every write",
	"arm.json: Trouble B":                "the simulated link does not break",
	"arm.json: Restart pending A":        "nobody reloads",
	"fleet.json: Arms J":                 "nobody reloads",
	"fleet.json: Links down A":           "the simulated link does not break",
}

// fickle are the queries that may return 0 or not, and why.
var fickle = map[string]string{
	"fleet.json: Late A":              "how late setpoints are is for the machine to say",
	"arm.json: Off its setpoint by A": "where the arm turns it is where it was sent",
}

// ofTheLost are the queries that have an answer about an arm that is not reached.
var ofTheLost = []string{
	"arm.json: Alerts A", "fleet.json: Reached A", "fleet.json: Unreachable A", "fleet.json: Alerts A", "fleet.json: Arms A",
	"fleet.json: Alerts that are firing A",
}

// TestQueriesReturnData asks a Prometheus every query of the dashboards, while it watches one arm that a station has moved and
// stopped, one that a station moves, and one that is not there.
func TestQueriesReturnData(t *testing.T) {
	if testing.Short() {
		t.Skip("it starts a Prometheus and waits for what it scrapes")
	}
	began := time.Now()
	left := daemontest.Start(t, func(c *config.Config) { c.Arm.Name = "left" })
	right := daemontest.Start(t, func(c *config.Config) {
		c.Arm.Name, c.Safety.TrackingError = "right", 40
		c.Server.StopListen, c.Server.InsecureLAN = "0.0.0.0:0", true
	})
	p := watch(t, map[string]string{"left": left.Ops, "right": right.Ops, "gone": nobody(t)})
	p.comes(t, "both arms are scraped, at rest", `count(aetherd_state{state="idle"} == 1) == 2`)
	stream(t, client.Config{Address: right.Command, StopAddress: right.Stop, Name: "pendant"})
	work(t, client.Config{Address: left.Command, StopAddress: left.Stop, Name: "laptop", Deadman: 500 * time.Millisecond}, p)
	ended := p.settles(t, "all of that is scraped, and alerts have followed", everything)

	for _, b := range boards(t) {
		selections := []string{"left", "right", "gone"}
		if b.UID == fleetUID {
			selections = []string{"(left|right|gone)"}
		}
		for _, q := range b.queries() {
			best := absent
			for _, instance := range selections {
				expr := asGrafana(q.Expr, instance)
				if q.Instant {
					best = max(best, p.at(t, ended, expr).outcome())
				} else {
					best = max(best, p.over(t, began, ended, expr).outcome())
				}
			}
			want := data
			if quiet[q.where] != "" {
				want = zero
			}
			if best != want && (best == absent || fickle[q.where] == "") {
				t.Errorf("%s returns %v, want %v: %s", q.where, best, want, asGrafana(q.Expr, selections[0]))
			}
		}
		// Nothing looks well where nothing is known.
		for _, q := range b.queries() {
			if of := p.at(t, ended, asGrafana(q.Expr, "gone")); len(of) > 0 && !slices.Contains(ofTheLost, q.where) {
				t.Errorf("%s says %v of an arm that is not reached", q.where, of)
			}
		}
		for _, v := range b.Templating.List {
			if v.Type == "query" {
				checkVariableQuery(t, p, v)
			}
		}
	}
}

// everything is there at one moment: a scrape can fail on a busy machine, and one figure is of one moment.
const everything = `sum(up) == 2
	and on () sum_over_time(aetherd_stopped{instance="left"}[3s]) >= 3
	and on () aetherd_control_held{instance="right"} == 1
	and on () rate(aetherd_setpoints_total{instance="right"}[3s]) > 0
	and on () count(count by (instance) (ALERTS{alertstate="firing"})) >= 3`

// asGrafana writes the values of variables where Grafana does.
func asGrafana(text, instance string) string {
	return strings.NewReplacer(
		"$__rate_interval", "3s", "$__interval", "1s", "$__range", "60s", "$job", "aetherd", "$instance", instance,
	).Replace(text)
}

var labelValues = regexp.MustCompile(`^label_values\((.*), (\w+)\)$`)

func checkVariableQuery(t *testing.T, p *server, v variable) {
	t.Helper()
	call := labelValues.FindStringSubmatch(v.Query)
	if call == nil {
		t.Fatalf("%s: %s", v.Name, v.Query)
	}
	got := p.values(t, asGrafana(call[1], ""), call[2])
	slices.Sort(got)
	want := map[string][]string{"job": {"aetherd"}, "instance": {"gone", "left", "right"}}[v.Name]
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", v.Name, diff)
	}
}
