//go:build unix

package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"touchstone/index"
)

// lockDir takes the folder for this process alone. The lock lives in the kernel and ends with the process, however it ends; the
// file itself means nothing. Closing the file gives it back.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "LOCK"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("index: locking the folder: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	f.Close()
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("%w: %s is open in another process; stop that one, or give this one a folder of its own", index.ErrLocked, dir)
	}
	return nil, fmt.Errorf("index: locking the folder: %w", err)
}
