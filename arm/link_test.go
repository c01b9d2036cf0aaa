package arm

import (
	"errors"
	"io"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// everyByte holds all 256 bytes, among them the ones that a tty which is not raw would
// change, echo, or take for a signal or for flow control.
func everyByte() []byte {
	b := make([]byte, 256)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func TestBytesArriveWholeAndInOrder(t *testing.T) {
	inWorlds(t, func(t *testing.T, w world) {
		l, o := openLink(t, w.open)
		for range 20 { // more than one read takes
			if _, err := w.device.Write(everyByte()); err != nil {
				t.Fatal(err)
			}
		}
		got := o.next(20 * 256)
		if want := slices.Repeat(everyByte(), 20); !slices.Equal(got, want) {
			t.Errorf("the daemon got %q", got)
		}

		if err := l.Write(everyByte()); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(everyByte(), readAll(w.device)); diff != "" {
			t.Errorf("the device got (-want +got):\n%s", diff)
		}
	})
}

func TestUnplugIsReportedOnce(t *testing.T) {
	inWorlds(t, func(t *testing.T, w world) {
		l, o := openLink(t, w.open)
		if _, err := w.device.Write([]byte("ok\n")); err != nil {
			t.Fatal(err)
		}
		o.next(3)
		w.unplug()
		if err := <-o.lost; err == nil {
			t.Error("lost without a reason")
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if n := len(o.lost); n != 0 {
			t.Errorf("lost %d times more", n)
		}
	})
}

func TestCloseIsNotALoss(t *testing.T) {
	inWorlds(t, func(t *testing.T, w world) {
		l, o := openLink(t, w.open)
		for range 2 {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if len(o.lost) != 0 {
			t.Errorf("lost: %v", <-o.lost)
		}
	})
}

func TestCloseWaitsForTheReader(t *testing.T) {
	p, o := newMemoryPort(), newObserver()
	entered, received := make(chan struct{}), false
	l, err := OpenLink(func() (Port, error) { return p, nil }, func([]byte) {
		close(entered)
		<-p.closed
		received = true
	}, o.reportLost)
	if err != nil {
		t.Fatal(err)
	}
	p.input <- []byte("ok\n")
	<-entered
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if !received {
		t.Error("Close returned before receive had")
	}
}

func TestNothingIsWrittenAfterClose(t *testing.T) {
	inWorlds(t, func(t *testing.T, w world) {
		l, _ := openLink(t, w.open)
		if err := l.Write([]byte("!")); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if err := l.Write([]byte("G1X200\n")); !errors.Is(err, ErrClosed) {
			t.Errorf("Write after Close: %v", err)
		}
		if err := l.Flush(); !errors.Is(err, ErrClosed) {
			t.Errorf("Flush after Close: %v", err)
		}
		if got := string(readAll(w.device)); got != "!" {
			t.Errorf("the device got %q", got)
		}
	})
}

// The reader must not wait for a Write that is stuck: what the arm says, and that it is
// gone, is needed most then.
func TestReaderGoesOnWhileAWriteIsStuck(t *testing.T) {
	inWorlds(t, func(t *testing.T, w world) {
		l, o := openLink(t, w.open)
		wrote := startStuckWrite(t, w, l)
		if _, err := w.device.Write([]byte("ALARM:1")); err != nil {
			t.Fatal(err)
		}
		if got := string(o.next(7)); got != "ALARM:1" {
			t.Errorf("received %q", got)
		}
		w.unplug()
		if err := <-o.lost; err == nil {
			t.Error("lost without a reason")
		}
		failure := <-wrote
		if failure == nil {
			t.Fatal("a Write to an unplugged port succeeded")
		}
		if err := l.Write([]byte("!")); !errors.Is(err, failure) {
			t.Errorf("a Write after a failed one: %v, want %v", err, failure)
		}
	})
}

func TestCloseWaitsBehindAStuckWrite(t *testing.T) {
	inWorlds(t, func(t *testing.T, w world) {
		l, o := openLink(t, w.open)
		wrote := startStuckWrite(t, w, l)
		closed := make(chan error)
		go func() { closed <- l.Close() }()

		// The whole frame arrives, and the port is closed only then.
		drained := 0
		for b := make([]byte, 4096); drained < stuckSize-1; {
			n, err := w.device.Read(b)
			if err != nil {
				t.Fatalf("after %d bytes: %v", drained, err)
			}
			drained += n
		}
		if err := <-wrote; err != nil {
			t.Errorf("the Write failed: %v", err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if len(o.lost) != 0 {
			t.Errorf("lost: %v", <-o.lost)
		}
	})
}

// stuckSize is more than any world takes from a Write before its device reads.
const stuckSize = 1 << 17

// startStuckWrite starts a Write, and returns when it has begun and cannot end before
// the device reads on.
func startStuckWrite(t *testing.T, w world, l *Link) (wrote chan error) {
	t.Helper()
	wrote = make(chan error, 1)
	go func() { wrote <- l.Write(make([]byte, stuckSize)) }()
	if n, err := w.device.Read(make([]byte, 1)); n != 1 || err != nil {
		t.Fatalf("first byte: %d, %v", n, err)
	}
	return wrote
}

func TestFlushDropsWhatWasNotRead(t *testing.T) {
	w := newMemoryWorld()
	o := newObserver()
	entered, goOn := make(chan struct{}, 10), make(chan struct{})
	l, err := OpenLink(w.open, func(b []byte) {
		entered <- struct{}{}
		<-goOn
		o.receive(b)
	}, o.reportLost)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	send := func(s string) {
		if _, err := w.device.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	send("held")
	<-entered
	send("stale")
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	send("new")
	close(goOn)
	if got := string(o.next(7)); got != "heldnew" {
		t.Errorf("received %q", got)
	}
}

func TestOpenThatFails(t *testing.T) {
	failure := errors.New("no arm")
	l, err := OpenLink(func() (Port, error) { return nil, failure },
		func([]byte) { t.Error("received") }, func(error) { t.Error("lost") })
	if l != nil || !errors.Is(err, failure) {
		t.Errorf("OpenLink = %v, %v", l, err)
	}
}

// shortPort takes one byte less than it is given.
type shortPort struct{ *memoryPort }

func (p shortPort) Write(b []byte) (int, error) { return p.memoryPort.Write(b[:len(b)-1]) }

func TestPartOfAFrameEndsTheLink(t *testing.T) {
	p := newMemoryPort()
	l, _ := openLink(t, func() (Port, error) { return shortPort{p}, nil })
	for range 3 {
		if err := l.Write([]byte("G1X1\n")); !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("Write: %v", err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := string(readAll(memoryDevice{p})); got != "G1X1" {
		t.Errorf("the device got %q", got)
	}
}

// panickingPort does what go.bug.st/serial does on a high descriptor.
type panickingPort struct{ *memoryPort }

func (panickingPort) Read([]byte) (int, error) {
	var set [16]int64
	return int(set[len(everyByte())]), nil
}

func TestPanicIsALoss(t *testing.T) {
	t.Run("port", func(t *testing.T) {
		_, o := openLink(t, func() (Port, error) { return panickingPort{newMemoryPort()}, nil })
		if err := <-o.lost; err == nil {
			t.Error("lost without a reason")
		}
	})
	t.Run("receive", func(t *testing.T) {
		w, o := newMemoryWorld(), newObserver()
		broken := errors.New("cannot parse")
		l, err := OpenLink(w.open, func([]byte) { panic(broken) }, o.reportLost)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		if _, err := w.device.Write([]byte("<")); err != nil {
			t.Fatal(err)
		}
		if err := <-o.lost; !errors.Is(err, broken) {
			t.Errorf("lost: %v", err)
		}
	})
}
