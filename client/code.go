package client

import "github.com/aether-arm/aetherd/codec"

// Code is why the daemon refused a request, as the protocol spells it. Every code is an
// error for errors.Is, and docs/protocol.md says what each means and what to do.
type Code string

const (
	ErrLineTooLong        Code = "line_too_long"
	ErrInvalidJSON        Code = "invalid_json"
	ErrInvalidUTF8        Code = "invalid_utf8"
	ErrNotAnObject        Code = "not_an_object"
	ErrTrailingBytes      Code = "trailing_bytes"
	ErrUnknownType        Code = "unknown_type"
	ErrMissingField       Code = "missing_field"
	ErrUnknownField       Code = "unknown_field"
	ErrDuplicateField     Code = "duplicate_field"
	ErrWrongType          Code = "wrong_type"
	ErrNullField          Code = "null_field"
	ErrNestedValue        Code = "nested_value"
	ErrNotFinite          Code = "not_finite"
	ErrNumberOverflow     Code = "number_overflow"
	ErrInvalidValue       Code = "invalid_value"
	ErrUnsupportedVersion Code = "unsupported_version"
	ErrWrongPort          Code = "wrong_port"
	ErrShuttingDown       Code = "shutting_down"
	ErrTooManyStations    Code = "too_many_stations"

	ErrNotPermitted       Code = "not_permitted"
	ErrRateLimited        Code = "rate_limited"
	ErrExpired            Code = "expired"
	ErrStopped            Code = "stopped"
	ErrNotInControl       Code = "not_in_control"
	ErrOutOfWorkspace     Code = "out_of_workspace"
	ErrSpeedOutOfRange    Code = "speed_out_of_range"
	ErrGripperUnsupported Code = "gripper_unsupported"
	ErrOpeningUnsupported Code = "opening_unsupported"
	ErrRelaxUnsupported   Code = "relax_unsupported"
	ErrHigherRoleNeeded   Code = "higher_role_needed"
	ErrWrongStopID        Code = "wrong_stop_id"
	ErrNotStopped         Code = "not_stopped"
	ErrCauseActive        Code = "cause_active"
	ErrStillMoving        Code = "still_moving"
)

func (c Code) Error() string { return string(c) }

// Action says what to do about c, or "" for a code that this client does not know.
func (c Code) Action() string {
	for _, row := range codec.Table() {
		if row.Code == string(c) {
			return row.Action
		}
	}
	return ""
}
