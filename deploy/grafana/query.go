package grafana

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/prometheus"
)

// selectors write in full what the queries of this package abbreviate: {ARM} selects the arms of the dashboard's variables.
var selectors = strings.NewReplacer("ARM", `job=~"$job", instance=~"$instance"`)

// source is the data source of the dashboard's variable.
func source() common.DataSourceRef {
	kind, uid := "prometheus", "${datasource}"
	return common.DataSourceRef{Type: &kind, Uid: &uid}
}

func ask(expr string) *prometheus.DataqueryBuilder {
	return prometheus.NewDataqueryBuilder().
		Datasource(source()).
		EditorMode(prometheus.QueryEditorModeCode).
		Expr(selectors.Replace(expr))
}

// now asks for the present value.
func now(expr, legend string) *prometheus.DataqueryBuilder {
	return ask(expr).Instant().LegendFormat(legend)
}

// over asks for the values over the time that the dashboard shows.
func over(expr, legend string) *prometheus.DataqueryBuilder {
	return ask(expr).Range().LegendFormat(legend)
}

// column asks for one column of a table.
func column(expr string) *prometheus.DataqueryBuilder {
	return ask(expr).Instant().Format(prometheus.PromQueryFormatTable)
}

// buckets asks for a histogram's buckets, for a heat map.
func buckets(metric string) *prometheus.DataqueryBuilder {
	return ask("sum by (le) (increase(" + metric + "_bucket{ARM}[$__rate_interval]))").
		Range().Format(prometheus.PromQueryFormatHeatmap).LegendFormat("{{le}}")
}

// stateCode is 0 idle, 1 active, 2 held, 3 stopped: exactly one of the series is 1.
const stateCode = `sum by (job, instance) (
  aetherd_state{ARM, state="active"}
  or 2 * aetherd_state{ARM, state="held"}
  or 3 * aetherd_state{ARM, state="stopped"}
)`

// quantile is one of a histogram, by the labels named. It is absent, not NaN, where nothing was measured.
func quantile(q, by, metric string) string {
	return "histogram_quantile(" + q + ", sum by (" + by + ") (rate(" + metric + "_bucket{ARM}[$__rate_interval]))) >= 0"
}

const (
	// offSetpoint is the tracking error as a part of the limit, absent where nothing is measured.
	offSetpoint = "(aetherd_tracking_error_meters{ARM} / aetherd_tracking_error_limit_meters{ARM}) >= 0"

	// stationsOfLimit is the part of server.max_stations that is connected to each port.
	stationsOfLimit = "aetherd_connections{ARM} / on (job, instance) group_left () aetherd_connections_limit{ARM}"
)
