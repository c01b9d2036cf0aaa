package client

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// Joint is one joint of the arm, by its name, as the arm measured it.
type Joint struct {
	Name  string
	Angle float64 // rad
}

// maxJoints is more than any arm has.
const maxJoints = 64

// jointMembers reads an object from names to angles, in its order. It is null where none are known.
type jointMembers []Joint

func (j *jointMembers) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	begin, err := d.ReadToken()
	switch {
	case err != nil || begin.Kind() == jsontext.KindNull:
		return err
	case begin.Kind() != jsontext.KindBeginObject:
		return fmt.Errorf("joints: an object is due instead of %v", begin.Kind())
	}
	var all jointMembers
	for d.PeekKind() == jsontext.KindString {
		if len(all) == maxJoints {
			return fmt.Errorf("more than %d joints", maxJoints)
		}
		var one Joint
		if err := json.UnmarshalDecode(d, &one.Name); err != nil {
			return err
		}
		if kind := d.PeekKind(); kind != jsontext.KindNumber {
			return fmt.Errorf("joint %.40q: an angle is due instead of %v", one.Name, kind)
		}
		if err := json.UnmarshalDecode(d, &one.Angle); err != nil {
			return err
		}
		all = append(all, one)
	}
	*j = all
	_, err = d.ReadToken() // the end, or what is wrong
	return err
}
