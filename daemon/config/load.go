package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Load reads the configuration from a TOML file; the path "" means the defaults.
// The error joins everything that is wrong with the file, in the order of its
// lines, each with the key and what to write instead.
func Load(path string) (*Config, error) {
	if path == "" {
		return Default(), nil
	}
	doc, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return parse(path, doc)
}

// parse is Load on the bytes of the file; name stands for it in errors.
func parse(name string, doc []byte) (*Config, error) {
	// The library decodes into a plain tree and not into Config: there it would
	// stop at the first value of a wrong type, and take Listen for listen.
	var tree map[string]any
	if err := toml.Unmarshal(doc, &tree); err != nil {
		return nil, syntaxError(name, err)
	}
	c := Default()
	r := &report{file: name, lines: lineNumbers(doc), faulty: map[string]bool{}}
	d := decoder{report: r, given: map[string]bool{}}
	d.decode(tree, c)

	if !d.given["safety.start"] && c.Arm.Driver != DriverSim {
		c.Safety.Start = startStopped
	}
	if !d.given["arm.serial.baud"] && c.Arm.Driver == DriverFeetech {
		c.Arm.Serial.Baud = busBaud
	}
	c.Server.Listen = localhostAsIP(c.Server.Listen)
	c.Server.StopListen = localhostAsIP(c.Server.StopListen)
	c.Ops.Listen = localhostAsIP(c.Ops.Listen)

	(&checker{Config: c, report: r, given: d.given}).check()
	if err := r.err(); err != nil {
		return nil, err
	}
	return c, nil
}

func syntaxError(name string, err error) error {
	var bad *toml.DecodeError
	if !errors.As(err, &bad) {
		return fmt.Errorf("%s: %w", name, err)
	}
	line, column := bad.Position()
	key := ""
	if k := bad.Key(); len(k) > 0 {
		key = strings.Join(k, ".") + ": "
	}
	return fmt.Errorf("%s:%d: %snot TOML at column %d: %w", name, line, key, column, err)
}
