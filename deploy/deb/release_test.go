package main

import (
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/deploy/tool"
)

const hash = "0973a68d3de2ffffffffffffffffffffffffffff"

func at(hour int) time.Time { return time.Date(2026, 11, 23, hour, 43, 28, 0, time.UTC) }

var (
	unreleased = []section{{}}
	first      = []section{{}, {version: "0.1.0"}}
	second     = []section{{}, {version: "0.2.0"}, {version: "0.1.0"}}
)

func TestVersionOf(t *testing.T) {
	for _, c := range []struct {
		name     string
		sections []section
		tags     []string
		dirty    bool
		want     string
	}{
		{"no release", unreleased, nil, false, "0.1.0~git20261123084328.0973a68d3de2"},
		{"a tag before the changelog has it", unreleased, []string{"v0.1.0"}, false, "0.1.0~git20261123084328.0973a68d3de2"},
		{"not committed", unreleased, nil, true, "0.1.0~git20261123084328.0973a68d3de2.dirty"},
		{"release", first, []string{"latest", "v0.1.0"}, false, "0.1.0"},
		{"release, not committed", first, []string{"v0.1.0"}, true, "0.1.0+git20261123084328.0973a68d3de2.dirty"},
		{"behind a release", first, nil, false, "0.1.0+git20261123084328.0973a68d3de2"},
		{"second release, tag of the first", second, []string{"v0.1.0"}, false, "0.2.0+git20261123084328.0973a68d3de2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, versionOf(c.sections, hash, at(8), c.tags, c.dirty)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestVersionsOrder has dpkg compare the versions of a history: each is an upgrade of the one before.
func TestVersionsOrder(t *testing.T) {
	dpkg := tool.Need(t, "dpkg", "dpkg")
	history := []string{
		versionOf(unreleased, hash, at(8), nil, false),
		versionOf(unreleased, hash, at(8), nil, true),
		versionOf(unreleased, hash, at(9), nil, false),
		versionOf(unreleased, hash, at(9).AddDate(1, 0, 0), nil, false),
		versionOf(first, hash, at(9), []string{"v0.1.0"}, false),
		versionOf(first, hash, at(9), nil, false),
		versionOf(first, hash, at(10), nil, false),
		versionOf(second, hash, at(9), []string{"v0.2.0"}, false),
		"0.10.0",
	}
	for i := range history[1:] {
		if err := exec.Command(dpkg, "--compare-versions", history[i], "lt", history[i+1]).Run(); err != nil {
			t.Errorf("%s is not before %s: %v", history[i], history[i+1], err)
		}
	}
}

// TestProgramsSayTheVersion runs both programs of the package.
func TestProgramsSayTheVersion(t *testing.T) {
	p := thePackage(t)
	for _, c := range [][]string{{"aetherd", "version"}, {"aetherctl", "--version"}} {
		if out := must(t, p.files+"/usr/bin/"+c[0], c[1]); !strings.HasPrefix(out, c[0]+" "+p.rel.version+" ") {
			t.Errorf("%s: %s", c, out)
		}
	}
	if got := must(t, "dpkg-deb", "--field", p.path, "Version"); got != p.rel.version {
		t.Errorf("the package says %s, the programs %s", got, p.rel.version)
	}
}
