package grblemu

import (
	"math"
	"strconv"
)

// gcodeWords are the words of one line, before their meaning.
type gcodeWords struct {
	group map[modalGroup]int // the command of each modal group; G92.1 is 921
	value map[byte]float64   // every other letter
}

// modalGroup holds commands of which a line may have only one.
type modalGroup uint8

const (
	groupNonModal modalGroup = iota
	groupMotion
	groupPlane
	groupDistance
	groupFeedMode
	groupUnits
	groupCutter
	groupLength
	groupCoords
	groupPath
	groupSpindle
	groupCoolant
)

// gGroups are the G commands that are known here, times ten. Arcs, probing,
// G28, G30, G43.1 and G93 are left out.
var gGroups = map[int]modalGroup{
	40: groupNonModal, 100: groupNonModal, 530: groupNonModal, 920: groupNonModal, 921: groupNonModal,
	0: groupMotion, 10: groupMotion, 800: groupMotion,
	170: groupPlane,
	900: groupDistance, 910: groupDistance,
	940: groupFeedMode,
	200: groupUnits, 210: groupUnits,
	400: groupCutter, 490: groupLength, 610: groupPath,
	540: groupCoords, 550: groupCoords, 560: groupCoords, 570: groupCoords, 580: groupCoords, 590: groupCoords,
}

// mGroups are the M commands that are known here. M0, M1, M2 and M30 are left out.
var mGroups = map[int]modalGroup{
	3: groupSpindle, 4: groupSpindle, 5: groupSpindle,
	7: groupCoolant, 8: groupCoolant, 9: groupCoolant,
}

// scanWords splits a line into words, each a letter and a number.
func scanWords(line string) (gcodeWords, status) {
	w := gcodeWords{group: map[modalGroup]int{}, value: map[byte]float64{}}
	for line != "" {
		letter := line[0]
		if letter < 'A' || letter > 'Z' {
			return w, errLetter
		}
		v, rest, ok := scanNumber(line[1:])
		if !ok {
			return w, errNumber
		}
		if s := w.add(letter, v); s != statusOK {
			return w, s
		}
		line = rest
	}
	return w, statusOK
}

func (w gcodeWords) add(letter byte, v float64) status {
	switch letter {
	case 'G':
		return w.addG(v)
	case 'M':
		return w.addM(v)
	case 'F', 'N', 'P', 'S', 'T':
		if _, twice := w.value[letter]; !twice && v < 0 {
			return errNegative
		}
	case 'I', 'J', 'K', 'L', 'R', 'X', 'Y', 'Z':
	default:
		return errCommand
	}
	if _, twice := w.value[letter]; twice {
		return errRepeated
	}
	w.value[letter] = v
	return statusOK
}

func (w gcodeWords) addG(v float64) status {
	code := int(math.Round(10 * v))
	group, ok := gGroups[code]
	if !ok {
		if _, known := gGroups[code/10*10]; known && code%10 != 0 {
			return errNotInteger
		}
		return errCommand
	}
	return w.addCommand(group, code)
}

func (w gcodeWords) addM(v float64) status {
	if v != math.Trunc(v) {
		return errNotInteger
	}
	group, ok := mGroups[int(v)]
	if !ok {
		return errCommand
	}
	return w.addCommand(group, int(v))
}

func (w gcodeWords) addCommand(group modalGroup, code int) status {
	if _, twice := w.group[group]; twice {
		return errModalGroup
	}
	w.group[group] = code
	return statusOK
}

// has reports whether the line names the letter.
func (w gcodeWords) has(letter byte) bool { _, ok := w.value[letter]; return ok }

// hasAxes reports whether the line names X, Y or Z.
func (w gcodeWords) hasAxes() bool { return w.has('X') || w.has('Y') || w.has('Z') }

// scanNumber reads a sign, digits and a point. There is no exponent, as E may be
// a word.
func scanNumber(s string) (v float64, rest string, ok bool) {
	end, point := 0, false
	for ; end < len(s); end++ {
		switch b := s[end]; {
		case b >= '0' && b <= '9':
			ok = true
			continue
		case b == '.' && !point:
			point = true
			continue
		case (b == '-' || b == '+') && end == 0:
			continue
		}
		break
	}
	if !ok {
		return 0, s, false
	}
	v, _ = strconv.ParseFloat(s[:end], 64)
	return v, s[end:], true
}
