package ocr

import (
	"image"
	"image/color"
	"math"
)

// A raster is a picture in the order of bytes that the models were trained on: blue, green, red.
type raster struct {
	w, h int
	pix  []uint8
}

func newRaster(w, h int) raster { return raster{w, h, make([]uint8, 3*w*h)} }

// toRaster copies a picture, transparent parts on white.
func toRaster(img image.Image) raster {
	b := img.Bounds()
	r := newRaster(b.Dx(), b.Dy())
	i := 0
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			for k, v := range [3]uint8{c.B, c.G, c.R} {
				r.pix[i+k] = uint8((int(v)*int(c.A) + 255*(255-int(c.A)) + 127) / 255)
			}
			i += 3
		}
	}
	return r
}

// Sizes of pages, as in the original.
const (
	longestSide  = 2000
	shortestSide = 30
	widestRatio  = 8 // width over height from which a page is padded
)

// fitted brings a page's sides into the range that the detector takes, and says by how much a pixel of it counts in the original.
func fitted(r raster) (raster, float64, float64) {
	var ratio float64
	switch long, short := max(r.w, r.h), min(r.w, r.h); {
	case long > longestSide:
		ratio = longestSide / float64(long)
	case short < shortestSide:
		ratio = shortestSide / float64(short)
	default:
		return r, 1, 1
	}
	w, h := max(32, multiple(float64(r.w)*ratio)), max(32, multiple(float64(r.h)*ratio))
	w, h = min(w, 4*longestSide), min(h, 4*longestSide)
	return r.resize(w, h), float64(r.w) / float64(w), float64(r.h) / float64(h)
}

// multiple is the multiple of 32 nearest to a length in whole pixels.
func multiple(length float64) int { return int(math.RoundToEven(math.Trunc(length)/32)) * 32 }

// letterboxed puts black above and below a page that is very wide, or low, and says how much.
func letterboxed(r raster) (raster, int) {
	if r.h > shortestSide && float64(r.w)/float64(r.h) <= widestRatio {
		return r, 0
	}
	high := 2 * max(r.w/widestRatio, shortestSide)
	top := abs(high-r.h) / 2
	out := newRaster(r.w, r.h+2*top)
	copy(out.pix[3*top*r.w:], r.pix)
	return out, top
}

func abs(a int) int { return max(a, -a) }

// resize resamples by linear interpolation between pixel centres, without averaging when it shrinks: what the models were trained
// with.
func (r raster) resize(w, h int) raster {
	if w == r.w && h == r.h {
		return r
	}
	out := newRaster(w, h)
	left, right, share := linear(r.w, w)
	i := 0
	for y := range h {
		at := (float64(y)+0.5)*float64(r.h)/float64(h) - 0.5
		y0, fy := math.Floor(at), at-math.Floor(at)
		upper, lower := r.row(int(y0)), r.row(int(y0)+1)
		for x := range w {
			a, b, fx := left[x], right[x], share[x]
			for k := range 3 {
				top := float64(upper[a+k])*(1-fx) + float64(upper[b+k])*fx
				bottom := float64(lower[a+k])*(1-fx) + float64(lower[b+k])*fx
				out.pix[i] = uint8(top*(1-fy) + bottom*fy + 0.5)
				i++
			}
		}
	}
	return out
}

// linear gives for each of to pixels the byte offsets of its two neighbours among from pixels and the second one's share.
func linear(from, to int) (left, right []int, share []float64) {
	left, right, share = make([]int, to), make([]int, to), make([]float64, to)
	for x := range to {
		at := (float64(x)+0.5)*float64(from)/float64(to) - 0.5
		x0 := math.Floor(at)
		left[x], right[x], share[x] = 3*min(max(int(x0), 0), from-1), 3*min(max(int(x0)+1, 0), from-1), at-x0
	}
	return left, right, share
}

// row is one line of pixels; those beyond the edge are the edge's.
func (r raster) row(y int) []uint8 {
	y = min(max(y, 0), r.h-1)
	return r.pix[3*y*r.w : 3*(y+1)*r.w]
}

// turned is the raster after some quarter turns to the left.
func (r raster) turned(quarters int) raster {
	out := r
	for range quarters {
		next := newRaster(out.h, out.w)
		for y := range out.h {
			for x := range out.w {
				copy(next.pix[3*((out.w-1-x)*next.w+y):], out.pix[3*(y*out.w+x):][:3])
			}
		}
		out = next
	}
	return out
}

// tensor writes the raster as planes, scaled to -1..1, into a tensor row of the given width, padded with zeros on the right.
func (r raster) tensor(out []float32, width int) {
	plane := width * r.h
	for y := range r.h {
		for x := range r.w {
			for k := range 3 {
				out[k*plane+y*width+x] = (float32(r.pix[3*(y*r.w+x)+k])/255 - 0.5) / 0.5
			}
		}
	}
}
