package segment

import "golang.org/x/sys/unix"

// largePages asks for large pages, where the system has them to give.
func largePages(data []byte) { _ = unix.Madvise(data, unix.MADV_HUGEPAGE) }
