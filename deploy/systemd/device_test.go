package systemd_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// modules are those that make the kernel know the names of devices; without one, a DeviceAllow=
// of that name is dropped. "" is a part of every kernel that has such ports.
var modules = map[string]string{
	"char-ttyUSB": "usbserial",
	"char-ttyACM": "cdc_acm",
	"char-ttyAMA": "",
	"char-ttyS":   "",
}

// adapters are the drivers of USB adapters, on top of usbserial.
var adapters = []string{"ch341", "cp210x", "ftdi_sio"}

// Every kind of port that the unit opens has its driver loaded before, and nothing else is.
func TestModules(t *testing.T) {
	allowed := map[string]string{}
	words := values(t, "DeviceAllow")
	for i := 0; i+1 < len(words); i += 2 {
		allowed[words[i]] = words[i+1]
	}
	want := adapters
	for name, module := range modules {
		if allowed[name] != "rw" {
			t.Errorf("DeviceAllow=%s %s, want rw", name, allowed[name])
		}
		if module != "" {
			want = append(want, module)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(modules)), slices.Sorted(maps.Keys(allowed))); diff != "" {
		t.Errorf("DeviceAllow=: -want +got:\n%s", diff)
	}
	var loaded []string
	for line := range strings.Lines(read(t, "aetherd.modules-load")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			loaded = append(loaded, line)
		}
	}
	slices.Sort(want)
	slices.Sort(loaded)
	if diff := cmp.Diff(want, loaded); diff != "" {
		t.Errorf("modules-load: -want +got:\n%s", diff)
	}
}
