package armtest

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestGrblPlays: greeting, jog, cancel, in real and in virtual time.
func TestGrblPlays(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		s.send("\x18")
		s.expect("Grbl 1.1h")
		s.send("$J=X2000 F6000\n")
		s.expect("ok")
		start := w.await(GrblIs(GrblStart))
		w.await(func(e GrblEvent) bool { return e.Ev == GrblPos && e.V > 99 })
		sent := w.Now()
		s.send("\x85")
		heard := w.await(GrblIs(GrblRealtime))
		rest := w.await(GrblIs(GrblRest))
		w.await(GrblIs(GrblState, "Idle"))
		if late := time.Duration(heard.T) - sent; late < 0 || late > 5*time.Second {
			w.Errorf("the byte was heard %v after it was sent", late)
		}
		if rest.T <= heard.T || start.T >= heard.T {
			w.Errorf("start, byte, rest at %d, %d, %d", start.T, heard.T, rest.T)
		}
		// 5 mm of braking and 40 to 50 ms of prepared motion, at 100 mm/s
		if d := rest.X - heard.X; d < 8.9 || d > 10.1 {
			w.Errorf("stops after %g mm", d)
		}
		s.send("?")
		if report := s.expect("<"); !strings.HasPrefix(report, "<Idle|MPos:") {
			w.Errorf("report %s", report)
		}
	})
}

// TestGrblBlockedWrite: with stall-write one byte waits until resume.
func TestGrblBlockedWrite(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		w.Command("stall-write")
		written := make(chan error, 1)
		go func() {
			_, err := s.port.Write([]byte("G21\n"))
			written <- err
		}()
		select {
		case err := <-written:
			w.Fatalf("the write returned: %v", err)
		case <-time.After(100 * time.Millisecond):
		}
		w.Command("resume")
		if err := <-written; err != nil {
			w.Fatal(err)
		}
		s.expect("ok")
	})
}

// TestGrblStalledRead: what is written while the board does not read waits in
// the kernel, and is carried out later.
func TestGrblStalledRead(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		w.Command("stall-read")
		s.send("G21\n")
		<-time.After(100 * time.Millisecond) // nothing tells that nothing happens
		w.Command("error-next 9")
		if slices.ContainsFunc(w.Events(), GrblIs(GrblLine)) {
			w.Error("a line was read")
		}
		w.Command("resume")
		s.expect("error:9")
	})
}

// TestGrblUnplugLosesBytes: what waited in a connection that is gone is not
// carried out over the next one.
func TestGrblUnplugLosesBytes(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		w.Command("stall-read")
		s.send("G20\n")
		<-time.After(10 * time.Millisecond) // under way between line and board
		w.Command("close")
		w.Command("replug")
		w.Command("resume")
		s.close()
		s = w.connect()
		s.send("G21\n")
		if line := w.await(GrblIs(GrblLine)); line.Text != "G21" {
			w.Errorf("the first line is %q", line.Text)
		}
		s.expect("ok")
	})
}

// TestGrblUnplug: an unplug ends reading and writing; the board goes on, and is
// found again where it then is.
func TestGrblUnplug(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		s.send("G1 X30 F6000\n")
		s.expect("ok")
		w.await(GrblIs(GrblStart))
		w.Command("close")
		for range s.lines {
		}
		if _, err := s.port.Write([]byte("?")); err == nil {
			w.Error("write after an unplug: no error")
		}
		s.close()
		if port, err := w.open(); err == nil {
			port.Close()
			w.Error("open while unplugged: no error")
		}
		w.await(GrblIs(GrblState, "Idle"))
		w.Command("replug")
		s = w.connect()
		s.send("?")
		if report := s.expect("<"); !strings.HasPrefix(report, "<Idle|MPos:30.000,0.000,0.000|") {
			w.Errorf("report %s", report)
		}
	})
}

// TestGrblSilence: hang and mute.
func TestGrblSilence(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		w.Command("mute")
		s.send("G1 X1 F6000\n")
		w.await(GrblIs(GrblRest))
		w.Command("hang")
		s.send("G1 X2 F6000\n")
		w.Command("garbage 100")
		w.Command("resume")
		s.send("?")
		if report := s.expect(""); !strings.HasPrefix(report, "<") {
			w.Errorf("said %s", report)
		}
	})
}

// TestGrblMemoryPort: what only the port in memory has to get right by itself.
func TestGrblMemoryPort(t *testing.T) {
	g := StartGrblMemory(t, GrblBanner())
	port, err := g.Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := g.Open(); err == nil {
		t.Error("a second port opened")
	}
	if err := port.ResetInputBuffer(); err != nil {
		t.Error(err)
	}
	if _, err := port.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 100)
	if n, err := port.Read(b); err != nil || string(b[:n]) != "ok\r\n" {
		t.Errorf("read %q, %v", b[:n], err)
	}
	g.Command("stall-read")
	if n, err := port.Write(make([]byte, memoryRoom)); n != memoryRoom || err != nil {
		t.Errorf("filling: %d, %v", n, err)
	}
	read := make(chan error)
	go func() {
		_, err := port.Read(b)
		read <- err
	}()
	port.Close()
	if err := <-read; err == nil {
		t.Error("Close did not end Read")
	}
	if _, err := port.Write([]byte("?")); err == nil {
		t.Error("write after Close: no error")
	}
	var next io.ReadWriteCloser
	if next, err = g.Open(); err != nil {
		t.Fatal(err)
	}
	next.Close()
}

// TestGrblRecordIsAStream: each wait goes on behind the one before, also over
// events that came earlier.
func TestGrblRecordIsAStream(t *testing.T) {
	r := newGrblRecord()
	for _, text := range []string{"a", "b", "a", "c"} {
		r.add(GrblEvent{Ev: GrblLine, Text: text})
	}
	for _, want := range []string{"a", "a", "c"} {
		e, err := r.WaitFor(t.Context(), GrblIs(GrblLine, "a", "c"))
		if err != nil || e.Text != want {
			t.Errorf("got %q, %v; want %q", e.Text, err, want)
		}
	}
	r.add(GrblEvent{Ev: GrblLine, Text: "d"})
	r.Skip()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if e, err := r.WaitFor(ctx, GrblIs(GrblLine)); err == nil {
		t.Errorf("found %+v", e)
	}
}
