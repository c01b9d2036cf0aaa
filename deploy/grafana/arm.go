package grafana

import (
	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// arm is the dashboard of one arm.
func arm() page {
	return page{
		title: "aetherd: one arm",
		uid:   armUID,
		description: "Is the arm safe, who has it, is it late. aetherd's stop is a protective stop. It is no emergency" +
			" stop, and neither is this dashboard: it is some seconds behind. Press the arm's own emergency stop when" +
			" somebody is in danger.",
		links: []cog.Builder[dashboard.DashboardLink]{
			linkTo("All arms", "The fleet", "/d/"+fleetUID).Icon("dashboard").KeepTime(true),
			toRunbook(),
		},
		rows: []row{
			{"Is it safe? Who has it? Is it late?", armNow()},
			{"What happened", armHistory()},
			{"Stops", armStops()},
			{"Motion", armMotion()},
			{"Commands", armCommands()},
			{"The link to the arm, and the clock", armLink()},
			{"Stations", armStations()},
			{"The process", armProcess()},
			{"What is running", armVersion()},
		},
	}
}

func armNow() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		sign("State", "The state of the safety gate. idle: nobody has control. active: a station has control. held:"+
			" aetherd braked the arm by itself, and the next command goes on. stopped: nothing moves until somebody has"+
			" looked at the arm and resets the stop (aetherctl reset). No data: aetherd cannot be reached, and nothing is"+
			" known about the arm.",
			5, "none", now(stateCode, "state")).Mappings(asState),
		name("Cause of the stop", "Every cause of the stop that is latched. boot is how every day begins, and station"+
			" means that somebody stopped it. Anything else is a fault: find it before you reset.",
			5, now(`aetherd_stop_cause{ARM} == 1 or label_replace(aetherd_stopped{ARM} == 0, "cause", "none", "", "")`, "{{cause}}")).
			Thresholds(colors(plain, step{1, stopped})),
		name("In control", "The station that moves the arm. Any other one that wants to move it is refused; every one may"+
			" stop it.",
			5, now(`aetherd_control_holder{ARM} == 1 or label_replace(aetherd_control_held{ARM} == 0, "station", "nobody", "", "")`, "{{station}}")).
			Thresholds(colors(plain, step{1, inUse})),
		sign("Link", "The link between aetherd and the arm's controller. While it is down the arm is stopped, and its"+
			" position is not known. Look at power and cable; the link comes back by itself, motion does not.",
			3, "none", now("aetherd_serial_up{ARM}", "link")).Mappings(asLink),
		sign("Latest stop", "The number of the latest stop, which a reset has to name. 0: none since aetherd was started.",
			3, "none", now("aetherd_stop_id{ARM}", "stop")),
		sign("Alerts", "Alerts of this arm that are firing. The link What to do says what each of them means. Needs the rules"+
			" of aetherd.alerts.yml in Prometheus; without them it is always 0.",
			3, "none", now(`count(ALERTS{ARM, alertstate="firing"}) or 0 * count(up{ARM})`, "alerts")).
			Thresholds(colors(plain, step{1, lookAt})),

		sign("Setpoints late by", "99 of 100 setpoints were no later than this, as far as the histogram's buckets tell."+
			" Up to 2.5 ms is ordinary. From 10 ms on, which is a whole setpoint, the arm moves in jerks: see"+
			" what else runs on the computer.",
			4, "s", now(quantile("0.99", "le", "aetherd_tick_lateness_seconds"), "p99")).
			NoValue("no setpoints").Thresholds(colors(good, step{0.01, lookAt})),
		sign("Slowest stop", "Of the stops in the time shown, the slowest took at most this from reading its line to the"+
			" serial port having its bytes. The budget is 25 ms; above it look at the load of the command port, and let"+
			" stations stop over the stop port.",
			4, "s", now(`histogram_quantile(1, sum by (le) (increase(aetherd_stop_latency_seconds_bucket{ARM}[$__range]))) >= 0`, "slowest")).
			NoValue("no stop seen").Thresholds(colors(good, step{0.0251, lookAt})),
		sign("Off its setpoint by", "How far the arm is from where aetherd wants it now. At the limit"+
			" (safety.tracking_error_mm) aetherd stops the arm. Half of it for long: it is blocked, overloaded, or badly"+
			" calibrated.",
			4, "percentunit", now(offSetpoint, "of the limit")).
			NoValue("not measured").Thresholds(colors(good, step{0.5, lookAt})),
		sign("Stations of the limit", "The part of server.max_stations that is connected, on the fuller of the two ports."+
			" At 100 % one more is refused, also one that wants to stop: find who connects so often, or raise the limit.",
			4, "percentunit", now("max("+stationsOfLimit+")", "stations")).
			Decimals(1).Thresholds(colors(good, step{0.8, lookAt})),
		sign("Watchdog not fed", "How often, in the time shown, systemd's watchdog was not fed because the writer made no"+
			" progress. Anything but 0 is a write that hangs, or a defect: look at the log. systemd starts aetherd again"+
			" when it goes on.",
			4, "none", now("sum(increase(aetherd_watchdog_withheld_total{ARM}[$__range]))", "withheld")).
			Decimals(0).Thresholds(colors(good, step{0.5, lookAt})),
		sign("Reachable from", "Whether stations on other machines can connect. There is no authentication: whoever"+
			" reaches the port can move the arm, so a firewall has to keep everybody else away.",
			4, "none", now("aetherd_insecure_lan{ARM}", "reachable")).
			Mappings(mapped(meaning{0, "this machine", good}, meaning{1, "the network", lookAt})),
	}
}

func armHistory() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		timeline("State and link", "The state of the safety gate, and the link to the arm's controller. A gap: aetherd was"+
			" not reached.", 24).
			WithTarget(over(stateCode, "state")).WithTarget(over("aetherd_serial_up{ARM}", "link")).
			Mappings(asState).OverrideByName("link", []dashboard.DynamicConfigValue{{Id: "mappings", Value: asLink}}),
		timeline("Causes of stops", "Which causes a latched stop had, and for how long. station and boot are ordinary;"+
			" anything else is a fault.", 12).
			WithTarget(over("aetherd_stop_cause{ARM} == 1", "{{cause}}")).
			Mappings(mapped(meaning{1, "stopped", stopped})),
		timeline("Who had control", "Which station had control, and for how long. If it changes often, two stations want"+
			" the arm.", 12).
			WithTarget(over("aetherd_control_holder{ARM} == 1", "{{station}}")).
			Mappings(mapped(meaning{1, "in control", inUse})),
	}
}

func armStops() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		heat("How long stops took", "From reading the line of a stop to the serial port having accepted its bytes: the"+
			" more stops, the darker. The arm then brakes. The budget is 25 ms. A stop that took longer waited for a"+
			" processor, a busy command port or a slow port.",
			10, "aetherd_stop_latency_seconds"),
		lines("How long stops took: slowest, half", "The slowest stop, and what half of them took, as far as the"+
			" histogram's buckets tell. Above 25 ms: see the heat map.", 7, "s").
			WithTarget(over(quantile("1", "le", "aetherd_stop_latency_seconds"), "slowest")).
			WithTarget(over(quantile("0.5", "le", "aetherd_stop_latency_seconds"), "half")).
			OverrideByName("slowest", painted(lookAt)).Min(0).ShowPoints("always"),
		counts("Stops by source", "Stops, also those that came while another one was latched. station: somebody stopped it."+
			" Faults repeat until what causes them is mended.", 7).
			WithTarget(over("sum by (source) (increase(aetherd_stops_total{ARM}[$__rate_interval])) > 0", "{{source}}")).
			ColorScheme(shades(stopped)),
	}
}

func armMotion() []cog.Builder[dashboard.Panel] {
	axis := func(axis, says string) cog.Builder[dashboard.Panel] {
		return lines(axis, says+" target: where the station wants it. setpoint: where aetherd wants it now, on the way"+
			" there. position: where it is, as far as the arm measures. Gaps: there is none, or it is not"+
			" known.", 8, "lengthm").
			WithTarget(over(`aetherd_target_meters{ARM, axis="`+axis+`"}`, "target")).
			WithTarget(over(`aetherd_setpoint_meters{ARM, axis="`+axis+`"}`, "setpoint")).
			WithTarget(over(`aetherd_position_meters{ARM, axis="`+axis+`"}`, "position")).
			OverrideByName("target", dashed(notKnown)).OverrideByName("setpoint", painted(inUse)).OverrideByName("position", painted(good))
	}
	return []cog.Builder[dashboard.Panel]{
		axis("x", "Forward of the base."),
		axis("y", "To the left of the base."),
		axis("z", "Above the base."),
		lines("Off its setpoint", "The distance between where aetherd wants the arm and where it is. In fast motion every"+
			" arm lags behind a little. At the limit aetherd stops the arm.", 8, "lengthm").
			WithTarget(over("aetherd_tracking_error_meters{ARM}", "error")).
			WithTarget(over("aetherd_tracking_error_limit_meters{ARM}", "limit")).
			OverrideByName("limit", dashed(lookAt)).Min(0),
		lines("Setpoints", "Setpoints that the safety gate makes: as many as safety.motion.tick_hz while the arm moves,"+
			" none at rest.", 8, "ops").
			WithTarget(over("sum(rate(aetherd_setpoints_total{ARM}[$__rate_interval]))", "setpoints")).Min(0),
		lines("What became of motions", "superseded: a newer one replaced it, which is how streaming works. expired: its"+
			" time ran out before it began; the station or the network is slow. The others were announced to stations that"+
			" asked for it (notify).", 8, "ops").
			WithTarget(over("sum(rate(aetherd_superseded_total{ARM}[$__rate_interval]))", "superseded (all)")).
			WithTarget(over("sum(rate(aetherd_expired_total{ARM}[$__rate_interval]))", "expired (all)")).
			WithTarget(over("sum by (outcome) (rate(aetherd_notify_events_total{ARM}[$__rate_interval]))", "{{outcome}} (announced)")).Min(0),
	}
}

func armCommands() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		lines("Verdicts", "Requests that the safety gate has judged. Refusing is ordinary work; if most are refused, see"+
			" why beside this.", 8, "reqps").
			WithTarget(over(`sum(rate(aetherd_verdicts_total{ARM, reason="ok"}[$__rate_interval]))`, "accepted")).
			WithTarget(over(`sum(rate(aetherd_verdicts_total{ARM, reason!="ok"}[$__rate_interval]))`, "refused")).
			OverrideByName("accepted", painted(good)).OverrideByName("refused", painted(lookAt)).Min(0),
		bars("Refused, by reason", "Why the gate refused. stopped: somebody sends to a stopped arm. not_in_control:"+
			" another station has it. out_of_workspace: the target is outside the box. rate_limited: the station sends"+
			" faster than safety.rate_per_s.", 8, "reqps").
			WithTarget(over(`sum by (reason) (rate(aetherd_verdicts_total{ARM, reason!="ok"}[$__rate_interval])) > 0`, "{{reason}}")).
			ColorScheme(shades(notKnown)),
		bars("Lines that were no request, by code", "Lines that could not be read, by the code that the station was told"+
			" (docs/protocol.md). A person who types makes a few; a stream of them is a defect in a station, and its log"+
			" line names the address.", 8, "reqps").
			WithTarget(over("sum by (code) (rate(aetherd_decode_errors_total{ARM}[$__rate_interval])) > 0", "{{code}}")).
			ColorScheme(shades(lookAt)),
		heat("Time to a verdict", "From receiving a line to its verdict. Some 10 µs is ordinary, and milliseconds mean"+
			" that the processors are busy or that a station sends very many lines at"+
			" once.", 12, "aetherd_command_age_seconds"),
		lines("Lines received", "On the command port, and on the port that takes only stop, ping and state.", 12, "reqps").
			WithTarget(over("sum by (port) (rate(aetherd_frames_total{ARM}[$__rate_interval]))", "{{port}} port")).
			OverrideByName("stop port", painted(notKnown)).Min(0),
	}
}

func armLink() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		heat("How long writes took", "One write to the arm's controller. Beyond arm.write_deadline_ms it is stuck, and the"+
			" arm is stopped. Slow ones mean a slow port, or a controller that does not keep"+
			" up.", 12, "aetherd_write_duration_seconds"),
		heat("How late setpoints were", "From when a setpoint was due to when the writer took it. Up to 2.5 ms is"+
			" ordinary; a whole setpoint is 10 ms at 100 Hz. More: the processors are"+
			" busy.", 12, "aetherd_tick_lateness_seconds"),
		lines("99 of 100", "99 of 100 writes, setpoints and verdicts took no longer than this, as far as the"+
			" histogram's buckets tell. Gaps: there was none.", 8, "s").
			WithTarget(over(quantile("0.99", "le", "aetherd_write_duration_seconds"), "write")).
			WithTarget(over(quantile("0.99", "le", "aetherd_tick_lateness_seconds"), "setpoint late")).
			WithTarget(over(quantile("0.99", "le", "aetherd_command_age_seconds"), "verdict")).
			OverrideByName("write", painted(good)).OverrideByName("setpoint late", painted(lookAt)).Min(0),
		counts("Trouble", "stuck write: the controller took nothing, and a stop cannot get through while it lasts."+
			" reconnect: the link was opened again. deadman: the station in control was not heard from, and aetherd braked"+
			" the arm. Repeated ones: see the alerts.", 8).
			WithTarget(over("sum(increase(aetherd_stuck_writes_total{ARM}[$__rate_interval]))", "stuck write")).
			WithTarget(over("sum(increase(aetherd_reconnects_total{ARM}[$__rate_interval]))", "reconnect")).
			WithTarget(over("sum(increase(aetherd_deadman_trips_total{ARM}[$__rate_interval]))", "deadman")).
			ColorScheme(shades(lookAt)),
		lines("Watchdog", "How often systemd's watchdog is fed, and how often it is not because the writer made no"+
			" progress. Both are 0 where systemd keeps no watch. Withheld ones: look at the log; systemd is about to start"+
			" aetherd again.", 8, "ops").
			WithTarget(over("sum(rate(aetherd_watchdog_feeds_total{ARM}[$__rate_interval]))", "fed")).
			WithTarget(over("sum(rate(aetherd_watchdog_withheld_total{ARM}[$__rate_interval]))", "withheld")).
			OverrideByName("fed", painted(good)).OverrideByName("withheld", painted(lookAt)).Min(0),
	}
}

func armStations() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		lines("Connections", "Connections that are open, and those that are subscribed to the state. Each port takes up to"+
			" server.max_stations.", 8, "short").
			WithTarget(over("aetherd_connections{ARM}", "{{port}} port")).
			WithTarget(over("aetherd_subscribers{ARM}", "subscribed")).
			OverrideByName("subscribed", painted(good)).Min(0).Decimals(0),
		counts("Connections that came, and changes of control", "A station that connects again and again loses its link, or"+
			" has a defect. Control that passes often: two stations want the arm.", 8).
			WithTarget(over("sum by (port) (increase(aetherd_connections_accepted_total{ARM}[$__rate_interval]))", "{{port}} port")).
			WithTarget(over("sum(increase(aetherd_control_handovers_total{ARM}[$__rate_interval]))", "change of control")).
			OverrideByName("change of control", painted(notKnown)),
		counts("Connections that went, by cause", "eof: the station closed. error: the network failed. not_reading: it let"+
			" its replies pile up, and was closed. refused: there were server.max_stations already. shutdown: aetherd"+
			" ended.", 8).
			WithTarget(over("sum by (cause) (increase(aetherd_connections_closed_total{ARM}[$__rate_interval]))", "{{cause}}")).
			OverrideByName("refused", painted(lookAt)),
	}
}

func armProcess() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		lines("Processor", "Processor time a second: 100 % is one core. Next to nothing at rest; some 15 % of a core of a"+
			" Raspberry Pi 4 in motion.", 6, "percentunit").
			WithTarget(over("rate(process_cpu_seconds_total{ARM}[$__rate_interval])", "processor")).Min(0),
		lines("Memory", "Resident memory. Some 15 MB, and up to 1.5 KB a station. If it only ever grows, report"+
			" it.", 6, "bytes").
			WithTarget(over("process_resident_memory_bytes{ARM}", "resident")).
			WithTarget(over("go_memstats_heap_inuse_bytes{ARM}", "Go heap")).Min(0),
		lines("Descriptors", "Open files, most of which are connections, and how many the system allows. At the limit no"+
			" station gets in.", 6, "short").
			WithTarget(over("process_open_fds{ARM}", "open")).
			WithTarget(over("process_max_fds{ARM}", "limit")).
			OverrideByName("limit", dashed(lookAt)).Min(0),
		lines("Goroutines", "They hardly grow with the number of stations. If they only ever grow, report it.", 6, "short").
			WithTarget(over("go_goroutines{ARM}", "goroutines")).Min(0),
	}
}

func armVersion() []cog.Builder[dashboard.Panel] {
	return []cog.Builder[dashboard.Panel]{
		name("Arm and driver", "The name of the arm in its configuration, and what drives it. sim is the built-in simulator.",
			5, now("aetherd_arm_info{ARM}", "{{arm}} ({{driver}})")),
		name("aetherd", "The version that runs, and the Go that built it.",
			5, now("aetherd_build_info{ARM}", "{{version}}, {{goversion}}")),
		name("Safety configuration", "The hash of the safety configuration in force. Stations can pin it. It changes when"+
			" limits change: if nobody changed them, find out who did.",
			4, now("aetherd_config_info{ARM}", "{{hash}}")),
		sign("Latest reload", "Whether the latest reload of the configuration was applied. After one that was refused"+
			" aetherd runs with what it had; aetherd check says what is wrong.",
			3, "none", now("aetherd_config_last_reload_successful{ARM}", "reload")).Mappings(asReload),
		sign("Restart pending", "Whether the configuration that was reloaded last changes keys that only a restart"+
			" applies. A restart leaves the arm stopped.",
			4, "none", now("aetherd_config_restart_pending{ARM}", "restart")).Mappings(asRestart),
		sign("Running for", "Since aetherd was started. If that is not long ago and nobody restarted it, look at the log.",
			3, "dtdurations", now("time() - process_start_time_seconds{ARM}", "running")),
	}
}
