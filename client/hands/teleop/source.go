package teleop

import (
	"context"

	"github.com/aether-arm/aetherd/client/hands"
)

// Source is where hand state comes from.
type Source interface {
	// Run tells what comes until ctx or the source ends. An error says that it is no use to
	// go on.
	Run(ctx context.Context, tell func(News)) error
}

// News is one thing that a source tells.
type News struct {
	Kind  NewsKind
	Frame hands.Frame // of Seen
	Err   error       // of Unreadable and Broken
}

// NewsKind says what News tells.
type NewsKind uint8

const (
	Seen       NewsKind = iota // a frame
	Unreadable                 // a line that is none
	Connected                  // there is a connection
	Broken                     // there is none, and another attempt follows
)

// read returns what a line tells.
func read(line []byte) News {
	f, err := hands.Parse(line)
	if err != nil {
		return News{Kind: Unreadable, Err: err}
	}
	return News{Kind: Seen, Frame: f}
}
