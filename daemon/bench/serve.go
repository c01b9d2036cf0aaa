package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"

	"github.com/panjf2000/gnet/v2"
	"github.com/panjf2000/gnet/v2/pkg/logging"
)

// servers are those of this program, by name. Each prints its address when it listens.
var servers = map[string]func() error{"echo": serveEcho, "json": serveJSON}

// readBuffer is that of the daemon's event loops.
const readBuffer = 16 << 10

// echo is what an event loop can do at best: every byte goes back, with one write for all that
// came.
type echo struct {
	gnet.BuiltinEventEngine
	address string
}

func (e *echo) OnBoot(gnet.Engine) gnet.Action {
	fmt.Println(e.address)
	return gnet.None
}

func (e *echo) OnTraffic(c gnet.Conn) gnet.Action {
	b, err := c.Next(-1)
	if err == nil {
		_, err = c.Write(b)
	}
	if err != nil {
		return gnet.Close
	}
	return gnet.None
}

func serveEcho() error {
	probe, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address := probe.Addr().String()
	if err := probe.Close(); err != nil {
		return err
	}
	loops := runtime.NumCPU()
	runtime.GOMAXPROCS(loops + 2)
	return gnet.Run(&echo{address: address}, "tcp://"+address,
		gnet.WithNumEventLoop(loops), gnet.WithReusePort(true), gnet.WithReuseAddr(true),
		gnet.WithReadBufferCap(readBuffer), gnet.WithLogLevel(logging.ErrorLevel))
}

// order is a request of the base exchange. A member that is absent stays nil.
type order struct {
	Type    string   `json:"type"`
	X       *float64 `json:"x"`
	Y       *float64 `json:"y"`
	Z       *float64 `json:"z"`
	Gripper *string  `json:"gripper"`
}

type reply struct {
	Status  string `json:"status"`
	Message string `json:"message"`
	Code    string `json:"code,omitempty"`
}

// serveJSON is a server as one writes it in an hour: a goroutine a connection, a Scanner and
// encoding/json.
func serveJSON() error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(l.Addr())
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			if err := answerLines(conn); err != nil && !errors.Is(err, io.EOF) {
				fmt.Fprintln(os.Stderr, err)
			}
		}()
	}
}

func answerLines(conn net.Conn) error {
	out := json.NewEncoder(conn)
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		var c order
		r := reply{"ok", "Command received", ""}
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil || c.Type != "command" || c.X == nil || c.Y == nil || c.Z == nil || c.Gripper == nil {
			r = reply{"error", "Invalid command", "invalid_json"}
		}
		if err := out.Encode(r); err != nil {
			return nil // it hung up
		}
	}
	return nil
}
