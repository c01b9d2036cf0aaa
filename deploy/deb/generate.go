package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// manPages are the pages of deploy/deb/man, by file name without .md.
var manPages = []string{"aetherctl.1", "aetherd.8", "aetherd.toml.5"}

// generate writes into stage what is the same for every architecture. The programs of this
// machine are there.
func generate(ctx context.Context, root string, rel release, here architecture, stage string) error {
	for _, page := range manPages {
		if err := manPage(ctx, root, rel, page, filepath.Join(stage, page+".gz")); err != nil {
			return err
		}
	}
	for _, p := range programs {
		for _, shell := range []string{"bash", "zsh"} {
			script, err := output(ctx, root, filepath.Join(stage, here.debian, filepath.Base(p)), "completion", shell)
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(stage, filepath.Base(p)+"."+shell), []byte(script+"\n"), 0o666); err != nil {
				return err
			}
		}
	}
	return writeChangelog(root, rel, filepath.Join(stage, "changelog.gz"))
}

// manPage has go-md2man convert a page, of which the first line gets date and version.
func manPage(ctx context.Context, root string, rel release, page, path string) error {
	text, err := os.ReadFile(filepath.Join(root, "deploy/deb/man", page+".md"))
	if err != nil {
		return err
	}
	named := strings.NewReplacer("@DATE@", rel.date.Format(time.DateOnly), "@VERSION@", rel.version).Replace(string(text))
	source := strings.TrimSuffix(path, ".gz") + ".md"
	if err := os.WriteFile(source, []byte(named), 0o666); err != nil {
		return err
	}
	roff, err := output(ctx, root, "go", "tool", "-modfile=tools.mod", "go-md2man", "-in", source)
	if err != nil {
		return err
	}
	return writeGzip(path, roff+"\n")
}

func writeChangelog(root string, rel release, path string) error {
	text, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	sections, err := parseChangelog(string(text))
	if err != nil {
		return err
	}
	return writeGzip(path, debianChangelog(sections, rel))
}

func writeCopyright(ctx context.Context, root string, arch architecture, path string) error {
	own, err := os.ReadFile(filepath.Join(root, "LICENSE"))
	if err != nil {
		return err
	}
	linked, err := components(ctx, root, arch)
	if err != nil {
		return err
	}
	text, err := copyright(string(own), linked)
	if err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o666)
}

// writeGzip compresses as gzip -9n does: with neither name nor time.
func writeGzip(path, text string) error {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := w.Write([]byte(text)); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.WriteFile(path, b.Bytes(), 0o666)
}
