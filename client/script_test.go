package client

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-json-experiment/json"
)

// stage is a daemon that a test plays by hand, in a bubble of synctest: connections are pipes,
// and time is the bubble's. A test that waits for what never comes is a deadlock there, and
// fails.
type stage struct {
	t             *testing.T
	command, stop chan *knock
}

// knock is a client that wants to connect.
type knock struct {
	t    *testing.T
	done chan net.Conn // nil conn: refused
}

var errRefused = errors.New("connection refused by the test")

const (
	commandAddress = "arm:5000"
	stopAddress    = "arm:5001"
)

// play runs a test on a stage.
func play(t *testing.T, test func(*testing.T, *stage)) {
	synctest.Test(t, func(t *testing.T) {
		test(t, &stage{t: t, command: make(chan *knock), stop: make(chan *knock)})
	})
}

func (s *stage) config() Config {
	return Config{Address: commandAddress, Name: "laptop", DialContext: s.dial}
}

func (s *stage) dial(ctx context.Context, _, address string) (net.Conn, error) {
	port := map[string]chan *knock{commandAddress: s.command, stopAddress: s.stop}[address]
	k := &knock{s.t, make(chan net.Conn)}
	select {
	case port <- k:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if conn := <-k.done; conn != nil {
		return conn, nil
	}
	return nil, errRefused
}

func (k *knock) refuse() { k.done <- nil }

func (k *knock) accept() *peer {
	ours, theirs := net.Pipe()
	k.done <- theirs
	p := &peer{t: k.t, conn: ours, in: bufio.NewReader(ours)}
	k.t.Cleanup(p.close)
	return p
}

// welcome is the reply to a hello, without its end.
const welcome = `{"status":"ok","message":"Welcome","protocol":1,"session":1,"server":"aetherd test",` +
	`"arm":{"name":"arm","driver":"sim","gripper":"opening","relaxes":true,"link":"up"},"role":"operator",` +
	`"safety_rated":false,"workspace":{"x":[-300,300],"y":[-300,300],"z":[0,400],"outside":"reject"},` +
	`"limits":{"speed":250,"accel":1000,"stop_accel":2500,"rate":200,"burst":50,"horizon_ms":100,"line_bytes":4096},` +
	`"control":"exclusive","deadman_ms":300,"lease_ms":5000,"config_hash":"`

// greet accepts the next client of the command port and welcomes it.
func (s *stage) greet(hash string) *peer {
	s.t.Helper()
	p := (<-s.command).accept()
	p.reply(p.want("hello"), welcome+hash+`"`)
	return p
}

// warm accepts the next client of the stop port and answers its ping.
func (s *stage) warm() *peer {
	s.t.Helper()
	p := (<-s.stop).accept()
	p.reply(p.want("ping"), pong)
	return p
}

const pong = `{"status":"ok","message":"pong"`

// connected returns a client and both its connections.
func (s *stage) connected() (c *Client, command, stop *peer) {
	s.t.Helper()
	dialed := s.dialing(s.config())
	stop = s.warm()
	command = s.greet("one")
	d := <-dialed
	if d.err != nil {
		s.t.Fatal(d.err)
	}
	s.t.Cleanup(func() { _ = d.client.Close() })
	return d.client, command, stop
}

type dialed struct {
	client *Client
	err    error
}

// dialing dials in a goroutine.
func (s *stage) dialing(cfg Config) <-chan dialed {
	result := make(chan dialed, 1)
	go func() {
		c, err := Dial(s.t.Context(), cfg)
		result <- dialed{c, err}
	}()
	return result
}

// peer is the daemon's end of one connection.
type peer struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func (p *peer) close() { _ = p.conn.Close() }

// asked is one request as the daemon sees it.
type asked struct {
	Type   string
	ID     uint64  `json:"id"`
	X      float64 `json:"x"`
	Stop   uint64  `json:"stop_id"`
	Rate   float64 `json:"rate_hz"`
	Notify bool    `json:"notify"`
	line   string
}

// next returns the next request.
func (p *peer) next() asked {
	p.t.Helper()
	line, err := p.in.ReadString('\n')
	if err != nil {
		p.t.Fatalf("instead of a request there came %q and %v", line, err)
	}
	var a asked
	if err := json.Unmarshal([]byte(line), &a, json.MatchCaseInsensitiveNames(true)); err != nil {
		p.t.Fatalf("%s: %v", line, err)
	}
	a.line = strings.TrimSuffix(line, "\n")
	return a
}

// want returns the next request, which is of that type.
func (p *peer) want(kind string) asked {
	p.t.Helper()
	a := p.next()
	if a.Type != kind {
		p.t.Fatalf("the client sent %s, want a %s", a.line, kind)
	}
	return a
}

// say sends bytes.
func (p *peer) say(s string) {
	p.t.Helper()
	if _, err := io.WriteString(p.conn, s); err != nil {
		p.t.Errorf("send %.100q: %v", s, err)
	}
}

// tell sends a line.
func (p *peer) tell(line string) { p.t.Helper(); p.say(line + "\n") }

// reply sends line, which has no end yet, as the reply to a.
func (p *peer) reply(a asked, line string) {
	p.t.Helper()
	p.tell(line + `,"id":` + strconv.FormatUint(a.ID, 10) + `}`)
}

// wantEnd checks that the client closes the connection, and sends nothing before.
func (p *peer) wantEnd() {
	p.t.Helper()
	if rest, err := io.ReadAll(p.in); err != nil || len(rest) > 0 {
		p.t.Errorf("before its end the client sent %q, %v", rest, err)
	}
}

// wantSilence checks that the client sends nothing within d.
func (p *peer) wantSilence(d time.Duration) {
	p.t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(d))
	defer func() { _ = p.conn.SetReadDeadline(time.Time{}) }()
	if line, err := p.in.ReadString('\n'); !errors.Is(err, os.ErrDeadlineExceeded) || line != "" {
		p.t.Errorf("instead of silence there came %q and %v", line, err)
	}
}

// accepted is the reply to a motion, without its end.
const accepted = `{"status":"ok","message":"Command received"`

// going runs f in a goroutine and returns where its error comes.
func going(f func() error) <-chan error {
	result := make(chan error, 1)
	go func() { result <- f() }()
	return result
}
