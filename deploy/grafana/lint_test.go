package grafana

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// rules are those of Grafana's dashboard-linter, and some of our own. Each returns what is wrong.
var rules = []struct {
	name  string
	check func(board) []string
}{
	{"dashboard", checkDashboard},
	{"variables", checkVariables},
	{"data source", checkSources},
	{"texts", checkTexts},
	{"numbers", checkNumbers},
	{"grid", checkGrid},
	{"selectors", checkSelectors},
	{"rates", checkRates},
	{"counters", checkCounters},
	{"legends", checkLegends},
	{"colors", checkColors},
	{"words", checkWords},
	{"links", checkLinks},
}

func TestLint(t *testing.T) {
	for _, b := range boards(t) {
		for _, r := range rules {
			for _, problem := range r.check(b) {
				t.Errorf("%s: %s: %s", b.file, r.name, problem)
			}
		}
	}
}

// TestLintFindsMistakes breaks a good dashboard, a rule at a time.
func TestLintFindsMistakes(t *testing.T) {
	expr := func(text string) func(*board) { return func(b *board) { b.Panels[1].Targets[0].Expr = text } }
	edit := func(old, new string) func(*board) {
		return func(b *board) { b.Panels[1].raw = strings.Replace(b.Panels[1].raw, old, new, 1) }
	}
	tests := []struct {
		rule  string
		spoil func(*board)
	}{
		{"dashboard", func(b *board) { b.UID = "" }},
		{"dashboard", func(b *board) { b.Editable = true }},
		{"dashboard", func(b *board) { b.ID = new(int) }},
		{"dashboard", func(b *board) { b.Refresh = "1s" }},
		{"variables", func(b *board) { b.Templating.List = b.Templating.List[1:] }},
		{"variables", func(b *board) { b.Templating.List = b.Templating.List[:2] }},
		{"variables", func(b *board) {
			b.Templating.List = append(b.Templating.List, variable{Name: "unused", Type: "query", Datasource: b.Panels[1].Datasource})
		}},
		{"data source", func(b *board) { b.Panels[1].Datasource = nil }},
		{"data source", func(b *board) { b.Panels[1].Targets[0].Datasource = &sourceRef{"prometheus", "PBFA97CFB590B2093"} }},
		{"data source", func(b *board) { b.Annotations.List[0].Datasource = nil }},
		{"texts", func(b *board) { b.Panels[1].Title = "" }},
		{"texts", func(b *board) { b.Panels[1].Title = b.Panels[2].Title }},
		{"texts", func(b *board) { b.Panels[1].Description = "" }},
		{"texts", func(b *board) { b.Panels[1].FieldConfig.Defaults.Unit = "" }},
		{"numbers", func(b *board) { b.Panels[2].ID = b.Panels[1].ID }},
		{"numbers", func(b *board) { b.Panels[1].Targets[0].RefID = "" }},
		{"grid", func(b *board) { b.Panels[1].GridPos.W++ }},
		{"grid", func(b *board) { b.Panels[1].GridPos.X = 23 }},
		{"selectors", expr(`aetherd_stopped{job=~"$job"}`)},
		{"selectors", expr(`sum(aetherd_stopped)`)},
		{"rates", expr(`rate(aetherd_setpoints_total{job=~"$job", instance=~"$instance"}[5m])`)},
		{"counters", expr(`sum(aetherd_setpoints_total{job=~"$job", instance=~"$instance"})`)},
		{"legends", func(b *board) { b.Panels[1].Targets[0].LegendFormat = "{{nobody}}" }},
		{"colors", edit(`"#7b8087"`, `"yellow"`)},
		{"colors", func(b *board) { b.Panels[7].raw = strings.Replace(b.Panels[7].raw, `"green"`, `"dark-red"`, 1) }},
		{"words", edit("idle", "E-Stop")},
		{"links", edit("idle", "/d/nowhere?")},
	}
	good := open(t, files(t)[0])
	for i, tt := range tests {
		b := good.clone()
		tt.spoil(&b)
		for _, r := range rules {
			if r.name == tt.rule && len(r.check(b)) == 0 {
				t.Errorf("mistake %d: the rule %q does not find it", i, r.name)
			}
		}
	}
}

func checkDashboard(b board) (problems []string) {
	complain := func(is bool, what string) {
		if is {
			problems = append(problems, what)
		}
	}
	complain(!strings.HasPrefix(b.UID, "aetherd-"), "no uid that stays")
	complain(b.ID != nil, "an id, which is another one in every Grafana")
	complain(b.Title == "" || b.Description == "", "no title or description")
	complain(!slices.Contains(b.Tags, "aetherd"), "no tag")
	complain(b.Editable, "editable, though it is provisioned")
	complain(b.Refresh != "5s" || b.Time.From != "now-15m" || b.Time.To != "now", "not the last quarter of an hour, every five seconds")
	complain(b.SchemaVersion != 38, "a schema that Grafana 10 does not know")
	return problems
}

func checkVariables(b board) (problems []string) {
	several := b.UID == fleetUID
	found := map[string]bool{}
	for _, v := range b.Templating.List {
		found[v.Name] = true
		use := regexp.MustCompile(`\$(` + v.Name + `\b|\{` + v.Name + `[:}])`)
		used := slices.ContainsFunc(b.Panels, func(p panel) bool { return use.MatchString(p.raw) })
		switch {
		case !used:
			problems = append(problems, v.Name+" is not used")
		case v.Label == "":
			problems = append(problems, v.Name+" has no label")
		case v.Name == "datasource" && (v.Type != "datasource" || v.Query != "prometheus"):
			problems = append(problems, "datasource does not choose a Prometheus")
		case v.Name != "datasource" && (v.Type != "query" || !strings.HasPrefix(v.Query, "label_values(") || v.Refresh != 2):
			problems = append(problems, v.Name+" does not ask for the labels of the time shown")
		case v.Name != "datasource" && (v.Multi != several || v.IncludeAll != several):
			problems = append(problems, v.Name+" does not choose as many arms as the dashboard shows")
		}
	}
	for _, name := range []string{"datasource", "job", "instance"} {
		if !found[name] {
			problems = append(problems, "no variable "+name)
		}
	}
	return problems
}

func checkSources(b board) (problems []string) {
	check := func(where string, s *sourceRef) {
		if s == nil || s.Type != "prometheus" || s.UID != "${datasource}" {
			problems = append(problems, fmt.Sprintf("%s has %+v", where, s))
		}
	}
	for _, v := range b.Templating.List {
		if v.Type == "query" {
			check("variable "+v.Name, v.Datasource)
		}
	}
	for _, a := range b.Annotations.List {
		check("annotation "+a.Name, a.Datasource)
	}
	for _, p := range b.Panels {
		if p.Type != "row" {
			check(p.Title, p.Datasource)
		}
	}
	for _, q := range b.queries() {
		check(q.where, q.Datasource)
	}
	return problems
}

func checkTexts(b board) (problems []string) {
	titles := map[string]bool{}
	for _, p := range b.Panels {
		if titles[p.Title] {
			problems = append(problems, "two panels are called "+p.Title)
		}
		titles[p.Title] = true
		switch unit := p.FieldConfig.Defaults.Unit; {
		case p.Title == "":
			problems = append(problems, fmt.Sprintf("panel %d has no title", p.ID))
		case p.Type == "row":
		case len(p.Description) < 40 || !strings.HasSuffix(p.Description, "."):
			problems = append(problems, p.Title+" has no description")
		case unit == "", p.Type == "heatmap" && p.Options.YAxis.Unit == "":
			problems = append(problems, p.Title+" has no unit")
		case p.FieldConfig.Defaults.NoValue == "":
			problems = append(problems, p.Title+" says nothing where there is no data")
		}
	}
	return problems
}

func checkNumbers(b board) (problems []string) {
	seen := map[int]bool{0: true}
	for _, p := range b.Panels {
		if seen[p.ID] {
			problems = append(problems, fmt.Sprintf("%s has the id %d", p.Title, p.ID))
		}
		seen[p.ID] = true
		refs := map[string]bool{"": true}
		for _, t := range p.Targets {
			if refs[t.RefID] {
				problems = append(problems, fmt.Sprintf("%s: two queries %q", p.Title, t.RefID))
			}
			refs[t.RefID] = true
		}
		if p.Type != "row" && len(p.Targets) == 0 {
			problems = append(problems, p.Title+" asks for nothing")
		}
	}
	return problems
}

func checkGrid(b board) (problems []string) {
	taken := map[[2]int]string{}
	for _, p := range b.Panels {
		if p.GridPos.W < 1 || p.GridPos.H < 1 || p.GridPos.X < 0 || p.GridPos.X+p.GridPos.W > 24 {
			problems = append(problems, fmt.Sprintf("%s does not fit: %+v", p.Title, p.GridPos))
		}
		overlap := ""
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, is := taken[[2]int{x, y}]; is {
					overlap = other
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if overlap != "" {
			problems = append(problems, p.Title+" lies over "+overlap)
		}
	}
	return problems
}

// An alert about several arms has a job, and no instance.
var wholeJob = map[string]bool{"ALERTS": true}

func checkSelectors(b board) (problems []string) {
	for _, q := range b.queries() {
		all, _ := parse(q.Expr)
		if len(all) == 0 {
			problems = append(problems, q.where+" selects nothing")
		}
		for _, s := range all {
			byInstance := strings.Contains(s.Matchers, `instance=~"$instance"`) || wholeJob[s.Name] && b.UID == fleetUID
			if !strings.Contains(s.Matchers, `job=~"$job"`) || !byInstance {
				problems = append(problems, fmt.Sprintf("%s: %s{%s} is not chosen by job and instance", q.where, s.Name, s.Matchers))
			}
		}
	}
	return problems
}

func checkRates(b board) (problems []string) {
	for _, q := range b.queries() {
		all, _ := parse(q.Expr)
		for _, s := range all {
			// What one figure says about the time shown.
			whole := s.Function == "increase" && q.Instant && s.Window == "$__range"
			if s.Window != "" && s.Window != "$__rate_interval" && !whole {
				problems = append(problems, fmt.Sprintf("%s: %s over %s", q.where, s.Name, s.Window))
			}
		}
	}
	return problems
}

var counter = regexp.MustCompile(`_(?:total|bucket|sum|count)$`)

func checkCounters(b board) (problems []string) {
	for _, q := range b.queries() {
		all, _ := parse(q.Expr)
		for _, s := range all {
			if rated := s.Function == "rate" || s.Function == "increase"; counter.MatchString(s.Name) != rated {
				problems = append(problems, fmt.Sprintf("%s: %s(%s)", q.where, s.Function, s.Name))
			}
		}
	}
	return problems
}

var placeholder = regexp.MustCompile(`\{\{(\w+)\}\}`)

// checkLegends holds that every series of a panel has a name, of labels that it has left.
func checkLegends(b board) (problems []string) {
	for _, p := range b.Panels {
		if p.Type == "table" {
			continue
		}
		for _, t := range p.Targets {
			all, labels := parse(t.Expr)
			if t.LegendFormat == "" {
				problems = append(problems, p.Title+" "+t.RefID+" has no legend")
			}
			aggregated := strings.Contains(t.Expr, " by (")
			for _, m := range placeholder.FindAllStringSubmatch(t.LegendFormat, -1) {
				known := slices.Contains(labels, m[1])
				for _, s := range all {
					known = known || !aggregated && slices.Contains(labelsOf(s.Name), m[1])
				}
				if !known {
					problems = append(problems, fmt.Sprintf("%s %s: a legend of %s, which its series have not", p.Title, t.RefID, m[1]))
				}
			}
		}
	}
	return problems
}

var (
	// Red means a stop or a lost link.
	mayBeRed = map[string]bool{
		"State": true, "Cause of the stop": true, "Link": true, "State and link": true, "Causes of stops": true, "Stops by source": true,
		"Stopped": true, "Links down": true, "Arms": true, "State of each arm": true, "Stops": true,
	}
	anyRed = regexp.MustCompile(`"(?:[a-z-]*-)?red"|"continuous-\w*(?:Rd|reds)\w*"`)
	// Grafana's own palettes have red and yellow in them.
	neverUsed = regexp.MustCompile(`"(?:[a-z-]*-)?yellow"|"continuous-\w*Yl\w*"|"palette-[\w-]*"`)
)

func checkColors(b board) (problems []string) {
	for _, p := range b.Panels {
		if anyRed.MatchString(p.raw) && !mayBeRed[p.Title] {
			problems = append(problems, p.Title+" is red")
		}
		if c := neverUsed.FindString(p.raw); c != "" {
			problems = append(problems, p.Title+" has "+c)
		}
	}
	return problems
}

var emergency = regexp.MustCompile(`(?i)\be[ -]?stop`)

func checkWords(b board) (problems []string) {
	for _, p := range b.Panels {
		if emergency.MatchString(p.raw) {
			problems = append(problems, p.Title+" speaks of an emergency stop, which aetherd has not")
		}
	}
	return problems
}

var (
	dashboardURL = regexp.MustCompile(`/d/([\w-]+)`)
	urlField     = regexp.MustCompile(`\$\{__data\.fields\.(\w+)\}`)
)

// checkLinks holds that links lead to dashboards that there are, with labels that their row has.
func checkLinks(b board) (problems []string) {
	texts := []string{}
	for _, l := range b.Links {
		texts = append(texts, l.URL)
	}
	for _, p := range b.Panels {
		texts = append(texts, p.raw)
		for _, m := range urlField.FindAllStringSubmatch(p.raw, -1) {
			if quoted, _ := json.Marshal(m[1]); !strings.Contains(p.raw, string(quoted)) {
				problems = append(problems, p.Title+" links with the column "+m[1]+", which it has not")
			}
		}
	}
	for _, text := range texts {
		for _, m := range dashboardURL.FindAllStringSubmatch(text, -1) {
			if m[1] != armUID && m[1] != fleetUID {
				problems = append(problems, "a link to "+m[1])
			}
		}
	}
	return problems
}
