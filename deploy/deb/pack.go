package main

import (
	"context"
	"path/filepath"
	"strconv"
)

// pack has nfpm make the package of what is in stage and below root.
func pack(ctx context.Context, root string, rel release, arch architecture, stage, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	_, err = outputWith(ctx, root, []string{
		"PACKAGE_VERSION=" + rel.version,
		"PACKAGE_ARCHITECTURE=" + arch.debian,
		"STAGE=" + stage,
		"SOURCE_DATE_EPOCH=" + strconv.FormatInt(rel.date.Unix(), 10),
	}, "go", "tool", "-modfile=tools.mod", "nfpm", "package", "--config", "deploy/deb/nfpm.yaml", "--packager", "deb", "--target", path)
	return err
}
