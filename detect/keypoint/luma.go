package keypoint

import (
	"image"
	"math"
)

// source is how brightness lies in a picture.
type source struct {
	bytes  []byte    // of the first pixel on
	floats []float32 // instead of bytes, where the picture is of another kind
	pixel  int       // bytes a pixel: 1 of brightness alone (ITU-R BT.601, as a JPEG has it), 4 of red, green, blue and one that is not read
	stride int       // values a row
	w, h   int
}

func sourceOf(img image.Image) source {
	b := img.Bounds()
	s := source{pixel: 1, w: b.Dx(), h: b.Dy()}
	switch m := img.(type) {
	case *image.YCbCr:
		s.bytes, s.stride = m.Y[m.YOffset(b.Min.X, b.Min.Y):], m.YStride
	case *image.Gray:
		s.bytes, s.stride = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride
	case *image.NRGBA:
		s.bytes, s.stride, s.pixel = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 4
	case *image.RGBA:
		s.bytes, s.stride, s.pixel = m.Pix[m.PixOffset(b.Min.X, b.Min.Y):], m.Stride, 4
	default:
		s.floats, s.stride = make([]float32, s.w*s.h), s.w
		for i := range s.floats {
			r, g, bl, _ := img.At(b.Min.X+i%s.w, b.Min.Y+i/s.w).RGBA()
			s.floats[i] = (0.299*float32(r) + 0.587*float32(g) + 0.114*float32(bl)) / 65535
		}
	}
	return s
}

// luma is the brightness of a picture, 0 to 1, resized to w x h with a triangle filter as wide as a pixel of the smaller of the two.
func luma(a *arena, img image.Image, w, h int) *plane {
	s, p := sourceOf(img), a.plane(w, h)
	shrink(s, tapsOf(s.w, w), tapsOf(s.h, h), a.take(s.w+spare), p)
	return p
}

// taps are what each target pixel takes of the source: n values from starts on.
type taps struct {
	n       int
	starts  []int32
	weights []float32 // n a target pixel
}

// tapsOf are triangles. Every window lies within the source.
func tapsOf(from, to int) taps {
	scale := float64(from) / float64(to)
	reach := max(1, scale)
	window := func(i int) (lo, hi int, centre float64) {
		centre = (float64(i) + 0.5) * scale
		return max(0, int(math.Ceil(centre-reach-0.5))), min(from-1, int(math.Floor(centre+reach-0.5))), centre
	}
	t := taps{starts: make([]int32, to)}
	for i := range to {
		lo, hi, _ := window(i)
		t.n = max(t.n, hi-lo+1)
	}
	t.weights = make([]float32, t.n*to)
	for i := range to {
		lo, hi, centre := window(i)
		first := min(lo, from-t.n)
		t.starts[i] = int32(first)
		own, sum := t.weights[i*t.n:(i+1)*t.n], 0.0
		for j := lo; j <= hi; j++ {
			v := math.Max(0, 1-math.Abs(float64(j)+0.5-centre)/reach)
			own[j-first], sum = float32(v), sum+v
		}
		for j := range own {
			own[j] /= float32(sum)
		}
	}
	return t
}

// thumb is the picture squashed to ThumbSide squared.
func thumb(p *plane) []uint8 {
	out := make([]uint8, 0, ThumbSide*ThumbSide)
	across, down := tapsOf(p.w, ThumbSide), tapsOf(p.h, ThumbSide)
	for y, top := range down.starts {
		for x, left := range across.starts {
			sum := float32(0)
			for j, cy := range down.weights[y*down.n:][:down.n] {
				row := p.row(int(top) + j)
				for i, cx := range across.weights[x*across.n:][:across.n] {
					sum += cy * cx * row[int(left)+i]
				}
			}
			out = append(out, uint8(min(max(sum*255+0.5, 0), 255)))
		}
	}
	return out
}
