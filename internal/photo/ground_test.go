package photo

import (
	"bytes"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/png"
	"testing"
)

// mark is a ring of one colour on transparency, of full coverage in its middle and half at its edge.
func mark(c color.NRGBA) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for y := range 48 {
		for x := range 64 {
			switch d := (x-32)*(x-32) + (y-24)*(y-24); {
			case d > 100 && d < 300:
				img.SetNRGBA(x, y, c)
			case d > 80 && d < 330:
				half := c
				half.A /= 2
				img.SetNRGBA(x, y, half)
			}
		}
	}
	return img
}

func encoded(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWhiteMarksAreSeen: a white mark on transparency is laid on a dark ground, everything else on white as ever.
func TestWhiteMarksAreSeen(t *testing.T) {
	white, red := color.NRGBA{255, 255, 255, 255}, color.NRGBA{200, 30, 30, 255}
	opaque := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for i := range opaque.Pix {
		opaque.Pix[i] = 255
	}
	paletted := image.NewPaletted(image.Rect(0, 0, 64, 48), append(color.Palette{color.NRGBA{}, white}, palette.WebSafe[:200]...))
	for y := 10; y < 30; y++ {
		for x := 10; x < 50; x++ {
			paletted.SetColorIndex(x, y, 1)
		}
	}
	var asGIF bytes.Buffer
	if err := gif.Encode(&asGIF, paletted, nil); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		data         []byte
		dark         bool
		ground, mark byte // green at the corner and on the mark
	}{
		"white":                    {encoded(t, mark(white)), true, darkGround, 255},
		"ivory, nearly white":      {encoded(t, mark(color.NRGBA{250, 250, 246, 255})), true, darkGround, 250},
		"red":                      {encoded(t, mark(red)), false, 255, 30},
		"nothing at all":           {encoded(t, image.NewNRGBA(image.Rect(0, 0, 64, 48))), false, 255, 255},
		"white, and no alpha":      {encoded(t, opaque), false, 255, 255},
		"a palette":                {encoded(t, paletted), true, darkGround, 255},
		"a GIF with a clear index": {asGIF.Bytes(), true, darkGround, 255},
	} {
		for _, target := range []int{0, 24} {
			p, err := Decode(tt.data, Limits{Target: target})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			img := RGB(p.Image)
			f := 64 / img.Rect.Dx()
			ground, on := img.NRGBAAt(0, 0).G, img.NRGBAAt(18/f, 24/f).G
			if p.Dark != tt.dark || ground != tt.ground || on != tt.mark || !img.Opaque() {
				t.Errorf("%s, target %d: dark %v, ground %d, mark %d; want %v, %d, %d", name, target, p.Dark, ground, on, tt.dark, tt.ground, tt.mark)
			}
		}
	}
}
