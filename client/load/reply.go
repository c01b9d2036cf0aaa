package load

import (
	"bytes"
	"fmt"

	"github.com/aether-arm/aetherd/client"
)

var (
	replyOK    = []byte(`{"status":"ok"`)
	replyPyOK  = []byte(`{"status": "ok"`) // as Python's json prints it
	replyError = []byte(`{"status":"error"`)
	codeMember = []byte(`"code":"`)
)

// verdict returns the code of a reply, nil for ok. It knows the form in which aetherd prints;
// nothing is allocated.
func verdict(line []byte) (code []byte, err error) {
	if bytes.HasPrefix(line, replyOK) || bytes.HasPrefix(line, replyPyOK) {
		return nil, nil
	}
	if bytes.HasPrefix(line, replyError) {
		if at := bytes.Index(line, codeMember); at >= 0 {
			word := line[at+len(codeMember):]
			if end := bytes.IndexByte(word, '"'); end > 0 {
				return word[:end], nil
			}
		}
	}
	return nil, fmt.Errorf("%w: %.80q is no reply", client.ErrProtocol, line)
}
