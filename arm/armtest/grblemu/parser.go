package grblemu

// parser is the state of the G-code parser. A jog changes none of it but
// the position.
type parser struct {
	position    axes    // mm in the machine's frame: the end of what was accepted
	coords      [6]axes // mm, G54 to G59; kept over a reset
	coord       int
	offset      axes // mm, G92
	motion      int  // 0, 10 or 800: G0, G1, G80
	inches      bool
	incremental bool
	feed        float64 // mm/min
	speed       float64 // S, rpm
	spindle     int     // 3, 4 or 5
	coolant     coolant
	tool        int
}

// reset is what a reset leaves: the stored coordinate systems.
func (p *parser) reset() { *p = parser{coords: p.coords, spindle: 5} }

// workOffset is the machine position of the work zero, WCO.
func (p *parser) workOffset() axes { return p.coords[p.coord].plus(p.offset) }

const mmPerInch = 25.4

// gcodeBlock is a parsed line, checked and in mm.
type gcodeBlock struct {
	gcodeWords
	modal  parser // the modes that hold from this line on
	moves  bool   // X, Y, Z are the end of a motion
	target axes   // mm in the machine's frame
}

// parse checks a line, the way Grbl does and in its order, and works out where
// it leads. It changes nothing.
func (p *parser) parse(line string, jog bool) (b gcodeBlock, s status) {
	if b.gcodeWords, s = scanWords(line); s != statusOK {
		return b, s
	}
	b.modal = *p
	if jog {
		b.modal.motion = 10
	}
	b.setModes()
	for _, check := range [...]func(*gcodeBlock, *parser, bool) status{
		(*gcodeBlock).checkFeed, (*gcodeBlock).checkNonModal, (*gcodeBlock).checkMotion, (*gcodeBlock).checkUnused,
	} {
		if s = check(&b, p, jog); s != statusOK {
			return b, s
		}
	}
	return b, statusOK
}

// setModes takes over what the line's commands switch.
func (b *gcodeBlock) setModes() {
	m := &b.modal
	for group, code := range b.group {
		switch group {
		case groupMotion:
			m.motion = code
		case groupDistance:
			m.incremental = code == 910
		case groupUnits:
			m.inches = code == 200
		case groupCoords:
			m.coord = code/10 - 54
		case groupSpindle:
			m.spindle = code
		case groupCoolant:
			m.coolant = m.coolant.after(code)
		}
	}
	if v, ok := b.value['S']; ok {
		m.speed = v
	}
	if v, ok := b.value['F']; ok {
		m.feed = v
		if m.inches {
			m.feed *= mmPerInch
		}
	}
	m.tool = int(b.value['T'])
}

func (b *gcodeBlock) checkFeed(_ *parser, jog bool) status {
	switch {
	case b.axisClash():
		return errAxisClash
	case b.value['T'] > 255:
		return errMaxValue
	case b.value['N'] > 10_000_000:
		return errLineNumber
	case jog && !b.has('F'):
		return errNoFeed
	}
	return statusOK
}

// axisClash reports whether two commands want the axis words.
func (b *gcodeBlock) axisClash() bool {
	_, motion := b.group[groupMotion]
	return motion && b.group[groupMotion] != 800 && b.takesAxes()
}

// takesAxes reports whether a command other than a motion uses the axis words.
func (b *gcodeBlock) takesAxes() bool {
	code, ok := b.group[groupNonModal]
	return ok && (code == 100 || code == 920)
}

func (b *gcodeBlock) nonModal() int {
	if code, ok := b.group[groupNonModal]; ok {
		return code
	}
	return -1
}

func (b *gcodeBlock) checkNonModal(_ *parser, _ bool) status {
	switch b.nonModal() {
	case 40:
		if !b.has('P') {
			return errNoValue
		}
	case 100:
		return b.checkG10()
	case 920:
		if !b.hasAxes() {
			return errNoAxes
		}
	case 530:
		if b.modal.motion == 800 {
			return errG53
		}
	}
	return statusOK
}

func (b *gcodeBlock) checkG10() status {
	l := b.value['L']
	switch {
	case !b.hasAxes():
		return errNoAxes
	case !b.has('P') && !b.has('L'):
		return errNoValue
	case int(b.value['P']) > len(b.modal.coords):
		return errCoords
	case l != 2 && l != 20, l == 2 && b.has('R'):
		return errCommand
	}
	return statusOK
}

func (b *gcodeBlock) checkMotion(p *parser, _ bool) status {
	code, explicit := b.group[groupMotion]
	commanded := explicit && code != 800 || b.hasAxes() && !b.takesAxes()
	switch {
	case b.modal.motion == 800 && b.hasAxes():
		return errAxesUnused
	case !commanded:
		return statusOK
	case b.modal.motion == 10 && b.modal.feed == 0:
		return errNoFeed
	}
	if b.moves = b.hasAxes(); b.moves {
		b.target = b.end(p.position)
	}
	return statusOK
}

// end is where the axis words lead from the position at.
func (b *gcodeBlock) end(at axes) axes {
	zero := b.modal.workOffset()
	for i := range at {
		v, ok := b.axis(i)
		switch {
		case !ok:
		case b.nonModal() == 530:
			at[i] = v
		case b.modal.incremental:
			at[i] += v
		default:
			at[i] = v + zero[i]
		}
	}
	return at
}

// axis returns the value of axis i in mm.
func (b *gcodeBlock) axis(i int) (mm float64, ok bool) {
	mm, ok = b.value["XYZ"[i]]
	if b.modal.inches {
		mm *= mmPerInch
	}
	return mm, ok
}

// checkUnused finds words that nothing in the line uses.
func (b *gcodeBlock) checkUnused(_ *parser, jog bool) status {
	for letter := range b.value {
		switch letter {
		case 'F', 'N', 'X', 'Y', 'Z':
			continue
		case 'S', 'T':
			if !jog {
				continue
			}
		case 'P':
			if b.nonModal() == 40 || b.nonModal() == 100 {
				continue
			}
		case 'L':
			if b.nonModal() == 100 {
				continue
			}
		}
		return errUnused
	}
	return statusOK
}
