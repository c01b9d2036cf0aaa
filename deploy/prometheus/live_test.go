package prometheus

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/daemon/daemontest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is far beyond what anything here takes.
const patience = 20 * time.Second

func scrape(t *testing.T, d *daemontest.Daemon) string {
	t.Helper()
	c := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	response, err := c.Get("http://" + d.Ops + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("%s: %v", response.Status, err)
	}
	return string(body)
}

// TestScrapesAreClean: promtool, as a stand-in for every reader, has nothing to say about what a daemon
// serves, at rest and after all kinds of traffic.
func TestScrapesAreClean(t *testing.T) {
	d := daemontest.Start(t, func(c *config.Config) { c.Safety.Start = "stopped" })
	promtool(t, scrape(t, d), "check", "metrics")

	conn, err := net.DialTimeout("tcp", d.Command, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	replies := bufio.NewReader(conn)
	for _, exchange := range [][2]string{
		{`{"type":"hello","name":"a \"b\" \\ é"}`, `"status":"ok"`},
		{`{"type":"reset","stop_id":1}`, `"status":"ok"`},
		{`{"type":"move","x":150,"y":0,"z":200}`, `"status":"ok"`},
		{`{"type":"move","x":9000,"y":0,"z":200}`, `"out_of_workspace"`},
		{`{no request}`, `"invalid_json"`},
		{`{"type":"stop"}`, `"stop_id":2`},
		{`{"type":"subscribe","rate_hz":1}`, `"status":"ok"`},
	} {
		if _, err := fmt.Fprintln(conn, exchange[0]); err != nil {
			t.Fatal(err)
		}
		if reply, err := replies.ReadString('\n'); err != nil || !strings.Contains(reply, exchange[1]) {
			t.Fatalf("%s is answered %s (%v), want %s", exchange[0], reply, err, exchange[1])
		}
	}
	after := scrape(t, d)
	for _, want := range []string{
		`aetherd_control_holder{station="a \"b\" \\ é"} 1`, `aetherd_decode_errors_total{code="invalid_json"} 1`,
		`aetherd_stop_cause{cause="station"} 1`, `aetherd_verdicts_total{reason="out_of_workspace"} 1`,
	} {
		if !strings.Contains(after, want+"\n") {
			t.Errorf("%s is not there", want)
		}
	}
	promtool(t, after, "check", "metrics")
}
