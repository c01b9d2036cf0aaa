package daemon

import (
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"testing"

	"github.com/panjf2000/gnet/v2/pkg/socket"
)

// A claimed address is this daemon's alone before anything listens, and the listeners of gnet,
// which share a port, are let in.
func TestClaim(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "0.0.0.0", "", "localhost", "[::1]"} {
		t.Run(host, func(t *testing.T) {
			chosen, err := claimAddress("listen", host+":0")
			if err != nil {
				t.Fatal(err)
			}
			chosen.release()
			c, err := claimAddress("listen", chosen.address)
			if err != nil {
				t.Fatal(err)
			}
			if second, err := claimAddress("listen", c.address); !errors.Is(err, syscall.EADDRINUSE) {
				second.release()
				t.Errorf("a second claim of %s: %v", c.address, err)
			}
			if l, err := net.Listen("tcp", c.address); err == nil {
				_ = l.Close()
				t.Errorf("another listener took %s", c.address)
			}
			for range 2 {
				fd, _, err := socket.TCPSocket("tcp", c.address, true, []socket.Option[int]{
					{SetSockOpt: socket.SetReuseport, Opt: 1}, {SetSockOpt: socket.SetReuseAddr, Opt: 1},
				}, nil)
				if err != nil {
					t.Fatalf("a listener of gnet on %s: %v", c.address, err)
				}
				defer syscall.Close(fd)
			}
			if second, err := claimAddress("listen", c.address); !errors.Is(err, syscall.EADDRINUSE) {
				second.release()
				t.Errorf("a second claim of %s, which listens: %v", c.address, err)
			}
			c.release()
		})
	}
}

// Daemons that start at once on ports that the kernel chooses get one each.
func TestClaimsDiffer(t *testing.T) {
	const each = 200
	var taken sync.Map
	var claimers sync.WaitGroup
	for range 4 {
		claimers.Go(func() {
			for range each {
				c, err := claimAddress("listen", "127.0.0.1:0")
				if err != nil {
					t.Error(err)
					return
				}
				t.Cleanup(c.release)
				if _, twice := taken.LoadOrStore(c.address, true); twice {
					t.Errorf("%s was claimed twice", c.address)
				}
			}
		})
	}
	claimers.Wait()
}

// Of daemons that start at once on one port, one gets it. None of them keeps stations waiting that
// connect meanwhile.
func TestClaimAtOnce(t *testing.T) {
	for range 2000 {
		c, err := claimAddress("listen", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		c.release()
		var claims [2]*claim
		var claimers sync.WaitGroup
		for i := range claims {
			claimers.Go(func() { claims[i], _ = claimAddress("listen", c.address) })
		}
		claimers.Wait()
		if conn, err := net.Dial("tcp", c.address); err == nil {
			_ = conn.Close()
			t.Errorf("a claim of %s takes connections", c.address)
		}
		claims[0].release()
		claims[1].release()
		if claims[0] != nil && claims[1] != nil {
			t.Fatalf("both claimed %s", c.address)
		}
	}
}

// A daemon that ended leaves connections that linger on its port: the next one claims it.
func TestClaimAfterConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	station, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	served, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	_ = served.Close() // first, so that it is this end that lingers
	if _, err := station.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	_ = station.Close()
	_ = l.Close()
	c, err := claimAddress("listen", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.release()
}

// An address that cannot be claimed is named with its key.
func TestClaimRefused(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "203.0.113.1:0", "127.0.0.1:70000"} {
		_, err := claimAddress("stop_listen", address)
		if want := fmt.Sprintf("[server] stop_listen = %q: ", address); err == nil || err.Error()[:min(len(want), len(err.Error()))] != want {
			t.Errorf("the error is %v", err)
		}
	}
}
