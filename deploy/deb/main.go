package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "deb:", err)
		os.Exit(1)
	}
}

// run makes a package for each architecture of the command line.
func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("deb", flag.ContinueOnError)
	out := flags.String("out", "dist", "the `directory` that gets the packages")
	if err := flags.Parse(args); err != nil {
		return err
	}
	root, err := moduleRoot(ctx)
	if err != nil {
		return err
	}
	rel, err := releaseOf(ctx, root)
	if err != nil {
		return err
	}
	var archs []architecture
	for _, name := range flags.Args() {
		arch, ok := architectures[name]
		if !ok {
			return fmt.Errorf("architecture %q: neither amd64, arm64 nor armhf", name)
		}
		archs = append(archs, arch)
	}
	if len(archs) == 0 {
		return errors.New("for which architectures? amd64, arm64, armhf")
	}
	if err := os.MkdirAll(*out, 0o777); err != nil {
		return err
	}
	stage, err := os.MkdirTemp("", "aetherd-deb")
	if err != nil {
		return err
	}
	defer os.RemoveAll(stage)
	if err := stagePackages(ctx, root, rel, archs, stage); err != nil {
		return err
	}
	for _, arch := range archs {
		path := filepath.Join(*out, fmt.Sprintf("aetherd_%s_%s.deb", rel.version, arch.debian))
		if err := pack(ctx, root, rel, arch, stage, path); err != nil {
			return err
		}
		fmt.Println(path)
	}
	return nil
}

// stagePackages builds and generates into stage what nfpm.yaml names there.
func stagePackages(ctx context.Context, root string, rel release, archs []architecture, stage string) error {
	here, err := native()
	if err != nil {
		return err
	}
	if err := buildPrograms(ctx, root, rel, here, stage); err != nil {
		return err
	}
	if err := generate(ctx, root, rel, here, stage); err != nil {
		return err
	}
	for _, arch := range archs {
		if arch.debian != here.debian {
			if err := buildPrograms(ctx, root, rel, arch, stage); err != nil {
				return err
			}
		}
		if err := writeCopyright(ctx, root, arch, filepath.Join(stage, arch.debian, "copyright")); err != nil {
			return err
		}
	}
	return nil
}
