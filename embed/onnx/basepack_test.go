package onnx_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"touchstone/embed"
	"touchstone/embed/embedtest"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/models"
)

// basePack opens the pack that the service ships with.
func basePack(t testing.TB) *models.Pack {
	t.Helper()
	dir := filepath.Join("..", "..", "models", "packs", "touchstone-base")
	if _, err := os.Stat(filepath.Join(dir, models.ManifestName)); errors.Is(err, os.ErrNotExist) {
		t.Skip("models/packs/touchstone-base is not in this checkout")
	}
	p, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The pack that ships must open, reproduce its goldens and keep the contract
// with each of its outputs.
func TestBasePack(t *testing.T) {
	p := basePack(t)
	e := onnxtest.Open(t, p, embed.Config{})
	for _, m := range p.Manifest().Models {
		for _, o := range m.Outputs {
			t.Run(o.Name, func(t *testing.T) {
				if m.Input.Kind == models.KindText {
					embedtest.TestTexts(t, e, o.Name)
				} else {
					embedtest.TestPictures(t, e, o.Name)
				}
			})
		}
	}
}
