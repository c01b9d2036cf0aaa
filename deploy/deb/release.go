package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// firstVersion is the one that is worked on as long as CHANGELOG.md has no release.
const firstVersion = "0.1.0"

// release is what a commit is called.
type release struct {
	version string    // as dpkg compares it, and as "aetherd version" prints it
	date    time.Time // of the commit, UTC
}

// releaseOf returns what the commit that is checked out below root is called.
func releaseOf(ctx context.Context, root string) (release, error) {
	// The hash is cut here: how far git abbreviates depends on the clone.
	head, err := output(ctx, root, "git", "show", "--no-patch", "--format=%H %cd", "--date=format:%s", "HEAD")
	if err != nil {
		return release{}, err
	}
	tags, err := output(ctx, root, "git", "tag", "--points-at", "HEAD")
	if err != nil {
		return release{}, err
	}
	status, err := output(ctx, root, "git", "status", "--porcelain")
	if err != nil {
		return release{}, err
	}
	text, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	if err != nil {
		return release{}, err
	}
	sections, err := parseChangelog(string(text))
	if err != nil {
		return release{}, err
	}
	var hash string
	var seconds int64
	if _, err := fmt.Sscan(head, &hash, &seconds); err != nil {
		return release{}, fmt.Errorf("commit %q: %w", head, err)
	}
	date := time.Unix(seconds, 0).UTC()
	return release{versionOf(sections, hash, date, strings.Fields(tags), status != ""), date}, nil
}

// versionOf makes the version of a commit from the newest release of the changelog.
func versionOf(sections []section, hash string, date time.Time, tags []string, dirty bool) string {
	newest, mark := firstVersion, "~"
	if i := slices.IndexFunc(sections, section.released); i >= 0 {
		newest, mark = sections[i].version, "+"
		if slices.Contains(tags, "v"+newest) && !dirty {
			return newest
		}
	}
	version := newest + mark + "git" + date.Format("20060102150405") + "." + hash[:12]
	if dirty {
		version += ".dirty"
	}
	return version
}
