package daemon

import (
	"bytes"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// slowWriter is a writer that holds up every write until it is opened.
type slowWriter struct {
	bytes.Buffer
	open chan struct{}
}

func (w *slowWriter) Write(p []byte) (int, error) {
	<-w.open
	return w.Buffer.Write(p)
}

// A reader of the log that is slow holds nobody up; what found no room is counted, and the
// lines that are there are in order.
func TestLogQueueDropsWhatFindsNoRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &slowWriter{open: make(chan struct{})}
		q := newLogQueue(out, 3)
		line := make([]byte, 0, 16)
		for i := range 9 { // one is being written, three wait
			line = fmt.Appendf(line[:0], "line %d\n", i)
			if n, err := q.Write(line); n != len(line) || err != nil {
				t.Errorf("line %d: %d, %v", i, n, err)
			}
			synctest.Wait()
		}
		close(out.open)
		if err := q.Close(); err != nil {
			t.Error(err)
		}
		want := "line 0\n" + `{"level":"warn","message":"the log was too slow: 5 lines dropped"}` + "\nline 1\nline 2\nline 3\n"
		if diff := cmp.Diff(want, out.String()); diff != "" {
			t.Errorf("the log (-want +got):\n%s", diff)
		}
	})
}

// What was logged is written without a further line to push it.
func TestLogQueueIsWokenByEveryLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := &slowWriter{open: make(chan struct{})}
		close(out.open)
		q := newLogQueue(out, 3)
		for i := range 1000 {
			fmt.Fprintf(q, "line %d\n", i)
			synctest.Wait()
			if got := bytes.Count(out.Bytes(), []byte("\n")); got != i+1 {
				t.Fatalf("%d lines after %d", got, i+1)
			}
		}
		_ = q.Close()
	})
}
