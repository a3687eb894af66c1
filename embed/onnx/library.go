package onnx

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// MinVersion is the oldest ONNX Runtime that has the C API (24) that the
// binding was built for.
const MinVersion = "1.24"

// LibraryEnv names the environment variable with the library's path.
const LibraryEnv = "ONNXRUNTIME_LIB"

// ErrLibrary reports that there is no usable ONNX Runtime library.
var ErrLibrary = errors.New("onnx: no usable ONNX Runtime library")

const howToGet = "run `make setup` (or embed/onnx/fetch-runtime.sh) to bring the tested one, or set " + LibraryEnv + " to your own"

// cached is where fetch-runtime.sh leaves the library, below the module.
var cached = filepath.Join(".cache", "onnxruntime", "libonnxruntime.so")

// FindLibrary gives the path of the library: the one given, else that of
// $ONNXRUNTIME_LIB, else the one that fetch-runtime.sh left below the working
// directory, a parent up to the module's root, or the program's own folder. A
// path that was asked for and is not there is an error; it never falls back.
func FindLibrary(given string) (string, error) {
	if given != "" {
		return asked(given, "the configuration")
	}
	if path := os.Getenv(LibraryEnv); path != "" {
		return asked(path, "$"+LibraryEnv)
	}
	for _, dir := range places() {
		if path := filepath.Join(dir, cached); regular(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w: %s was found neither here, nor in a parent folder, nor beside the program; %s", ErrLibrary, cached, howToGet)
}

func asked(path, by string) (string, error) {
	if !regular(path) {
		return "", fmt.Errorf("%w: %s names %s, and there is no such file; correct the path, or %s", ErrLibrary, by, path, howToGet)
	}
	return filepath.Abs(path)
}

// places lists the folders whose .cache is looked into.
func places() []string {
	var dirs []string
	if dir, err := os.Getwd(); err == nil {
		dirs = append(dirs, upToModule(dir)...)
	}
	if program, err := os.Executable(); err == nil {
		dirs = append(dirs, filepath.Dir(program))
	}
	return dirs
}

// upToModule gives dir and its parents up to the one with go.mod; outside a
// module only dir itself, so that no library is loaded from a folder like /tmp.
func upToModule(dir string) []string {
	var dirs []string
	for d := dir; ; d = filepath.Dir(d) {
		dirs = append(dirs, d)
		if regular(filepath.Join(d, "go.mod")) {
			return dirs
		}
		if d == filepath.Dir(d) {
			return []string{dir}
		}
	}
}

func regular(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// atLeast compares versions like "1.31.1" by their first two numbers.
func atLeast(version, minimum string) bool {
	v, okV := majorMinor(version)
	m, okM := majorMinor(minimum)
	if !okV || !okM {
		return false
	}
	return v[0] > m[0] || v[0] == m[0] && v[1] >= m[1]
}

func majorMinor(version string) (out [2]int, ok bool) {
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return out, false
	}
	for i := range out {
		n, err := strconv.Atoi(parts[i])
		if err != nil || n < 0 {
			return out, false
		}
		out[i] = n
	}
	return out, true
}
