package photo

import (
	"errors"
	"image"
	"image/color"
	"testing"
)

func TestEncodeJPEG(t *testing.T) {
	p, err := Decode(fixture(t, "444.jpg"), Limits{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := EncodeJPEG(p.Image, 95)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if back.Format != "jpeg" || back.Image.Bounds() != p.Image.Bounds() {
		t.Errorf("came back as %s %v", back.Format, back.Image.Bounds())
	}
	before, after := RGB(p.Image).Pix, RGB(back.Image).Pix
	var sum int
	for i, v := range before {
		d := int(v) - int(after[i])
		sum += d * d
	}
	if mse := float64(sum) / float64(len(before)); mse > 200 { // most of it chroma at the edges of shapes, stored at half size
		t.Errorf("mean squared error %.1f", mse)
	}
	for _, q := range []int{0, 101} {
		if _, err := EncodeJPEG(p.Image, q); err == nil {
			t.Errorf("quality %d accepted", q)
		}
	}
	if _, err := EncodeJPEG(image.NewNRGBA(image.Rectangle{}), 80); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty picture: %v", err)
	}
}

func TestEncodeTransparent(t *testing.T) {
	data, err := EncodeJPEG(image.NewNRGBA(image.Rect(0, 0, 16, 16)), 90)
	if err != nil {
		t.Fatal(err)
	}
	p, err := Decode(data, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	if c := RGB(p.Image).NRGBAAt(8, 8); c != white {
		t.Errorf("transparent became %v", c)
	}
}

func TestThumb(t *testing.T) {
	for _, tt := range []struct{ w, h, side, wantW, wantH int }{
		{400, 300, 100, 100, 75},
		{300, 400, 100, 75, 100},
		{50, 40, 100, 50, 40},
		{1000, 3, 100, 100, 1},
		{2000, 1999, 64, 64, 64},
	} {
		src := image.NewNRGBA(image.Rect(0, 0, tt.w, tt.h))
		for y := range tt.h {
			for x := range tt.w {
				src.SetNRGBA(x, y, color.NRGBA{R: byte(x * 255 / tt.w), G: 100, B: 50, A: 255})
			}
		}
		got := Thumb(src, tt.side)
		if got.Rect != image.Rect(0, 0, tt.wantW, tt.wantH) {
			t.Errorf("%v: bounds %v", tt, got.Rect)
			continue
		}
		for x := range tt.wantW {
			c, want := got.NRGBAAt(x, tt.wantH/2), (2*x+1)*255/(2*tt.wantW)
			if d := int(c.R) - want; d < -4 || d > 4 || c.G != 100 || c.A != 255 {
				t.Errorf("%v: pixel %d is %v, want red %d", tt, x, c, want)
				break
			}
		}
	}
	sub := image.NewNRGBA(image.Rect(0, 0, 20, 20)).SubImage(image.Rect(5, 5, 15, 15))
	if got := Thumb(sub, 100); got.Rect != image.Rect(0, 0, 10, 10) || got.NRGBAAt(0, 0) != white {
		t.Errorf("sub-image: %v %v", got.Rect, got.NRGBAAt(0, 0))
	}
}
