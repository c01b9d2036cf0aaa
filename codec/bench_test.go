package codec

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/aether-arm/aetherd/safety"
)

const longNumbers = `{"type":"command","x":120.00000000000001,"y":-35.512345678901234,"z":210.98765432109876,"gripper":"open"}`

var spaced = strings.NewReplacer(",", ", ", ":", ": ").Replace(canonical)

// BenchmarkDecode measures one line. The last three decode the canonical line and
// are the scale: jsontext and jsontext_reused are the strict decoder alone, with a
// new jsontext.Decoder for each line and with the same one.
func BenchmarkDecode(b *testing.B) {
	lines := []struct {
		name, line string
		want       Code
	}{
		{"canonical", canonical, NoFault},
		{"spaced", spaced, NoFault},
		{"long_numbers", longNumbers, NoFault},
		{"escapes", `{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":"open","id":"\u00e9"}`, NoFault},
		{"hostile", `{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":null}`, CodeNullField},
	}
	for _, l := range lines {
		line := []byte(l.line)
		benchmark(b, l.name, l.want, func(r *Request) Fault { return Decode(line, r) })
	}
	line := []byte(canonical)
	benchmark(b, "jsontext", NoFault, func(r *Request) Fault {
		s := strict{line: line, dec: jsontext.NewDecoder(bytes.NewBuffer(line)), req: r}
		return s.object()
	})
	benchmark(b, "jsontext_reused", NoFault, func(r *Request) Fault { return decodeStrict(line, r) })
	benchmark(b, "encoding_json", NoFault, func(*Request) Fault {
		var c struct {
			Type    string
			X, Y, Z float64
			Gripper string
		}
		if err := json.Unmarshal(line, &c); err != nil {
			b.Fatal(err)
		}
		return Fault{}
	})
}

func benchmark(b *testing.B, name string, want Code, decode func(*Request) Fault) {
	b.Run(name, func(b *testing.B) {
		var r Request
		b.ReportAllocs()
		for b.Loop() {
			if fault := decode(&r); fault.Code != want {
				b.Fatalf("the fault is %v, want %v", fault, want)
			}
		}
	})
}

// BenchmarkCutter cuts the lines of one read as a server does.
func BenchmarkCutter(b *testing.B) {
	const read = 16 << 10
	stream := []byte(strings.Repeat(canonical+"\n", read))[:read]
	whole := bytes.Count(stream, []byte("\n"))
	b.SetBytes(read)
	b.ReportAllocs()
	for b.Loop() {
		var c Cutter
		lines := 0
		for buf := stream; ; lines++ {
			line, n, status := c.Next(buf)
			if status != Line {
				break
			}
			if len(line) != len(canonical) {
				b.Fatalf("got %q", line)
			}
			buf = buf[n:]
		}
		if lines != whole {
			b.Fatalf("%d lines of %d", lines, whole)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*whole), "ns/line")
}

// BenchmarkReply measures one line to a station.
func BenchmarkReply(b *testing.B) {
	command := &Request{Type: TypeCommand}
	state := &State{Driver: "feetech", Snapshot: safety.Snapshot{
		State: safety.Active, Holder: "laptop", Role: safety.Operator, Holds: true, LinkUp: true, Gripper: safety.GripperOpen,
		HasPosition: true, Position: safety.Point{X: 119.875, Y: 35.5, Z: 2.0 / 3},
		HasTarget: true, Target: safety.Point{X: 120, Y: 35.5, Z: 210}},
		Joints: []string{"base", "shoulder", "elbow", "wrist"}, Angles: []float64{0.25, 1.0 / 3, -1.5, 0.125}}
	replies := []struct {
		name  string
		reply func(dst []byte) []byte
		part  string
	}{
		{"ok", func(dst []byte) []byte { return AppendVerdict(dst, command, safety.Verdict{}) }, `"message":"Command received"}`},
		{"refused", func(dst []byte) []byte {
			return AppendVerdict(dst, command, safety.Verdict{Reason: safety.OutOfWorkspace, Axis: "z"})
		}, `"code":"out_of_workspace","field":"z"}`},
		{"state", func(dst []byte) []byte { return AppendState(dst, state, nil) }, `"target":{"x":120,"y":35.5,"z":210},`},
	}
	for _, r := range replies {
		b.Run(r.name, func(b *testing.B) {
			dst := make([]byte, 0, 1024)
			b.ReportAllocs()
			for b.Loop() {
				dst = r.reply(dst[:0])
			}
			if !strings.Contains(string(dst), r.part) {
				b.Fatalf("got %s", dst)
			}
		})
	}
}
