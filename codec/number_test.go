package codec

import (
	"encoding/json"
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// checkNumber compares scanNumber with the grammar of encoding/json and the value
// of strconv.
func checkNumber(t rapid.TB, text string) {
	got, n := scanNumber([]byte(text))
	want, err := strconv.ParseFloat(text, 64)
	if !json.Valid([]byte(text)) || err != nil {
		if n > 0 && n == len(text) {
			t.Errorf("%q was read as %v", text, got)
		}
		return
	}
	if n != len(text) || math.Float64bits(got) != math.Float64bits(want) {
		t.Errorf("%q: got %v of %d bytes, want %v", text, got, n, want)
	}
}

func TestScanNumber(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "-0.0e0", "1", "120.0", "35.5", "-0.001", "1e22", "1e23", "1E-22", "1e-23", "1.5e+3", "0e999999999999",
		"9007199254740991", "9007199254740992", "9007199254740993", "9007199254740993e1", "9999999999999999999", "18446744073709551616",
		"99999999999999999999", "0.1", "0.30000000000000004", "1.7976931348623157e308", "1.7976931348623159e308", "1e308", "1e309", "-1e309",
		"5e-324", "2e-324", "2.2250738585072011e-308", "1e-999", "0.000000000000000000000001", "123456789012345678901234567890e-29",
		"1e0000000001", "1e-00000000000000000001", "00", "01", "-01", "-", "1.", ".1", "1e", "1e+", "1.e1", "0x10", "1_0", "1e1e1", "1.1.1", "--1", "+1", "1-",
	} {
		checkNumber(t, text)
	}
}

func TestScanNumberRandom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := rapid.Float64().Draw(t, "f")
		format := rapid.SampledFrom([]byte("efgEG")).Draw(t, "format")
		precision := rapid.IntRange(-1, 25).Draw(t, "precision")
		checkNumber(t, strconv.FormatFloat(f, format, precision, 64))
	})
}

func TestScanNumberGrammar(t *testing.T) {
	text := rapid.StringMatching(`-?[0-9]{0,22}\.?[0-9]{0,22}([eE][+-]?[0-9]{0,4})?`)
	rapid.Check(t, func(t *rapid.T) { checkNumber(t, text.Draw(t, "text")) })
}
