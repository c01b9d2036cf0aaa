// Package udev_test holds the udev rule of aetherd against the udev that will read it, on
// machines that are made up: no adapter is needed, and no device of this computer is touched.
package udev_test

import (
	"cmp"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// adapters has every adapter and board that the rule knows.
var adapters = []device{
	{vendor: "1a86", product: "5523", model: "CH341", driver: "ch341", port: "ttyUSB0"},
	{vendor: "1a86", product: "7522", model: "CH340K", driver: "ch341", port: "ttyUSB0"},
	{vendor: "1a86", product: "7523", model: "USB2.0-Serial", driver: "ch341", port: "ttyUSB0"},
	{vendor: "4348", product: "5523", model: "USB-SER!", driver: "ch341", port: "ttyUSB0"},
	{vendor: "1a86", product: "55d3", model: "USB Single Serial", serial: "5735016964", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "1a86", product: "55d4", model: "USB Single Serial", serial: "5323025521", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "10c4", product: "ea60", model: "CP2102 USB to UART Bridge Controller", serial: "0001", driver: "cp210x", port: "ttyUSB0"},
	{vendor: "0403", product: "6001", model: "FT232R USB UART", serial: "A50285BI", driver: "ftdi_sio", port: "ttyUSB0"},
	{vendor: "0403", product: "6014", model: "Single RS232-HS", serial: "FT0ABCDE", driver: "ftdi_sio", port: "ttyUSB0"},
	{vendor: "0403", product: "6015", model: "FT230X Basic UART", serial: "DM00ABCD", driver: "ftdi_sio", port: "ttyUSB0"},
	{vendor: "2341", product: "0001", model: "Arduino Uno", serial: "64938323", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "2341", product: "0010", model: "Arduino Mega 2560", serial: "64938323", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "2341", product: "0042", model: "uArm Swift Pro", serial: "55736303831351F041", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "2341", product: "0043", model: "Arduino Uno", serial: "95635333231351", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "2a03", product: "0042", model: "Arduino Mega", serial: "75630313", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "2a03", product: "0043", model: "Arduino Uno", serial: "75630313", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "0483", product: "5740", model: "STM32 Virtual ComPort", serial: "207E3283524B", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "1d50", product: "6029", model: "Marlin USB Device", serial: "0E01A013", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "2e8a", product: "000a", model: "Pico", serial: "E6605838830F9B2C", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "16c0", product: "0483", model: "USB Serial", serial: "9876540", driver: "cdc_acm", port: "ttyACM0"},
	{vendor: "303a", product: "1001", model: "USB JTAG/serial debug unit", serial: "7C:DF:A1:00:00:01", driver: "cdc_acm", port: "ttyACM0"},
}

// at returns the device in another socket, with another number of its port.
func (d device) at(socket, port string) device {
	d.socket, d.port = socket, port
	return d
}

const dialout = 20 // Debian's base-passwd gives it this number

func TestAdapters(t *testing.T) {
	for _, d := range adapters {
		t.Run(d.vendor+":"+d.product, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			d := d.at("1-1", d.port)
			usb, tty := m.plug(d)
			type seen struct {
				Arm             string
				UsbMM, PortMM   string // does ModemManager leave it alone?
				Group           uint32
				Mode            os.FileMode
				Arms            string
				LatencyOfAnFTDI string
			}
			got := seen{Arm: m.arm(), UsbMM: usb["ID_MM_DEVICE_IGNORE"], PortMM: tty["ID_MM_DEVICE_IGNORE"], Arms: tty["AETHER_ARM"]}
			got.Group, got.Mode = m.node(d.port)
			want := seen{Arm: d.port, UsbMM: "1", PortMM: "1", Group: dialout, Mode: 0o660, Arms: "1"}
			if d.driver == "ftdi_sio" {
				got.LatencyOfAnFTDI = strings.TrimSpace(m.read(m.dir + "/" + d.latency()))
				want.LatencyOfAnFTDI = "1"
			}
			if diff := gocmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// What is no adapter of an arm is left as it is. Modems above all: ModemManager is there for them.
func TestOthers(t *testing.T) {
	for _, d := range []device{
		{vendor: "12d1", product: "1506", model: "HUAWEI Mobile", driver: "option", port: "ttyUSB0"},
		{vendor: "1546", product: "1102", model: "u-blox LISA", driver: "cdc_acm", port: "ttyACM0"},
		{vendor: "0403", product: "6010", model: "Dual RS232-HS", serial: "FT1", driver: "ftdi_sio", port: "ttyUSB0"},
		{vendor: "10c4", product: "ea70", model: "CP2105 Dual", serial: "0001", driver: "cp210x", port: "ttyUSB0"},
		{vendor: "7523", product: "1a86", model: "the other way round", driver: "cdc_acm", port: "ttyACM0"},
	} {
		t.Run(d.vendor+":"+d.product, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			usb, tty := m.plug(d.at("1-1", d.port))
			for _, properties := range []map[string]string{usb, tty} {
				if properties["ID_MM_DEVICE_IGNORE"] != "" || properties["AETHER_ARM"] != "" {
					t.Errorf("properties %v", properties)
				}
			}
			if arm := m.arm(); arm != "" {
				t.Errorf("/dev/aether-arm is %s", arm)
			}
		})
	}
	t.Run("a console and a UART", func(t *testing.T) {
		m := newMachine(t)
		m.terminal("sys/devices/virtual/tty/tty1", "tty1", 4, 1)
		m.terminal("sys/devices/platform/soc/fe201000.serial/tty/ttyAMA0", "ttyAMA0", 204, 64)
		m.event("add", "sys/devices/virtual/tty/tty1")
		m.event("add", "sys/devices/platform/soc/fe201000.serial/tty/ttyAMA0")
		if arm := m.arm(); arm != "" {
			t.Errorf("/dev/aether-arm is %s", arm)
		}
	})
}

// The second adapter never takes the name: neither while the first is there, nor when it goes,
// whatever udev is asked meanwhile. The arm has it again when it is back, under another number.
func TestTwoAdapters(t *testing.T) {
	m := newMachine(t)
	arm := adapters[6].at("1-1", "ttyUSB0")
	other := adapters[7].at("1-2", "ttyUSB1")
	want := func(when, port string) {
		t.Helper()
		if got := m.arm(); got != port {
			t.Errorf("%s: /dev/aether-arm is %q, want %q", when, got, port)
		}
	}
	again := func(devices ...device) {
		t.Helper()
		for _, action := range []string{"change", "add"} { // "udevadm trigger", and with --action=add
			for _, d := range devices {
				m.event(action, d.tty())
			}
		}
	}
	m.plug(arm)
	m.plug(other)
	want("two adapters", "ttyUSB0")
	again(arm, other)
	want("two adapters, asked again", "ttyUSB0")
	m.unplug(arm)
	want("the arm is unplugged", "")
	again(other)
	want("the arm is unplugged, asked again", "")
	arm = arm.at("1-1", "ttyUSB2")
	m.plug(arm)
	want("the arm is back", "ttyUSB2")
	m.unplug(other)
	want("the other is unplugged", "ttyUSB2")
	m.unplug(arm)
	m.plug(other)
	want("only the other is plugged in", "ttyUSB1")
}

// At boot udev handles the events of all adapters at once: what the second one may do is decided before the
// first one has its link.
func TestTwoAtBoot(t *testing.T) {
	m := newMachine(t)
	m.plug(adapters[6].at("1-1", "ttyUSB0"))
	if err := os.Remove(filepath.Join(m.dir, "dev/aether-arm")); err != nil {
		t.Fatal(err)
	}
	m.plug(adapters[7].at("1-2", "ttyUSB1"))
	if arm := m.arm(); arm != "" {
		t.Errorf("/dev/aether-arm is %s too", arm)
	}
}

// The name is free again when its adapter is unplugged, also if another one was pinned meanwhile.
func TestUnpinned(t *testing.T) {
	m := newMachine(t)
	arm := adapters[6].at("1-1", "ttyUSB0")
	m.plug(arm)
	m.rule("59-aether-arm.rules", examples(t)[0])
	m.event("change", arm.tty())
	m.unplug(arm)
	m.rule("59-aether-arm.rules", "")
	m.plug(adapters[7].at("1-2", "ttyUSB1"))
	if got := m.arm(); got != "ttyUSB1" {
		t.Errorf("/dev/aether-arm is %q, want ttyUSB1", got)
	}
}

// examples are the rules of one's own that the comment of the rule gives, which pin the arm.
func examples(t *testing.T) (found []string) {
	t.Helper()
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile(`(?m)(?:^#   .*\n)+`).FindAllString(string(text), -1) {
		found = append(found, strings.ReplaceAll(block, "#   ", ""))
	}
	return found
}

func TestPinned(t *testing.T) {
	pins := examples(t)
	if len(pins) != 3 {
		t.Fatalf("%d examples in %s, want 3:\n%q", len(pins), rulesFile, pins)
	}
	const uart = "sys/devices/platform/soc/fe201000.serial/tty/ttyAMA0"
	tests := map[string]struct {
		rule string
		plug []device
		want string
	}{
		"serial number": {pins[0], []device{adapters[6].at("1-1", "ttyUSB0"), adapters[7].at("1-2", "ttyUSB1"), adapters[9].at("1-3", "ttyUSB2")}, "ttyUSB1"},
		"socket":        {pins[1], []device{adapters[2].at("1-1", "ttyUSB0"), adapters[2].at("1-1.2", "ttyUSB1"), adapters[2].at("1-3", "ttyUSB2")}, "ttyUSB1"},
		"socket, unknown adapter": {pins[1], []device{
			adapters[2].at("1-1", "ttyUSB0"),
			{vendor: "067b", product: "2303", model: "PL2303", driver: "pl2303", socket: "1-1.2", port: "ttyUSB1"},
		}, "ttyUSB1"},
		"socket, empty": {pins[1], []device{adapters[2].at("1-1", "ttyUSB0")}, ""},
		"UART":          {pins[2], []device{adapters[2].at("1-1", "ttyUSB0")}, "ttyAMA0"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			for _, d := range test.plug {
				m.plug(d)
			}
			m.terminal(uart, "ttyAMA0", 204, 64)
			m.event("add", uart)
			// The rule is written when the adapters are there, and have got the name or not.
			m.rule("59-aether-arm.rules", test.rule)
			for range 2 {
				for _, d := range test.plug {
					m.event("change", d.tty())
				}
				m.event("change", uart)
			}
			if arm := m.arm(); arm != test.want {
				t.Errorf("/dev/aether-arm is %q, want %q, with\n%s", arm, test.want, test.rule)
			}
		})
	}
}

// Every id in the rule is tested.
func TestIDs(t *testing.T) {
	text, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	var rule, tested []string
	for _, ids := range regexp.MustCompile(`ATTRS\{idVendor\}=="(.*?)", ATTRS\{idProduct\}=="(.*?)"`).FindAllStringSubmatch(string(text), -1) {
		for product := range strings.SplitSeq(ids[2], "|") {
			rule = append(rule, ids[1]+":"+product)
		}
	}
	for _, d := range adapters {
		tested = append(tested, d.vendor+":"+d.product)
	}
	slices.SortFunc(rule, cmp.Compare)
	slices.SortFunc(tested, cmp.Compare)
	if diff := gocmp.Diff(rule, tested); diff != "" {
		t.Errorf("-in the rule +in the tests:\n%s", diff)
	}
}
