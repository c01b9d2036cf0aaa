package codec

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// BenchmarkDecode measures one line. The last three decode the canonical line and
// are the scale: jsontext and jsontext_reused are the strict decoder alone, with a
// new jsontext.Decoder for each line and with the same one.
func BenchmarkDecode(b *testing.B) {
	lines := []struct{ name, line string }{
		{"canonical", canonical},
		{"spaced", strings.NewReplacer(",", ", ", ":", ": ").Replace(canonical)},
		{"long_numbers", `{"type":"command","x":120.00000000000001,"y":-35.512345678901234,"z":210.98765432109876,"gripper":"open"}`},
		{"escapes", `{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":"open","id":"\u00e9"}`},
		{"hostile", `{"type":"command","x":120.0,"y":35.5,"z":210.0,"gripper":null}`},
	}
	for _, l := range lines {
		line := []byte(l.line)
		benchmark(b, l.name, func(r *Request) { Decode(line, r) })
	}
	line := []byte(canonical)
	benchmark(b, "jsontext", func(r *Request) {
		s := strict{line: line, dec: jsontext.NewDecoder(bytes.NewBuffer(line)), req: r}
		s.object()
	})
	benchmark(b, "jsontext_reused", func(r *Request) { decodeStrict(line, r) })
	benchmark(b, "encoding_json", func(*Request) {
		var c struct {
			Type    string
			X, Y, Z float64
			Gripper string
		}
		if err := json.Unmarshal(line, &c); err != nil {
			b.Fatal(err)
		}
	})
}

func benchmark(b *testing.B, name string, decode func(*Request)) {
	b.Run(name, func(b *testing.B) {
		var r Request
		b.ReportAllocs()
		for b.Loop() {
			decode(&r)
		}
	})
}
