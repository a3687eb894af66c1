package embedtest

import (
	"context"
	"errors"
	"image"
	"image/color"
	"testing"

	"touchstone/models"
)

func TestFakePassesTheContract(t *testing.T) {
	f := &Fake{Outputs: []string{"copy", "word"}, Regions: []models.Region{{Name: "whole", W: 1, H: 1}, {Name: "left", W: 0.5, H: 1}}}
	t.Run("pictures", func(t *testing.T) { TestPictures(t, f, "copy") })
	t.Run("texts", func(t *testing.T) { TestTexts(t, f, "word") })
}

func TestFakeNearness(t *testing.T) {
	f := &Fake{}
	original := Pictures(2)
	noisy := image.NewNRGBA(original[0].Bounds())
	for y := range noisy.Rect.Dy() {
		for x := range noisy.Rect.Dx() {
			c := original[0].(*image.NRGBA).NRGBAAt(x, y)
			noisy.SetNRGBA(x, y, color.NRGBA{c.R ^ 3, c.G ^ 3, c.B ^ 3, 255})
		}
	}
	v, err := f.Pictures(context.Background(), []image.Image{original[0], noisy, original[1]}, "copy")
	if err != nil {
		t.Fatal(err)
	}
	if near, far := dot(v[0][0][0], v[0][1][0]), dot(v[0][0][0], v[0][2][0]); near < 0.99 || far > 0.95 {
		t.Errorf("noise at %.3f, another picture at %.3f", near, far)
	}
	w, err := f.Texts(context.Background(), "word", []string{"adidas", "adiddas", "toyota"})
	if err != nil {
		t.Fatal(err)
	}
	if near, far := dot(w[0], w[1]), dot(w[0], w[2]); near < 0.6 || far > 0.4 {
		t.Errorf("a typo at %.3f, another word at %.3f", near, far)
	}
}

func TestFakeFails(t *testing.T) {
	sick := errors.New("sick")
	if _, err := (&Fake{Err: sick}).Texts(context.Background(), "word", []string{"a"}); !errors.Is(err, sick) {
		t.Errorf("error %v", err)
	}
}

func dot(a, b []float32) float64 {
	var sum float64
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}
