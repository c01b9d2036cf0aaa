package screen

import (
	"unicode"

	tea "charm.land/bubbletea/v2"

	"github.com/aether-arm/aetherd/safety"
)

// directions are the keys that move the arm. x is forward, y left, z up.
var directions = map[string]safety.Point{
	"w": {X: 1}, "up": {X: 1},
	"s": {X: -1}, "down": {X: -1},
	"a": {Y: 1}, "left": {Y: 1},
	"d": {Y: -1}, "right": {Y: -1},
	"e": {Z: 1}, "pgup": {Z: 1},
	"q": {Z: -1}, "pgdown": {Z: -1},
}

// identity is the same for a key's press and release, whatever modifiers came between.
func identity(k tea.Key) rune { return unicode.ToLower(k.Code) }

// modifier tells a key that is only held beside others, which some terminals report.
func modifier(code rune) bool {
	return code >= tea.KeyLeftShift && code <= tea.KeyIsoLevel5Shift ||
		code == tea.KeyCapsLock || code == tea.KeyNumLock || code == tea.KeyScrollLock
}

// jogKeys is the map on the screen.
var jogKeys = []string{
	"space STOP", "Esc quit", "w ↑ forward x+", "s ↓ back x-", "a ← left y+", "d → right y-",
	"e PgUp up z+", "q PgDn down z-", "[ o open", "] c close", "+ - speed", "r reset",
	"t take control", "l let it go",
}
