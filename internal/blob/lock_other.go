//go:build !unix

package blob

import "os"

// lockFile does nothing here: on this system one process may have the store open.
func lockFile(*os.File) error { return nil }

func unlockFile(*os.File) error { return nil }
