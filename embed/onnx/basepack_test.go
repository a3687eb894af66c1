package onnx_test

import (
	"testing"

	"touchstone/embed"
	"touchstone/embed/embedtest"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/models"
)

// The pack that ships must open, reproduce its goldens and keep the contract
// with each of its outputs.
func TestBasePack(t *testing.T) {
	p := onnxtest.BasePack(t)
	e := onnxtest.Open(t, p, embed.Config{})
	for _, m := range p.Manifest().Models {
		for _, o := range m.Outputs {
			t.Run(o.Name, func(t *testing.T) {
				switch {
				case m.Input.Kind == models.KindText:
					embedtest.TestTexts(t, e, o.Name)
				case o.Boxes > 0:
					embedtest.TestBoxes(t, e, o.Name)
				case o.Normalise == models.NormaliseNone:
					embedtest.TestNumbers(t, e, o.Name, o.Dimension)
				default:
					embedtest.TestPictures(t, e, o.Name)
				}
			})
		}
	}
}
