package grafana

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/deploy/tool"
)

// server is a Prometheus of its own, which scrapes the arms of a test.
type server struct {
	base   string
	client http.Client
}

const configuration = `
global: {scrape_interval: 400ms, scrape_timeout: 400ms, evaluation_interval: 400ms}
rule_files: [%s]
scrape_configs:
  - job_name: aetherd
    static_configs:
`

var hold = regexp.MustCompile(`(?m)^\s*for: .*\n`)

// watch starts a Prometheus with the rules of aetherd, with alerts that do not wait, and with targets by instance.
func watch(t *testing.T, targets map[string]string) *server {
	t.Helper()
	prometheus := tool.Need(t, "prometheus", "prometheus")
	dir := t.TempDir()
	var paths []string
	for _, name := range []string{"aetherd.rules.yml", "aetherd.alerts.yml"} {
		text, err := os.ReadFile("../prometheus/" + name)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, hold.ReplaceAll(text, nil), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	text := fmt.Sprintf(configuration, strings.Join(paths, ", "))
	for instance, address := range targets {
		text += fmt.Sprintf("      - {targets: [%q], labels: {instance: %s}}\n", address, instance)
	}
	file := filepath.Join(dir, "prometheus.yml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(prometheus, "--config.file="+file, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address=127.0.0.1:0", "--log.level=info")
	log, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	drained := make(chan struct{})
	address := make(chan string, 1)
	t.Cleanup(func() {
		cmd.Process.Kill()
		<-drained
		cmd.Wait()
	})
	go func() {
		defer close(drained)
		defer close(address)
		for lines := bufio.NewScanner(log); lines.Scan(); {
			if _, at, found := strings.Cut(lines.Text(), `msg="Listening on" address=`); found {
				address <- at
			}
		}
	}()
	at, listens := <-address
	if !listens {
		t.Fatal("prometheus ended before it listened")
	}
	s := &server{base: "http://" + at, client: http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	s.until(t, "it is ready", func() bool { return s.get(t, "/-/ready", nil, nil) })
	return s
}

// get reports whether the server answers with 200, and puts the answer's data into data.
func (s *server) get(t *testing.T, path string, query url.Values, data any) bool {
	t.Helper()
	resp, err := s.client.Get(s.base + path + "?" + query.Encode())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if data != nil {
		answer := struct {
			Error string
			Data  any
		}{Data: data}
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Error != "" {
			t.Fatalf("%s?%s: %v %s", path, query.Encode(), err, answer.Error)
		}
	}
	return resp.StatusCode == http.StatusOK
}

// until polls for something that comes.
func (s *server) until(t *testing.T, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); !is(); {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatal("it never came to this: " + what)
		}
	}
}

// series are what a query returns, over time or of one moment.
type series []struct {
	Metric map[string]string
	Values [][2]any
	Value  [2]any
}

// at asks as Grafana does for one figure.
func (s *server) at(t *testing.T, moment time.Time, expr string) series {
	t.Helper()
	var data struct{ Result series }
	s.get(t, "/api/v1/query", url.Values{"query": {expr}, "time": {unix(moment)}}, &data)
	return data.Result
}

// over asks as Grafana does for a graph.
func (s *server) over(t *testing.T, from, to time.Time, expr string) series {
	t.Helper()
	var data struct{ Result series }
	s.get(t, "/api/v1/query_range", url.Values{
		"query": {expr}, "start": {unix(from)}, "end": {unix(to)}, "step": {"0.2"},
	}, &data)
	return data.Result
}

func unix(t time.Time) string { return fmt.Sprintf("%.3f", float64(t.UnixMilli())/1000) }

// comes waits for a query to return something.
func (s *server) comes(t *testing.T, what, expr string) {
	t.Helper()
	s.until(t, what, func() bool { return len(s.at(t, time.Now(), expr)) > 0 })
}

// settles is comes, and returns a moment of which the query returns something, and so will every later query: it is so long
// ago that no scrape that began before it can still end.
func (s *server) settles(t *testing.T, what, expr string) (moment time.Time) {
	t.Helper()
	s.until(t, what, func() bool {
		moment = time.Now().Add(-time.Second)
		return len(s.at(t, moment, expr)) > 0
	})
	return moment
}

// values asks as Grafana does for label_values(selector, label).
func (s *server) values(t *testing.T, selector, label string) (all []string) {
	t.Helper()
	s.get(t, "/api/v1/label/"+label+"/values", url.Values{"match[]": {selector}}, &all)
	return all
}

// outcome is the most that can be said of what a query returned.
type outcome int

const (
	absent outcome = iota // not one sample that is a number
	zero                  // nothing but 0
	data
)

func (o outcome) String() string { return [...]string{"nothing", "nothing but 0", "data"}[o] }

func (all series) outcome() outcome {
	best := absent
	for _, one := range all {
		for _, sample := range append(one.Values, one.Value) {
			switch sample[1] {
			case nil, "NaN":
			case "0":
				best = max(best, zero)
			default:
				return data
			}
		}
	}
	return best
}
