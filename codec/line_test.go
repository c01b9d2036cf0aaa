package codec

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// tooLong stands for a report in a list of frames; no line can be like it.
const tooLong = "\n"

// cut feeds chunks to a Cutter as a server does, and lists what comes out.
func cut(t rapid.TB, chunks ...[]byte) []string {
	t.Helper()
	var c Cutter
	var buf []byte
	var frames []string
	for _, chunk := range chunks {
		buf = append(buf, chunk...)
		for status := TooLong; status != NeedMore; {
			var line []byte
			var n int
			line, n, status = c.Next(buf)
			switch status {
			case Line:
				frames = append(frames, string(line))
			case TooLong:
				frames = append(frames, tooLong)
			}
			buf = buf[n:]
		}
		if len(buf) > MaxLine+1 {
			t.Fatalf("%d bytes are kept", len(buf))
		}
	}
	return frames
}

// frames is what the stream says, read as a whole.
func frames(stream []byte) []string {
	lines := strings.Split(string(stream), "\n")
	var want []string
	for i, line := range lines {
		last := i == len(lines)-1
		// The '\r' that ends the stream may still be followed by '\n'.
		if !last || len(line) == MaxLine+1 {
			line = strings.TrimSuffix(line, "\r")
		}
		switch {
		case len(line) > MaxLine:
			want = append(want, tooLong)
		case line != "" && !last:
			want = append(want, line)
		}
	}
	return want
}

func TestCutter(t *testing.T) {
	full := strings.Repeat("a", MaxLine)
	tests := []struct {
		name, stream string
		want         []string
	}{
		{"nothing", "", nil},
		{"two lines", "a\nb\n", []string{"a", "b"}},
		{"partial last line", "a\nb", []string{"a"}},
		{"CRLF", "a\r\nb\r\n", []string{"a", "b"}},
		{"only the last CR", "a\r\r\nb\rc\n", []string{"a\r", "b\rc"}},
		{"empty lines", "\n\r\n\na\n\n", []string{"a"}},
		{"at the limit", full + "\n" + full + "\r\n", []string{full, full}},
		{"at the limit, open", full + "\r", nil},
		{"one above", full + "b\na\n", []string{tooLong, "a"}},
		{"one above, CRLF", full + "b\r\na\r\n", []string{tooLong, "a"}},
		{"one above, open", full + "b", []string{tooLong}},
		{"CR is the one above", full + "\rb\na\n", []string{tooLong, "a"}},
		{"two CR", full + "\r\r\na\n", []string{tooLong, "a"}},
		{"much longer", strings.Repeat("b", 5*MaxLine) + "\na\n", []string{tooLong, "a"}},
		{"two in a row", full + "b\n" + full + "b\n", []string{tooLong, tooLong}},
		{"empty line after", full + "b\n\na\n", []string{tooLong, "a"}},
	}
	for _, test := range tests {
		stream := []byte(test.stream)
		if diff := cmp.Diff(test.want, cut(t, stream)); diff != "" {
			t.Errorf("%s, at once: -want +got\n%s", test.name, diff)
		}
		var bytewise [][]byte
		for i := range stream {
			bytewise = append(bytewise, stream[i:i+1])
		}
		if diff := cmp.Diff(test.want, cut(t, bytewise...)); diff != "" {
			t.Errorf("%s, byte by byte: -want +got\n%s", test.name, diff)
		}
		for i := range stream {
			if diff := cmp.Diff(test.want, cut(t, stream[:i], stream[i:])); diff != "" {
				t.Fatalf("%s, split at %d: -want +got\n%s", test.name, i, diff)
			}
		}
	}
}

// TestCutterReportsAtOnce checks that the report does not wait for the newline.
func TestCutterReportsAtOnce(t *testing.T) {
	var c Cutter
	long := bytes.Repeat([]byte("a"), MaxLine+1)
	if _, n, status := c.Next(long[:MaxLine]); n != 0 || status != NeedMore {
		t.Errorf("at the limit: %d bytes, status %v", n, status)
	}
	if _, n, status := c.Next(long); n != len(long) || status != TooLong {
		t.Errorf("above the limit: %d bytes, status %v", n, status)
	}
	if _, n, status := c.Next(long); n != len(long) || status != NeedMore {
		t.Errorf("while skipping: %d bytes, status %v", n, status)
	}
}

func TestCutterChunks(t *testing.T) {
	piece := rapid.OneOf(
		rapid.SampledFrom([]string{"\n", "\r", "\r\n", canonical + "\n"}),
		rapid.Map(rapid.IntRange(MaxLine-3, MaxLine+3), func(n int) string { return strings.Repeat("a", n) }),
		rapid.Map(rapid.IntRange(0, 3*MaxLine), func(n int) string { return strings.Repeat("b", n) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		stream := []byte(strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "stream"), ""))
		want := frames(stream)
		cuts := rapid.SliceOfN(rapid.IntRange(1, MaxLine+2), 0, 20).Draw(t, "chunks")
		if diff := cmp.Diff(want, cut(t, split(stream, cuts)...)); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
	})
}

// split cuts stream into chunks of these sizes, and the rest.
func split(stream []byte, sizes []int) [][]byte {
	var chunks [][]byte
	for _, n := range sizes {
		n = min(n, len(stream))
		chunks = append(chunks, stream[:n])
		stream = stream[n:]
	}
	return append(chunks, stream)
}

func FuzzCutter(f *testing.F) {
	f.Add([]byte("a\r\nb\n\nc"), []byte{1, 2, 3})
	f.Add(append(bytes.Repeat([]byte("a"), MaxLine), "\r\nb\n"...), []byte{255, 255, 1})
	f.Add(append(bytes.Repeat([]byte("a"), MaxLine+1), "\r\nb\n"...), []byte{16, 255, 1})
	f.Fuzz(func(t *testing.T, stream, chunks []byte) {
		var sizes []int
		for _, n := range chunks {
			sizes = append(sizes, 17*int(n)) // up to above MaxLine
		}
		if diff := cmp.Diff(frames(stream), cut(t, split(stream, sizes)...)); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}
