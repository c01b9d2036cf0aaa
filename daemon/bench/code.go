package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"

	"golang.org/x/perf/benchfmt"
)

const nanos = "ns"

// code measures parts of the daemon's code by their Go benchmarks.
func (b *bench) code(ctx context.Context) ([]row, error) {
	decode, err := b.benchmark(ctx, "codec", "^BenchmarkDecode$/^(canonical|jsontext)$")
	if err != nil {
		return nil, err
	}
	traffic, err := b.benchmark(ctx, "daemon", "^BenchmarkTraffic$/^(1|16)$")
	if err != nil {
		return nil, err
	}
	canonical, jsontext := decode["Decode/canonical"], decode["Decode/jsontext"]
	if canonical == nil || jsontext == nil || traffic["Traffic/1"] == nil || traffic["Traffic/16"] == nil {
		return nil, fmt.Errorf("benchmarks are missing among %v and %v", decode, traffic)
	}
	return []row{
		compare("decoding a command", "jsontext", nanos, canonical.time, jsontext.time, atMost(0.2)),
		alone("allocations of decoding a command", "", canonical.allocations, atMost(0)),
		alone("decoding, admitting and answering a command, alone", nanos, traffic["Traffic/1"].time, target{}),
		alone("allocations of that", "", traffic["Traffic/1"].allocations, atMost(0)),
		alone("decoding, admitting and answering 16 commands at once", nanos, traffic["Traffic/16"].time, target{}),
		alone("allocations of that", "", traffic["Traffic/16"].allocations, atMost(0)),
	}, nil
}

// figures are those of a Go benchmark in every round.
type figures struct {
	time        samples // ns
	allocations samples
}

// benchmark runs Go benchmarks of a package, and returns their figures by their names.
func (b *bench) benchmark(ctx context.Context, pkg, pattern string) (map[string]*figures, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchmem", "-cpu", "1",
		"-benchtime", (b.each / 5).String(), "-count", strconv.Itoa(b.rounds), module+"/"+pkg)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", cmd.Args, err, out)
	}
	all := map[string]*figures{}
	results := benchfmt.NewReader(bytes.NewReader(out), pkg)
	for results.Scan() {
		r, isResult := results.Result().(*benchfmt.Result)
		if !isResult {
			continue
		}
		name := r.Name.String()
		f := all[name]
		if f == nil {
			f = &figures{}
			all[name] = f
		}
		seconds, _ := r.Value("sec/op")
		allocations, _ := r.Value("allocs/op")
		f.time, f.allocations = append(f.time, seconds*1e9), append(f.allocations, allocations)
	}
	return all, results.Err()
}
