package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/arm/armtest"
	"github.com/aether-arm/aetherd/arm/armtest/feetechemu"
	"github.com/aether-arm/aetherd/arm/armtest/grblemu"
	"github.com/aether-arm/aetherd/arm/armtest/marlinemu"
	"github.com/aether-arm/aetherd/arm/armtest/roarmemu"
	"github.com/aether-arm/aetherd/arm/armtest/uarmemu"
)

// kinds are the machines by name.
var kinds = map[string]func(config []byte, now time.Duration) (armtest.Machine, error){
	"feetech": configured(feetechemu.New),
	"grbl":    configured(grblemu.New),
	"marlin":  configured(marlinemu.New),
	"roarm":   configured(roarmemu.New),
	"uarm":    configured(uarmemu.New),
}

// configured is build with a configuration in JSON. A field that C does not have
// is an error.
func configured[C any, M armtest.Machine](build func(C, time.Duration) M) func([]byte, time.Duration) (armtest.Machine, error) {
	return func(config []byte, now time.Duration) (armtest.Machine, error) {
		var cfg C
		d := json.NewDecoder(bytes.NewReader(config))
		d.DisallowUnknownFields()
		if err := d.Decode(&cfg); err != nil {
			return nil, err
		}
		return build(cfg, now), nil
	}
}

func kindNames() string { return strings.Join(slices.Sorted(maps.Keys(kinds)), ", ") }
