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
	dst = appendLength(dst, p.X)
	dst = append(dst, `,"y":`...)
	dst = appendLength(dst, p.Y)
	dst = append(dst, `,"z":`...)
	dst = appendLength(dst, p.Z)
	return append(dst, '}')
}

// appendLength appends mm to the nearest 0.001, finer than any arm of this kind repeats.
func appendLength(dst []byte, mm float64) []byte { return appendFloat(dst, rounded(mm, 1000)) }

// appendAngle appends rad to the nearest 0.0001, a fraction of what a servo can tell apart.
func appendAngle(dst []byte, rad float64) []byte { return appendFloat(dst, rounded(rad, 10000)) }

// rounded returns the nearest multiple of 1/parts.
func rounded(x, parts float64) float64 {
	const coarse = 1e12 // above, a float64 has no fourth decimal, and hardly a third
	if math.Abs(x) >= coarse {
		return x
	}
	r := math.Round(x*parts) / parts
	if r == 0 {
		return 0 // and not -0
	}
	return r
}

// appendEnd closes a line, with the id as its last member where there is one.
func appendEnd(dst, id []byte) []byte {
	if id != nil {
		dst = append(dst, `,"id":`...)
		dst = append(dst, id...)
	}
	return append(dst, '}', '\n')
}
