package codec

// Fault is what is wrong with a line.
type Fault struct {
	Code  Code   // NoFault if the line is a request
	Field string // the offending member; "" where there is none
}

// Decode reads one line into r. With a fault, r.ID is the id that was read before
// the offence, for the reply to echo, and the rest of r means nothing. A request in
// the plain case allocates nothing.
func Decode(line []byte, r *Request) Fault {
	if scan(line, r) {
		return Fault{}
	}
	return decodeStrict(line, r)
}

// finish judges a request as a whole, after every member was read.
func (r *Request) finish(seen fieldSet) Fault {
	if !seen.has(fieldType) {
		return Fault{CodeMissingField, fieldType.String()}
	}
	shape := &shapes[r.Type]
	if wrong := seen &^ (shape.needs | shape.optional | fields(fieldType)); wrong != 0 {
		return Fault{CodeUnknownField, wrong.first().String()}
	}
	if missing := shape.needs &^ seen; missing != 0 {
		return Fault{CodeMissingField, missing.first().String()}
	}
	if r.Notify && !seen.has(fieldID) {
		return Fault{CodeMissingField, fieldID.String()}
	}
	if r.Type == TypeSubscribe && !seen.has(fieldRate) {
		r.RateHz = DefaultRate
	}
	return Fault{}
}
