package commission

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// save replaces the arm's tables in the configuration at path, and returns where the old file
// stays. At every moment path leads to one of the two, whole. done reports whether it leads to the
// new one, which may be without an assurance that this outlasts a power cut.
func save(path string, a Arm) (old string, done bool, err error) {
	file, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", false, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", false, err
	}
	doc, err := os.ReadFile(file)
	if err != nil {
		return "", false, err
	}
	next, err := replace(doc, a.tables())
	if err != nil {
		return "", false, fmt.Errorf("%s: %w", path, err)
	}
	if old, err = keep(file, doc, info); err != nil {
		return "", false, err
	}
	if done, err = writeFile(file, next, info); !done {
		return "", false, errors.Join(err, os.Remove(old))
	}
	return old, true, err
}

// keep writes doc beside the file at path, under a name that nothing has yet: path.bak, or
// path.bak.1 and so on.
func keep(path string, doc []byte, like os.FileInfo) (name string, err error) {
	name = path + ".bak"
	f, err := create(name)
	for i := 1; errors.Is(err, os.ErrExist); i++ {
		name = fmt.Sprintf("%s.bak.%d", path, i)
		f, err = create(name)
	}
	if err != nil {
		return "", err
	}
	if err = fill(f, doc, like); err == nil {
		err = syncDir(filepath.Dir(name))
	}
	if err != nil {
		return "", errors.Join(err, os.Remove(name))
	}
	return name, nil
}

func create(name string) (*os.File, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
}

// writeFile puts a file in the place of the one at path, with the mode and the owner of like.
func writeFile(path string, data []byte, like os.FileInfo) (done bool, err error) {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, "."+filepath.Base(path)+".*")
	if err != nil {
		return false, err
	}
	if err = fill(f, data, like); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return false, errors.Join(err, os.Remove(f.Name()))
	}
	return true, syncDir(dir)
}

// fill writes a new file, gives it the mode and the owner of like, and closes it.
func fill(f *os.File, data []byte, like os.FileInfo) error {
	_, err := f.Write(data)
	if err == nil {
		err = own(f, like)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// own gives f the mode and the owner of like: the daemon's user must still be able to read it.
func own(f *os.File, like os.FileInfo) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	has, wants := info.Sys().(*syscall.Stat_t), like.Sys().(*syscall.Stat_t)
	if has.Uid != wants.Uid || has.Gid != wants.Gid {
		if err := f.Chown(int(wants.Uid), int(wants.Gid)); err != nil {
			return err
		}
	}
	return f.Chmod(like.Mode().Perm())
}

// syncDir makes a rename outlast a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
