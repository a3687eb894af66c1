package photo

import (
	"bytes"
	"fmt"
	"image"
	"math/rand/v2"
	"testing"
)

var ratios = []image.YCbCrSubsampleRatio{
	image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420,
	image.YCbCrSubsampleRatio440, image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410,
}

func noise(w, h int, ratio image.YCbCrSubsampleRatio) *image.YCbCr {
	m := image.NewYCbCr(image.Rect(0, 0, w, h), ratio)
	r := rand.New(rand.NewPCG(1, uint64(w*h)))
	for _, pix := range [][]byte{m.Y, m.Cb, m.Cr} {
		for i := range pix {
			pix[i] = byte(r.Uint32())
		}
	}
	return m
}

// TestPlanarShrink compares with plain averages over the samples under each output pixel, for all
// subsamplings, factors and for sides that the factor does not divide.
func TestPlanarShrink(t *testing.T) {
	for _, ratio := range ratios {
		for _, factor := range []int{2, 4, 8} {
			for _, size := range []image.Point{{64, 48}, {37, 29}, {9, 8}, {1, 70}} {
				t.Run(fmt.Sprint(ratio, factor, size), func(t *testing.T) {
					m := noise(size.X, size.Y, ratio)
					got := planar(planesOf(m), factor, fullRange)
					comparePlanar(t, m, got, factor)
					if kept := RGB(shrinkPlanes(m, factor)); !bytes.Equal(kept.Pix, got.Pix) {
						t.Error("planes that are shrunk first and converted later give other pixels")
					}
				})
			}
		}
	}
}

func comparePlanar(t *testing.T, m *image.YCbCr, got *image.NRGBA, factor int) {
	t.Helper()
	var want [4]byte
	for y := range got.Rect.Dy() {
		for x := range got.Rect.Dx() {
			box := image.Rect(x*factor, y*factor, (x+1)*factor, (y+1)*factor).Intersect(m.Rect)
			luma, cb, cr := boxMeans(m, box)
			fullRange(want[:], []byte{luma}, []byte{cb}, []byte{cr})
			c := got.NRGBAAt(x, y)
			if [4]byte{c.R, c.G, c.B, c.A} != want {
				t.Fatalf("pixel %d,%d is %v, want %v", x, y, c, want)
			}
		}
	}
}

// boxMeans averages luma over the box and each chroma sample under it once.
func boxMeans(m *image.YCbCr, box image.Rectangle) (luma, cb, cr byte) {
	var sumY, sumB, sumR, n int
	chroma := map[int]bool{}
	for y := box.Min.Y; y < box.Max.Y; y++ {
		for x := box.Min.X; x < box.Max.X; x++ {
			sumY += int(m.Y[m.YOffset(x, y)])
			n++
			chroma[m.COffset(x, y)] = true
		}
	}
	for i := range chroma {
		sumB, sumR = sumB+int(m.Cb[i]), sumR+int(m.Cr[i])
	}
	c := len(chroma)
	return byte((sumY + n/2) / n), byte((sumB + c/2) / c), byte((sumR + c/2) / c)
}

// TestPlanarFullSize: without shrinking, luma passes unchanged and flat chroma stays flat under
// every subsampling, down to a single pixel.
func TestPlanarFullSize(t *testing.T) {
	for _, ratio := range ratios {
		for _, size := range []image.Point{{33, 17}, {1, 1}, {2, 2}, {3, 1}, {1, 3}} {
			m := noise(size.X, size.Y, ratio)
			for i := range m.Cb {
				m.Cb[i], m.Cr[i] = 90, 170
			}
			comparePlanar(t, m, planar(planesOf(m), 1, fullRange), 1)
		}
	}
}

func TestConvertAgainstStandard(t *testing.T) {
	m := noise(256, 256, image.YCbCrSubsampleRatio444)
	got := planar(planesOf(m), 1, fullRange)
	for y := range 256 {
		for x := range 256 {
			r, g, b, _ := m.YCbCrAt(x, y).RGBA()
			c := got.NRGBAAt(x, y)
			if c.R != byte(r>>8) || c.G != byte(g>>8) || c.B != byte(b>>8) {
				t.Fatalf("%v is %v, want %d %d %d", m.YCbCrAt(x, y), c, r>>8, g>>8, b>>8)
			}
		}
	}
}

func TestShrinkPixels(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 5, 3))
	for i := range src.Pix {
		src.Pix[i] = byte(7 * i)
		if i%4 == 3 {
			src.Pix[i] = 255
		}
	}
	got := shrink(src, 2)
	if got.Rect != image.Rect(0, 0, 3, 2) {
		t.Fatalf("bounds %v", got.Rect)
	}
	mean := func(values ...byte) byte {
		sum := len(values) / 2
		for _, v := range values {
			sum += int(v)
		}
		return byte(sum / len(values))
	}
	at := func(x, y int) byte { return src.NRGBAAt(x, y).R }
	for _, tt := range []struct {
		x, y int
		want byte
	}{
		{0, 0, mean(at(0, 0), at(1, 0), at(0, 1), at(1, 1))},
		{2, 0, mean(at(4, 0), at(4, 1))},
		{1, 1, mean(at(2, 2), at(3, 2))},
		{2, 1, at(4, 2)},
	} {
		if c := got.NRGBAAt(tt.x, tt.y); c.R != tt.want || c.A != 255 {
			t.Errorf("pixel %d,%d is %v, want red %d", tt.x, tt.y, c, tt.want)
		}
	}
}
