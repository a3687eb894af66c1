package main

import (
	"errors"
	"os"
	"runtime/pprof"
)

// profile writes where processor time goes into a file until stop is called. `make profile` makes default.pgo of it, by which the
// program is compiled (profile-guided optimisation).
func profile(path string) (stop func() error, err error) {
	if path == "" {
		return func() error { return nil }, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error {
		pprof.StopCPUProfile()
		return f.Close()
	}, nil
}
