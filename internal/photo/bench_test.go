package photo

import (
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"
)

func rect(x0, y0, x1, y1 int) image.Rectangle { return image.Rect(x0, y0, x1, y1) }

// scene is a smooth picture with some grain, so that its JPEG is about as large as a photograph's.
func scene(w, h int) *image.NRGBA {
	m := image.NewNRGBA(rect(0, 0, w, h))
	seed := uint32(1)
	for y := range h {
		for x := range w {
			seed = seed*1664525 + 1013904223
			grain := int(seed>>28) - 8
			v := 128 + int(100*math.Sin(float64(x)/37)*math.Cos(float64(y)/53)) + grain
			m.SetNRGBA(x, y, color.NRGBA{byte(max(0, min(255, v))), byte(x * 255 / w), byte(y * 255 / h), 255})
		}
	}
	return m
}

// BenchmarkJPEG decodes 0.2, 1 and 12 megapixels in full and shrunk for a 224 pixel model.
func BenchmarkJPEG(b *testing.B) {
	for _, size := range []image.Point{{512, 384}, {1152, 864}, {4000, 3000}} {
		data, err := EncodeJPEG(scene(size.X, size.Y), 85)
		if err != nil {
			b.Fatal(err)
		}
		for _, target := range []int{0, 224} {
			b.Run(fmt.Sprintf("%.1fMP/target=%d", float64(size.X*size.Y)/1e6, target), func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Decode(data, Limits{Target: target}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
