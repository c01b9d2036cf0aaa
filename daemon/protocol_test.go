package daemon

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

const protocolFile = "../docs/protocol.md"

func readProtocol(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(protocolFile)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// example is one block of the document.
type example struct {
	heading string
	info    string // behind the fence: "protocol", or "protocol stop" for the stop port
	lines   []string
}

// examples returns the blocks marked protocol.
func examples(doc string) (all []example) {
	var heading string
	var block *example
	for line := range strings.Lines(doc) {
		line = strings.TrimSpace(line)
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case fence && block == nil:
			block = &example{heading: heading, info: info}
		case fence:
			if info := block.info; info == "protocol" || strings.HasPrefix(info, "protocol ") {
				all = append(all, *block)
			}
			block = nil
		case block != nil:
			block.lines = append(block.lines, line)
		case strings.HasPrefix(line, "#"):
			heading = strings.Trim(line, "# ")
		}
	}
	return all
}

// exchange is a line of a block: the station's name, which way it goes, and what is said.
var exchange = regexp.MustCompile(`^(?:(\w+) )?(->|<-) (.+)$`)

// TestProtocol plays every block of the document.
func TestProtocol(t *testing.T) {
	for _, e := range examples(readProtocol(t)) {
		t.Run(e.heading, func(t *testing.T) {
			t.Parallel()
			e.play(t)
		})
	}
}

func (e example) play(t *testing.T) {
	r := start(t, Options{})
	address, known := map[string]string{"protocol": r.address.Command, "protocol stop": r.address.Stop}[e.info]
	if !known {
		t.Fatalf("a block is marked %q", e.info)
	}
	stations := map[string]*client{}
	for _, line := range e.lines {
		if line == "standstill" {
			r.station().untilStopped()
			continue
		}
		m := exchange.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("%q is no line of an exchange", line)
		}
		name, way, text := m[1], m[2], m[3]
		c := stations[name]
		if c == nil {
			c = dial(t, address)
			stations[name] = c
		}
		if way == "->" {
			c.send(text)
		} else if got := c.next(); !matches(text, got) {
			t.Fatalf("%s\n got %s\nwant %s", name, got, text)
		}
	}
	for name, c := range stations { // what follows is the next line: nothing was left out
		if got := c.ask(`{"type":"ping","id":"last"}`); got != `{"status":"ok","message":"pong","id":"last"}` {
			t.Errorf("%s: the document does not show %s", name, got)
		}
	}
}

// matches reports whether text is as wanted, where "…" stands for any text.
func matches(wanted, text string) bool {
	parts := strings.Split(wanted, "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`^` + strings.Join(parts, `.*`) + `$`).MatchString(text)
}

// TestProtocolUnderOtherSettings checks the replies that the text shows outside the blocks.
func TestProtocolUnderOtherSettings(t *testing.T) {
	doc := readProtocol(t)
	r := start(t, Options{}, func(c *config.Config) {
		c.Safety.Outside = "clamp"
		c.Safety.Rate, c.Safety.Burst = 0.1, 1
	})
	c := r.station()
	clamped := c.ask(`{"type":"move","x":400,"y":0,"z":200}`)
	limited := c.ask(`{"type":"move","x":400,"y":0,"z":200}`)
	limited = regexp.MustCompile(`"retry_after_ms":\d+`).ReplaceAllString(limited, `"retry_after_ms":5`)
	for _, reply := range []string{clamped, limited} {
		if !strings.Contains(doc, "`"+reply+"`") {
			t.Errorf("the document does not show %s", reply)
		}
	}
}

// TestProtocolIsWhole checks that the document shows every request and names every event.
func TestProtocolIsWhole(t *testing.T) {
	doc := readProtocol(t)
	var sent strings.Builder
	for _, e := range examples(doc) {
		for _, line := range e.lines {
			if strings.Contains(line, "-> ") {
				sent.WriteString(line + "\n")
			}
		}
	}
	for _, request := range codec.Types() {
		if !strings.Contains(sent.String(), `{"type":"`+request.String()+`"`) {
			t.Errorf("no block sends a %s", request)
		}
	}
	id := []byte("1")
	for _, line := range [][]byte{
		codec.AppendDone(nil, id, safety.Point{}),
		codec.AppendSuperseded(nil, id),
		codec.AppendExpired(nil, id),
		codec.AppendCutOff(nil, id, "station"),
		codec.AppendControlEvent(nil, ""),
		codec.AppendStateEvent(nil, &codec.State{}),
	} {
		event := regexp.MustCompile(`^{"event":"(\w+)"`).FindSubmatch(line)
		if event == nil {
			t.Fatalf("%s is no event", line)
		}
		if name := string(event[1]); !strings.Contains(doc, "`"+name+"`") && !strings.Contains(doc, `{"event":"`+name+`"`) {
			t.Errorf("the event %s is not documented", name)
		}
	}
	for _, state := range safety.States() {
		if !strings.Contains(doc, "`"+state+"`") {
			t.Errorf("the state %s is not documented", state)
		}
	}
}

// TestProtocolNamesEveryCause checks the list of the causes of a stop.
func TestProtocolNamesEveryCause(t *testing.T) {
	var names []string
	for _, kind := range safety.StopCauses() {
		names = append(names, "`"+kind.String()+"`")
	}
	want := "The causes of a stop: " + strings.Join(names, ", ") + "."
	if doc := strings.Join(strings.Fields(readProtocol(t)), " "); !strings.Contains(doc, want) {
		t.Errorf("the document does not say: %s", want)
	}
}
