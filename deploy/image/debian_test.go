//go:build image

package image

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

const suite = "bookworm"

// installed is what a Debian machine has beside the essential packages, as far as anything here
// meets it.
const installed = "systemd,systemd-sysv,udev,dbus,kmod,procps,iproute2,sudo"

// offered are the packages that apt finds in the container, with what they depend on. It has no
// network: they lie in a repository in /srv/apt.
const offered = "prometheus curl jq netcat-openbsd man-db bash-completion adduser"

// offer makes the repository; $1 is the tree.
const offer = `
rm -f "$1"/var/cache/apt/archives/*.deb
APT_CONFIG=$MMDEBSTRAP_APT_CONFIG apt-get --yes --quiet=2 --download-only install ` + offered + `
mkdir "$1/srv/apt"
mv "$1"/var/cache/apt/archives/*.deb "$1/srv/apt/"
chroot "$1" sh -ec '
cd /srv/apt
for deb in *.deb; do
	dpkg-deb --field "$deb"
	echo "Filename: ./$deb"
	stat --format="Size: %s" "$deb"
	echo "SHA256: $(sha256sum < "$deb" | tr -d " -")"
	echo
done > Packages
echo "deb [trusted=yes] file:/srv/apt ./" > /etc/apt/sources.list
'`

// debian returns a directory with a minimal Debian that nothing may change. It is made once,
// and kept in the user's cache directory until what it is made of changes.
func debian(t *testing.T) (tree string) {
	t.Helper()
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	cache = filepath.Join(cache, "aetherd-image")
	if err := os.MkdirAll(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	lock, err := os.Open(cache)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close() // which unlocks
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX); err != nil {
		t.Fatal(err)
	}

	recipe := sha256.Sum256([]byte(suite + installed + offer))
	tree = filepath.Join(cache, fmt.Sprintf("%s-%x", suite, recipe[:6]))
	if _, err := os.Stat(tree); err == nil {
		return tree
	}
	t.Logf("making %s, which takes a minute and downloads some 100 MB", tree)
	unfinished := tree + ".unfinished"
	if err := os.RemoveAll(unfinished); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(interrupted, "mmdebstrap", "--quiet", "--variant=minbase", "--format=directory",
		"--include="+installed, "--customize-hook="+offer, suite, unfinished)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // so that it unmounts
	if out, err := cmd.CombinedOutput(); err != nil {
		_ = os.RemoveAll(unfinished)
		lack(t, "mmdebstrap makes no Debian here: %v\n%s", err, strings.TrimSpace(string(out)))
	}
	if err := os.Rename(unfinished, tree); err != nil {
		t.Fatal(err)
	}
	return tree
}
