package codec

import (
	"math"
	"strconv"
	"time"

	"github.com/aether-arm/aetherd/safety"
	"github.com/go-json-experiment/json/jsontext"
)

// appendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD.
func appendString(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			dst, _ = jsontext.AppendQuote(dst, s) // the error only says that U+FFFD was put in
			return dst
		}
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

// appendNullable appends s, or null where it is empty.
func appendNullable(dst []byte, s string) []byte {
	if s == "" {
		return append(dst, "null"...)
	}
	return appendString(dst, s)
}

// appendFloat appends the shortest decimal that reads back as f, without an
// exponent. f is finite.
func appendFloat(dst []byte, f float64) []byte {
	return strconv.AppendFloat(dst, f, 'f', -1, 64)
}

func appendMillis(dst []byte, d time.Duration) []byte {
	return appendFloat(dst, float64(d)/float64(time.Millisecond))
}

// appendPosition appends p as an object, or null where it is not finite.
func appendPosition(dst []byte, p safety.Point) []byte {
	if !p.Finite() {
		return append(dst, "null"...)
	}
	dst = append(dst, `{"x":`...)
	dst = appendFloat(dst, microns(p.X))
	dst = append(dst, `,"y":`...)
	dst = appendFloat(dst, microns(p.Y))
	dst = append(dst, `,"z":`...)
	dst = appendFloat(dst, microns(p.Z))
	return append(dst, '}')
}

// microns rounds mm to the nearest 0.001, finer than any arm of this kind repeats.
func microns(mm float64) float64 {
	const coarse = 1e12 // above, a float64 has no third decimal
	if math.Abs(mm) >= coarse {
		return mm
	}
	rounded := math.Round(mm*1000) / 1000
	if rounded == 0 {
		return 0 // and not -0
	}
	return rounded
}

// appendEnd closes a line, with the id as its last member where there is one.
func appendEnd(dst, id []byte) []byte {
	if id != nil {
		dst = append(dst, `,"id":`...)
		dst = append(dst, id...)
	}
	return append(dst, '}', '\n')
}
