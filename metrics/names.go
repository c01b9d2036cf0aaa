package metrics

// The metrics' names. Dashboards and alerts rely on them.
const (
	Connections         = "aetherd_connections"
	ConnectionsAccepted = "aetherd_connections_accepted_total"
	ConnectionsClosed   = "aetherd_connections_closed_total"
	ConnectionsLimit    = "aetherd_connections_limit"
	Subscribers         = "aetherd_subscribers"
	InsecureLAN         = "aetherd_insecure_lan"

	Frames       = "aetherd_frames_total"
	DecodeErrors = "aetherd_decode_errors_total"
	Verdicts     = "aetherd_verdicts_total"
	CommandAge   = "aetherd_command_age_seconds"
	Expired      = "aetherd_expired_total"
	Superseded   = "aetherd_superseded_total"
	NotifyEvents = "aetherd_notify_events_total"

	GateState        = "aetherd_state"
	Stopped          = "aetherd_stopped"
	StopID           = "aetherd_stop_id"
	StopCause        = "aetherd_stop_cause"
	Stops            = "aetherd_stops_total"
	StopLatency      = "aetherd_stop_latency_seconds"
	DeadmanTrips     = "aetherd_deadman_trips_total"
	ControlHolder    = "aetherd_control_holder"
	ControlHeld      = "aetherd_control_held"
	ControlHandovers = "aetherd_control_handovers_total"

	SerialUp      = "aetherd_serial_up"
	Setpoints     = "aetherd_setpoints_total"
	TickLateness  = "aetherd_tick_lateness_seconds"
	WriteDuration = "aetherd_write_duration_seconds"
	StuckWrites   = "aetherd_stuck_writes_total"
	Reconnects    = "aetherd_reconnects_total"

	Target        = "aetherd_target_meters"
	Setpoint      = "aetherd_setpoint_meters"
	Position      = "aetherd_position_meters"
	TrackingError = "aetherd_tracking_error_meters"
	TrackingLimit = "aetherd_tracking_error_limit_meters"

	WatchdogFeeds    = "aetherd_watchdog_feeds_total"
	WatchdogWithheld = "aetherd_watchdog_withheld_total"

	BuildInfo        = "aetherd_build_info"
	ArmInfo          = "aetherd_arm_info"
	ConfigInfo       = "aetherd_config_info"
	ReloadSuccessful = "aetherd_config_last_reload_successful"
	RestartPending   = "aetherd_config_restart_pending"
)

// The labels' names.
const (
	labelPort      = "port"
	labelCause     = "cause"
	labelCode      = "code"
	labelReason    = "reason"
	labelOutcome   = "outcome"
	labelState     = "state"
	labelSource    = "source"
	labelStation   = "station"
	labelAxis      = "axis"
	labelVersion   = "version"
	labelGoVersion = "goversion"
	labelHash      = "hash"
	labelLimits    = "limits"
	labelArm       = "arm"
	labelDriver    = "driver"
)

// Type is the type of a metric, as Prometheus writes it.
type Type string

const (
	Counter   Type = "counter"
	Gauge     Type = "gauge"
	Histogram Type = "histogram"
)

// Definition is all that is fixed about one metric.
type Definition struct {
	Name    string
	Type    Type
	Help    string
	Labels  []string
	Buckets []float64 // upper bounds in seconds, of a Histogram
}

// The buckets are classic ones, because a query for a classic bucket finds
// nothing in a native histogram. Admission takes some 10 µs; a command older
// than 100 ms is late whatever the figure.
var admissionBuckets = []float64{
	10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6,
	1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3,
}

// A stop or a write can also wait for a controller that does not drain.
var writeBuckets = []float64{
	10e-6, 25e-6, 50e-6, 100e-6, 250e-6, 500e-6,
	1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3,
	250e-3, 500e-3, 1,
}

var definitions = []Definition{
	{Connections, Gauge, "Connections that are open now.", []string{labelPort}, nil},
	{ConnectionsAccepted, Counter, "Connections accepted.", []string{labelPort}, nil},
	{ConnectionsClosed, Counter, "Connections closed, by cause.", []string{labelCause}, nil},
	{ConnectionsLimit, Gauge, "Connections that each port takes at most.", nil, nil},
	{Subscribers, Gauge, "Stations that are subscribed to the state.", nil, nil},
	{InsecureLAN, Gauge, "1 if stations on other machines can connect: there is no authentication.", nil, nil},

	{Frames, Counter, "Lines received.", []string{labelPort}, nil},
	{DecodeErrors, Counter, "Lines that were not a valid request, by the code that the station was told.", []string{labelCode}, nil},
	{Verdicts, Counter, "Verdicts of the safety gate, by reason.", []string{labelReason}, nil},
	{CommandAge, Histogram, "Time from receiving a line to its verdict.", nil, admissionBuckets},
	{Expired, Counter, "Admitted motions whose time ran out before they began; refusals are among the verdicts.", nil, nil},
	{Superseded, Counter, "Motions replaced by a newer one before they were done.", nil, nil},
	{NotifyEvents, Counter, "Events sent for requests with notify, by outcome.", []string{labelOutcome}, nil},

	{GateState, Gauge, "1 for the state that the safety gate is in, 0 for the others.", []string{labelState}, nil},
	{Stopped, Gauge, "1 while a stop is latched.", nil, nil},
	{StopID, Gauge, "Number of the latest stop, 0 before the first.", nil, nil},
	{StopCause, Gauge, "1 for every cause of the latched stop, 0 for the others.", []string{labelCause}, nil},
	{Stops, Counter, "Stops, by source; one that comes while another is latched counts too.", []string{labelSource}, nil},
	{StopLatency, Histogram, "Time from reading the line of a stop to the serial port having accepted its bytes.", nil, writeBuckets},
	{DeadmanTrips, Counter, "Times the arm was decelerated because its holder was not heard from.", nil, nil},
	{ControlHolder, Gauge, "1 for the station that holds control; absent while nobody holds.", []string{labelStation}, nil},
	{ControlHeld, Gauge, "1 while a station holds control.", nil, nil},
	{ControlHandovers, Counter, "Times control passed to a station.", nil, nil},

	{SerialUp, Gauge, "1 while the link to the arm's controller is up.", nil, nil},
	{Setpoints, Counter, "Setpoints that the safety gate has made.", nil, nil},
	{TickLateness, Histogram, "Time from when a setpoint was due to when the writer took it.", nil, admissionBuckets},
	{WriteDuration, Histogram, "Time that one write to the arm's controller took.", nil, writeBuckets},
	{StuckWrites, Counter, "Writes to the arm's controller that overran their deadline.", nil, nil},
	{Reconnects, Counter, "Times the link to the arm's controller was opened again.", nil, nil},

	{Target, Gauge, "Target, in the arm's base frame; NaN while there is none.", []string{labelAxis}, nil},
	{Setpoint, Gauge, "Latest setpoint of the safety gate, in the arm's base frame; NaN while the position is unknown.", []string{labelAxis}, nil},
	{Position, Gauge, "Position of the arm, in its base frame: as measured, or as commanded where the arm measures none; NaN while it is unknown.", []string{labelAxis}, nil},
	{TrackingError, Gauge, "Distance of the measured position from the setpoint; NaN while nothing is measured.", nil, nil},
	{TrackingLimit, Gauge, "Tracking error that latches a stop.", nil, nil},

	{WatchdogFeeds, Counter, "Times systemd's watchdog was fed; it stays at 0 where there is none.", nil, nil},
	{WatchdogWithheld, Counter, "Times systemd's watchdog was not fed, because the writer made no progress.", nil, nil},

	{BuildInfo, Gauge, "Always 1; the labels say what is running.", []string{labelVersion, labelGoVersion}, nil},
	{ArmInfo, Gauge, "Always 1; the labels are the configured name of the arm and its driver.", []string{labelArm, labelDriver}, nil},
	{ConfigInfo, Gauge, "Always 1; hash is that of the safety configuration in force, limits that without the table of the arm's driver.", []string{labelHash, labelLimits}, nil},
	{ReloadSuccessful, Gauge, "1 unless the latest reload of the configuration was refused.", nil, nil},
	{RestartPending, Gauge, "1 if the file that was reloaded last changes keys that only a restart applies.", nil, nil},
}

// Definitions lists every metric of aetherd, in the order of the documentation.
// The metrics of the Go runtime and of the process come beside them.
func Definitions() []Definition { return definitions }

// define returns the definition of name. A name without one is a mistake in this package.
func define(name string) Definition {
	for _, d := range definitions {
		if d.Name == name {
			return d
		}
	}
	panic("metrics: no definition of " + name)
}
