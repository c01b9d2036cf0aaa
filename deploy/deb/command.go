package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// output runs a program in dir and returns what it prints, without the end of its last line.
func output(ctx context.Context, dir, name string, args ...string) (string, error) {
	return outputWith(ctx, dir, nil, name, args...)
}

// outputWith is output with env over the environment.
func outputWith(ctx context.Context, dir string, env []string, name string, args ...string) (string, error) {
	var errs bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stderr = dir, append(os.Environ(), env...), &errs
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s%s", name, strings.Join(args, " "), err, out, &errs)
	}
	return strings.TrimRight(string(out), "\n"), nil
}

// moduleRoot returns the directory with go.mod above the working directory.
func moduleRoot(ctx context.Context) (string, error) {
	path, err := output(ctx, ".", "go", "env", "GOMOD")
	if err != nil {
		return "", err
	}
	return filepath.Dir(path), nil
}
