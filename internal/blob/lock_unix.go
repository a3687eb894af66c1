//go:build unix

package blob

import (
	"os"
	"syscall"
)

// lockFile waits for the exclusive lock on f, which ends when f is closed or the process dies.
func lockFile(f *os.File) error {
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX)
		if err != syscall.EINTR {
			return err
		}
	}
}
