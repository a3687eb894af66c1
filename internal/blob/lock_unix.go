//go:build unix

package blob

import (
	"os"
	"syscall"
)

// lockFile waits for the exclusive lock on f, which ends with unlockFile, or when f is closed or the process dies.
func lockFile(f *os.File) error { return flock(f, syscall.LOCK_EX) }

func unlockFile(f *os.File) error { return flock(f, syscall.LOCK_UN) }

func flock(f *os.File, how int) error {
	for {
		err := syscall.Flock(int(f.Fd()), how)
		if err != syscall.EINTR {
			return err
		}
	}
}
