package load

import (
	"bufio"
	"bytes"
	"net"
	"sync"
	"testing"
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
