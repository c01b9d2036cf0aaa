//go:build image

package image

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"

	"golang.org/x/sys/unix"
)

// dial connects to an address in the machine, which has a network of its own.
func (m *machine) dial(ctx context.Context, network, address string) (net.Conn, error) {
	type dialed struct {
		conn net.Conn
		err  error
	}
	done := make(chan dialed)
	go func() {
		// A socket belongs to the network of the thread that makes it. The thread ends with
		// the goroutine, because it is not unlocked.
		runtime.LockOSThread()
		conn, err := func() (net.Conn, error) {
			ns, err := unix.Open(fmt.Sprintf("/proc/%d/ns/net", m.leader), unix.O_RDONLY|unix.O_CLOEXEC, 0)
			if err != nil {
				return nil, err
			}
			defer unix.Close(ns)
			if err := unix.Setns(ns, unix.CLONE_NEWNET); err != nil {
				return nil, err
			}
			return new(net.Dialer).DialContext(ctx, network, address)
		}()
		done <- dialed{conn, err}
	}()
	d := <-done
	return d.conn, d.err
}

// get asks an HTTP server in the machine.
func (m *machine) get(url string) (body string, err error) {
	client := http.Client{
		Transport: &http.Transport{DialContext: m.dial, DisableKeepAlives: true},
		Timeout:   patience,
	}
	answer, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("%s: %s\n%s", url, answer.Status, content)
	}
	return string(content), nil
}
