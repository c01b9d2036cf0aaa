package load

import (
	"bufio"
	"bytes"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
)

// peer listens and has serve answer each connection, behind the greeting.
func peer(t testing.TB, serve func(in *bufio.Reader, out net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	work.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			work.Go(func() {
				defer conn.Close()
				in := bufio.NewReaderSize(conn, 64<<10)
				if _, err := in.ReadSlice('\n'); err != nil {
					return
				}
				if _, err := conn.Write([]byte(greeted)); err == nil {
					serve(in, conn)
				}
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		work.Wait()
	})
	return l.Addr().String()
}

// echo answers every line with ok, without an allocation, all lines of a read with one write.
func echo(in *bufio.Reader, out net.Conn) {
	answers := make([]byte, 0, 64<<10)
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return
		}
		answers = appendAnswer(answers, line, `{"status":"ok","message":"pong"`)
		if in.Buffered() == 0 {
			if _, err := out.Write(answers); err != nil {
				return
			}
			answers = answers[:0]
		}
	}
}

var idMember = []byte(`,"id":`)

// appendAnswer appends head and the id of line.
func appendAnswer(dst, line []byte, head string) []byte {
	dst = append(dst, head...)
	return append(dst, line[bytes.LastIndex(line, idMember):]...)
}

// Servers of the base exchange, and one that sends every line back.
func TestOtherPeers(t *testing.T) {
	serve := func(answer func(line []byte) []byte) string {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					defer conn.Close()
					for lines := bufio.NewScanner(conn); lines.Scan(); {
						if _, err := conn.Write(append(answer(lines.Bytes()), '\n')); err != nil {
							return
						}
					}
				}()
			}
		}()
		return l.Addr().String()
	}
	base := []byte(`{"type":"command","x":200.000,"y":0.000,"z":150.000,"gripper":"open"}`)
	for _, c := range []struct {
		name   string
		peer   Peer
		answer func(line []byte) []byte
		code   string
	}{
		{"base", Base, func([]byte) []byte { return []byte(`{"status":"ok","message":"Command received"}`) }, codeOK},
		{"base in Python", Base, func([]byte) []byte { return []byte(`{"status": "ok", "message": "Command received"}`) }, codeOK},
		{"base that refuses", Base, func(line []byte) []byte {
			if bytes.Equal(line, base) {
				return []byte(`{"status":"error","message":"Invalid command","code":"wrong_type"}`)
			}
			return line // which is no reply
		}, "wrong_type"},
		{"echo", Echo, func(line []byte) []byte { return line }, codeOK},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Run(t.Context(), Config{
				Peer: c.peer, Address: serve(c.answer), Stations: 3, Depth: 4, Duration: 50 * time.Millisecond,
				Request: Command, Targets: []safety.Point{{X: 200, Z: 150}}, Gripper: safety.GripperOpen,
			})
			if err != nil || r.Answered == 0 || r.Codes[c.code] != r.Answered || r.Total < r.Answered {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	if err := (&Config{Peer: Echo, Stations: 1, Depth: 1, Duration: time.Second}).Check(); err == nil {
		t.Error("an echo is asked pings")
	}
}
