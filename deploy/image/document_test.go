//go:build image

package image

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// block is a block of shell commands in a document that is to be run.
type block struct{ name, script string }

var marker = regexp.MustCompile(`^<!-- image-test: (\S+) -->$`)

// blocks returns the marked blocks of a Markdown text in their order. A mark without a block is
// an error of the document.
func blocks(t *testing.T, text string) (all []block) {
	t.Helper()
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		mark := marker.FindStringSubmatch(line)
		if mark == nil {
			continue
		}
		if i+1 >= len(lines) || lines[i+1] != "```sh" {
			t.Fatalf("line %d: behind the mark %s stands no block of sh", i+1, mark[1])
		}
		var script strings.Builder
		for _, line := range lines[i+2:] {
			if line == "```" {
				break
			}
			script.WriteString(line + "\n")
		}
		all = append(all, block{mark[1], script.String()})
	}
	return all
}

func TestBlocks(t *testing.T) {
	got := blocks(t, "# Title\n```sh\nnot this\n```\n<!-- image-test: one -->\n```sh\na\n\nb\n```\n<!-- more -->\n```sh\nnor this\n```\n<!-- image-test: two -->\n```sh\nc # d\n```\n")
	want := []block{{"one", "a\n\nb\n"}, {"two", "c # d\n"}}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(block{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func operations(t *testing.T) []block {
	t.Helper()
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	all := blocks(t, string(text))
	if len(all) == 0 {
		t.Fatal("docs/operations.md has no block that is to be run")
	}
	return all
}
