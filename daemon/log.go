package daemon

import (
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/term"

	"github.com/aether-arm/aetherd/daemon/config"
)

// logLines is how many lines may wait for a reader of the log that is slow. Beyond it lines
// are dropped and counted: the log must never hold up a stop.
const logLines = 4096

// newLogger returns a logger that never blocks its caller, the level that it obeys, and what
// closes it.
func newLogger(out *os.File, c config.Log) (zerolog.Logger, *logLevel, io.Closer) {
	queue := newLogQueue(out, logLines)
	var w io.Writer = queue
	if c.Format == "console" || c.Format == "auto" && term.IsTerminal(int(out.Fd())) {
		w = zerolog.ConsoleWriter{Out: queue, TimeFormat: "15:04:05.000"}
	}
	level := &logLevel{out: w}
	level.set(c.Level)
	return zerolog.New(level).Level(zerolog.TraceLevel).With().Timestamp().Logger(), level, queue
}

// logLevel lets those lines through that are important enough. It can change while the
// daemon runs; a zerolog.Logger's own level cannot.
type logLevel struct {
	out   io.Writer
	least atomic.Int32
}

func (l *logLevel) set(name string) {
	level, err := zerolog.ParseLevel(name)
	if err != nil {
		level = zerolog.InfoLevel // the configuration was checked
	}
	l.least.Store(int32(level))
}

// passes reports whether a line of level is let through.
func (l *logLevel) passes(level zerolog.Level) bool { return int32(level) >= l.least.Load() }

func (l *logLevel) Write(line []byte) (int, error) { return l.out.Write(line) }

// WriteLevel implements zerolog.LevelWriter.
func (l *logLevel) WriteLevel(level zerolog.Level, line []byte) (int, error) {
	if !l.passes(level) {
		return len(line), nil
	}
	return l.out.Write(line)
}

// sampled returns log with at most a few lines of each level a second, for what a station can
// cause at any rate; the metrics count all of it.
func sampled(log zerolog.Logger) zerolog.Logger {
	few := func() zerolog.Sampler { return &zerolog.BurstSampler{Burst: 5, Period: time.Second} }
	return log.Sample(zerolog.LevelSampler{InfoSampler: few(), WarnSampler: few()})
}

// engineLog hands the lines of gnet to the log.
type engineLog struct{ zerolog.Logger }

func (l engineLog) Debugf(format string, args ...any) { l.Debug().Msgf(format, args...) }
func (l engineLog) Infof(format string, args ...any)  { l.Debug().Msgf(format, args...) }
func (l engineLog) Warnf(format string, args ...any)  { l.Warn().Msgf(format, args...) }
func (l engineLog) Errorf(format string, args ...any) { l.Error().Msgf(format, args...) }
func (l engineLog) Fatalf(format string, args ...any) { l.Error().Msgf(format, args...) }
