package onnx_test

import (
	"errors"
	"testing"

	"touchstone/embed"
	"touchstone/embed/onnx"
	"touchstone/embed/onnx/onnxtest"
)

// A graph is run on inputs of any size that it takes; tensors that it does not have are refused by name.
func TestGraphTakesAnySize(t *testing.T) {
	rt := onnxtest.Runtime(t)
	path, m := graph(t, "broken/zero.onnx")
	g, err := rt.Graph(path, m.File, "pixels", "copy")
	if err != nil {
		t.Fatal(err)
	}
	out, err := g.Run(t.Context(), embed.Tensor{Shape: []int64{2, 3, 16, 24}, Float: make([]float32, 2*3*16*24)})
	if err != nil || len(out) != 1 || out[0].Shape[0] != 2 {
		t.Errorf("outputs %+v, error %v", out, err)
	}
	for _, names := range [][2]string{{"pixel", "copy"}, {"pixels", "copies"}} {
		if _, err := rt.Graph(path, m.File, names[0], names[1]); !errors.Is(err, onnx.ErrModel) {
			t.Errorf("%v: %v, want ErrModel", names, err)
		}
	}
	m.File.Bytes++
	if _, err := rt.Graph(path, m.File, "pixels", "copy"); !errors.Is(err, onnx.ErrModel) {
		t.Errorf("another size: %v, want ErrModel", err)
	}
}
