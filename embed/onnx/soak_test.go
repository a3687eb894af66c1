package onnx_test

import (
	"bytes"
	"os"
	"runtime/debug"
	"strconv"
	"testing"

	"touchstone/embed/onnx/onnxtest"
)

// resident gives the process's resident memory in bytes.
func resident(t *testing.T) int64 {
	t.Helper()
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("memory can be watched on Linux only")
	}
	pages, err := strconv.ParseInt(string(bytes.Fields(data)[1]), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// Memory stays flat from run to run. 2,000 runs by default; TOUCHSTONE_SOAK=1
// makes it 100,000. A run's tensors, if they leaked, would take a kilobyte or
// more each beside their data, so both would show.
func TestSoak(t *testing.T) {
	runs, allowed := 2_000, int64(2<<20)
	if os.Getenv("TOUCHSTONE_SOAK") != "" {
		runs, allowed = 100_000, 8<<20
	}
	rt := onnxtest.Runtime(t)
	s := tinyText(t, rt)
	batch := func(n int) {
		for i := range n {
			if _, err := s.Run(t.Context(), chars(int64(i%8+1)*16)); err != nil {
				t.Fatal(err)
			}
		}
		debug.FreeOSMemory()
	}
	batch(1_000) // arenas and pools grow to their size
	before := resident(t)
	batch(runs)
	if grown := resident(t) - before; grown > allowed {
		t.Errorf("%d runs grew the memory by %d bytes, at most %d are allowed", runs, grown, allowed)
	} else {
		t.Logf("%d runs: %d bytes", runs, grown)
	}
}
