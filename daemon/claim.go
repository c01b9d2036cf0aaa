package daemon

import (
	"fmt"
	"net"
	"os"
	"strconv"

	"github.com/panjf2000/gnet/v2/pkg/socket"
	"golang.org/x/sys/unix"
)

// claim keeps an address for this daemon alone, from before it touches the arm until it ends.
// The listeners of gnet share a port among the event loops (SO_REUSEPORT), so a second daemon
// would share it as well, silently, and each would take stations that meant the other. A claim
// is a socket that stays bound and accepts nothing: it fails beside any other socket, and then
// SO_REUSEPORT lets in the listeners, while the claim of a second daemon fails.
type claim struct {
	fd      int
	address string // with the port that stands for port 0
}

// claimAddress claims the address that key of [server] configures.
func claimAddress(key, address string) (*claim, error) {
	c, err := bind(address)
	if err != nil {
		return nil, fmt.Errorf("[server] %s = %q: %w", key, address, err)
	}
	return c, nil
}

func bind(address string) (_ *claim, err error) {
	// Resolved by gnet, as its listeners will: net.Listen would take IPv6 for 0.0.0.0 as well.
	sockaddr, family, at, v6only, err := socket.GetTCPSockAddr("tcp", address)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	defer func() {
		if err != nil {
			_ = unix.Close(fd)
		}
	}()
	if v6only {
		if err := socket.SetIPv6Only(fd, 1); err != nil {
			return nil, err
		}
	}
	// For the bind alone: the last connections of a daemon that ended linger on its port.
	if err := socket.SetReuseAddr(fd, 1); err != nil {
		return nil, err
	}
	if err := unix.Bind(fd, sockaddr); err != nil {
		return nil, os.NewSyscallError("bind", err)
	}
	if err := keep(fd, at.Port != 0); err != nil {
		return nil, err
	}
	bound, err := unix.Getsockname(fd)
	if err != nil {
		return nil, os.NewSyscallError("getsockname", err)
	}
	host, _, err := net.SplitHostPort(address) // as configured, for messages
	if err != nil {
		return nil, err
	}
	port := socket.SockaddrToTCPOrUnixAddr(bound).(*net.TCPAddr).Port
	return &claim{fd, net.JoinHostPort(host, strconv.Itoa(port))}, nil
}

// keep makes a bound socket the only one of its address, but for those of this daemon. Two that
// bind at once both succeed, and an older Linux goes on to let others in until one has listened;
// of them all, one alone can listen. A port that the kernel chose is the socket's alone, and
// would be lost with the end of listening.
func keep(fd int, contested bool) error {
	if contested {
		if err := unix.Listen(fd, 0); err != nil {
			return os.NewSyscallError("listen", err)
		}
	}
	if err := socket.SetReuseAddr(fd, 0); err != nil {
		return err
	}
	if err := socket.SetReuseport(fd, 1); err != nil {
		return err
	}
	if contested { // it stays bound
		return os.NewSyscallError("shutdown", unix.Shutdown(fd, unix.SHUT_RD))
	}
	return nil
}

// release lets the address go. A nil claim has none.
func (c *claim) release() {
	if c != nil {
		_ = unix.Close(c.fd)
	}
}
