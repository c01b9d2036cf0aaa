package client

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// sentinels returns the constants of type Code, read from the source.
func sentinels(t *testing.T) (codes []string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "code.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		name := "err" + strings.ReplaceAll(code, "_", "")
		if strings.ToLower(spec.Names[0].Name) != name {
			t.Errorf("%s is the code %s", spec.Names[0].Name, code)
		}
		codes = append(codes, code)
		return false
	})
	return codes
}

func TestEveryCodeHasASentinel(t *testing.T) {
	var table []string
	for _, row := range codec.Table() {
		table = append(table, row.Code)
		if Code(row.Code).Action() != row.Action {
			t.Errorf("%s: to do %q", row.Code, Code(row.Code).Action())
		}
	}
	if diff := cmp.Diff(table, sentinels(t), cmpopts.SortSlices(strings.Compare)); diff != "" {
		t.Errorf("codes of the protocol (-) and of the client (+):\n%s", diff)
	}
}

// Every refusal that the daemon can print comes out with everything that it says.
func TestRefusals(t *testing.T) {
	verdict := safety.Verdict{StopID: 7, Holder: "pendant", Axis: "y", RetryAfter: 5 * time.Millisecond}
	seen := 0
	check := func(line []byte, want Code) {
		r, err := parse(line)
		if err != nil {
			t.Fatal(err)
		}
		err = r.refusal()
		var e *Error
		if !errors.Is(err, want) || !errors.As(err, &e) {
			t.Errorf("%s\nis %v", line, err)
			return
		}
		seen++
		members := map[string]bool{
			`"field":`: e.Field != "", `"stop_id":7`: e.StopID == 7,
			`"holder":"pendant"`: e.Holder == "pendant", `"retry_after_ms":5`: e.RetryAfter == 5*time.Millisecond,
		}
		for member, taken := range members {
			if strings.Contains(string(line), member) != taken {
				t.Errorf("%s\nis %+v", line, e)
			}
		}
		if !strings.Contains(err.Error(), string(want)) || !strings.Contains(err.Error(), strings.TrimSuffix(want.Action(), ".")) {
			t.Errorf("%v does not say what and what to do", err)
		}
	}
	for _, name := range codec.Codes() {
		check(codec.AppendFault(nil, codec.Fault{Code: codec.Code(seen + 1), Field: "x"}, nil), Code(name))
	}
	for _, reason := range safety.Reasons() {
		if verdict.Reason = reason; reason != safety.Accepted {
			check(codec.AppendVerdict(nil, &codec.Request{Type: codec.TypeMove}, verdict), Code(reason.String()))
		}
	}
	if seen != len(codec.Table()) {
		t.Errorf("%d of %d codes", seen, len(codec.Table()))
	}
}

func TestErrorTexts(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{&Error{Code: ErrNotInControl, Holder: "pendant"},
			"refused: not_in_control (pendant has control). Wait until it releases control, or `take` it with a higher role"},
		{&Error{Code: ErrStopped, StopID: 3},
			"refused: stopped (stop 3). Look at the arm and at the causes in `state`, then `reset` this `stop_id`"},
		{&Error{Code: ErrOutOfWorkspace, Field: "z"},
			"refused: out_of_workspace (z). Send a target inside; `hello` tells the workspace"},
		{&Error{Code: ErrRateLimited, RetryAfter: 5 * time.Millisecond},
			"refused: rate_limited (retry after 5ms). Wait `retry_after_ms`, then send the newest target only"},
		{&Error{Code: "of_tomorrow"}, "refused: of_tomorrow"},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, test.err.Error()); diff != "" {
			t.Error(diff)
		}
	}
}

// A connection that the daemon turns away is lost for whoever waits, and no refusal of what
// they asked for.
func TestLostIsNoRefusal(t *testing.T) {
	err := lost(&Error{Code: ErrTooManyStations})
	var refused *Error
	if !errors.Is(err, ErrConnectionLost) || errors.As(err, &refused) || !strings.Contains(err.Error(), "too_many_stations") {
		t.Errorf("%v is %+v", err, refused)
	}
}
