package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"

	"touchstone/index"
)

// snapshotName is what a snapshot may be called: a plain file name, so that it stays in its folder.
var snapshotName = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{0,127}$`)

// partSuffix is of files that are being written.
const partSuffix = ".part"

// folder opens the folder of snapshots, out of which no name and no link leads.
func (u *Upkeep) folder() (*os.Root, error) {
	if u.cfg.Snapshots == "" {
		return nil, fmt.Errorf("%w: this service keeps nothing on disk; start it with --snapshots", ErrNoFolder)
	}
	if err := os.MkdirAll(u.cfg.Snapshots, 0o700); err != nil {
		return nil, fmt.Errorf("upkeep: the folder of snapshots: %w", err)
	}
	root, err := os.OpenRoot(u.cfg.Snapshots)
	if err != nil {
		return nil, fmt.Errorf("upkeep: the folder of snapshots: %w", err)
	}
	return root, nil
}

// vacant says that a snapshot may have a name and none has it.
func (u *Upkeep) vacant(name string) error {
	if !snapshotName.MatchString(name) {
		return fmt.Errorf("%w: %q is no plain file name of at most 128 letters, digits, dots, dashes and underscores", ErrName, name)
	}
	root, err := u.folder()
	if err != nil {
		return err
	}
	defer root.Close()
	switch _, err := root.Lstat(name); {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return fmt.Errorf("upkeep: the folder of snapshots: %w", err)
	}
	return fmt.Errorf("%w: there is a snapshot %q; choose another name, or move the file away", ErrName, name)
}

// snapshot writes a snapshot beside its name and gives it the name when all of it is on disk.
func (u *Upkeep) snapshot(ctx context.Context, target, name string, progress index.Progress) (size int64, err error) {
	root, err := u.folder()
	if err != nil {
		return 0, err
	}
	defer root.Close()
	part := name + partSuffix
	f, err := root.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("upkeep: writing the snapshot: %w", err)
	}
	if target == "" {
		err = u.cfg.Index.Snapshot(ctx, f, progress)
	} else {
		err = u.cfg.Index.SnapshotOf(ctx, target, f, progress)
	}
	if err == nil {
		err = f.Sync()
	}
	if info, failed := f.Stat(); failed == nil {
		size = info.Size()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(part, name)
	}
	if err != nil {
		return 0, errors.Join(fmt.Errorf("upkeep: writing the snapshot: %w", err), root.Remove(part))
	}
	return size, nil
}
