package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aether-arm/aetherd/daemon/config"
	"github.com/aether-arm/aetherd/safety"
)

// signals reads the configuration again, and opens the arm, whenever it is asked to, until ctx
// ends.
func (d *daemon) signals(ctx context.Context, o Options) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.Open:
			d.writer.openNow()
		case <-o.Reload:
			d.service.reloading()
			d.service.reloaded(d.reload(ctx, o))
		}
	}
}

// reload puts the file in force as far as a running daemon can, all of it or nothing, and
// says what is left to do.
func (d *daemon) reload(ctx context.Context, o Options) (remark string) {
	r, err := d.readAgain(o.Path)
	if err == nil {
		err = d.apply(ctx, r.Config, o.Version)
	}
	if err != nil {
		d.desk.metrics.ReloadSuccessful.Set(0)
		d.log.Error().Err(err).Msg("the configuration was not reloaded, nothing has changed")
		return "the configuration was not reloaded, see the log"
	}
	d.desk.metrics.ReloadSuccessful.Set(1)
	d.desk.metrics.RestartPending.Set(0)
	if len(r.Restart) > 0 {
		d.desk.metrics.RestartPending.Set(1)
		d.log.Warn().Strs("keys", r.Restart).Msg("these keys have changed in the file and take a restart")
		remark = "a restart is needed for " + strings.Join(r.Restart, ", ")
	}
	d.log.Info().Strs("changed", r.Changed).Str("config_hash", r.Config.Hash()).Msg("the configuration was reloaded")
	return remark
}

// readAgain reads and checks the whole file, also what takes a restart.
func (d *daemon) readAgain(path string) (r config.Reload, err error) {
	if err := rereadable(path); err != nil {
		return r, err
	}
	next, err := config.Load(path)
	if err != nil {
		return r, err
	}
	r = d.config.Reload(d.desk.settings.Load().Config, next)
	err = errors.Join(
		enoughDescriptors(r.Config.Server.MaxStations),
		CheckReach(d.driver, r.Config.Gate(d.driver.Capabilities()).Workspace))
	if err == nil && len(r.Restart) > 0 {
		err = startable(next)
	}
	return r, err
}

// rereadable refuses what may have been there to read just once: a pipe, which is empty now,
// or has the reader wait.
func rereadable(path string) error {
	if path == "" {
		return errors.New("aetherd runs without a file: start it with --config")
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("read the configuration again: %w", err)
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("read the configuration again: %s is not a regular file", path)
	}
	return nil
}

// startable checks that a restart with c would have an arm that suits it.
func startable(c *config.Config) error {
	driver, err := c.Driver(nil) // which does not open its port
	if err != nil {
		return err
	}
	return CheckReach(driver, c.Gate(driver.Capabilities()).Workspace)
}

// standTime is how long a reload waits for an arm that moves to stand, and standStep how
// often it looks.
const (
	standTime = 10 * time.Second
	standStep = 10 * time.Millisecond
)

// apply puts c in force, as soon as the arm stands if it changes the gate's limits.
func (d *daemon) apply(ctx context.Context, c *config.Config, version string) error {
	ctx, cancel := context.WithTimeout(ctx, standTime)
	defer cancel()
	can := d.driver.Capabilities()
	next := newSettings(c, version, can)
	for {
		err := d.desk.adopt(next, c.Gate(can))
		if !errors.Is(err, safety.ErrMoves) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w, and did not stand still within %v: reload again when it stands", err, standTime)
		case <-time.After(standStep):
		}
	}
}

// adopt puts s in force, for the stations that are connected too.
func (d *desk) adopt(s *settings, limits safety.Config) (err error) {
	var connected []*station
	d.guard.with(func(_ safety.Instant, gate *safety.Gate) {
		if err = gate.Reconfigure(limits); err == nil {
			d.settings.Store(s)
			connected = d.stations.all() // who comes later gets its role from s
		}
	})
	if err != nil {
		return err
	}
	for _, st := range connected { // one at a time: thousands would hold up the arm
		d.guard.with(func(_ safety.Instant, gate *safety.Gate) {
			gate.Introduce(st.session, "", s.Role(st.remote, st.name), 0)
		})
	}
	d.level.set(s.Log.Level)
	return nil
}
