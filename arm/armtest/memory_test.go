package armtest_test

import (
	"io"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
)

// TestMemoryPort: what only the port in memory has to get right by itself.
func TestMemoryPort(t *testing.T) {
	m := armtest.StartMemory(t, func(now time.Duration) armtest.Machine {
		return grblemu.New(grblemu.Config{Banner: true}, now)
	})
	port, err := m.Open()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Open(); err == nil {
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
	m.Command("stall-read")
	const room = 16 << 10
	if n, err := port.Write(make([]byte, room)); n != room || err != nil {
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
	if next, err = m.Open(); err != nil {
		t.Fatal(err)
	}
	next.Close()
}
