package main

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/commission"
)

// TestArmScan: a port that is named is asked without a question, and nothing there changes.
func TestArmScan(t *testing.T) {
	t.Parallel()
	a := startServos(t)
	out, err := exec.Command(aetherd(t), "arm", "scan", "--port", a.Path(), "--ids", "1-6").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 7 || !strings.HasPrefix(lines[2], "  1   ST3215  3.10      2048 (180.0°)  12.0 V   30 °C        off     none") {
		t.Errorf("%s", out)
	}
	for _, e := range a.Events() {
		if e.Ev == armtest.EvLine && !strings.HasPrefix(e.Text[12:], "01 ") && !strings.HasPrefix(e.Text[12:], "02 ") {
			t.Errorf("neither a ping nor a read: %s", e.Text)
		}
	}
}

// Opening a port restarts other controllers, and some of those move then: who agrees to it knows.
func TestArmScanAsksBeforeItOpens(t *testing.T) {
	c := armScanCommand()
	var shown bytes.Buffer
	c.SetOut(&shown)
	c.SetIn(strings.NewReader("y\n")) // not a terminal
	paths := []string{"/dev/ttyACM0", "/dev/ttyUSB3"}
	if err := mayOpen(c, false, paths); !errors.Is(err, commission.ErrNobody) || shown.Len() > 0 {
		t.Errorf("%v, %q", err, &shown)
	}
	if err := mayOpen(c, true, paths); err != nil {
		t.Error(err)
	}
	for _, want := range append(paths, "may restart another controller", "move by\nitself", "keep clear", "Open them? yes (--yes)") {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("%q is not in %q", want, &shown)
		}
	}
}

// Ports that were only found are not asked without consent.
func TestArmScanNeedsConsent(t *testing.T) {
	out, err := exec.Command(aetherd(t), "arm", "scan").CombinedOutput()
	none := err == nil && string(out) == "No serial port is plugged in.\n"
	refused := err != nil && strings.Contains(string(out), "nobody can be asked; to go on without being asked, add --yes")
	if !none && !refused {
		t.Errorf("%v\n%s", err, out)
	}
}
