package feetech

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func unhex(text string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// The frames of Feetech's communication protocol manual.
func TestPackets(t *testing.T) {
	for _, tc := range []struct {
		got  []byte
		want string
	}{
		{packetOf(nil, 1, instPing), "FF FF 01 02 01 FB"},
		{packetOf(nil, 1, instRead, 0x38, 2), "FF FF 01 04 02 38 02 BE"},
		{packetOf(nil, broadcast, instSyncRead, 0x38, 8, 1, 2), "FF FF FE 06 82 38 08 01 02 36"},
	} {
		if want := unhex(tc.want); !bytes.Equal(tc.got, want) {
			t.Errorf("got % X, want % X", tc.got, want)
		}
	}
}

// parseAll returns what a parser makes of chunks.
func parseAll(chunks ...[]byte) (found []string, damaged int) {
	p := parser{fits: func(id, length byte) bool { return length >= 2 && length < 40 }}
	for _, c := range chunks {
		p.parse(c, func(p packet) { found = append(found, fmt.Sprintf("% X", []byte(p))) })
	}
	return found, p.damaged
}

func TestParser(t *testing.T) {
	const pong = "FF FF 01 02 00 FC"
	for name, tc := range map[string]struct {
		in      string
		want    []string
		damaged int
	}{
		"plain":               {pong, []string{pong}, 0},
		"two":                 {pong + pong, []string{pong, pong}, 0},
		"noise":               {"00 FF 12 " + pong + "FF", []string{pong}, 0},
		"an FF before":        {"FF" + pong, []string{pong}, 0},
		"many before":         {"FF FF FF FF" + pong, []string{pong}, 0},
		"an FF, and id 9":     {"FF FF FF 09 02 00 F4", []string{"FF FF 09 02 00 F4"}, 0},
		"damaged":             {"FF FF 01 02 00 FD" + pong, []string{pong}, 1},
		"no packet so long":   {"FF FF 01 C8" + pong, []string{pong}, 0},
		"no packet so short":  {"FF FF 01 01" + pong, []string{pong}, 0},
		"header within noise": {"FF FF 09 08" + pong + pong, []string{pong, pong}, 1},
		"unfinished":          {"FF FF 01 02 00", nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			found, damaged := parseAll(unhex(tc.in))
			for i := range tc.want {
				tc.want[i] = fmt.Sprintf("% X", unhex(tc.want[i]))
			}
			if diff := cmp.Diff(tc.want, found); diff != "" || damaged != tc.damaged {
				t.Errorf("%d damaged, want %d (-want +got)\n%s", damaged, tc.damaged, diff)
			}
		})
	}
}

// Whatever stands between packets, each that is whole comes out, in order.
func TestParserFindsPacketsInNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		noise := rapid.SliceOfN(rapid.ByteRange(0, 0xFE), 0, 20) // an FF may begin a packet that never ends
		var in []byte
		var want []string
		for range rapid.IntRange(1, 6).Draw(t, "packets") {
			in = append(in, noise.Draw(t, "noise")...)
			params := rapid.SliceOfN(rapid.Byte(), 0, 30).Draw(t, "params")
			p := packetOf(nil, byte(rapid.IntRange(0, mostID).Draw(t, "id")), 0, params...)
			in, want = append(in, p...), append(want, fmt.Sprintf("% X", p))
		}
		if found, _ := parseAll(in); !slices.Equal(found, want) {
			t.Errorf("found %q, want %q", found, want)
		}
	})
}

// How the line cuts a stream into reads makes no difference.
func FuzzParserChunks(f *testing.F) {
	f.Add(unhex("FF FF 01 02 00 FC FF FF 09 1D 00 FF FF 01 02 00 FC"), uint8(3))
	f.Add(unhex("FF FF FF FF 01 03 00 05 F6 FF"), uint8(1))
	f.Fuzz(func(t *testing.T, stream []byte, size uint8) {
		whole, damaged := parseAll(stream)
		cut, cutDamaged := parseAll(slices.Collect(slices.Chunk(stream, int(size)%40+1))...)
		if diff := cmp.Diff(whole, cut); diff != "" || damaged != cutDamaged {
			t.Errorf("%d and %d damaged (-whole +cut)\n%s", damaged, cutDamaged, diff)
		}
	})
}

func TestSigned(t *testing.T) {
	for _, tc := range []struct{ raw, bit, want int }{
		{0, 15, 0}, {100, 15, 100}, {0x8064, 15, -100}, {0x7FFF, 15, 32767}, {0xFFFF, 15, -32767},
		{0x64, 10, 100}, {0x464, 10, -100}, {0xC64, 10, -100},
	} {
		if got := signed(tc.raw, tc.bit); got != tc.want {
			t.Errorf("%#x with its sign in bit %d: %d, want %d", tc.raw, tc.bit, got, tc.want)
		}
	}
}

// What a servo says in registers 40 to 66, from a memory table.
func TestLive(t *testing.T) {
	regs := make([]byte, liveSize)
	for reg, v := range map[int]byte{
		40: 1, 42: 0x34, 43: 0x02, 56: 0x00, 57: 0x08, 58: 0x0A, 59: 0x80, 60: 0x2C, 61: 0x05,
		62: 121, 63: 33, 65: 0x20, 66: 1,
	} {
		regs[reg-40] = v
	}
	want := live{
		torque: true, goal: 0x234, position: 2048, speed: -10, load: -30, voltage: 12.1, temperature: 33,
		faults: FaultTemperature | FaultOverload, moving: true,
	}
	if got := liveFrom(0x04, regs); got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if words := want.faults.String(); words != "temperature, overload" {
		t.Errorf("faults in words: %q", words)
	}
}

func TestModelName(t *testing.T) {
	for model, want := range map[int]string{
		777: "ST3215", 2825: "STS3250", 11272: "SM8512BL", 9: "STS model 9", 8: "SMS model 8", 1284: "model 1284",
	} {
		if got := ModelName(model); got != want {
			t.Errorf("%d is %q, want %q", model, got, want)
		}
		if drives := drivable(model); drives != (model != 1284) {
			t.Errorf("%s: drivable %v", want, drives)
		}
	}
}
