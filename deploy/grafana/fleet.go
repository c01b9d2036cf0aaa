package grafana

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// fleet is the dashboard of many arms.
func fleet() page {
	return page{
		title: "aetherd: fleet",
		uid:   fleetUID,
		description: "Every arm in a row: which are stopped, who has them, which are late, which differ. It is some" +
			" seconds behind, and it stops nothing: in danger press the arm's own emergency stop.",
		several: true,
		links:   []cog.Builder[dashboard.DashboardLink]{toRunbook()},
		rows: []row{
			{"At a glance", fleetNow()},
			{"The arms", fleetArms()},
			{"Alerts and differences", fleetDifferences()},
			{"Stops and commands", fleetCommands()},
			{"Are they late?", fleetTiming()},
			{"Resources", fleetResources()},
		},
	}
}

// perDriver are the different safety configurations of each driver. The joints of a feetech arm are measured on every single
// one and are a part of its hash: what these have in common is the limits.
const perDriver = `count by (job, driver) (count by (job, driver, hash) (
  aetherd_config_info{ARM} * on (job, instance) group_left (driver) aetherd_arm_info{ARM, driver!="feetech"}
) or count by (job, driver, limits) (
  aetherd_config_info{ARM} * on (job, instance) group_left (driver) aetherd_arm_info{ARM, driver="feetech"}
))`

// orNone is 0 for a count of nothing, as long as an arm is reached: a green 0 must not stand where nothing is known.
const orNone = " or 0 * count(aetherd_build_info{ARM})"

func fleetNow() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		sign("Reached", "Arms that Prometheus reaches, of those chosen"+
			" above.", 3, "none", now("sum(up{ARM})", "arms")),
		sign("Unreachable", "Arms whose aetherd Prometheus cannot reach: nothing is known about them. Look at the"+
			" computer, the network and the service.",
			3, "none", now("count(up{ARM}) - sum(up{ARM})", "unreachable")).Thresholds(colors(good, step{1, notKnown})),
		sign("Stopped", "Arms with a stop that is latched. The table says why. Each needs somebody who looks at it and"+
			" resets it.",
			3, "none", now("sum(aetherd_stopped{ARM})", "stopped")).Thresholds(colors(good, step{1, stopped})),
		sign("Links down", "Arms whose controller aetherd cannot reach. Look at power and cable.",
			3, "none", now("count(aetherd_serial_up{ARM}) - sum(aetherd_serial_up{ARM})", "down")).Thresholds(colors(good, step{1, stopped})),
		sign("In control", "Arms that a station has control of. The table says which station it is.",
			3, "none", now("sum(aetherd_control_held{ARM})", "in control")).Thresholds(colors(plain, step{1, inUse})),
		sign("Late", "Arms of which one setpoint in a hundred is later than 10 ms, a whole setpoint. See which ones below,"+
			" and what else runs on their computers.",
			3, "none", now("count("+quantile("0.99", "job, instance, le", "aetherd_tick_lateness_seconds")+" > 0.01)"+orNone, "late")).
			Thresholds(colors(good, step{1, lookAt})),
		sign("Configurations of one driver", "How many different safety configurations the arms of one driver have, at"+
			" most. More than one: an arm was forgotten in a roll-out, or changed by hand. Of feetech arms the limits"+
			" count, since each has its own measures.",
			3, "none", now("max("+perDriver+")"+orNone, "configurations")).Thresholds(colors(good, step{2, lookAt})),
		sign("Alerts", "Alerts that are firing, those of the whole job with them. Needs the rules of aetherd.alerts.yml in"+
			" Prometheus; without them it is always 0.",
			3, "none", now(`count(ALERTS{job=~"$job", alertstate="firing"}) or 0 * count(up{ARM})`, "alerts")).
			Thresholds(colors(plain, step{1, lookAt})),
	}
}

func fleetArms() []cog.Builder[dashboard.Panel] {
	// The name of a metric is a column too, in which rows of one arm would differ: so every query aggregates.
	const by = "by (job, instance) "
	toArm := []dashboard.DynamicConfigValue{{Id: "links", Value: []map[string]any{{
		"title": "Open the dashboard of this arm",
		"url":   "/d/" + armUID + "?var-job=${__data.fields.job}&var-instance=${__value.raw}&${datasource:queryparam}&${__url_time_range}",
	}}}}
	table := list("Arms", "A row an arm; a click on its name opens its dashboard. Cause is one of the causes of the stop."+
		" Late is what 99 of 100 setpoints were no later than; it is empty at rest. An arm that is unreachable has an"+
		" empty row.", 24, 10,
		col{"instance", "Arm"}, col{"arm", "Name"}, col{"driver", "Driver"},
		col{"Value #A", "Reached"}, col{"Value #B", "State"}, col{"cause", "Cause"}, col{"Value #D", "Link"}, col{"station", "In control"},
		col{"Value #F", "Late"}, col{"hash", "Configuration"}, col{"version", "Version"}, col{"Value #J", "Restart pending"}, col{"job", "job"},
	).
		WithTarget(column("max "+by+"(up{ARM})")).
		WithTarget(column(stateCode)).
		WithTarget(column("topk "+by+"(1, max by (job, instance, cause) (aetherd_stop_cause{ARM}) == 1)")).
		WithTarget(column("max "+by+"(aetherd_serial_up{ARM})")).
		WithTarget(column("max by (job, instance, station) (aetherd_control_holder{ARM})")).
		WithTarget(column(quantile("0.99", "job, instance, le", "aetherd_tick_lateness_seconds"))).
		WithTarget(column("max by (job, instance, arm, driver) (aetherd_arm_info{ARM})")).
		WithTarget(column("max by (job, instance, hash) (aetherd_config_info{ARM})")).
		WithTarget(column("max by (job, instance, version) (aetherd_build_info{ARM})")).
		WithTarget(column("max "+by+"(aetherd_config_restart_pending{ARM})")).
		OverrideByName("Arm", toArm).
		OverrideByName("Reached", cell(asUp)).OverrideByName("State", cell(asState)).
		OverrideByName("Link", cell(asLink)).OverrideByName("Restart pending", cell(asRestart)).
		OverrideByName("Late", []dashboard.DynamicConfigValue{
			{Id: "unit", Value: "s"},
			{Id: "thresholds", Value: map[string]any{"mode": "absolute", "steps": []map[string]any{
				{"value": nil, "color": "text"}, {"value": 0.01, "color": lookAt},
			}}},
			{Id: "custom.cellOptions", Value: map[string]any{"type": "color-text"}},
		})
	return []cog.Builder[dashboard.Panel]{
		table,
		timeline("State of each arm", "The state of every arm's safety gate. A gap: it was not reached.", 24).
			Height(tall).WithTarget(over(stateCode, "{{instance}}")).Mappings(asState),
	}
}

func fleetDifferences() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		list("Alerts that are firing", "The link What to do says what each of them means. Needs the rules of"+
			" aetherd.alerts.yml in Prometheus; without them it is always empty.", 12, tall,
			col{"alertname", "Alert"}, col{"severity", "Severity"}, col{"instance", "Arm"}, col{"cause", "Cause"}, col{"driver", "Driver"},
		).WithTarget(column(`ALERTS{job=~"$job", alertstate="firing"}`)).NoValue("–"),
		list("Safety configurations", "How many arms have which safety configuration. The arms of one driver should have"+
			" one, but for feetech arms, each of which has its own measures: these should have the same limits.", 7, tall,
			col{"driver", "Driver"}, col{"hash", "Configuration"}, col{"limits", "Limits"}, col{"Value", "Arms"},
		).WithTarget(column("count by (driver, hash, limits) (aetherd_config_info{ARM} * on (job, instance) group_left (driver)" +
			" aetherd_arm_info{ARM})")),
		list("Versions", "How many arms run which version. During a roll-out there are two.", 5, tall,
			col{"version", "Version"}, col{"Value", "Arms"},
		).WithTarget(column("count by (version) (aetherd_build_info{ARM})")),
	}
}

// perArm are lines that take their color from their value, so that the worst arm stands out.
func perArm(title, description, unit, expr string) cog.Builder[dashboard.Panel] {
	return lines(title, description, 8, unit).
		WithTarget(over(expr, "{{instance}}")).Min(0).
		ColorScheme(dashboard.NewFieldColorBuilder().
			Mode(dashboard.FieldColorModeIdContinuousBlPu).SeriesBy(dashboard.FieldColorSeriesByModeMax))
}

func fleetCommands() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		counts("Stops", "Stops of each arm, of every source. Open the arm's dashboard for the sources.", 8).
			WithTarget(over("sum by (instance) (increase(aetherd_stops_total{ARM}[$__rate_interval])) > 0", "{{instance}}")).
			ColorScheme(shades(stopped)),
		perArm("Requests", "Requests that the safety gate of each arm has judged.", "reqps",
			"sum by (instance) (rate(aetherd_verdicts_total{ARM}[$__rate_interval]))"),
		bars("Refused, by reason", "Why the gates refused, all arms together. Refusing is ordinary work, for a"+
			" moment.", 8, "reqps").
			WithTarget(over(`sum by (reason) (rate(aetherd_verdicts_total{ARM, reason!="ok"}[$__rate_interval])) > 0`, "{{reason}}")).
			ColorScheme(shades(notKnown)),
	}
}

func fleetTiming() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		perArm("Slowest stop", "The slowest stop of each arm, from reading its line to the serial port having its bytes,"+
			" as the upper bound of a bucket. The budget is 25"+
			" ms.", "s", quantile("1", "instance, le", "aetherd_stop_latency_seconds")),
		perArm("Setpoints late by", "99 of 100 setpoints of each arm were no later than this. Up to 2.5 ms is ordinary,"+
			" and 10 ms is a whole setpoint. Gaps: it is at"+
			" rest.", "s", quantile("0.99", "instance, le", "aetherd_tick_lateness_seconds")),
		perArm("Writes took", "99 of 100 writes to each arm's controller took no longer than this. One that overruns"+
			" arm.write_deadline_ms stops the arm.",
			"s", quantile("0.99", "instance, le", "aetherd_write_duration_seconds")),
	}
}

func fleetResources() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		perArm("Stations of the limit", "The part of server.max_stations that is connected, on the fuller port of each"+
			" arm. At 100 % one more is refused.", "percentunit",
			"max by (instance) ("+stationsOfLimit+")"),
		perArm("Processor", "Processor time a second of each aetherd: 100 % is one core.", "percentunit",
			"sum by (instance) (rate(process_cpu_seconds_total{ARM}[$__rate_interval]))"),
		perArm("Memory", "Resident memory of each aetherd. Some 15 MB, and up to 1.5 KB a station.", "bytes",
			"max by (instance) (process_resident_memory_bytes{ARM})"),
	}
}
