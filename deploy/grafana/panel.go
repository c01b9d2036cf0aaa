package grafana

import (
	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
	"github.com/grafana/grafana-foundation-sdk/go/heatmap"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
	"github.com/grafana/grafana-foundation-sdk/go/stat"
	"github.com/grafana/grafana-foundation-sdk/go/statetimeline"
	"github.com/grafana/grafana-foundation-sdk/go/table"
	"github.com/grafana/grafana-foundation-sdk/go/timeseries"
)

// Heights of panels, in the units of the grid.
const (
	low  = 4
	mid  = 6
	tall = 8
)

// sign is one figure or word, large. Its color is that of the value.
func sign(title, description string, width uint32, unit string, q *prometheus.DataqueryBuilder) *stat.PanelBuilder {
	return stat.NewPanelBuilder().
		Title(title).Description(description).
		Span(width).Height(low).
		Datasource(source()).WithTarget(q).
		Unit(unit).NoValue("no data").
		ColorScheme(byThreshold()).Thresholds(colors(plain)).
		ReduceOptions(common.NewReduceDataOptionsBuilder().Calcs([]string{"lastNotNull"}).Values(false)).
		ColorMode(common.BigValueColorModeBackgroundSolid).GraphMode(common.BigValueGraphModeNone).
		JustifyMode(common.BigValueJustifyModeCenter).Orientation(common.VizOrientationAuto)
}

// name is a sign that shows the legend of the series that it finds, which are words.
func name(title, description string, width uint32, q *prometheus.DataqueryBuilder) *stat.PanelBuilder {
	return sign(title, description, width, "none", q).TextMode(common.BigValueTextModeName)
}

// lines are values over time.
func lines(title, description string, width uint32, unit string) *timeseries.PanelBuilder {
	return timeseries.NewPanelBuilder().
		Title(title).Description(description).
		Span(width).Height(tall).
		Datasource(source()).
		Unit(unit).NoValue("nothing in this time").
		LineWidth(1).FillOpacity(5).
		ShowPoints(common.VisibilityModeNever).
		Legend(common.NewVizLegendOptionsBuilder().
			DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(true)).
		Tooltip(common.NewVizTooltipOptionsBuilder().
			Mode(common.TooltipDisplayModeMulti).Sort(common.SortOrderDescending)).
		ColorScheme(shades(inUse))
}

// bars are amounts of several kinds, one on the other.
func bars(title, description string, width uint32, unit string) *timeseries.PanelBuilder {
	return lines(title, description, width, unit).
		DrawStyle(common.GraphDrawStyleBars).FillOpacity(80).Min(0).
		Stacking(common.NewStackingConfigBuilder().Mode(common.StackingModeNormal).Group("A"))
}

// counts are how often something rare happened, minute by minute: over less, the windows of increase would overlap, and
// what happened once would be several bars.
func counts(title, description string, width uint32) *timeseries.PanelBuilder {
	return bars(title, description, width, "short").Interval("1m").Decimals(0)
}

// heat is a histogram over time: the darker, the more.
func heat(title, description string, width uint32, metric string) *heatmap.PanelBuilder {
	return heatmap.NewPanelBuilder().
		Title(title).Description(description).
		Span(width).Height(tall).
		Datasource(source()).WithTarget(buckets(metric)).
		Unit("short").NoValue("nothing in this time").
		MaxDataPoints(100).
		YAxis(heatmap.NewYAxisConfigBuilder().Unit("s").AxisPlacement(common.AxisPlacementLeft)).
		CellValues(heatmap.NewCellValuesBuilder().Unit("short").Decimals(1)).
		Color(heatmap.NewHeatmapColorOptionsBuilder().
			Mode(heatmap.HeatmapColorModeScheme).Scheme("Blues").Fill("dark-blue").
			Scale(heatmap.HeatmapColorScaleExponential).Exponent(0.5).Steps(64)).
		Tooltip(heatmap.NewHeatmapTooltipBuilder().Mode(common.TooltipDisplayModeSingle).YHistogram(false).ShowColorScale(false)).
		ShowLegend()
}

// timeline is which of some states was when.
func timeline(title, description string, width uint32) *statetimeline.PanelBuilder {
	return statetimeline.NewPanelBuilder().
		Title(title).Description(description).
		Span(width).Height(mid).
		Datasource(source()).
		Unit("none").NoValue("nothing in this time").
		// By thresholds, equal values would be merged under the threshold's name, and lose the words that they are mapped to.
		ColorScheme(fixed(plain)).
		MergeValues(true).ShowValue(common.VisibilityModeAuto).RowHeight(0.8).FillOpacity(80).
		Legend(common.NewVizLegendOptionsBuilder().
			DisplayMode(common.LegendDisplayModeList).Placement(common.LegendPlacementBottom).ShowLegend(false)).
		Tooltip(common.NewVizTooltipOptionsBuilder().
			Mode(common.TooltipDisplayModeSingle).Sort(common.SortOrderNone))
}

// list is a table of the present moment, of the columns named: of what the queries return, the rest is left out.
func list(title, description string, width, height uint32, columns ...col) *table.PanelBuilder {
	var names []string
	order, titles := map[string]int{}, map[string]string{}
	for i, c := range columns {
		names = append(names, c.field)
		order[c.field], titles[c.field] = i, c.title
	}
	return table.NewPanelBuilder().
		Title(title).Description(description).
		Span(width).Height(height).
		Datasource(source()).
		// Else a hash of digits would be taken for a number, and 1e2… for a large one.
		Unit("string").NoValue("–").
		ShowHeader(true).CellHeight(common.TableCellHeightSm).Footer(common.NewTableFooterOptionsBuilder().Show(false)).
		ColorScheme(byThreshold()).Thresholds(colors(plain)).
		WithTransformation(dashboard.DataTransformerConfig{Id: "merge", Options: map[string]any{}}).
		WithTransformation(dashboard.DataTransformerConfig{Id: "filterFieldsByName", Options: map[string]any{
			"include": map[string]any{"names": names},
		}}).
		WithTransformation(dashboard.DataTransformerConfig{Id: "organize", Options: map[string]any{
			"excludeByName": map[string]bool{}, "indexByName": order, "renameByName": titles,
		}})
}

// col is a column of a list: a label, or a value as Grafana calls it ("Value #A"), and its title.
type col struct{ field, title string }

// cell shows the values of one column in words, on their color.
func cell(words []dashboard.ValueMapping) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{
		{Id: "mappings", Value: words},
		{Id: "custom.cellOptions", Value: map[string]any{"type": "color-background", "mode": "basic"}},
	}
}
