package picture_test

import (
	"bytes"
	"image"
	"math/rand/v2"
	"os"
	"testing"

	"touchstone/internal/simulate/picture"
)

func source(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

// TestSame: the same numbers give the same picture, others another; a product in other settings is another picture.
func TestSame(t *testing.T) {
	for shape := range picture.Shapes() {
		show := func(seed, setting uint64) []byte {
			return picture.JPEG(picture.Photo(picture.NewGood(source(seed), shape), nil, picture.NewSetting(source(setting))), 85)
		}
		if !bytes.Equal(show(1, 2), show(1, 2)) {
			t.Errorf("%s: the same numbers give another picture", picture.ShapeName(shape))
		}
		if bytes.Equal(show(1, 2), show(3, 2)) || bytes.Equal(show(1, 2), show(1, 3)) {
			t.Errorf("%s: other numbers give the same picture", picture.ShapeName(shape))
		}
	}
}

// TestEdits: each edit changes the picture (but "none"), keeps its size, leaves the original alone, and is the same again.
func TestEdits(t *testing.T) {
	sign := picture.NewSign(source(4))
	original := picture.Photo(picture.NewGood(source(5), 2), &sign, picture.NewSetting(source(6)))
	before := bytes.Clone(original.Pix)
	for _, name := range picture.Edits() {
		a, err := picture.Edit(original, name, source(7))
		if err != nil {
			t.Fatal(err)
		}
		b, _ := picture.Edit(original, name, source(7))
		if a.Rect != original.Rect || !bytes.Equal(a.Pix, b.Pix) {
			t.Errorf("%s: size %v, or not the same twice", name, a.Rect)
		}
		if bytes.Equal(a.Pix, before) != (name == "none") {
			t.Errorf("%s: changed nothing, or too much", name)
		}
	}
	if !bytes.Equal(original.Pix, before) {
		t.Error("an edit changed the original")
	}
	if _, err := picture.Edit(original, "melt", source(1)); err == nil {
		t.Error("an unknown edit is no error")
	}
}

// TestSheet writes a sheet of goods to look at, where TOUCHSTONE_SHEET names a file; it always draws each shape and each ground.
func TestSheet(t *testing.T) {
	const n = 6
	sheet := image.NewRGBA(image.Rect(0, 0, n*picture.Side/2, n*picture.Side/2))
	r := source(9)
	for i := range n * n {
		sign := picture.NewSign(r)
		img := picture.Photo(picture.NewGood(r, i%picture.Shapes()), map[bool]*picture.Sign{true: &sign}[i%3 == 0], picture.NewSetting(r))
		if i >= 24 {
			var err error
			if img, err = picture.Edit(img, picture.Edits()[i%len(picture.Edits())], r); err != nil {
				t.Fatal(err)
			}
		}
		for y := range picture.Side / 2 {
			for x := range picture.Side / 2 {
				sheet.SetRGBA(i%n*picture.Side/2+x, i/n*picture.Side/2+y, img.RGBAAt(2*x, 2*y))
			}
		}
	}
	if path := os.Getenv("TOUCHSTONE_SHEET"); path != "" {
		if err := os.WriteFile(path, picture.JPEG(sheet, 90), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkPhoto(b *testing.B) {
	r := source(3)
	for b.Loop() {
		picture.JPEG(picture.Photo(picture.NewGood(r, r.IntN(picture.Shapes())), nil, picture.NewSetting(r)), 85)
	}
}
