package grafana

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// selector is one choice of series in an expression.
type selector struct {
	Name     string // of the metric
	Matchers string // between the braces
	Window   string // between the brackets, "" for an instant
	Function string // that it is the first argument of, "" for none
}

var (
	literal    = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	labelList  = regexp.MustCompile(`\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)`)
	token      = regexp.MustCompile(`[0-9.][0-9a-zA-Z.]*|[a-zA-Z_][\w:]*|\{[^}]*\}|\[[^\]]*\]|\S`)
	identifier = regexp.MustCompile(`^[a-zA-Z_]`)
	keyword    = regexp.MustCompile(`^(?:and|or|unless|bool|offset)$`)
)

// parse finds the selectors of an expression, and the labels that it groups by or matches on. It knows as much of PromQL
// as the dashboards use; whether they are valid is for Prometheus to say.
func parse(expr string) (all []selector, labels []string) {
	var literals []string
	expr = literal.ReplaceAllStringFunc(expr, func(l string) string {
		literals = append(literals, l)
		return `"` + strconv.Itoa(len(literals)-1) + `"`
	})
	expr = labelList.ReplaceAllStringFunc(expr, func(list string) string {
		names := strings.FieldsFunc(labelList.FindStringSubmatch(list)[1], func(r rune) bool { return r == ',' || r == ' ' })
		labels = append(labels, names...)
		return ""
	})
	tokens := token.FindAllString(expr, -1)
	at := func(i int) string {
		if i < 0 || i >= len(tokens) {
			return ""
		}
		return tokens[i]
	}
	for i, word := range tokens {
		if !identifier.MatchString(word) || keyword.MatchString(word) || at(i+1) == "(" {
			continue
		}
		s := selector{Name: word}
		if at(i-1) == "(" && identifier.MatchString(at(i-2)) {
			s.Function = at(i - 2)
		}
		if strings.HasPrefix(at(i+1), "{") {
			i++
			s.Matchers = literal.ReplaceAllStringFunc(strings.Trim(at(i), "{}"), func(l string) string {
				n, _ := strconv.Atoi(strings.Trim(l, `"`))
				return literals[n]
			})
		}
		if strings.HasPrefix(at(i+1), "[") {
			s.Window = strings.Trim(at(i+1), "[]")
		}
		all = append(all, s)
	}
	return all, labels
}

func TestParse(t *testing.T) {
	got, labels := parse(`histogram_quantile(0.99, sum by (job, le) (rate(a_bucket{x="{(b}", y=~"$y"}[$__rate_interval]))) >= 1e-3
		or on (job) group_left () label_replace(c == 0, "cause", "none", "", "") and time() - max without (le)(d:e{z!="1"})`)
	want := []selector{
		{"a_bucket", `x="{(b}", y=~"$y"`, "$__rate_interval", "rate"},
		{"c", "", "", "label_replace"},
		{"d:e", `z!="1"`, "", "max"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"job", "le", "job", "le"}, labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
}
