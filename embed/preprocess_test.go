package embed

import (
	"image"
	"image/color"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/models"
)

func pictureInput(w, h int) models.Input {
	return models.Input{Name: "pixels", Kind: models.KindPicture, Width: w, Height: h, Resize: models.ResizeSquash,
		Interpolation: models.InterpolationLanczos, Colour: models.ColourRGB, Deviation: [3]float32{1, 1, 1}}
}

// Worked by hand: planes in the order red, green, blue; rows from the top;
// (value/255 - mean) / deviation.
func TestPreprocessLayout(t *testing.T) {
	img := image.NewNRGBA(image.Rect(0, 0, 2, 2))
	img.SetNRGBA(0, 0, color.NRGBA{255, 0, 51, 255})
	img.SetNRGBA(1, 0, color.NRGBA{0, 255, 51, 255})
	img.SetNRGBA(0, 1, color.NRGBA{51, 0, 0, 255})
	img.SetNRGBA(1, 1, color.NRGBA{102, 0, 0, 0}) // transparent: white
	in := pictureInput(2, 2)
	in.Mean, in.Deviation = [3]float32{0.2, 0, 0}, [3]float32{0.5, 1, 2}
	dst := make([]float32, 12)
	Preprocess(img, in, dst)
	want := []float32{
		1.6, -0.4, 0, 1.6,
		0, 1, 0, 1,
		0.1, 0.1, 0, 0.5,
	}
	near := cmp.Comparer(func(a, b float32) bool { return a-b < 1e-6 && b-a < 1e-6 })
	if diff := cmp.Diff(want, dst, near); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := img.NRGBAAt(1, 1); got != (color.NRGBA{102, 0, 0, 0}) {
		t.Errorf("the caller's picture was changed: %v", got)
	}
}

// A picture in another colour model, or a part of a larger one, gives what the
// same pixels give as an NRGBA of their own.
func TestPreprocessAnyImage(t *testing.T) {
	whole := image.NewNRGBA(image.Rect(3, 5, 43, 35))
	for y := 5; y < 35; y++ {
		for x := 3; x < 43; x++ {
			whole.SetNRGBA(x, y, color.NRGBA{uint8(x * 6), uint8(y * 7), uint8(x * y), 255})
		}
	}
	part := whole.SubImage(image.Rect(10, 9, 40, 29))
	own := image.NewNRGBA(image.Rect(0, 0, 30, 20))
	rgba := image.NewRGBA(part.Bounds())
	for y := range 20 {
		for x := range 30 {
			c := part.At(x+10, y+9)
			own.Set(x, y, c)
			rgba.Set(x+10, y+9, c)
		}
	}
	in := pictureInput(16, 8)
	want := make([]float32, 3*16*8)
	Preprocess(own, in, want)
	for _, img := range []image.Image{part, rgba} {
		got := make([]float32, len(want))
		Preprocess(img, in, got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T (-want +got):\n%s", img, diff)
		}
	}
}

func TestEncode(t *testing.T) {
	for _, tc := range []struct {
		text string
		want []int64
	}{
		{"ab", []int64{'a', 'b', 0, 0}},
		{"阿迪达斯鞋", []int64{0x963f, 0x8fea, 0x8fbe, 0x65af}},
		{"😀", []int64{0x1f600, 0, 0, 0}},
		{"a\xffb", []int64{'a', 0xfffd, 'b', 0}},
		{"A\u200b", []int64{'A', 0x200b, 0, 0}},
	} {
		dst := []int64{9, 9, 9, 9} // left over from the batch before
		Encode(tc.text, dst)
		if diff := cmp.Diff(tc.want, dst); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tc.text, diff)
		}
	}
}

func BenchmarkPreprocess(b *testing.B) {
	for _, size := range []int{400, 800} {
		img := image.NewNRGBA(image.Rect(0, 0, size, size))
		for i := range img.Pix {
			img.Pix[i] = uint8(i*7) | 255*uint8(i%4/3)
		}
		in := pictureInput(192, 192)
		dst := make([]float32, 3*192*192)
		b.Run(image.Point{size, size}.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Preprocess(img, in, dst)
			}
		})
	}
}
