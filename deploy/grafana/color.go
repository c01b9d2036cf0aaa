package grafana

import (
	"strconv"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// What a color means, in Grafana's names.
const (
	plain    = "#7b8087"
	good     = "green"
	inUse    = "blue"
	lookAt   = "orange"
	stopped  = "red"
	notKnown = "purple"
)

// meaning is what a value is shown as.
type meaning struct {
	value int
	text  string
	color string
}

// mapped shows values as words.
func mapped(all ...meaning) []dashboard.ValueMapping {
	options := map[string]dashboard.ValueMappingResult{}
	for i, m := range all {
		options[strconv.Itoa(m.value)] = dashboard.ValueMappingResult{
			Text: &m.text, Color: &m.color, Index: cog.ToPtr(int32(i)),
		}
	}
	return []dashboard.ValueMapping{{ValueMap: &dashboard.ValueMap{Type: dashboard.MappingTypeValueToText, Options: options}}}
}

var (
	asState   = mapped(meaning{0, "idle", plain}, meaning{1, "active", good}, meaning{2, "held", lookAt}, meaning{3, "stopped", stopped})
	asLink    = mapped(meaning{0, "down", stopped}, meaning{1, "up", good})
	asUp      = mapped(meaning{0, "unreachable", notKnown}, meaning{1, "yes", good})
	asReload  = mapped(meaning{0, "refused", lookAt}, meaning{1, "applied", good})
	asRestart = mapped(meaning{0, "no", good}, meaning{1, "restart needed", lookAt})
)

// step is a color from a value on.
type step struct {
	from  float64
	color string
}

// colors is base below the first step.
func colors(base string, steps ...step) *dashboard.ThresholdsConfigBuilder {
	all := []dashboard.Threshold{{Color: base}}
	for _, s := range steps {
		all = append(all, dashboard.Threshold{Value: &s.from, Color: s.color})
	}
	return dashboard.NewThresholdsConfigBuilder().Mode(dashboard.ThresholdsModeAbsolute).Steps(all)
}

// fixed is one color for every series.
func fixed(color string) *dashboard.FieldColorBuilder {
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdFixed).FixedColor(color)
}

// shades are shades of a color, one a series: Grafana's palettes have red and yellow in them.
func shades(color string) *dashboard.FieldColorBuilder {
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdShades).FixedColor(color)
}

// byThreshold takes the color of the threshold that the value has passed.
func byThreshold() *dashboard.FieldColorBuilder {
	return dashboard.NewFieldColorBuilder().Mode(dashboard.FieldColorModeIdThresholds)
}

// painted gives one series its color.
func painted(color string) []dashboard.DynamicConfigValue {
	return []dashboard.DynamicConfigValue{{
		Id: "color", Value: dashboard.FieldColor{Mode: dashboard.FieldColorModeIdFixed, FixedColor: &color},
	}}
}

// dashed draws one series as a limit: a dashed line without a fill.
func dashed(color string) []dashboard.DynamicConfigValue {
	return append(painted(color),
		dashboard.DynamicConfigValue{Id: "custom.lineStyle", Value: map[string]any{"fill": "dash", "dash": []float64{10, 10}}},
		dashboard.DynamicConfigValue{Id: "custom.fillOpacity", Value: 0},
	)
}
