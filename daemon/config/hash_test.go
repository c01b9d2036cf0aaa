package config

import "testing"

// Stations pin this. It changes only together with a default that is safety-relevant.
const defaultHash = "635db1f6264a"

func hashOf(t *testing.T, doc string) string {
	t.Helper()
	c, err := parse("aetherd.toml", []byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return c.Hash()
}

func TestHash(t *testing.T) {
	const workspace = "safety.workspace = { x = [0, 1], y = [0, 1], z = [0, 1] }\n"
	grbl := hashOf(t, workspace+"[arm]\ndriver = 'grbl'\nserial.port = '/dev/ttyACM0'")
	tests := []struct {
		why, doc string
		want     string
		same     bool
	}{
		{"nothing written", "", defaultHash, true},
		{"comments, another order and the defaults in words", "# mine\n[safety.motion]\naccel = 1000.0\nspeed = 250\n[safety]\nstart = 'idle'\n", defaultHash, true},
		{"negative zero is zero", "[safety.workspace]\nz = [-0.0, 400]", defaultHash, true},
		{"ports, log, name and stations", "server.listen = '127.0.0.1:6000'\nlog.level = 'debug'\narm.name = 'left'\n[[station]]\nname = 'a'\nrole = 'observer'", defaultHash, true},
		{"another start", "safety.start = 'stopped'", defaultHash, false},
		{"another deadman", "safety.deadman_ms = 1999", defaultHash, false},
		{"another workspace", "safety.workspace.x = [-300, 300.5]", defaultHash, false},
		{"another speed", "safety.motion.speed = 249.99999", defaultHash, false},
		{"the table of another driver", "arm.grbl.unlock = true", defaultHash, true},
		{"the driver's own table", workspace + "[arm]\ndriver = 'grbl'\nserial.port = '/dev/ttyACM0'\ngrbl.unlock = true", grbl, false},
		{"another horizon", "arm.horizon_ms = 101", defaultHash, false},
		{"another serial port", workspace + "[arm]\ndriver = 'grbl'\nserial.port = '/dev/ttyACM1'", grbl, true},
		{"another driver", workspace + "safety.start = 'stopped'", grbl, false},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			if got := hashOf(t, tt.doc); (got == tt.want) != tt.same {
				t.Errorf("got %s, want the same as %s: %v", got, tt.want, tt.same)
			}
		})
	}
}

// Joints that were measured make another configuration of the same limits.
func TestLimitsHash(t *testing.T) {
	one, other := Default(), Default()
	one.Arm.Driver, other.Arm.Driver = DriverFeetech, DriverFeetech
	other.Arm.Feetech.Base.Zero++
	if one.Hash() == other.Hash() || one.LimitsHash() != other.LimitsHash() {
		t.Errorf("with another joint: hashes %s and %s, of the limits %s and %s", one.Hash(), other.Hash(), one.LimitsHash(), other.LimitsHash())
	}
	for why, edit := range map[string]func(*Config){
		"workspace": func(c *Config) { c.Safety.Workspace.X[0]++ },
		"horizon":   func(c *Config) { c.Arm.Horizon++ },
		"driver":    func(c *Config) { c.Arm.Driver = DriverGrbl },
	} {
		c := Default()
		c.Arm.Driver = DriverFeetech
		if edit(c); c.LimitsHash() == one.LimitsHash() {
			t.Errorf("another %s has the same hash", why)
		}
	}
}
