package teleop

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// played lists what a player tells, with the time in ms.
func played(ctx context.Context, p *Player, each func(n int)) (out []string) {
	began, n := time.Now(), 0
	_ = p.Run(ctx, func(news News) {
		if news.Kind == Connected {
			return
		}
		what := "bad"
		if news.Kind == Seen {
			what = "none"
		}
		if news.Frame.Seen {
			what = fmt.Sprint(news.Frame.X)
		}
		out = append(out, fmt.Sprintf("%d:%s", time.Since(began).Milliseconds(), what))
		if n++; each != nil {
			each(n)
		}
	})
	return out
}

func hand(x int) string { return fmt.Sprintf(`"right_hand":{"xyz":{"x":%d,"y":0,"z":0}}}`, x) }

func TestPlayer(t *testing.T) {
	plain := "{" + hand(1) + "\n" + noHand + "\nrubbish\n\n{" + hand(2) + "\n{" + hand(3)
	timed := `{"t_ms":500,` + hand(1) + "\n" + `{"t_ms":510.5,` + hand(2) + "\nrubbish\n" + `{"t_ms":505,` + hand(3) + "\n" + `{"t_ms":1500,` + hand(4) + "\n"
	late := noHand + "\n" + noHand + "\n{" + hand(7) + "\n{" + hand(8) + "\n"
	for _, c := range []struct {
		name, file string
		set        func(p *Player)
		want       string
	}{
		{"at 30 lines a second, and a cut-off line is none", plain, func(*Player) {}, "0:1 33:none 66:bad 100:2"},
		{"at 10", plain, func(p *Player) { p.Rate = 10 }, "0:1 100:none 200:bad 300:2"},
		{"at its times, never backwards", timed, func(*Player) {}, "0:1 10:2 10:bad 10:3 1000:4"},
		{"from the beginning", late, func(*Player) {}, "0:none 33:none 66:7 100:8"},
		{"from the first hand, held", late, func(p *Player) { p.HoldFirst() }, "0:7 33:7 66:7 99:7 110:7 143:8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, err := NewPlayer(strings.NewReader(c.file))
				if err != nil {
					t.Fatal(err)
				}
				c.set(p)
				time.AfterFunc(110*time.Millisecond, p.Begin)
				got := strings.Join(played(t.Context(), p, nil), " ")
				if got != c.want {
					t.Errorf("got  %s\nwant %s", got, c.want)
				}
			})
		})
	}
}

func TestPlayerBeginsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, err := NewPlayer(strings.NewReader("{" + hand(1) + "\n{" + hand(2) + "\n"))
		if err != nil {
			t.Fatal(err)
		}
		p.Loop = true
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		got := strings.Join(played(ctx, p, func(n int) {
			if n == 5 {
				cancel()
			}
		}), " ")
		if !strings.HasSuffix(strings.ReplaceAll(got, ":", " "), " 1") || strings.Count(got, ":1") != 3 || strings.Count(got, ":2") != 2 {
			t.Error(got)
		}
	})
}

// A recording of one line, or of one moment, is not begun again without end in no time.
func TestPlayerOfOneMomentBeginsAgainInTime(t *testing.T) {
	for _, file := range []string{"{" + hand(1) + "\n", `{"t_ms":7,` + hand(1) + "\n" + `{"t_ms":7,` + hand(2) + "\n"} {
		synctest.Test(t, func(t *testing.T) {
			p, err := NewPlayer(strings.NewReader(file))
			if err != nil {
				t.Fatal(err)
			}
			p.Loop = true
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			got := played(ctx, p, func(n int) {
				if n == 1000 {
					cancel()
				}
			})
			if len(got) < 28 || len(got) > 62 {
				t.Errorf("%d lines in a second of %q", len(got), file)
			}
		})
	}
}

func TestPlayerOfNoHands(t *testing.T) {
	for _, file := range []string{"", noHand + "\n", `{"t_ms":0,"position":{"x":1,"y":2,"z":3}}` + "\n", "\x00\x01\n"} {
		if _, err := NewPlayer(strings.NewReader(file)); err == nil {
			t.Errorf("%q is taken for a recording", file)
		}
	}
}
