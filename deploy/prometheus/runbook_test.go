package prometheus

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	operations = "../../docs/operations.md"
	runbookURL = "https://github.com/aether-arm/aetherd/blob/main/docs/operations.md#"
)

// TestEveryAlertHasRunbook holds the alerts against the headings of "Alerts" in
// docs/operations.md, both ways: each has one, in the order of the file.
func TestEveryAlertHasRunbook(t *testing.T) {
	_, rest, found := strings.Cut(read(t, operations), "\n## Alerts\n")
	if !found {
		t.Fatalf("%s has no section Alerts", operations)
	}
	section, _, _ := strings.Cut(rest, "\n## ")
	var headings []string
	for _, m := range regexp.MustCompile(`(?m)^### (Aetherd\w+)$`).FindAllStringSubmatch(section, -1) {
		headings = append(headings, m[1])
	}
	var alerts []string
	for _, r := range rulesOf(t, alertsFile) {
		alerts = append(alerts, r.Alert)
		if got, want := r.Annotations["runbook_url"], runbookURL+strings.ToLower(r.Alert); got != want {
			t.Errorf("%s: its runbook is %q, want %q", r.Alert, got, want)
		}
	}
	if diff := cmp.Diff(alerts, headings); diff != "" {
		t.Errorf("the runbooks are not those of the alerts (-alerts +runbooks):\n%s", diff)
	}
	for _, runbook := range regexp.MustCompile(`(?m)^### `).Split(section, -1)[1:] {
		for _, part := range []string{"**It means**", "**Look at**", "**Do**"} {
			if !strings.Contains(runbook, part) {
				heading, _, _ := strings.Cut(runbook, "\n")
				t.Errorf("%s: its runbook lacks %s", heading, part)
			}
		}
	}
}

// TestEveryAlertTells wants what a person on call needs: how urgent, what, and of which arm.
func TestEveryAlertTells(t *testing.T) {
	for _, r := range rulesOf(t, alertsFile) {
		if s := r.Labels["severity"]; !slices.Contains([]string{"critical", "warning", "info"}, s) {
			t.Errorf("%s: severity %q", r.Alert, s)
		}
		for _, text := range []string{r.Annotations["summary"], r.Annotations["description"]} {
			if text == "" {
				t.Errorf("%s: an annotation is missing", r.Alert)
			}
		}
		if all := r.Annotations["summary"] + r.Annotations["description"]; !strings.Contains(all, "$labels.") {
			t.Errorf("%s: it does not say which arm", r.Alert)
		}
	}
}
