package grafana

import (
	"encoding/json"
	"slices"
	"testing"
)

// board is what the tests look at in a dashboard, as Grafana reads it.
type board struct {
	file string

	ID            *int
	UID           string
	Title         string
	Description   string
	Tags          []string
	Editable      bool
	Refresh       string
	SchemaVersion int
	Time          struct{ From, To string }
	Templating    struct{ List []variable }
	Annotations   struct{ List []annotation }
	Links         []struct{ URL string }
	Panels        []panel
}

type variable struct {
	Name, Label, Type string
	Query             string
	Datasource        *sourceRef
	Multi, IncludeAll bool
	Current           any
	Refresh           int
}

type annotation struct {
	Name       string
	Datasource *sourceRef
	Expr       string
	IconColor  string
	Target     target
}

type panel struct {
	ID                       int
	Type, Title, Description string
	GridPos                  struct{ X, Y, W, H int }
	Datasource               *sourceRef
	Targets                  []target
	FieldConfig              struct {
		Defaults struct{ Unit, NoValue string }
	}
	Options struct {
		YAxis struct{ Unit string }
	}
	raw string
}

func (p *panel) UnmarshalJSON(text []byte) error {
	type plain panel
	p.raw = string(text)
	return json.Unmarshal(text, (*plain)(p))
}

type target struct {
	RefID, Expr, LegendFormat, Format string
	Instant, Range                    bool
	Datasource                        *sourceRef
}

type sourceRef struct{ Type, UID string }

func boards(t *testing.T) (all []board) {
	t.Helper()
	for _, f := range files(t) {
		all = append(all, open(t, f))
	}
	return all
}

func open(t *testing.T, f File) board {
	t.Helper()
	b := board{file: f.Name}
	unmarshal(t, f, &b)
	return b
}

// clone is a copy whose panels, queries, variables and annotations can be replaced.
func (b board) clone() board {
	b.Templating.List = slices.Clone(b.Templating.List)
	b.Annotations.List = slices.Clone(b.Annotations.List)
	b.Panels = slices.Clone(b.Panels)
	for i := range b.Panels {
		b.Panels[i].Targets = slices.Clone(b.Panels[i].Targets)
	}
	return b
}

func unmarshal(t *testing.T, f File, into any) {
	t.Helper()
	if err := json.Unmarshal(f.JSON, into); err != nil {
		t.Fatalf("%s: %v", f.Name, err)
	}
}

// query is one expression of a dashboard, and where it stands.
type query struct {
	where string
	target
}

// queries are all of b: those of panels and of annotations. Those of the variables are in another language.
func (b board) queries() []query {
	var all []query
	for _, p := range b.Panels {
		for _, t := range p.Targets {
			all = append(all, query{b.file + ": " + p.Title + " " + t.RefID, t})
		}
	}
	for _, a := range b.Annotations.List {
		all = append(all, query{b.file + ": annotation " + a.Name, a.Target})
	}
	return all
}
