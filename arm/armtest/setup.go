package armtest

import "flag"

// Setup is what belongs to an emulator in a process, whatever it plays.
type Setup struct {
	Link   string   // a symbolic link to the pty, "" for none
	Log    string   // a file that the events are appended to, "" for none
	Faults []string // commands to carry out before the first byte
}

// Option changes a Setup.
type Option func(*Setup)

// Link keeps a symbolic link at path to the pty while there is one, as udev
// does, so that a replacement can appear under the same path.
func Link(path string) Option { return func(s *Setup) { s.Link = path } }

// Log appends the events to the file at path.
func Log(path string) Option { return func(s *Setup) { s.Log = path } }

// Faults gives commands to carry out before the first byte.
func Faults(commands ...string) Option {
	return func(s *Setup) { s.Faults = append(s.Faults, commands...) }
}

// BindFlags defines the flags of armemu that set s.
func (s *Setup) BindFlags(fs *flag.FlagSet) {
	fs.StringVar(&s.Link, "link", "", "keep a symbolic link to the pty at `path`")
	fs.StringVar(&s.Log, "log", "", "append the events to `file`")
	fs.Func("fault", "carry out `command` before the first byte; may be repeated", func(command string) error {
		s.Faults = append(s.Faults, command)
		return nil
	})
}

// args is the command line that BindFlags reads s from.
func (s Setup) args() []string {
	args := []string{"-link", s.Link, "-log", s.Log}
	for _, command := range s.Faults {
		args = append(args, "-fault", command)
	}
	return args
}
