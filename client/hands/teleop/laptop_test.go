package teleop

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/client/hands"
)

// aLaptop is Aether's laptop program: it says its line 30 times a second to whoever is
// connected last.
type aLaptop struct {
	net.Listener
	work sync.WaitGroup

	mu     sync.Mutex
	conn   net.Conn
	line   string
	frozen bool
	said   time.Time // the last line
	taken  chan struct{}
}

func newLaptop(t testing.TB) *aLaptop {
	t.Helper()
	l := &aLaptop{taken: make(chan struct{}, 100)}
	l.listen(t, "127.0.0.1:0")
	stop := make(chan struct{})
	l.work.Go(func() {
		tick := time.NewTicker(time.Second / 30)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				l.tick()
			case <-stop:
				return
			}
		}
	})
	t.Cleanup(func() {
		l.vanish()
		close(stop)
		l.work.Wait()
	})
	return l
}

func (l *aLaptop) listen(t testing.TB, address string) {
	var err error
	if l.Listener, err = net.Listen("tcp", address); err != nil {
		t.Fatal(err)
	}
	listener := l.Listener
	l.work.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			l.mu.Lock()
			if l.conn != nil {
				l.conn.Close()
			}
			l.conn = conn
			l.mu.Unlock()
			l.taken <- struct{}{}
		}
	})
}

func (l *aLaptop) address() string { return l.Addr().String() }

// tick says the line, where there is one.
func (l *aLaptop) tick() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil || l.line == "" || l.frozen {
		return
	}
	fmt.Fprintln(l.conn, l.line)
	l.said = time.Now()
}

// say changes the line.
func (l *aLaptop) say(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.line, l.frozen = line, false
}

// write writes once what is no line of hand state.
func (l *aLaptop) write(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		fmt.Fprint(l.conn, text)
	}
}

// freeze has it say nothing any longer, and returns when it said the last line.
func (l *aLaptop) freeze() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.frozen = true
	return l.said
}

// hangUp closes the connection.
func (l *aLaptop) hangUp() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn != nil {
		l.conn.Close()
		l.conn = nil
	}
}

// vanish ends the program; listen begins it again.
func (l *aLaptop) vanish() {
	l.Close()
	l.hangUp()
}

// seen is a hand; noHand is none.
func seen(x, y, z float64, grab string) string {
	return fmt.Sprintf(`{"left_hand":{"grab":%q,"wrist":{"up_down":"Not calibrated"}},"right_hand":{"xyz":{"x":%.1f,"y":%.1f,"z":%.1f}},"raw":null,"base_rotation":"Center"}`, grab, x, y, z)
}

const noHand = `{"left_hand":{"grab":"No hand"},"right_hand":{"xyz":null},"raw":null,"base_rotation":"No hand"}`

// running is a source that runs as long as the test.
type running struct {
	t    *testing.T
	news chan News
	end  chan error
}

func runSource(t *testing.T, s Source) *running {
	ctx, cancel := context.WithCancel(context.Background())
	r := &running{t, make(chan News), make(chan error, 1)}
	var work sync.WaitGroup
	work.Go(func() { r.end <- s.Run(ctx, func(n News) { pass(ctx, r.news, n) }) })
	t.Cleanup(func() { cancel(); work.Wait() })
	return r
}

// until returns the first news of a kind.
func (r *running) until(kind NewsKind) News {
	r.t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case n := <-r.news:
			if n.Kind == kind {
				return n
			}
		case err := <-r.end:
			r.t.Fatalf("the source ended: %v", err)
		case <-late:
			r.t.Fatal("no news of the kind ", kind)
		}
	}
}

func TestLaptopConnectsAgain(t *testing.T) {
	l := newLaptop(t)
	address := l.address()
	l.say(seen(1, 2, 3, "Open"))
	r := runSource(t, &Laptop{Address: address})
	r.until(Connected)
	if f := r.until(Seen).Frame; f.X != 1 || f.Y != 2 || f.Z != 3 || f.Grab != hands.Open {
		t.Errorf("%+v", f)
	}
	l.hangUp()
	if err := r.until(Broken).Err; !strings.Contains(err.Error(), "has closed the connection") {
		t.Error(err)
	}
	r.until(Connected)
	r.until(Seen)
	l.vanish()
	r.until(Broken)
	if err := r.until(Broken).Err; !strings.Contains(err.Error(), "does Aether's laptop program run there") {
		t.Error(err)
	}
	l.listen(t, address)
	r.until(Connected)
	r.until(Seen)
}

// What cannot be read is told and skipped, and what was cut off by a close is nothing.
func TestLaptopOfBadLines(t *testing.T) {
	l := newLaptop(t)
	r := runSource(t, &Laptop{Address: l.address()})
	r.until(Connected)
	<-l.taken
	l.write(seen(1, 0, 0, "Open") + "\ngarbage\n" + strings.Repeat("x", 5*hands.MaxLine) + "\n" + seen(2, 0, 0, "Open") + "\n" + seen(3, 0, 0, "Open"))
	var got []string
	for range 4 {
		n := <-r.news
		got = append(got, fmt.Sprint(n.Kind, n.Frame.X))
	}
	if want := "[0 1 1 0 1 0 0 2]"; fmt.Sprint(got) != want {
		t.Errorf("%v, want %v", got, want)
	}
	l.hangUp()
	if n := <-r.news; n.Kind != Broken {
		t.Errorf("%+v", n)
	}
}

// Another program listens there: it is named, and it is not tried again.
func TestLaptopIsAnotherProgram(t *testing.T) {
	for greeting, who := range map[string]string{
		"HTTP/1.1 408 Request Timeout\r\n\r\n":                                      "a web server",
		`{"status":"error","message":"too many","code":"too_many_stations"}` + "\n": "aetherd",
		"SSH-2.0-OpenSSH_9.2p1\r\n":                                                 "an SSH server",
	} {
		l := newLaptop(t)
		r := runSource(t, &Laptop{Address: l.address()})
		r.until(Connected)
		<-l.taken
		l.write(greeting)
		if err := <-r.end; !errors.Is(err, hands.ErrNotHands) || !strings.Contains(err.Error(), who) {
			t.Errorf("%q: %v", greeting, err)
		}
	}
}

// One that says nothing is given up after a while, and tried again.
func TestLaptopIsSilent(t *testing.T) {
	l := newLaptop(t)
	r := runSource(t, &Laptop{Address: l.address(), silence: 50 * time.Millisecond})
	r.until(Connected)
	if err := r.until(Broken).Err; !strings.Contains(err.Error(), "is that Aether's laptop program?") {
		t.Error(err)
	}
	r.until(Connected)
	l.say(noHand)
	r.until(Seen)
	l.freeze()
	if err := r.until(Broken).Err; !strings.Contains(err.Error(), "has been silent") {
		t.Error(err)
	}
}

type fullDisk struct{ room int }

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.room--; f.room < 0 {
		return 0, errors.New("no space left on device")
	}
	return len(p), nil
}

// A recording that cannot be written ends the run, and says what is kept.
func TestLaptopOnAFullDisk(t *testing.T) {
	l := newLaptop(t)
	l.say(noHand)
	r := runSource(t, &Laptop{Address: l.address(), Record: NewRecorder(&fullDisk{room: 3})})
	for range 4 { // connected, and what was written
		<-r.news
	}
	if err := <-r.end; err == nil || !strings.Contains(err.Error(), "its 3 lines before are kept") {
		t.Error(err)
	}
}

// What was recorded is played as it came: the frames, their times, and what could not be read.
func TestRecordedIsPlayed(t *testing.T) {
	var file bytes.Buffer
	rec := NewRecorder(&file)
	lines := []string{
		seen(1, 2, 3, "Open"), noHand, "garbage \xff\"", `{"t_ms":1795402000000,"right_hand":{"xyz":{"x":4,"y":5,"z":null}},"new":{"t_ms":7}}`, `{"right_hand":{}}`,
	}
	var want []News
	for _, line := range lines {
		n := read([]byte(line))
		want = append(want, n)
		if err := rec.add([]byte(line), n.Kind == Seen); err != nil {
			t.Fatal(err)
		}
	}
	p, err := NewPlayer(bytes.NewReader(file.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	r := runSource(t, p)
	r.until(Connected)
	for i, w := range want {
		n := <-r.news
		at, has := n.Frame.At, n.Frame.HasAt
		n.Frame.At, n.Frame.HasAt = 0, false
		if n.Kind != w.Kind || n.Frame != w.Frame || (n.Kind == Seen) != has || at < 0 {
			t.Errorf("line %d: %+v, want %+v", i, n, w)
		}
	}
	if err := <-r.end; err != nil {
		t.Error(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(file.String()), "\n") {
		if !strings.HasPrefix(line, `{"t_ms":`) || strings.Count(line, `"t_ms"`)-strings.Count(line, `"new"`) != 1 {
			t.Errorf("recorded %s", line)
		}
	}
}
