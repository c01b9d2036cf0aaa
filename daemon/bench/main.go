package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"runtime"
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
		b      = bench{loads: goals}
		asJSON bool
	)
	c := &cobra.Command{
		Use:           "bench",
		Short:         "Measure aetherd against what else could have been built",
		SilenceErrors: true, SilenceUsage: true,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			rows, err := b.run(c.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(report{machine(), rows})
			}
			return printTable(c.OutOrStdout(), rows)
		},
	}
	c.Flags().IntVar(&b.rounds, "rounds", 5, "`rounds` of everything")
	c.Flags().DurationVar(&b.each, "each", time.Second, "how long each run lasts")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.AddCommand(serveCommand())
	return c
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

// report is the table for a program.
type report struct {
	Machine string `json:"machine"`
	Rows    []row  `json:"rows"`
}

func machine() string {
	return fmt.Sprintf("%d processors, %s/%s, %s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version())
}
