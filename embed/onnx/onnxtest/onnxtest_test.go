package onnxtest

import (
	"testing"

	"touchstone/embed"
)

// The pack that other tests build on must open, goldens included.
func TestTinyPackOpens(t *testing.T) {
	e := Open(t, TinyPack(t), embed.Config{})
	for _, output := range []string{"copy", "shade", "word"} {
		if !e.Has(output) {
			t.Errorf("no output %q", output)
		}
	}
}
