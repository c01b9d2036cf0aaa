package armtest

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPtyIsRaw: what is sent before a client has set the terminal up is not
// echoed back to the sender.
func TestPtyIsRaw(t *testing.T) {
	p, err := OpenPty("")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	f, err := os.OpenFile(p.Path(), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	mode, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if bad := mode.Lflag & (unix.ECHO | unix.ICANON | unix.ISIG); bad != 0 {
		t.Errorf("local modes %#x are on", bad)
	}
}

// TestPtySendNeverWaits: it takes what there is room for.
func TestPtySendNeverWaits(t *testing.T) {
	p, err := OpenPty("")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	const size = 1 << 20
	if n := p.Send(make([]byte, size)); n == 0 || n == size {
		t.Errorf("sent %d of %d bytes to nobody", n, size)
	}
}

// TestPtyReplacesAnOldLink: a link that a killed emulator left is taken over.
func TestPtyReplacesAnOldLink(t *testing.T) {
	link := t.TempDir() + "/tty"
	if err := os.Symlink("/dev/null", link); err != nil {
		t.Fatal(err)
	}
	p, err := OpenPty(link)
	if err != nil {
		t.Fatal(err)
	}
	if target, err := os.Readlink(link); err != nil || target != p.Path() {
		t.Errorf("leads to %q, %v", target, err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(link); err == nil {
		t.Error("the link is still there")
	}
}
