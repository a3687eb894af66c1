package volume

import (
	"errors"
	"os"
	"syscall"
)

// Modes of fallocate(2).
const (
	keepSize  = 0x01
	punchHole = 0x02
)

// syncData brings what was written to the disk, with the length of the file and without its times.
func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// reserve takes room on the disk for bytes to come behind the file's end, which stays where it is. Where the file system cannot, or the disk
// is full, writing says so.
func reserve(f *os.File, at, length int64) { _ = syscall.Fallocate(int(f.Fd()), keepSize, at, length) }

// punch gives room back to the file system, which keeps the file's length. Where the file system cannot, the room
// comes back with the whole volume.
func punch(f *os.File, at, length int64) error {
	if length <= 0 {
		return nil
	}
	err := syscall.Fallocate(int(f.Fd()), keepSize|punchHole, at, length)
	if errors.Is(err, syscall.EOPNOTSUPP) || errors.Is(err, syscall.ENOSYS) {
		return nil
	}
	return err
}
