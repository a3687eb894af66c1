package embed

import (
	"image"
	"image/color"
	"image/draw"
	"math"
)

// The resampling below is Pillow's (ImagingResample): the same weights in the
// same fixed-point arithmetic, rows first, then columns. The picture served is
// then the picture that was trained on, bit for bit; but for tall pictures,
// whose columns Pillow 13 resamples first, so that a few samples are rounded
// to the next value. It works on the caller's goroutine alone: a worker a core
// is enough, and a panic stays where it is contained.

const (
	lobes     = 3.0
	precision = 32 - 8 - 2 // bits behind the point of a weight
)

// taps are the source samples of one target sample: from start, with weights
// that sum to 1<<precision.
type taps struct {
	start   int
	weights []int32
}

// resize gives a picture in the size wanted, opaque.
func resize(img image.Image, width, height int) *image.NRGBA {
	src := opaque(img)
	if src.Rect.Dx() != width {
		src = horizontal(src, lanczos(src.Rect.Dx(), width))
	}
	if src.Rect.Dy() != height {
		src = vertical(src, lanczos(src.Rect.Dy(), height))
	}
	return src
}

// opaque gives the picture itself when it is an opaque NRGBA, otherwise a copy
// on white.
func opaque(img image.Image) *image.NRGBA {
	if p, ok := img.(*image.NRGBA); ok && p.Opaque() {
		return p
	}
	b := img.Bounds()
	flat := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(flat, flat.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(flat, flat.Rect, img, b.Min, draw.Over)
	// Without transparency the two colour models have the same bytes.
	return &image.NRGBA{Pix: flat.Pix, Stride: flat.Stride, Rect: flat.Rect}
}

// lanczos gives the taps of each of to samples out of from. When it shrinks,
// the kernel is stretched, so that every source sample counts.
func lanczos(from, to int) []taps {
	scale := float64(from) / float64(to)
	stretch := max(scale, 1)
	support := lobes * stretch
	out := make([]taps, to)
	var weights []float64
	for i := range out {
		centre := (float64(i) + 0.5) * scale
		start := max(0, int(centre-support+0.5))
		end := min(from, int(centre+support+0.5))
		weights = weights[:0]
		var sum float64
		for x := start; x < end; x++ {
			w := kernel((float64(x) - centre + 0.5) / stretch)
			weights = append(weights, w)
			sum += w
		}
		out[i] = taps{start, make([]int32, len(weights))}
		for k, w := range weights {
			out[i].weights[k] = int32(math.Round(w / sum * (1 << precision)))
		}
	}
	return out
}

func kernel(x float64) float64 {
	if x < -lobes || x >= lobes {
		return 0
	}
	return sinc(x) * sinc(x/lobes)
}

func sinc(x float64) float64 {
	if x == 0 {
		return 1
	}
	return math.Sin(x*math.Pi) / (x * math.Pi)
}

// horizontal resamples each row.
func horizontal(src *image.NRGBA, columns []taps) *image.NRGBA {
	height := src.Rect.Dy()
	dst := image.NewNRGBA(image.Rect(0, 0, len(columns), height))
	for y := range height {
		row := src.Pix[y*src.Stride:][:4*src.Rect.Dx()]
		out := dst.Pix[y*dst.Stride:][:4*len(columns)]
		for x, t := range columns {
			r, g, b := int32(1<<(precision-1)), int32(1<<(precision-1)), int32(1<<(precision-1))
			from := row[4*t.start:][:4*len(t.weights)]
			for _, w := range t.weights {
				p := from[:4:4]
				r += int32(p[0]) * w
				g += int32(p[1]) * w
				b += int32(p[2]) * w
				from = from[4:]
			}
			o := out[4*x : 4*x+4 : 4*x+4]
			o[0], o[1], o[2], o[3] = clip(r), clip(g), clip(b), 255
		}
	}
	return dst
}

// vertical resamples each column, going through memory by rows.
func vertical(src *image.NRGBA, rows []taps) *image.NRGBA {
	width := 4 * src.Rect.Dx()
	dst := image.NewNRGBA(image.Rect(0, 0, src.Rect.Dx(), len(rows)))
	sums := make([]int32, width)
	for y, t := range rows {
		for i := range sums {
			sums[i] = 1 << (precision - 1)
		}
		for k, w := range t.weights {
			row := src.Pix[(t.start+k)*src.Stride:][:len(sums)]
			for i, v := range row {
				sums[i] += int32(v) * w
			}
		}
		out := dst.Pix[y*dst.Stride:][:len(sums)]
		for i, s := range sums {
			out[i] = clip(s)
		}
	}
	return dst
}

func clip(v int32) uint8 {
	return uint8(min(max(v>>precision, 0), 255))
}
