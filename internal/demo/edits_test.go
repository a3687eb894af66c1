package demo

import (
	"bytes"
	"image"
	"math"
	"testing"
)

// sample is a small scene's picture, not symmetric in any way.
func sample() *image.RGBA {
	img := blank()
	for i := 0; i < len(img.Pix); i += 4 {
		x, y := i/4%side, i/4/side
		img.Pix[i], img.Pix[i+1], img.Pix[i+2], img.Pix[i+3] = uint8(x/3), uint8(y/4), uint8((x+2*y)/8), 255
	}
	return img
}

func TestEditsKeepTheSizeAndChangeThePicture(t *testing.T) {
	for _, e := range []edit{
		cropped(0.1, 0.2, 0.8, 0.9), mirrored(), rotated(9), recoloured(90), greyed(), shrunk(100), bordered(0x803020),
		captioned("SALE", 0x204060), watermarked("shop"), pasted("flat", 0x808080, 0.6, 8), blurred(3),
	} {
		img := sample()
		got := e.do(img)
		if !bytes.Equal(img.Pix, sample().Pix) {
			t.Errorf("%s changed its input", e.name)
		}
		if got.Rect != img.Rect || bytes.Equal(got.Pix, img.Pix) {
			t.Errorf("%s: bounds %v, unchanged %v", e.name, got.Rect, bytes.Equal(got.Pix, img.Pix))
		}
		for i := 3; i < len(got.Pix); i += 4 {
			if got.Pix[i] != 255 {
				t.Errorf("%s leaves pixel %d transparent", e.name, i/4)
				break
			}
		}
	}
}

func TestMirrorTwiceIsNothing(t *testing.T) {
	img := sample()
	if got := mirrored().do(mirrored().do(img)); !bytes.Equal(got.Pix, img.Pix) {
		t.Error("two mirrors changed the picture")
	}
}

// A turn of the hue by a whole circle is nothing; by a third it moves red to green (the axis of greys stays).
func TestRecolour(t *testing.T) {
	img := blank()
	for i := 0; i < len(img.Pix); i += 4 {
		copy(img.Pix[i:], []uint8{200, 40, 40, 255})
	}
	for _, tt := range []struct {
		degrees float64
		want    [3]uint8
	}{{360, [3]uint8{200, 40, 40}}, {120, [3]uint8{40, 200, 40}}, {240, [3]uint8{40, 40, 200}}} {
		got := recoloured(tt.degrees).do(img).Pix[:3]
		for k := range 3 {
			if math.Abs(float64(got[k])-float64(tt.want[k])) > 1 {
				t.Errorf("%v degrees: %v, want %v", tt.degrees, got, tt.want)
				break
			}
		}
	}
}

func TestNoiseIsSmoothAndBounded(t *testing.T) {
	n := noise(3)
	sum := 0.0
	for i := range 4000 {
		x, y := float64(i)*0.37, float64(i%61)*0.73
		v := n.cloud(x, y, 3)
		if v < 0 || v > 1 {
			t.Fatalf("cloud(%v, %v) = %v", x, y, v)
		}
		if step := math.Abs(n.smooth(x+0.001, y) - n.smooth(x, y)); step > 0.01 {
			t.Fatalf("smooth jumps by %v at %v, %v", step, x, y)
		}
		sum += v
	}
	if mean := sum / 4000; mean < 0.4 || mean > 0.6 {
		t.Errorf("mean %v", mean)
	}
}

// Blurring a plane spreads it and keeps its sum, as long as nothing reaches the edge.
func TestBlurKeepsTheSum(t *testing.T) {
	p := &plane{w: 61, h: 61, v: make([]float32, 61*61)}
	p.v[30*61+30] = 1
	got := p.blur(5)
	sum, most := 0.0, float32(0)
	for _, v := range got.v {
		sum += float64(v)
		most = max(most, v)
	}
	if math.Abs(sum-1) > 1e-3 || most != got.v[30*61+30] || most > 0.05 {
		t.Errorf("sum %v, peak %v", sum, most)
	}
}

func TestCoveredFindsTheLayer(t *testing.T) {
	img := blank()
	if got := covered(img); !got.Empty() {
		t.Errorf("an empty layer covers %v", got)
	}
	img.Pix[4*(20*side+30)+3] = 1
	img.Pix[4*(40*side+10)+3] = 9
	if got, want := covered(img), image.Rect(10, 20, 31, 41); got != want {
		t.Errorf("covered %v, want %v", got, want)
	}
}
