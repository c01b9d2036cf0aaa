package codec

import "github.com/aether-arm/aetherd/safety"

// Code is why the daemon refused a line or a connection before the gate saw a
// request. What the gate refuses has a safety.Reason, whose name is its code.
type Code uint8

const (
	NoFault Code = iota
	CodeLineTooLong
	CodeInvalidJSON
	CodeInvalidUTF8
	CodeNotAnObject
	CodeTrailingBytes
	CodeUnknownType
	CodeMissingField
	CodeUnknownField
	CodeDuplicateField
	CodeWrongType
	CodeNullField
	CodeNestedValue
	CodeNotFinite
	CodeNumberOverflow
	CodeInvalidValue
	CodeUnsupportedVersion
	CodeWrongPort
	CodeShuttingDown
	CodeTooManyStations
	codeCount
)

// Messages of a reply with "status":"error".
const (
	invalidCommand    = "Invalid command"
	commandRefused    = "Command refused"
	connectionRefused = "Connection refused"
)

// Row is one entry of the closed table of codes.
type Row struct {
	Code    string
	Message string // of the reply
	Field   bool   // the reply can name the offending member
	Meaning string
	Action  string // what the station should do
}

// Table lists every code that a reply can carry: those of this package, then the
// gate's. docs/protocol.md shows the same table.
func Table() []Row {
	var rows []Row
	for c := NoFault + 1; c < codeCount; c++ {
		rows = append(rows, codeRows[c])
	}
	for _, r := range safety.Reasons() {
		if r != safety.Accepted {
			row := reasonRows[r]
			row.Code, row.Message = r.String(), commandRefused
			rows = append(rows, row)
		}
	}
	return rows
}

// Codes lists the codes of this package, for a counter each: the one of Code c is at c-1.
func Codes() []string {
	names := make([]string, 0, codeCount-1)
	for c := NoFault + 1; c < codeCount; c++ {
		names = append(names, c.String())
	}
	return names
}

// String returns the code that stations and metrics see, or "" for NoFault.
func (c Code) String() string { return codeRows[c].Code }

var codeRows = [codeCount]Row{
	CodeLineTooLong: {"line_too_long", invalidCommand, false,
		"The line has more than 4096 bytes. It was skipped up to its newline.",
		"Send shorter lines. The connection goes on."},
	CodeInvalidJSON: {"invalid_json", invalidCommand, true,
		"The line is not well-formed JSON. `field` is there if the offence is in a member's value.",
		"Use a JSON encoder, UTF-8 without BOM, one object a line."},
	CodeInvalidUTF8: {"invalid_utf8", invalidCommand, true,
		"The line has bytes that are not UTF-8.",
		"Encode the line as UTF-8."},
	CodeNotAnObject: {"not_an_object", invalidCommand, false,
		"The line is a JSON value, but not an object.",
		"Send one object a line."},
	CodeTrailingBytes: {"trailing_bytes", invalidCommand, false,
		"Something follows the object on its line.",
		"End every object with a newline."},
	CodeUnknownType: {"unknown_type", invalidCommand, true,
		"`type` is not a request of this protocol.",
		"Correct `type`; names are case-sensitive."},
	CodeMissingField: {"missing_field", invalidCommand, true,
		"A member that this type needs is absent; with `notify`, also `id`.",
		"Add the member."},
	CodeUnknownField: {"unknown_field", invalidCommand, true,
		"This type has no such member. The echoed name is cut at 64 bytes.",
		"Remove the member, or correct its name."},
	CodeDuplicateField: {"duplicate_field", invalidCommand, true,
		"A member comes twice.",
		"Send it once."},
	CodeWrongType: {"wrong_type", invalidCommand, true,
		"The value has the wrong JSON type, or is a fraction where an integer is due.",
		"Send the type that the protocol says."},
	CodeNullField: {"null_field", invalidCommand, true,
		"The value is null.",
		"Leave the member out instead."},
	CodeNestedValue: {"nested_value", invalidCommand, true,
		"The value is an object or an array.",
		"Requests are flat: send a plain value."},
	CodeNotFinite: {"not_finite", invalidCommand, true,
		"The value is NaN or Infinity.",
		"Check the computation: the target is not a number."},
	CodeNumberOverflow: {"number_overflow", invalidCommand, true,
		"The number is too large for a 64-bit float, or for a 64-bit integer.",
		"Check the computation."},
	CodeInvalidValue: {"invalid_value", invalidCommand, true,
		"The value is outside what the protocol allows for this member.",
		"Correct the value."},
	CodeUnsupportedVersion: {"unsupported_version", invalidCommand, true,
		"`version` is not 1.",
		"Use a station that speaks version 1, or another daemon."},
	CodeWrongPort: {"wrong_port", commandRefused, false,
		"The stop port takes only `stop`, `ping` and `state`.",
		"Send the request to the command port."},
	CodeShuttingDown: {"shutting_down", connectionRefused, false,
		"The daemon is going down and takes no new connection.",
		"Reconnect later."},
	CodeTooManyStations: {"too_many_stations", connectionRefused, false,
		"The daemon has as many connections as it takes, and closes this one.",
		"Close connections that are not needed, or raise the limit."},
}

var reasonRows = [...]Row{
	safety.NotPermitted: {
		Meaning: "The station's role may not do this.",
		Action:  "Connect with a role that may. Every role may stop."},
	safety.RateLimited: {
		Meaning: "The station sends faster than its rate.",
		Action:  "Wait `retry_after_ms`, then send the newest target only."},
	safety.Expired: {
		Meaning: "The request waited longer than its `ttl_ms`, and was not executed.",
		Action:  "Send a fresh target."},
	safety.StoppedLatched: {
		Meaning: "The arm is stopped, and the stop `stop_id` is not reset.",
		Action:  "Look at the arm and at the causes in `state`, then `reset` this `stop_id`."},
	safety.NotInControl: {
		Meaning: "`holder` has control.",
		Action:  "Wait until it releases control, or `take` it with a higher role."},
	safety.OutOfWorkspace: {Field: true,
		Meaning: "The target is outside the workspace; `field` is the first coordinate outside.",
		Action:  "Send a target inside; `hello` tells the workspace."},
	safety.SpeedOutOfRange: {Field: true,
		Meaning: "The speed is above the limit.",
		Action:  "Send a lower speed; `hello` tells the limit."},
	safety.GripperUnsupported: {
		Meaning: "This arm has no gripper.",
		Action:  "Use `move`."},
	safety.OpeningUnsupported: {
		Meaning: "This arm's gripper only opens and closes.",
		Action:  "Send `\"open\"` or `\"closed\"`; `hello` tells the kind of gripper."},
	safety.RelaxUnsupported: {
		Meaning: "The motors of this arm cannot be switched off from here.",
		Action:  "Switch off the arm's power if it has to be moved by hand."},
	safety.HigherRoleNeeded: {
		Meaning: "`take` needs a higher role than that of `holder`.",
		Action:  "Ask the holder to release control."},
	safety.WrongStopID: {
		Meaning: "`reset` named another stop; the present one is `stop_id`.",
		Action:  "Look at the new stop's causes in `state` before resetting it."},
	safety.NotStopped: {
		Meaning: "There is no stop to reset.",
		Action:  "Nothing."},
	safety.CauseActive: {
		Meaning: "A cause of the stop `stop_id` still holds.",
		Action:  "Remove the causes that `state` lists, then reset again."},
	safety.StillMoving: {
		Meaning: "The arm does not stand yet.",
		Action:  "Reset or relax again when it stands."},
}
