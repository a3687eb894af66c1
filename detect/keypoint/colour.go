package keypoint

import (
	"image"
	"image/color"
	"math"
)

// ColourSide is the side of the small picture of colours that a Set carries, squashed to a square.
const ColourSide = 16

const (
	tintSide  = 64   // of a listing's colours, the longer side
	tintReads = 4    // pixels a side that are read for one colour
	faint     = 3.0  // deviation of Cb and Cr, of 255, below which a picture has hardly any colour
	tintRim   = 3    // cells at each side of the reference that are not the middle
	neutral   = 128. // Cb and Cr of grey
)

// tints is the colours of a picture without their brightness: Cb and Cr, row by row.
type tints struct {
	w, h int
	pix  [][2]float32
}

// tintsOf reads a picture's colours at w x h, each the mean of a few pixels.
func tintsOf(img image.Image, w, h int) *tints {
	b, read := img.Bounds(), tintReader(img)
	t := &tints{w, h, make([][2]float32, w*h)}
	for y := range h {
		for x := range w {
			var sum [2]float32
			for j := range tintReads {
				v := b.Min.Y + ((y*tintReads+j)*2+1)*b.Dy()/(2*h*tintReads)
				for i := range tintReads {
					cb, cr := read(b.Min.X+((x*tintReads+i)*2+1)*b.Dx()/(2*w*tintReads), v)
					sum[0], sum[1] = sum[0]+float32(cb), sum[1]+float32(cr)
				}
			}
			t.pix[y*w+x] = [2]float32{sum[0] / (tintReads * tintReads), sum[1] / (tintReads * tintReads)}
		}
	}
	return t
}

// tintReader gives a function that reads Cb and Cr of one pixel.
func tintReader(img image.Image) func(x, y int) (cb, cr uint8) {
	packed := func(p []uint8) (uint8, uint8) {
		_, cb, cr := color.RGBToYCbCr(p[0], p[1], p[2])
		return cb, cr
	}
	switch m := img.(type) {
	case *image.YCbCr:
		return func(x, y int) (uint8, uint8) {
			at := m.COffset(x, y)
			return m.Cb[at], m.Cr[at]
		}
	case *image.NRGBA:
		return func(x, y int) (uint8, uint8) { return packed(m.Pix[m.PixOffset(x, y):]) }
	case *image.RGBA:
		return func(x, y int) (uint8, uint8) { return packed(m.Pix[m.PixOffset(x, y):]) }
	case *image.Gray:
		return func(int, int) (uint8, uint8) { return neutral, neutral }
	}
	return func(x, y int) (uint8, uint8) {
		r, g, b, _ := img.At(x, y).RGBA()
		return packed([]uint8{uint8(r >> 8), uint8(g >> 8), uint8(b >> 8)})
	}
}

// of a reference, in the bytes that a Set carries: Cb and Cr of each cell.
func colourOf(img image.Image) []uint8 {
	out := make([]uint8, 0, 2*ColourSide*ColourSide)
	for _, c := range tintsOf(img, ColourSide, ColourSide).pix {
		out = append(out, uint8(c[0]+0.5), uint8(c[1]+0.5))
	}
	return out
}

// listingTints reads a listing's colours at a size for sampling.
func listingTints(img image.Image, w, h int) *tints {
	zoom := float64(tintSide) / float64(max(w, h))
	return tintsOf(img, max(1, int(zoom*float64(w)+0.5)), max(1, int(zoom*float64(h)+0.5)))
}

// at samples bilinearly at a share of width and height, 0 to 1 each; pixel centres lie at half units.
func (t *tints) at(u, v float64) (cb, cr float64) {
	x, y := math.Max(0, u*float64(t.w)-0.5), math.Max(0, v*float64(t.h)-0.5)
	x0, y0 := min(int(x), t.w-1), min(int(y), t.h-1)
	x1, y1 := min(x0+1, t.w-1), min(y0+1, t.h-1)
	fx, fy := x-float64(x0), y-float64(y0)
	mix := func(c int) float64 {
		top := float64(t.pix[y0*t.w+x0][c])*(1-fx) + float64(t.pix[y0*t.w+x1][c])*fx
		bottom := float64(t.pix[y1*t.w+x0][c])*(1-fx) + float64(t.pix[y1*t.w+x1][c])*fx
		return top*(1-fy) + bottom*fy
	}
	return mix(0), mix(1)
}

// agreement is how far the colours of a reference and of a listing go together over their overlap, under a placement m in
// working pixels of both: the correlation of Cb and Cr taken together, drawn to 0 where either shows hardly any. A tint over all and paler
// colours leave it as it is; a turn of the hues does not. core is the same of the middle of the reference, with the means of the whole, so
// that other goods on one floor stand out.
func (t *tints) agreement(reference *Set, listing *View, m [6]float64) (all, core float64) {
	if len(reference.Colour) != 2*ColourSide*ColourSide {
		return 0, 0
	}
	var pairs [ColourSide * ColourSide][4]float64 // Cb and Cr in the reference, in the listing
	var middle [ColourSide * ColourSide]bool
	n := 0
	var mean [4]float64
	for i := range ColourSide * ColourSide {
		col, row := i%ColourSide, i/ColourSide
		x := (float64(col) + 0.5) / ColourSide * float64(reference.Width)
		y := (float64(row) + 0.5) / ColourSide * float64(reference.Height)
		u, v := (m[0]*x+m[1]*y+m[2])/float64(listing.Width), (m[3]*x+m[4]*y+m[5])/float64(listing.Height)
		if !(u >= 0 && v >= 0 && u <= 1 && v <= 1) {
			continue
		}
		cb, cr := t.at(u, v)
		pairs[n] = [4]float64{float64(reference.Colour[2*i]), float64(reference.Colour[2*i+1]), cb, cr}
		middle[n] = col >= tintRim && row >= tintRim && col < ColourSide-tintRim && row < ColourSide-tintRim
		for k, c := range pairs[n] {
			mean[k] += c
		}
		n++
	}
	if n < ColourSide {
		return 0, 0
	}
	var whole, inner tintSums
	for i, p := range pairs[:n] {
		for k := range p {
			p[k] -= mean[k] / float64(n)
		}
		whole.add(p)
		if middle[i] {
			inner.add(p)
		}
	}
	return whole.correlation(), inner.correlation()
}

// tintSums gathers a correlation of colours.
type tintSums struct{ n, tt, ff, tf float64 }

func (s *tintSums) add(p [4]float64) {
	s.n++
	s.tt += p[0]*p[0] + p[1]*p[1]
	s.ff += p[2]*p[2] + p[3]*p[3]
	s.tf += p[0]*p[2] + p[1]*p[3]
}

// correlation is in [-1, 1]; faint colours pull it to 0.
func (s *tintSums) correlation() float64 {
	if s.n == 0 {
		return 0
	}
	return s.tf / (math.Sqrt(s.tt*s.ff) + s.n*faint*faint)
}
