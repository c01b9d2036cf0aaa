package config

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// decoder fills a Config from the tree of a TOML document. Keys match exactly.
// A key that does not fit is reported and leaves the default as it is.
type decoder struct {
	report *report
	given  map[string]bool // keys that stand in the file
}

func (d decoder) decode(tree map[string]any, c *Config) {
	d.table(tree, reflect.ValueOf(c).Elem(), "")
}

func (d decoder) table(tree map[string]any, v reflect.Value, path string) {
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		key := joinKey(path, name)
		d.given[key] = true
		if i := fieldOf(v.Type(), name); i >= 0 {
			d.value(tree[name], v.Field(i), key)
		} else {
			d.report.add(key, " is not a key of aetherd; %s", hint(v.Type(), name))
		}
	}
}

func (d decoder) value(raw any, v reflect.Value, key string) {
	switch v.Kind() {
	case reflect.Struct:
		if tree, ok := raw.(map[string]any); ok {
			d.table(tree, v, key)
			return
		}
	case reflect.Slice:
		if d.tables(raw, v, key) {
			return
		}
	case reflect.Array:
		if d.pair(raw, v) {
			return
		}
	default:
		if setScalar(raw, v) {
			return
		}
	}
	d.report.add(key, " = %s: write %s", shown(raw), wanted(v.Type(), key))
}

// tables decodes an array of tables, and reports whether raw is one.
func (d decoder) tables(raw any, v reflect.Value, key string) bool {
	elements, ok := raw.([]any)
	if !ok {
		return false
	}
	decoded := reflect.MakeSlice(v.Type(), len(elements), len(elements))
	for i, element := range elements {
		tree, ok := element.(map[string]any)
		if !ok {
			return false
		}
		d.table(tree, decoded.Index(i), elementKey(key, i))
	}
	v.Set(decoded)
	return true
}

// pair decodes an array of a fixed length, and reports whether raw is one.
func (d decoder) pair(raw any, v reflect.Value) bool {
	elements, ok := raw.([]any)
	if !ok || len(elements) != v.Len() {
		return false
	}
	decoded := reflect.New(v.Type()).Elem()
	for i, element := range elements {
		if !setScalar(element, decoded.Index(i)) {
			return false
		}
	}
	v.Set(decoded)
	return true
}

// setScalar sets v to raw, and reports whether raw has its type. A whole number is
// a number too.
func setScalar(raw any, v reflect.Value) bool {
	switch x := raw.(type) {
	case string:
		if v.Kind() != reflect.String {
			return false
		}
		v.SetString(x)
	case bool:
		if v.Kind() != reflect.Bool {
			return false
		}
		v.SetBool(x)
	case float64:
		if v.Kind() != reflect.Float64 {
			return false
		}
		v.SetFloat(x)
	case int64:
		switch {
		case v.Kind() == reflect.Float64:
			v.SetFloat(float64(x))
		case v.CanInt() && !v.OverflowInt(x):
			v.SetInt(x)
		default:
			return false
		}
	default:
		return false
	}
	return true
}

// wanted says what to write for a key of type t.
func wanted(t reflect.Type, key string) string {
	switch {
	case t.Kind() == reflect.Struct:
		return fmt.Sprintf("a table, headed by [%s]", key)
	case t.Kind() == reflect.Slice:
		return fmt.Sprintf("tables, each headed by [[%s]]", key)
	case t.Kind() == reflect.Array:
		return "[lower, upper], two numbers"
	case t == reflect.TypeFor[Millis]():
		return "a whole number of milliseconds"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case t.Kind() == reflect.Float64:
		return "a number"
	case t.Kind() == reflect.Bool:
		return "true or false"
	case choices[key] != nil:
		return oneOf(choices[key])
	default:
		return `a text in "quotes"`
	}
}

// shown is a value of the file as errors show it.
func shown(raw any) string {
	switch x := raw.(type) {
	case map[string]any:
		return "a table"
	case []any:
		return fmt.Sprintf("an array of %d", len(x))
	case string:
		return strconv.Quote(x)
	default:
		return fmt.Sprint(x)
	}
}
