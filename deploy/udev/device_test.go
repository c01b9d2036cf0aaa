package udev_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// device is a USB device with a serial port, as /sys shows it.
type device struct {
	vendor, product string
	model           string // what it calls itself
	serial          string // its serial number; many have none
	driver          string
	socket          string // where it is plugged in: "1-1.2"
	port            string // the name of the serial port: "ttyUSB0"
}

// usb and tty are where the device and its port are, below the machine's directory.
func (d device) usb() string { return "sys/devices/pci0000:00/0000:00:14.0/usb1/" + d.socket }

func (d device) tty() string {
	if d.acm() {
		return d.inter() + "/tty/" + d.port
	}
	return d.inter() + "/" + d.port + "/tty/" + d.port
}

func (d device) inter() string { return d.usb() + "/" + d.socket + ":1.0" }

// latency is where the port of an FTDI has its latency timer.
func (d device) latency() string { return d.inter() + "/" + d.port + "/latency_timer" }

// acm tells whether the port is the interface's own, and not one of a bus of serial ports.
func (d device) acm() bool { return strings.HasPrefix(d.port, "ttyACM") }

// The kernel's numbers of serial ports.
const (
	majorUSB = 188
	majorACM = 166
)

// plug makes the device appear, and has udev handle its events. It returns the properties of
// the USB device and of the port.
func (m *machine) plug(d device) (usb, tty map[string]string) {
	m.t.Helper()
	vendor, product := strings.TrimLeft(d.vendor, "0"), strings.TrimLeft(d.product, "0")
	m.link(d.usb()+"/subsystem", "sys/bus/usb")
	m.write(d.usb()+"/uevent", fmt.Sprintf("DEVTYPE=usb_device\nPRODUCT=%s/%s/100\n", vendor, product))
	attributes := map[string]string{"idVendor": d.vendor, "idProduct": d.product, "product": d.model, "serial": d.serial}
	for name, value := range attributes {
		if value != "" {
			m.write(d.usb()+"/"+name, value+"\n")
		}
	}
	m.link(d.inter()+"/subsystem", "sys/bus/usb")
	m.link(d.inter()+"/driver", "sys/bus/usb/drivers/"+d.driver)
	m.write(d.inter()+"/uevent", "DEVTYPE=usb_interface\nDRIVER="+d.driver+"\n")
	m.write(d.inter()+"/bInterfaceNumber", "00\n")

	major, above := uint32(majorACM), d.inter()
	if !d.acm() {
		major, above = majorUSB, d.inter()+"/"+d.port
		m.link(above+"/subsystem", "sys/bus/usb-serial")
		m.write(above+"/uevent", "DRIVER="+d.driver+"\n")
		m.write(above+"/port_number", "0\n")
		if d.driver == "ftdi_sio" {
			m.write(d.latency(), "")
		}
	}
	var minor uint32
	if _, err := fmt.Sscanf(d.port[len("ttyUSB"):], "%d", &minor); err != nil {
		m.t.Fatalf("port %q: %v", d.port, err)
	}
	m.link(d.tty()+"/device", above)
	m.terminal(d.tty(), d.port, major, minor)
	return m.event("add", d.usb()), m.event("add", d.tty())
}

// terminal makes a tty at path.
func (m *machine) terminal(path, name string, major, minor uint32) {
	m.t.Helper()
	m.link(path+"/subsystem", "sys/class/tty")
	m.write(path+"/uevent", fmt.Sprintf("MAJOR=%d\nMINOR=%d\nDEVNAME=%s\n", major, minor, name))
	m.write(path+"/dev", fmt.Sprintf("%d:%d\n", major, minor))
	m.mknod(name, major, minor)
}

// unplug has udev handle that the device goes, and makes it disappear.
func (m *machine) unplug(d device) {
	m.t.Helper()
	m.event("remove", d.tty())
	m.event("remove", d.usb())
	for _, gone := range []string{d.usb(), filepath.Join("dev", d.port)} {
		if err := os.RemoveAll(filepath.Join(m.dir, gone)); err != nil {
			m.t.Fatal(err)
		}
	}
}
