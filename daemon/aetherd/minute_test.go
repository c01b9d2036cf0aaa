package main

import (
	"io"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// readme returns the block of code that follows an opening line in the README.
func readme(t *testing.T, opening string) string {
	t.Helper()
	doc, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(doc), opening)
	block, _, closed := strings.Cut(after, "```")
	if !found || !closed {
		t.Fatalf("the README has no block that opens with %q", opening)
	}
	return block
}

// The first minute of somebody new: what the README says to type does what it says.
func TestFirstMinute(t *testing.T) {
	p := start(t)

	t.Run("by hand", func(t *testing.T) {
		s := dial(t, p.ready.Command)
		asked := ""
		for line := range strings.Lines(readme(t, "$ nc 127.0.0.1 5000\n")) {
			line = strings.TrimSuffix(line, "\n")
			switch {
			case strings.HasPrefix(line, `{"type":"reset"`):
				s.untilStanding() // a person types more slowly than the arm stops
				fallthrough
			case strings.HasPrefix(line, `{"type":`):
				asked = line
			default:
				if reply := s.ask(asked); reply != line {
					t.Errorf("%s\n got %s\nwant %s", asked, reply, line)
				}
			}
		}
		if asked == "" {
			t.Error("the README asks nothing")
		}
	})

	t.Run("Python", func(t *testing.T) {
		python, err := exec.LookPath("python3")
		if err != nil {
			t.Skipf("there is no Python to run the README's client: %v", err)
		}
		program := readme(t, "```python\n")
		_, port, err := net.SplitHostPort(p.ready.Command)
		if err != nil {
			t.Fatal(err)
		}
		here := strings.Replace(program, "5000", port, 1)
		if here == program {
			t.Fatal("the README's client does not connect to port 5000")
		}
		out, err := exec.Command(python, "-c", here).CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if lines[0] != "{'status': 'ok', 'message': 'Command received'}" {
			t.Errorf("the reply is %s", lines[0])
		}
		if last := lines[len(lines)-1]; !strings.HasPrefix(last, "{'x': ") || last == lines[1] {
			t.Errorf("the arm does not move:\n%s", out)
		}
	})
}

// A person gets told what to type next, with the addresses that hold; the journal does not.
func TestHints(t *testing.T) {
	person := launch(t, nil)
	person.untilReady()
	person.signal(syscall.SIGINT)
	if code := person.exit(shutdownTime); code != 0 {
		t.Errorf("exit code %d", code)
	}
	hints := person.stdout.String()
	if ops := "http://" + person.ready.Ops + "/metrics"; !strings.Contains(hints, ops) {
		t.Errorf("the hints do not name %s:\n%s", ops, hints)
	}

	journal := start(t)
	typed := regexp.MustCompile(`echo '(.*)' \| nc -w 1 (\S+) (\d+)`).FindAllStringSubmatch(hints, -1)
	if len(typed) != 3 {
		t.Errorf("the hints are:\n%s", hints)
	}
	for _, words := range typed {
		address, known := map[string]string{
			person.ready.Command: journal.ready.Command,
			person.ready.Stop:    journal.ready.Stop,
		}[net.JoinHostPort(words[2], words[3])]
		if !known {
			t.Errorf("nothing listens where the hint goes: %s", words[0])
			continue
		}
		if reply := pipe(t, words[1], address); !strings.HasPrefix(reply, `{"status":"ok"`) || strings.Count(reply, "\n") != 1 {
			t.Errorf("%s is answered with %q", words[0], reply)
		}
	}
	journal.signal(syscall.SIGTERM)
	if code := journal.exit(shutdownTime); code != 0 || journal.stdout.Len() > 0 {
		t.Errorf("exit code %d, and to the journal went\n%s", code, &journal.stdout)
	}
}

// pipe is echo line | nc: it sends a line, ends its side, and returns what comes back.
func pipe(t *testing.T, line, address string) string {
	t.Helper()
	s := dial(t, address)
	if err := s.send(line); err != nil {
		t.Fatal(err)
	}
	if err := s.conn.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	_ = s.conn.SetReadDeadline(time.Now().Add(patience))
	reply, err := io.ReadAll(s.in)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return string(reply)
}

// What anybody on the network can do is told where somebody looks: in the log and on the
// dashboard.
func TestInsecureLAN(t *testing.T) {
	p := start(t, `server.listen = "0.0.0.0:0"`, "server.insecure_lan = true")
	p.untilLogged(`"level":"warn"`, "insecure_lan: whoever reaches these ports can move the arm")
	if n := p.metric("aetherd_insecure_lan"); n != 1 {
		t.Errorf("aetherd_insecure_lan %v", n)
	}
	_, port, err := net.SplitHostPort(p.ready.Command)
	if err != nil {
		t.Fatal(err)
	}
	dial(t, net.JoinHostPort("127.0.0.2", port)).want(`{"type":"ping"}`, "pong")
	for where, c := range map[string]struct {
		lines []string
		want  float64
	}{
		"only stops":   {[]string{`server.stop_listen = "0.0.0.0:0"`, "server.insecure_lan = true"}, 1},
		"only metrics": {[]string{`ops.listen = "0.0.0.0:0"`, "server.insecure_lan = true"}, 0},
		"loopback":     {nil, 0},
	} {
		if n := start(t, c.lines...).metric("aetherd_insecure_lan"); n != c.want {
			t.Errorf("%s: aetherd_insecure_lan is %v, want %v", where, n, c.want)
		}
	}
}
