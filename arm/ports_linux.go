package arm

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"go.bug.st/serial/enumerator"
)

// FoundPort is a serial port that is plugged in.
type FoundPort struct {
	Path    string // for example /dev/ttyACM0
	Stable  string // the name below /dev/serial/by-id that stays; "" if it has none
	USB     string // vendor and product id, "1A86:55D3"; "" if it is not on USB
	Product string // what the device calls itself, on USB
	Serial  string // its serial number, on USB
}

// Ports lists the serial ports that are plugged in, by path. A pseudo-terminal is none.
func Ports() ([]FoundPort, error) {
	details, err := enumerator.GetDetailedPortsList()
	if err != nil {
		return nil, fmt.Errorf("list the serial ports: %w", err)
	}
	names := stableNames(byID)
	var found []FoundPort
	for _, d := range details {
		if d.Name == "" { // of a device that /sys does not know
			continue
		}
		p := FoundPort{Path: d.Name, Stable: names[d.Name], Product: d.Product, Serial: d.SerialNumber}
		if d.IsUSB {
			p.USB = d.VID + ":" + d.PID
		}
		found = append(found, p)
	}
	slices.SortFunc(found, func(a, b FoundPort) int { return cmp.Compare(a.Path, b.Path) })
	return found, nil
}

// stableNames maps devices to the names that dir has for them.
func stableNames(dir string) map[string]string {
	entries, _ := os.ReadDir(dir) // there is none without a USB serial port
	names := map[string]string{}
	for _, e := range entries {
		name := filepath.Join(dir, e.Name())
		if device, err := filepath.EvalSymlinks(name); err == nil {
			names[device] = name
		}
	}
	return names
}
