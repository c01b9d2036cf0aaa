package commission

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/arm"
)

func TestPrintPorts(t *testing.T) {
	for _, c := range []struct {
		ports []arm.FoundPort
		want  string
	}{
		{nil, "No serial port is plugged in.\n"},
		{[]arm.FoundPort{
			{Path: "/dev/ttyACM0", USB: "1A86:55D3", Product: "USB Single Serial", Serial: "5A46", Stable: "/dev/serial/by-id/usb-1a86_5A46-if00"},
			{Path: "/dev/ttyAMA0"},
		}, "" +
			"port          USB id     product            serial number  name that stays\n" +
			"/dev/ttyACM0  1A86:55D3  USB Single Serial  5A46           /dev/serial/by-id/usb-1a86_5A46-if00\n" +
			"/dev/ttyAMA0  -          -                  -              -\n"},
	} {
		var shown bytes.Buffer
		if err := PrintPorts(&shown, c.ports); err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(c.want, shown.String()); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
	}
}
