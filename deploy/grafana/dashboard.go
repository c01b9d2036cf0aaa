package grafana

import (
	"encoding/json"
	"fmt"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

const (
	armUID   = "aetherd-arm"
	fleetUID = "aetherd-fleet"

	runbook = "https://github.com/aether-arm/aetherd/blob/main/docs/operations.md#alerts"

	// schema is that of Grafana 10.0. Newer ones bring it up to date as they load it; one that is newer than Grafana
	// itself would be taken as it is.
	schema = 38
)

// File is a dashboard as it is committed.
type File struct {
	Name string
	JSON []byte
}

// Files makes all dashboards.
func Files() ([]File, error) {
	files := []File{{Name: "arm.json"}, {Name: "fleet.json"}}
	for i, p := range []page{arm(), fleet()} {
		text, err := p.write()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", files[i].Name, err)
		}
		files[i].JSON = text
	}
	return files, nil
}

// row is a title over panels that stand side by side, 24 wide, and go on below.
type row struct {
	title  string
	panels []cog.Builder[dashboard.Panel]
}

// page is what the dashboards differ in.
type page struct {
	title, uid, description string
	several                 bool // arms at once
	links                   []cog.Builder[dashboard.DashboardLink]
	rows                    []row
}

// write returns the JSON of p, with its panels numbered from 1 on and their queries lettered.
func (p page) write() ([]byte, error) {
	//lint:ignore SA1019 what it is deprecated for, version 2 of the schema, is read by Grafana 12 and newer only
	b := dashboard.NewDashboardBuilder(p.title).
		Uid(p.uid).Description(p.description).Tags([]string{"aetherd"}).
		Readonly().Timezone(common.TimeZoneBrowser).Tooltip(dashboard.DashboardCursorSyncCrosshair).
		Time("now-15m", "now").Refresh("5s").
		Timepicker(dashboard.NewTimePickerBuilder().RefreshIntervals([]string{"5s", "10s", "30s", "1m", "5m"})).
		WithVariable(dashboard.NewDatasourceVariableBuilder("datasource").Label("Data source").Type("prometheus")).
		WithVariable(p.variable("job", "Job", "label_values(aetherd_build_info, job)")).
		// An arm that cannot be reached has up, and nothing else.
		WithVariable(p.variable("instance", "Arm", `label_values(up{job=~"$job"}, instance)`)).
		Annotation(stops()).
		Links(p.links)
	for _, r := range p.rows {
		b.WithRow(dashboard.NewRowBuilder(r.title))
		for _, panel := range r.panels {
			b.WithPanel(panel)
		}
	}
	d, err := b.Build()
	if err != nil {
		return nil, err
	}
	d.SchemaVersion = schema
	// The kit's default hides them in a menu.
	for i := range d.Links {
		d.Links[i].Placement = nil
	}
	for i := range d.Annotations.List {
		d.Annotations.List[i].Placement = nil
	}
	for i, panel := range d.Panels {
		id := uint32(i + 1)
		if panel.RowPanel != nil {
			panel.RowPanel.Id = id
			continue
		}
		panel.Panel.Id = &id
		for j, target := range panel.Panel.Targets {
			q := target.(prometheus.Dataquery)
			q.RefId = cog.ToPtr(string(rune('A' + j)))
			panel.Panel.Targets[j] = q
		}
	}
	text, err := json.MarshalIndent(d, "", "  ")
	return append(text, '\n'), err
}

func (p page) variable(name, label, query string) *dashboard.QueryVariableBuilder {
	b := dashboard.NewQueryVariableBuilder(name).Label(label).
		Datasource(source()).Query(dashboard.StringOrMap{String: &query}).Definition(query).
		Refresh(dashboard.VariableRefreshOnTimeRangeChanged).Sort(dashboard.VariableSortNaturalAsc).
		Multi(p.several).IncludeAll(p.several)
	if p.several {
		b.Current(dashboard.VariableOption{
			Selected: cog.ToPtr(true),
			Text:     dashboard.StringOrArrayOfString{ArrayOfString: []string{"All"}},
			Value:    dashboard.StringOrArrayOfString{ArrayOfString: []string{"$__all"}},
		})
	}
	return b
}

// stops marks in every graph how long a stop was latched. Grafana makes one mark of values that follow each other.
func stops() *dashboard.AnnotationQueryBuilder {
	// Older versions read expr, newer ones the target.
	query := now("aetherd_stopped{ARM} == 1", "").Range().RefId("Stops")
	return dashboard.NewAnnotationQueryBuilder().
		Name("Stops").Enable(true).IconColor(stopped).
		Datasource(source()).Target(query).Expr(selectors.Replace("aetherd_stopped{ARM} == 1")).
		Step("5s").TitleFormat("{{instance}} stopped").TagKeys("instance")
}

func linkTo(title, tooltip, url string) *dashboard.DashboardLinkBuilder {
	return dashboard.NewDashboardLinkBuilder(title).
		Type(dashboard.DashboardLinkTypeLink).Url(url).Tooltip(tooltip)
}

func toRunbook() *dashboard.DashboardLinkBuilder {
	return linkTo("What to do", "Every alert, what it means and what to do", runbook).Icon("doc").TargetBlank(true)
}
