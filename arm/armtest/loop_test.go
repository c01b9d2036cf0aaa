package armtest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
)

// TestPlays: greeting, jog, cancel, in real and in virtual time.
func TestPlays(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		s.send("\x18")
		s.expect("Grbl 1.1h")
		s.send("$J=X2000 F6000\n")
		s.expect("ok")
		start := w.await(armtest.Is(armtest.EvStart))
		w.await(func(e armtest.Event) bool { return e.Ev == armtest.EvPos && e.V > 99 })
		sent := w.Now()
		s.send("\x85")
		heard := w.await(armtest.Is(grblemu.EvRealtime))
		rest := w.await(armtest.Is(armtest.EvRest))
		w.await(armtest.Is(armtest.EvState, "Idle"))
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

// TestBlockedWrite: with stall-write one byte waits until resume.
func TestBlockedWrite(t *testing.T) {
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

// TestStalledRead: what is written while the board does not read waits in
// the kernel, and is carried out later.
func TestStalledRead(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		w.Command("stall-read")
		s.send("G21\n")
		<-time.After(100 * time.Millisecond) // nothing tells that nothing happens
		w.Command("error-next 9")
		if slices.ContainsFunc(w.Events(), armtest.Is(armtest.EvLine)) {
			w.Error("a line was read")
		}
		w.Command("resume")
		s.expect("error:9")
	})
}

// TestUnplugLosesBytes: what waited in a connection that is gone is not
// carried out over the next one.
func TestUnplugLosesBytes(t *testing.T) {
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
		if line := w.await(armtest.Is(armtest.EvLine)); line.Text != "G21" {
			w.Errorf("the first line is %q", line.Text)
		}
		s.expect("ok")
	})
}

// TestUnplug: an unplug ends reading and writing; the board goes on, and is
// found again where it then is.
func TestUnplug(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		s.send("G1 X30 F6000\n")
		s.expect("ok")
		w.await(armtest.Is(armtest.EvStart))
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
		w.await(armtest.Is(armtest.EvState, "Idle"))
		w.Command("replug")
		s = w.connect()
		s.send("?")
		if report := s.expect("<"); !strings.HasPrefix(report, "<Idle|MPos:30.000,0.000,0.000|") {
			w.Errorf("report %s", report)
		}
	})
}

// TestSilence: hang and mute.
func TestSilence(t *testing.T) {
	inBothWorlds(t, func(w worldTest) {
		s := w.connect()
		w.Command("mute")
		s.send("G1 X1 F6000\n")
		w.await(armtest.Is(armtest.EvRest))
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
