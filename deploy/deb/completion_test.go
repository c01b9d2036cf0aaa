package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/aether-arm/aetherd/deploy/tool"
)

// complete asks a bash that has read the package's completion for what it makes of a line with
// the cursor at its end.
const complete = `
set -eu +u
PATH=$1/usr/bin:$PATH
. /usr/share/bash-completion/bash_completion
COMP_LINE=$2
COMP_POINT=${#COMP_LINE}
COMP_TYPE=9
read -ra COMP_WORDS <<<"$COMP_LINE"
case $COMP_LINE in *' ') COMP_WORDS+=('') ;; esac
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
. "$1/usr/share/bash-completion/completions/${COMP_WORDS[0]}"
set -- $(complete -p "${COMP_WORDS[0]}")
while [ "$1" != -F ]; do shift; done
compopt() { :; }
"$2"
printf '%s\n' "${COMPREPLY[@]}"
`

func TestBashCompletes(t *testing.T) {
	p := thePackage(t)
	bash := tool.Need(t, "bash", "bash")
	if _, err := os.Stat("/usr/share/bash-completion/bash_completion"); err != nil {
		tool.Need(t, "bash_completion", "bash-completion") // says so
	}
	for line, want := range map[string]string{
		"aetherctl st":               "status stop",
		"aetherctl teleop h":         "hands",
		"aetherctl move 1 2 3 --gri": "--gripper",
		"aetherctl --stop-ad":        "--stop-address",
		"aetherd ch":                 "check",
		"aetherd arm ":               "calibrate jog scan",
		"aetherd check --off":        "--offline",
	} {
		out := must(t, bash, "-c", complete, "bash", p.files, line)
		var got []string
		for reply := range strings.Lines(out) {
			word, _, _ := strings.Cut(strings.TrimSpace(reply), " ") // without its description
			got = append(got, strings.TrimSuffix(word, "="))
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%q (-want +got)\n%s\n%s", line, diff, out)
		}
	}
}

func TestZshReadsTheCompletions(t *testing.T) {
	p := thePackage(t)
	zsh := tool.Need(t, "zsh", "zsh")
	for _, program := range []string{"aetherd", "aetherctl"} {
		path := filepath.Join(p.files, "usr/share/zsh/vendor-completions/_"+program)
		must(t, zsh, "-n", path)
		// As zsh finds it in its fpath: by the first line.
		out := must(t, zsh, "-f", "-c", `fpath=(${1:h} $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[$2]`, "zsh", path, program)
		if out != "_"+program {
			t.Errorf("zsh completes %s by %q", program, out)
		}
	}
}
