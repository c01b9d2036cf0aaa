package main

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
)

// architecture is one that Debian has and the programs are built for.
type architecture struct {
	debian string
	env    []string
}

// architectures are by Debian's names. The baseline is the oldest processor that the name stands
// for; Raspberry Pi OS calls ARMv6 with floating point armhf too, so that is GOARM=6.
var architectures = map[string]architecture{
	"amd64": {"amd64", []string{"GOARCH=amd64", "GOAMD64=v1"}},
	"arm64": {"arm64", []string{"GOARCH=arm64", "GOARM64=v8.0"}},
	"armhf": {"armhf", []string{"GOARCH=arm", "GOARM=6"}},
}

// native returns the architecture of this machine: its programs are run for their completions.
func native() (architecture, error) {
	for _, a := range architectures {
		if runtime.GOOS == "linux" && slices.Contains(a.env, "GOARCH="+runtime.GOARCH) {
			return a, nil
		}
	}
	return architecture{}, fmt.Errorf("packages are made on Linux on one of their architectures, not on %s/%s", runtime.GOOS, runtime.GOARCH)
}

// buildEnv has the programs depend on nothing but the source and the version of Go.
var buildEnv = []string{"GOOS=linux", "CGO_ENABLED=0", "GOFLAGS=-mod=readonly", "GOEXPERIMENT=", "GOFIPS140=off"}

func (a architecture) environment() []string {
	return slices.Concat(buildEnv, a.env)
}

// programs are built from these packages, below the root.
var programs = []string{"./daemon/aetherd", "./client/aetherctl"}

// buildPrograms builds both into stage, in a folder of the architecture's name. What -s and -w leave out are symbols for
// debuggers; the traces of a panic do not need them.
func buildPrograms(ctx context.Context, root string, rel release, arch architecture, stage string) error {
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -X main.version=" + rel.version,
		"-o", filepath.Join(stage, arch.debian) + "/"}
	_, err := outputWith(ctx, root, arch.environment(), "go", append(args, programs...)...)
	return err
}
