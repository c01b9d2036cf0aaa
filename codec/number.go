package codec

import "strconv"

// pow10 are the powers of ten that a float64 holds exactly.
var pow10 = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// scanNumber reads the JSON number at the beginning of b and returns its value,
// the same float64 as strconv.ParseFloat, and its length, or 0 if there is none or
// it overflows.
//
// Up to 2^53 the digits are exact in a float64, and so is a power of ten up to
// 1e22: then one multiplication or division rounds once, which is correct
// rounding (Clinger, "How to read floating point numbers accurately").
func scanNumber(b []byte) (f float64, n int) {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		n = 1
	}
	whole := n
	mantissa, n := digits(b, n, 0)
	count := n - whole
	if count == 0 || count > 1 && b[whole] == '0' {
		return 0, 0
	}
	exponent := 0
	if n < len(b) && b[n] == '.' {
		point := n + 1
		mantissa, n = digits(b, point, mantissa)
		if n == point {
			return 0, 0
		}
		exponent = point - n
		count += n - point
	}
	if n < len(b) && (b[n] == 'e' || b[n] == 'E') {
		shift, end := scanExponent(b, n+1)
		if end == 0 {
			return 0, 0
		}
		exponent += shift
		n = end
	}
	// 19 digits do not overflow a uint64.
	if count > 19 || mantissa >= 1<<53 || exponent < -22 || exponent > 22 {
		f, err := strconv.ParseFloat(string(b[:n]), 64)
		if err != nil {
			return 0, 0
		}
		return f, n
	}
	f = float64(mantissa)
	if exponent < 0 {
		f /= pow10[-exponent]
	} else {
		f *= pow10[exponent]
	}
	if negative {
		f = -f
	}
	return f, n
}

// digits appends the decimal digits at b[n:] to value and returns the offset after
// them. The value is meaningless after more than 19 digits.
func digits(b []byte, n int, value uint64) (uint64, int) {
	for n < len(b) && b[n]-'0' <= 9 {
		value = value*10 + uint64(b[n]-'0')
		n++
	}
	return value, n
}

// scanExponent reads an exponent after its 'e' at b[n:], and returns it and the
// offset after it, or the offset 0 if there is none. Beyond 3 digits it returns an
// exponent that is not small, whatever it is.
func scanExponent(b []byte, n int) (exponent, end int) {
	negative := n < len(b) && b[n] == '-'
	if n < len(b) && (b[n] == '-' || b[n] == '+') {
		n++
	}
	value, end := digits(b, n, 0)
	if end == n {
		return 0, 0
	}
	if end-n > 3 {
		return 1 << 20, end
	}
	if negative {
		return -int(value), end
	}
	return int(value), end
}
