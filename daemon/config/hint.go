package config

import (
	"fmt"
	"reflect"
	"strings"
)

// hint says what to write instead of name, which is not a key of the table t:
// the most similar key there, or a similar one elsewhere.
func hint(t reflect.Type, name string) string {
	best := ""
	least := min(len(name), 2+len(name)/4) // so many edits make another word
	consider := func(key, last string) {
		if n := keyDistance(name, last); n < least {
			best, least = key, n
		}
	}
	for i := range t.NumField() {
		key := t.Field(i).Tag.Get("toml")
		consider(key, key)
	}
	if best == "" {
		for _, key := range keysOf(reflect.TypeFor[Config](), "") {
			consider(key, key[strings.LastIndexByte(key, '.')+1:])
		}
	}
	if best == "" {
		return "remove it (deploy/aetherd.toml shows every key)"
	}
	return fmt.Sprintf("did you mean %s?", best)
}

// keyDistance is how far name is from key; a unit too few or too many is one step.
func keyDistance(name, key string) int {
	if strings.HasPrefix(key, name+"_") || strings.HasPrefix(name, key+"_") {
		return 1
	}
	return editDistance(name, key)
}

// keysOf lists every key and every table that the type t has below path.
func keysOf(t reflect.Type, path string) []string {
	var keys []string
	for i := range t.NumField() {
		field := t.Field(i)
		key := joinKey(path, field.Tag.Get("toml"))
		keys = append(keys, key)
		switch field.Type.Kind() {
		case reflect.Struct:
			keys = append(keys, keysOf(field.Type, key)...)
		case reflect.Slice:
			keys = append(keys, keysOf(field.Type.Elem(), key)...)
		}
	}
	return keys
}

// editDistance is the number of bytes to insert, delete or replace that turn a into b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replaced := diagonal
			if a[i] != b[j] {
				replaced++
			}
			diagonal = row[j+1]
			row[j+1] = min(replaced, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
