// Package onnxtest gives tests the ONNX Runtime and packs to run on it.
package onnxtest

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"touchstone/embed"
	"touchstone/embed/onnx"
	"touchstone/models"
)

// Missing skips a test for want of something that a checkout may lack; with
// REQUIRE=all in the environment, as in continuous integration, it fails.
func Missing(t testing.TB, what ...any) {
	t.Helper()
	if os.Getenv("REQUIRE") == "all" {
		t.Fatal(what...)
	}
	t.Skip(what...)
}

// Runtime gives the ONNX Runtime, closed at the test's end. Without the library
// the test is Missing it, with the sentence on how to get it.
func Runtime(t testing.TB) *onnx.Runtime {
	t.Helper()
	rt, err := onnx.New(onnx.Config{})
	if errors.Is(err, onnx.ErrLibrary) {
		Missing(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := rt.Close(); err != nil {
			t.Errorf("closing the runtime: %v", err)
		}
	})
	return rt
}

// TinyPack opens a sound pack of two very small models: pictures of 24 x 16
// pixels to "copy" (three regions of 4) and "shade" (4, any length), texts to
// "word" (5). Its numbers mean nothing.
func TinyPack(t testing.TB) *models.Pack {
	t.Helper()
	p, err := models.Open(filepath.Join(Testdata(), "tiny"))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// BasePack opens the pack that the service ships with, or is Missing it.
func BasePack(t testing.TB) *models.Pack {
	t.Helper()
	dir := filepath.Join(Testdata(), "..", "..", "..", "models", "packs", "touchstone-base")
	if _, err := os.Stat(filepath.Join(dir, models.ManifestName)); errors.Is(err, os.ErrNotExist) {
		Missing(t, "models/packs/touchstone-base is not in this checkout; see training-notes for how to make it")
	}
	p, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Testdata is the folder with the graphs that testdata/make.py made.
func Testdata() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "testdata")
}

// Open opens a pack on the ONNX Runtime, both closed at the test's end.
func Open(t testing.TB, p *models.Pack, cfg embed.Config) *embed.Embedder {
	t.Helper()
	rt := Runtime(t)
	e, err := embed.Open(p, rt, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // before the runtime's
		if err := e.Close(); err != nil {
			t.Errorf("closing the embedder: %v", err)
		}
	})
	return e
}
