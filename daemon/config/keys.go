package config

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

var bareKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// joinKey is the key of name in the table path.
func joinKey(path, name string) string {
	if !bareKey.MatchString(name) {
		name = strconv.Quote(name)
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// elementKey is the key of the i-th table of an array.
func elementKey(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// fieldOf is the index of the field of t whose key is name, or -1.
func fieldOf(t reflect.Type, name string) int {
	for i := range t.NumField() {
		if t.Field(i).Tag.Get("toml") == name {
			return i
		}
	}
	return -1
}

// leaf is one key that holds a value, of a Config.
type leaf struct {
	key   string
	value reflect.Value
}

// leavesOf lists every key of c, without the stations.
func leavesOf(c *Config) []leaf {
	return appendLeaves(nil, "", reflect.ValueOf(c).Elem())
}

func appendLeaves(leaves []leaf, path string, v reflect.Value) []leaf {
	for i := range v.NumField() {
		field := v.Field(i)
		key := joinKey(path, v.Type().Field(i).Tag.Get("toml"))
		switch field.Kind() {
		case reflect.Struct:
			leaves = appendLeaves(leaves, key, field)
		case reflect.Slice: // the stations
		default:
			leaves = append(leaves, leaf{key, field})
		}
	}
	return leaves
}

// numbers lists the numbers that the leaf holds.
func (l leaf) numbers() []float64 {
	switch v := l.value; {
	case v.CanInt():
		return []float64{float64(v.Int())}
	case v.CanFloat():
		return []float64{v.Float()}
	case v.Kind() == reflect.Array:
		all := make([]float64, v.Len())
		for i := range all {
			all[i] = v.Index(i).Float()
		}
		return all
	}
	return nil
}

// String returns the value in TOML, in one way for equal values.
func (l leaf) String() string {
	switch v := l.value; v.Kind() {
	case reflect.String:
		return strconv.Quote(v.String())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	}
	numbers := l.numbers()
	texts := make([]string, len(numbers))
	for i, x := range numbers {
		texts[i] = formatNumber(x)
	}
	if l.value.Kind() == reflect.Array {
		return "[" + strings.Join(texts, ", ") + "]"
	}
	return texts[0]
}

func formatNumber(x float64) string {
	const exact = 1e15 // below it, plain digits are short enough to read
	if math.Abs(x) < exact {
		return strconv.FormatFloat(x+0, 'f', -1, 64) // +0 turns -0 into 0
	}
	return strings.ToLower(strconv.FormatFloat(x, 'g', -1, 64)) // nan and inf, as in TOML
}
