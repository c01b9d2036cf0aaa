package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	var (
		b      bench
		only   []string
		asJSON bool
	)
	c := &cobra.Command{
		Use:           "bench",
		Short:         "Measure aetherd against what else could have been built",
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			parts, err := choose(only)
			if err != nil {
				return err
			}
			rows, err := b.run(c.Context(), parts)
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(report{about(), rows})
			}
			fmt.Fprintf(c.OutOrStdout(), "%s\n\n", about())
			return printTable(c.OutOrStdout(), rows)
		},
	}
	c.Flags().IntVar(&b.rounds, "rounds", 9, "`rounds` of everything")
	c.Flags().DurationVar(&b.each, "each", time.Second, "how long each run lasts")
	c.Flags().IntVar(&b.stops, "stops", 20, "stops in a round, in each situation")
	c.Flags().IntVar(&b.crowd, "crowd", 10_000, "idle `stations`, fewer where the limit of descriptors is too low")
	c.Flags().StringSliceVar(&only, "only", nil, "`sections` to measure: "+strings.Join(sectionNames(), ", "))
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(serveCommand(), floodCommand())
	return c
}

// choose returns the sections of those names, and all for none.
func choose(only []string) (parts []section, err error) {
	if len(only) == 0 {
		return sections, nil
	}
	for _, name := range only {
		i := slices.Index(sectionNames(), name)
		if i < 0 {
			return nil, fmt.Errorf("--only %s: the sections are %s", name, strings.Join(sectionNames(), ", "))
		}
		parts = append(parts, sections[i])
	}
	return parts, nil
}

func sectionNames() (names []string) {
	for _, s := range sections {
		names = append(names, s.name)
	}
	return names
}

func serveCommand() *cobra.Command {
	return &cobra.Command{
		Use: "serve NAME", Short: "Be one of the servers that aetherd is measured against", Hidden: true,
		Args: cobra.ExactArgs(1), ValidArgs: []string{"echo", "json"},
		RunE: func(_ *cobra.Command, args []string) error {
			serve, known := servers[args[0]]
			if !known {
				return fmt.Errorf("there is no server %q", args[0])
			}
			return serve()
		},
	}
}

// report is what --json prints.
type report struct {
	machine
	Rows []row `json:"rows"`
}
