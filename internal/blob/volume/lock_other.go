//go:build !unix

package volume

import "os"

// tryLock does nothing here: on this system one process may have the store open.
func tryLock(*os.File) (bool, error) { return true, nil }
