package safety

import "errors"

// ErrMoves is why limits cannot change now: what the arm does was planned within the old ones,
// and may not be able to brake inside the new.
var ErrMoves = errors.New("the arm moves")

// Reconfigure puts other limits in force: the workspace and what is done outside of it, the
// limits of motion, deadman and lease, the rate, and the tracking error. What else cfg says
// has to be as it is. It moves nothing and leaves the state as it is. On an error nothing has
// changed.
func (g *Gate) Reconfigure(cfg Config) error {
	if err := cfg.Validate(); err != nil {
		return err
	}
	if cfg.Tick != g.cfg.Tick || cfg.Control != g.cfg.Control || cfg.Arm != g.cfg.Arm {
		return errors.New("the tick, the kind of control and the arm are those of the start")
	}
	if cfg == g.cfg {
		return nil
	}
	if g.linkUp && (g.underway() || g.settling() || !g.AtRest()) {
		return ErrMoves
	}
	g.cfg = cfg
	g.motion.limits, g.motion.box = cfg.Limits, cfg.Workspace
	return nil
}
