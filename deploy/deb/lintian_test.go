package main

import (
	"os"
	"strings"
	"testing"

	"github.com/aether-arm/aetherd/deploy/tool"
)

// lintian fails for every tag, down to the pedantic ones, that lintian-overrides does not explain.
func lintian(t *testing.T, path string) {
	t.Helper()
	program := tool.Need(t, "lintian", "lintian")
	out, err := combined(t, program, "--allow-root", "--pedantic", "--display-info", "--tag-display-limit=0",
		"--no-show-overrides", "--fail-on=error,warning,info,pedantic", path)
	var tags []string
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "N:") {
			tags = append(tags, line)
		}
	}
	if len(tags) > 0 || err != nil {
		t.Errorf("%s: %v\n%s", path, err, strings.Join(tags, ""))
	}
}

func TestLintian(t *testing.T) {
	lintian(t, thePackage(t).path)
}

// TestOverridesAreExplained wants the reason above each override.
func TestOverridesAreExplained(t *testing.T) {
	text, err := os.ReadFile("lintian-overrides")
	if err != nil {
		t.Fatal(err)
	}
	explained := map[string]bool{}
	above := ""
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if strings.HasPrefix(line, "#") {
			above = line
			continue
		}
		if len(f) < 2 || f[0] != "aetherd:" {
			t.Fatalf("lintian-overrides has %q", line)
		}
		if strings.HasPrefix(above, "#") {
			explained[f[1]] = true
		}
		if above = line; !explained[f[1]] {
			t.Errorf("no reason for %s", f[1])
		}
	}
}

// TestScripts has the shells' own checks read the maintainer scripts.
func TestScripts(t *testing.T) {
	for _, name := range []string{"postinst", "prerm", "postrm"} {
		must(t, "sh", "-n", name)
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "#!/bin/sh\n") || !strings.Contains(string(text), "\nset -e\n") {
			t.Errorf("%s does not begin with #!/bin/sh and set -e", name)
		}
	}
	must(t, tool.Need(t, "shellcheck", "shellcheck"), "postinst", "prerm", "postrm")
}
