package daemon

import (
	"github.com/aether-arm/aetherd/codec"
	"github.com/aether-arm/aetherd/safety"
)

// decide brings one request before the gate. The gate's lock is held.
func (e *entry) decide(d *desk, st *station, gate *safety.Gate, now, received safety.Instant) {
	if e.fault.Code != codec.NoFault {
		return
	}
	r := &e.request
	var expires safety.Instant
	if r.TTL > 0 {
		expires = received + r.TTL
	}
	switch r.Type {
	case codec.TypeStop:
		e.verdict.StopID = e.stop.id
	case codec.TypeCommand, codec.TypeMove, codec.TypeGrip:
		e.verdict = gate.Admit(now, st.session, order(r, expires))
	case codec.TypeReset:
		if d.closing.Load() {
			e.verdict = safety.Verdict{Reason: safety.CauseActive, StopID: gate.StopID()}
			return
		}
		e.verdict = gate.Reset(now, st.session, r.StopID, expires, r.Check)
	case codec.TypeTake:
		e.verdict = gate.Take(now, st.session, expires, r.Check)
	case codec.TypeRelease:
		e.verdict = gate.Release(now, st.session, expires, r.Check)
	case codec.TypeRelax:
		e.verdict = gate.Relax(now, st.session, expires, r.Check)
	default:
		if expires != 0 && now >= expires {
			e.verdict.Reason = safety.Expired
			return
		}
		e.serve(d, st, gate, now)
	}
}

// serve answers a request that the gate has no say in.
func (e *entry) serve(d *desk, st *station, gate *safety.Gate, now safety.Instant) {
	switch e.request.Type {
	case codec.TypePing:
		gate.Ping(now, st.session)
	case codec.TypeHello:
		if len(e.request.Name) > 0 {
			st.name = string(e.request.Name)
		}
		e.settings = d.settings.Load()
		gate.Introduce(st.session, st.name, e.settings.Role(st.remote, st.name), e.request.Deadman)
		fallthrough
	case codec.TypeState:
		e.view = d.guard.view(st.session)
	}
}

// order is what the gate is asked for by a command, a move or a grip.
func order(r *codec.Request, expires safety.Instant) safety.Order {
	o := safety.Order{
		Move:    r.Type != codec.TypeGrip,
		Target:  r.Target,
		Speed:   r.Speed,
		Gripper: r.Gripper,
		Expires: expires,
		Check:   r.Check,
		Notify:  r.Notify,
	}
	if r.Notify {
		o.Tag = string(r.ID)
	}
	return o
}

// answer appends the replies to every request of b, in order.
func (p *port) answer(st *station, b *batch) {
	tracing := p.tracing()
	for i := range b.entries[:b.n] {
		from := len(b.out)
		b.out = p.reply(b.out, st, &b.entries[i])
		if tracing {
			p.trace(st, "sent", b.out[from:len(b.out)-1])
		}
	}
}

// reply appends the one reply to a line.
func (p *port) reply(dst []byte, st *station, e *entry) []byte {
	r := &e.request
	if e.fault.Code != codec.NoFault {
		p.metrics.DecodeErrors[e.fault.Code-1].Inc()
		p.refusals.Info().Str("station", st.name).Stringer("code", e.fault.Code).Str("field", e.fault.Field).Msg("refused")
		return codec.AppendFault(dst, e.fault, r.ID)
	}
	p.metrics.Verdicts[e.verdict.Reason].Inc()
	if !e.verdict.OK() {
		p.refusals.Info().Str("station", st.name).Stringer("code", e.verdict.Reason).Msg("refused")
		return codec.AppendVerdict(dst, r, e.verdict)
	}
	switch r.Type {
	case codec.TypeState:
		return codec.AppendState(dst, p.stateOf(e.view), r.ID)
	case codec.TypeHello:
		return codec.AppendWelcome(dst, e.welcomeTo(st), r.ID)
	case codec.TypeSubscribe:
		p.herald.subscribe(st, r.RateHz)
	case codec.TypeUnsubscribe:
		p.herald.unsubscribe(st)
	}
	return codec.AppendVerdict(dst, r, e.verdict)
}

// stopper is who others are told has stopped the arm.
func (e *entry) stopper(st *station) string {
	if len(e.request.Name) > 0 {
		return string(e.request.Name)
	}
	return st.name
}

// welcomeTo is what a hello of st is told: what holds for all, and what holds for it.
func (e *entry) welcomeTo(st *station) *codec.Welcome {
	w := e.settings.welcome
	w.Session = st.id
	w.Role = e.view.Role
	w.LinkUp = e.view.LinkUp
	w.Speed = e.view.MaxSpeed
	w.Deadman = e.view.Deadman
	return &w
}
