//go:build linux

package client_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/aether-arm/aetherd/client"
	"github.com/aether-arm/aetherd/daemon/daemontest"
	"github.com/aether-arm/aetherd/safety"
)

// simulated runs an aetherd for an example, and returns how to reach it and how to end it.
// In a program of yours the Config is client.Config{Address: "arm.local", Name: "laptop"}.
func simulated() (cfg client.Config, end func()) {
	d, err := daemontest.Launch()
	if err != nil {
		log.Fatal(err)
	}
	a := &aetherd{d}
	return a.config("laptop"), func() { _ = d.End() }
}

// Connect, go somewhere, and close the gripper there.
func Example() {
	cfg, end := simulated()
	defer end()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()

	c, err := client.Dial(ctx, cfg)
	if err != nil {
		log.Fatal(err) // says what to do
	}
	defer c.Close()
	w := c.Welcome()
	fmt.Printf("at most %v mm/s, z from %v to %v mm\n", w.Speed, w.Min.Z, w.Max.Z)

	if _, err := c.MoveAndWait(ctx, safety.Point{X: 210, Y: 0, Z: 160}, client.Speed(100)); err != nil {
		log.Fatal(err)
	}
	if _, err := c.GripAndWait(ctx, safety.GripperClosed); err != nil {
		log.Fatal(err)
	}
	fmt.Println("there")
	// Output:
	// at most 250 mm/s, z from 0 to 400 mm
	// there
}

// What the daemon refuses, and what else can go wrong, is told apart by errors.Is.
func ExampleError() {
	cfg, end := simulated()
	defer end()
	ctx := context.Background()
	c, err := client.Dial(ctx, cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	_, err = c.Move(ctx, safety.Point{X: 200, Y: 0, Z: 900})
	var refused *client.Error
	switch {
	case errors.Is(err, client.ErrNotConnected), errors.Is(err, client.ErrConnectionLost):
		fmt.Println("the client reconnects by itself; the motion is not sent again")
	case errors.Is(err, client.ErrOutOfWorkspace):
		errors.As(err, &refused)
		fmt.Println("outside the workspace:", refused.Field)
	case errors.As(err, &refused):
		fmt.Println("refused:", refused.Code)
	}
	fmt.Println(err)
	// Output:
	// outside the workspace: z
	// move: refused: out_of_workspace (z). Send a target inside; `hello` tells the workspace
}

// A stop latches. Whoever resets it looks at the arm, and at the causes, before.
func ExampleClient_Stop() {
	cfg, end := simulated()
	defer end()
	ctx := context.Background()
	c, err := client.Dial(ctx, cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	if _, err := c.Stop(ctx); err != nil {
		log.Fatal(err) // no way succeeded: use the emergency stop
	}
	_, err = c.Move(ctx, safety.Point{X: 210, Y: 0, Z: 150})
	fmt.Println("stopped:", errors.Is(err, client.ErrStopped))

	for e, err := range c.Subscribe(ctx, 20) {
		if err != nil {
			log.Fatal(err)
		}
		if e.Kind != client.StateEvent {
			continue
		}
		err := c.Reset(ctx, e.State.StopID)
		if errors.Is(err, client.ErrStillMoving) {
			continue
		}
		fmt.Println("cause:", e.State.Causes[0].Cause, "reset:", err)
		break
	}
	// Output:
	// stopped: true
	// cause: station reset: <nil>
}

// A station that streams targets, here one every 33 ms. Each is given up when the next one is
// due; the motions themselves feed the deadman. After a break in the connection nothing moves
// until somebody agrees.
func ExampleClient_Move_streaming() {
	cfg, end := simulated()
	defer end()
	cfg.Deadman = 150 * time.Millisecond
	ctx, cancel := context.WithTimeout(context.Background(), 500*time.Millisecond)
	defer cancel()
	c, err := client.Dial(ctx, cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	connection := c.Connection().Number
	frames := time.NewTicker(33 * time.Millisecond)
	defer frames.Stop()
	accepted := false
	for x := 200.0; ctx.Err() == nil; x-- {
		<-frames.C
		if c.Connection().Number != connection {
			log.Fatal("the connection was lost in between: wait for the operator")
		}
		frame, done := context.WithTimeout(ctx, 33*time.Millisecond)
		_, err := c.Move(frame, safety.Point{X: x, Y: 0, Z: 150}, client.TTL(150*time.Millisecond))
		done()
		if refused := (*client.Error)(nil); errors.As(err, &refused) {
			log.Fatal(err)
		}
		accepted = accepted || err == nil
	}
	fmt.Println("moved:", accepted)
	// Output: moved: true
}

// Watch the arm while another part of the program moves it.
func ExampleClient_Subscribe() {
	cfg, end := simulated()
	defer end()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	c, err := client.Dial(ctx, cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	for e, err := range c.Subscribe(ctx, 10) {
		if err != nil {
			log.Fatal(err)
		}
		switch e.Kind {
		case client.StateEvent:
			fmt.Println(e.State.State, e.State.Position)
			cancel() // enough: the sequence ends
		case client.ControlEvent:
			fmt.Println("control:", e.Holder)
		case client.ConnectionEvent:
			fmt.Println("connected:", e.Connection.Up)
		}
	}
	// Output: idle {200 0 150}
}

// A key is held to move, and the arm shall stop when it is let go, when the program hangs, or
// when the network does. Each repetition of the key renews the context of the heartbeat.
func ExampleClient_Heartbeat() {
	cfg, end := simulated()
	defer end()
	cfg.Deadman = 200 * time.Millisecond
	ctx := context.Background()
	c, err := client.Dial(ctx, cfg)
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	m, err := c.Move(ctx, safety.Point{X: -200, Y: 0, Z: 150}, client.Notify())
	if err != nil {
		log.Fatal(err)
	}
	held, letGo := context.WithCancel(ctx)
	key := time.AfterFunc(300*time.Millisecond, letGo) // longer than a key takes to repeat
	for range 3 {
		key.Reset(300 * time.Millisecond) // the key repeats
	}
	err = c.Heartbeat(held, 0) // until the key repeats no more
	fmt.Println("let go:", errors.Is(err, context.Canceled))

	o, err := m.Wait(ctx)
	fmt.Println(o.End, o.Cause, err)
	// Output:
	// let go: true
	// stopped deadman <nil>
}
