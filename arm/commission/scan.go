package commission

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/aether-arm/aetherd/arm"
	"github.com/aether-arm/aetherd/arm/feetech"
)

// pings is how many a servo gets, as one can be lost.
const pings = 2

// Scan asks every id, and prints the servos that answer.
func Scan(ctx context.Context, b Bus, ids []int, out io.Writer) error {
	var found []feetech.Servo
	for _, id := range ids {
		err := ping(ctx, b, id)
		if errors.Is(err, feetech.ErrNoAnswer) {
			continue
		}
		var s feetech.Servo
		if err == nil {
			s, err = read(ctx, b, id)
		}
		switch {
		case ctx.Err() != nil:
			return errInterrupted
		case errors.Is(err, feetech.ErrNoAnswer):
			fmt.Fprintf(out, "  servo %d answers a ping, and then no more: are its cable and the power good?\n", id)
		case err != nil:
			return err
		default:
			found = append(found, s)
		}
	}
	if len(found) == 0 {
		fmt.Fprintln(out, `  no servo answers. Has the bus power, and is the speed right (--baud)? Servos
  with the same id answer at once and are not understood: new ones all have
  id 1, so connect one at a time.`)
		return nil
	}
	return printServos(out, found)
}

func ping(ctx context.Context, b Bus, id int) (err error) {
	for range pings {
		if err = b.Ping(ctx, id); !errors.Is(err, feetech.ErrNoAnswer) {
			return err
		}
	}
	return err
}

func printServos(out io.Writer, servos []feetech.Servo) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "  id\tmodel\tfirmware\tposition\tvoltage\ttemperature\ttorque\tfaults")
	for _, s := range servos {
		torque, faults := "off", s.Faults.String()
		if s.Torque {
			torque = "on"
		}
		if faults == "" {
			faults = "none"
		}
		fmt.Fprintf(t, "  %d\t%s\t%s\t%d (%.1f°)\t%.1f V\t%d °C\t%s\t%s\n", s.ID, feetech.ModelName(s.Model), s.Firmware,
			s.Position, degrees(s.Position), s.Voltage, s.Temperature, torque, faults)
	}
	return t.Flush()
}

// PrintPorts prints the serial ports that are plugged in.
func PrintPorts(out io.Writer, ports []arm.FoundPort) error {
	if len(ports) == 0 {
		fmt.Fprintln(out, "No serial port is plugged in.")
		return nil
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "port\tUSB id\tproduct\tserial number\tname that stays")
	for _, p := range ports {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", p.Path, orDash(p.USB), orDash(p.Product), orDash(p.Serial), orDash(p.Stable))
	}
	return t.Flush()
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
