package codec

import (
	"encoding/json"
	"math"
	"testing"
	"time"

	"github.com/aether-arm/aetherd/safety"
	"github.com/google/go-cmp/cmp"
)

// checkLine compares one printed line, and reads it with encoding/json.
func checkLine(t *testing.T, want string, got []byte) {
	t.Helper()
	if diff := cmp.Diff(want+"\n", string(got)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !json.Valid(got) {
		t.Errorf("no JSON: %s", got)
	}
}

// TestBaseExchange is the exchange that the protocol fixes to the byte.
func TestBaseExchange(t *testing.T) {
	var r Request
	if fault := Decode([]byte(canonical), &r); fault.Code != NoFault {
		t.Fatal(fault)
	}
	checkLine(t, `{"status":"ok","message":"Command received"}`,
		AppendVerdict(nil, &r, safety.Verdict{}))
	fault := Decode([]byte(`{"type":"command","x":120.0}`), &r)
	checkLine(t, `{"status":"error","message":"Invalid command","code":"missing_field","field":"y"}`,
		AppendFault(nil, fault, r.ID))
}

func TestAppendAccepted(t *testing.T) {
	want := map[Type]string{
		TypeCommand:     "Command received",
		TypeMove:        "Command received",
		TypeGrip:        "Command received",
		TypeStop:        "Stopped",
		TypeReset:       "Reset",
		TypeHello:       "Welcome",
		TypeTake:        "Control taken",
		TypeRelease:     "Control released",
		TypeState:       "State",
		TypeSubscribe:   "Subscribed",
		TypeUnsubscribe: "Unsubscribed",
		TypePing:        "pong",
		TypeRelax:       "Relaxed",
	}
	for _, typ := range Types() {
		stopID := ""
		if typ == TypeStop || typ == TypeReset || typ == TypeRelax {
			stopID = `,"stop_id":3`
		}
		checkLine(t, `{"status":"ok","message":"`+want[typ]+`"`+stopID+`}`,
			AppendVerdict(nil, &Request{Type: typ}, safety.Verdict{StopID: 3}))
	}
	checkLine(t, `{"status":"ok","message":"Stopped","stop_id":4,"id":-1}`,
		AppendVerdict(nil, &Request{Type: TypeStop, ID: []byte("-1")}, safety.Verdict{StopID: 4}))
}

func TestAppendVerdict(t *testing.T) {
	id := []byte("7")
	clamped := safety.Verdict{Clamped: true, Target: safety.Point{X: 300, Y: -1.0 / 3, Z: -1e-9}}
	tests := []struct {
		request Request
		verdict safety.Verdict
		want    string
	}{
		{Request{Type: TypeMove, ID: id}, safety.Verdict{},
			`{"status":"ok","message":"Command received","id":7}`},
		{Request{Type: TypeGrip, Check: true, ID: id}, safety.Verdict{},
			`{"status":"ok","message":"Command would be accepted","id":7}`},
		{Request{Type: TypeCommand, ID: id}, clamped,
			`{"status":"ok","message":"Command received","clamped":{"x":300,"y":-0.333,"z":0},"id":7}`},
		{Request{Type: TypeCommand, Check: true}, clamped,
			`{"status":"ok","message":"Command would be accepted","clamped":{"x":300,"y":-0.333,"z":0}}`},
		{Request{Type: TypeReset, ID: id}, safety.Verdict{StopID: 3},
			`{"status":"ok","message":"Reset","stop_id":3,"id":7}`},
		{Request{Type: TypeTake}, safety.Verdict{},
			`{"status":"ok","message":"Control taken"}`},
		{Request{Type: TypeCommand, ID: id}, safety.Verdict{Reason: safety.NotInControl, Holder: "laptop"},
			`{"status":"error","message":"Command refused","code":"not_in_control","holder":"laptop","id":7}`},
		{Request{Type: TypeTake}, safety.Verdict{Reason: safety.HigherRoleNeeded, Holder: "a\"b\xff\x01"},
			`{"status":"error","message":"Command refused","code":"higher_role_needed","holder":"a\"b` + "\ufffd" + `\u0001"}`},
		{Request{Type: TypeMove}, safety.Verdict{Reason: safety.RateLimited, RetryAfter: 1},
			`{"status":"error","message":"Command refused","code":"rate_limited","retry_after_ms":1}`},
		{Request{Type: TypeMove}, safety.Verdict{Reason: safety.RateLimited},
			`{"status":"error","message":"Command refused","code":"rate_limited","retry_after_ms":1}`},
		{Request{Type: TypeMove, ID: id}, safety.Verdict{Reason: safety.RateLimited, RetryAfter: 5*time.Millisecond + 1},
			`{"status":"error","message":"Command refused","code":"rate_limited","retry_after_ms":6,"id":7}`},
		{Request{Type: TypeMove}, safety.Verdict{Reason: safety.StoppedLatched, StopID: 3},
			`{"status":"error","message":"Command refused","code":"stopped","stop_id":3}`},
		{Request{Type: TypeReset}, safety.Verdict{Reason: safety.WrongStopID, StopID: 4},
			`{"status":"error","message":"Command refused","code":"wrong_stop_id","stop_id":4}`},
		{Request{Type: TypeReset}, safety.Verdict{Reason: safety.CauseActive, StopID: 5},
			`{"status":"error","message":"Command refused","code":"cause_active","stop_id":5}`},
		{Request{Type: TypeReset}, safety.Verdict{Reason: safety.StillMoving, StopID: 6},
			`{"status":"error","message":"Command refused","code":"still_moving","stop_id":6}`},
		{Request{Type: TypeMove}, safety.Verdict{Reason: safety.OutOfWorkspace, Axis: "x"},
			`{"status":"error","message":"Command refused","code":"out_of_workspace","field":"x"}`},
		{Request{Type: TypeMove}, safety.Verdict{Reason: safety.SpeedOutOfRange},
			`{"status":"error","message":"Command refused","code":"speed_out_of_range","field":"speed"}`},
		{Request{Type: TypeReset, Check: true}, safety.Verdict{Reason: safety.NotStopped},
			`{"status":"error","message":"Command refused","code":"not_stopped"}`},
	}
	for _, test := range tests {
		checkLine(t, test.want, AppendVerdict(nil, &test.request, test.verdict))
	}
}

func TestAppendFault(t *testing.T) {
	checkLine(t, `{"status":"error","message":"Invalid command","code":"line_too_long"}`,
		AppendFault(nil, Fault{Code: CodeLineTooLong}, nil))
	checkLine(t,
		`{"status":"error","message":"Invalid command","code":"unknown_field","field":"a\"\\\né","id":1}`,
		AppendFault(nil, Fault{CodeUnknownField, "a\"\\\né"}, []byte("1")))
	checkLine(t, `{"status":"error","message":"Command refused","code":"wrong_port","id":1}`,
		AppendFault(nil, Fault{Code: CodeWrongPort}, []byte("1")))
	checkLine(t, `{"status":"error","message":"Connection refused","code":"too_many_stations"}`,
		AppendFault(nil, Fault{Code: CodeTooManyStations}, nil))
}

func TestAppendState(t *testing.T) {
	idle := State{Driver: "sim", Snapshot: safety.Snapshot{Role: safety.Observer, LinkUp: true}}
	const idleMembers = `"state":"idle","holder":null,"you":{"role":"observer","holds":false},` +
		`"position":null,"target":null,"gripper":null,"arm":{"driver":"sim","link":"up"}`
	checkLine(t, `{"status":"ok","message":"State",`+idleMembers+`,"id":"q"}`, AppendState(nil, &idle, []byte(`"q"`)))
	checkLine(t, `{"event":"state",`+idleMembers+`}`, AppendStateEvent(nil, &idle))

	stopped := State{Driver: "feetech", Snapshot: safety.Snapshot{
		State: safety.Stopped, StopID: 12, StopResult: safety.StopConfirmed,
		Causes: []safety.Cause{{Kind: safety.CauseStation, By: "laptop"}, {Kind: safety.CauseLinkLost}},
		Holder: "laptop", Role: safety.Operator, Holds: true,
		HasPosition: true, Position: safety.Point{X: 1.00049, Y: -0.00001, Z: 1e15},
		HasTarget: true, Target: safety.Point{X: 0.1, Y: 0.2, Z: 0.30000000000000004},
		Gripper: safety.GripperClosed,
	}}
	checkLine(t, `{"status":"ok","message":"State","state":"stopped","stop_id":12,`+
		`"causes":[{"cause":"station","by":"laptop"},{"cause":"link_lost"}],"stop_result":"confirmed",`+
		`"holder":"laptop","you":{"role":"operator","holds":true},`+
		`"position":{"x":1,"y":0,"z":1000000000000000},"target":{"x":0.1,"y":0.2,"z":0.3},`+
		`"gripper":"closed","arm":{"driver":"feetech","link":"down"}}`, AppendState(nil, &stopped, nil))

	lost := State{Snapshot: safety.Snapshot{
		HasPosition: true, Position: safety.Point{X: math.NaN()}, HasTarget: true, Target: safety.Point{Z: math.Inf(1)}}}
	checkLine(t, `{"event":"state","state":"idle","holder":null,"you":{"role":"observer","holds":false},`+
		`"position":null,"target":null,"gripper":null,"arm":{"driver":"","link":"down"}}`, AppendStateEvent(nil, &lost))
}

func TestAppendJoints(t *testing.T) {
	const before = `{"event":"state","state":"idle","holder":null,"you":{"role":"observer","holds":false},"position":`
	const after = `"target":null,"gripper":null,"arm":{"driver":"feetech","link":"up"}}`
	known := safety.Snapshot{LinkUp: true, HasPosition: true, Position: safety.Point{X: 200, Z: 150}}
	lost := safety.Snapshot{LinkUp: true, HasPosition: true, Position: safety.Point{X: math.NaN()}}
	names := []string{"wrist", "base", `a"b`}
	tests := []struct {
		snapshot safety.Snapshot
		joints   []string
		angles   []float64
		want     string
	}{
		{known, names, []float64{-math.Pi, 0.12345, 1}, `{"x":200,"y":0,"z":150},"joints":{"wrist":-3.1416,"base":0.1235,"a\"b":1},`},
		{known, names[:1], []float64{-0.00004}, `{"x":200,"y":0,"z":150},"joints":{"wrist":0},`},
		{known, names, []float64{1, 2, math.NaN()}, `{"x":200,"y":0,"z":150},`},
		{known, names, []float64{math.Inf(-1), 2, 3}, `{"x":200,"y":0,"z":150},`},
		{known, nil, nil, `{"x":200,"y":0,"z":150},`},
		{lost, names, []float64{1, 2, 3}, `null,`},
		{safety.Snapshot{LinkUp: true}, names, []float64{1, 2, 3}, `null,`},
	}
	for _, tt := range tests {
		s := State{Driver: "feetech", Snapshot: tt.snapshot, Joints: tt.joints, Angles: tt.angles}
		checkLine(t, before+tt.want+after, AppendStateEvent(nil, &s))
	}
}

func TestAppendWelcome(t *testing.T) {
	w := Welcome{
		Session: 12, Server: "aetherd 0.1.0", Arm: "aether", Driver: "sim", LinkUp: true, Role: safety.Operator,
		Gripper: safety.OpeningGripper,
		Relaxes: true,
		Min:     safety.Point{X: -300, Y: -300}, Max: safety.Point{X: 300, Y: 300, Z: 400.5}, Outside: "reject",
		Speed: 250, Accel: 1000, StopAccel: 2500, Rate: 200, Burst: 50, Horizon: 100 * time.Millisecond,
		Control: "exclusive", Deadman: 2 * time.Second, Lease: 5 * time.Second, ConfigHash: "c0ffee",
	}
	checkLine(t, `{"status":"ok","message":"Welcome","protocol":1,"session":12,"server":"aetherd 0.1.0",`+
		`"arm":{"name":"aether","driver":"sim","gripper":"opening","relaxes":true,"link":"up"},"role":"operator","safety_rated":false,`+
		`"workspace":{"x":[-300,300],"y":[-300,300],"z":[0,400.5],"outside":"reject"},`+
		`"limits":{"speed":250,"accel":1000,"stop_accel":2500,"rate":200,"burst":50,"horizon_ms":100,"line_bytes":4096},`+
		`"control":"exclusive","deadman_ms":2000,"lease_ms":5000,"config_hash":"c0ffee","id":1}`,
		AppendWelcome(nil, &w, []byte("1")))
}

func TestAppendEvents(t *testing.T) {
	id := []byte("7")
	checkLine(t, `{"event":"done","id":7,"position":{"x":1,"y":2,"z":3}}`, AppendDone(nil, id, safety.Point{X: 1, Y: 2, Z: 3}))
	checkLine(t, `{"event":"superseded","id":7}`, AppendSuperseded(nil, id))
	checkLine(t, `{"event":"expired","id":7}`, AppendExpired(nil, id))
	checkLine(t, `{"event":"stopped","id":7,"cause":"deadman"}`, AppendCutOff(nil, id, "deadman"))
	checkLine(t, `{"event":"control","holder":"laptop"}`, AppendControlEvent(nil, "laptop"))
	checkLine(t, `{"event":"control","holder":null}`, AppendControlEvent(nil, ""))
}

// TestAppendsOnly checks that what is in dst stays.
func TestAppendsOnly(t *testing.T) {
	dst := AppendVerdict([]byte("before\n"), &Request{Type: TypePing}, safety.Verdict{})
	dst = AppendVerdict(dst, &Request{Type: TypeStop}, safety.Verdict{StopID: 1})
	want := "before\n" + `{"status":"ok","message":"pong"}` + "\n" + `{"status":"ok","message":"Stopped","stop_id":1}` + "\n"
	if diff := cmp.Diff(want, string(dst)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
