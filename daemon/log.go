package daemon

import (
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/term"

	"github.com/aether-arm/aetherd/daemon/config"
)

// logLines is how many lines may wait for a reader of the log that is slow. Beyond it lines
// are dropped and counted: the log must never hold up a stop.
const logLines = 4096

// newLogger returns a logger that never blocks its caller, and what closes it.
func newLogger(out *os.File, c config.Log) (zerolog.Logger, io.Closer) {
	queue := newLogQueue(out, logLines)
	var w io.Writer = queue
	if c.Format == "console" || c.Format == "auto" && term.IsTerminal(int(out.Fd())) {
		w = zerolog.ConsoleWriter{Out: queue, TimeFormat: "15:04:05.000"}
	}
	level, err := zerolog.ParseLevel(c.Level)
	if err != nil {
		level = zerolog.InfoLevel // the configuration was checked
	}
	return zerolog.New(w).Level(level).With().Timestamp().Logger(), queue
}

// sampled returns log with at most a few lines a second, for what a station can cause at
// any rate; the metrics count all of it.
func sampled(log zerolog.Logger) zerolog.Logger {
	return log.Sample(&zerolog.BurstSampler{Burst: 5, Period: time.Second})
}

// engineLog hands the lines of gnet to the log.
type engineLog struct{ zerolog.Logger }

func (l engineLog) Debugf(format string, args ...any) { l.Debug().Msgf(format, args...) }
func (l engineLog) Infof(format string, args ...any)  { l.Debug().Msgf(format, args...) }
func (l engineLog) Warnf(format string, args ...any)  { l.Warn().Msgf(format, args...) }
func (l engineLog) Errorf(format string, args ...any) { l.Error().Msgf(format, args...) }
func (l engineLog) Fatalf(format string, args ...any) { l.Error().Msgf(format, args...) }
