package keypoint

import (
	"image"
	"math"

	"github.com/viterin/vek/vek32"
)

// pad is the border that a plane carries on every side: as wide as the widest kernel of a pyramid (see octaveSteps).
const pad = 14

// plane is a picture of brightness with a border that repeats its edge, so that a filter is a run over flat memory.
type plane struct {
	w, h, stride int
	pix          []float32 // (h + 2·pad) rows of stride
}

// arena hands out the memory of planes; one serves one picture at a time.
type arena struct {
	free []float32
	size int // asked for since the last reset
	all  []float32
}

func (a *arena) reset() {
	if a.size > len(a.all) {
		a.all = make([]float32, a.size)
	}
	a.free, a.size = a.all, 0
}

func (a *arena) take(n int) []float32 {
	a.size += n
	if n > len(a.free) {
		return make([]float32, n) // the next picture of this size finds room
	}
	s := a.free[:n:n]
	a.free = a.free[n:]
	return s
}

func (a *arena) plane(w, h int) *plane {
	stride := w + 2*pad
	return &plane{w: w, h: h, stride: stride, pix: a.take(stride * (h + 2*pad))}
}

// row is one row of pixels without the border.
func (p *plane) row(y int) []float32 {
	at := (y+pad)*p.stride + pad
	return p.pix[at : at+p.w]
}

// at samples bilinearly, with pixel centres at half units; beyond the border the edge goes on.
func (p *plane) at(x, y float32) float32 {
	x = min(max(x-0.5, -pad), float32(p.w+pad-2)) + pad
	y = min(max(y-0.5, -pad), float32(p.h+pad-2)) + pad
	x0, y0 := int(x), int(y)
	fx, fy := x-float32(x0), y-float32(y0)
	i := y0*p.stride + x0
	top, bottom := p.pix[i:i+2:i+2], p.pix[i+p.stride:i+p.stride+2:i+p.stride+2]
	a := top[0] + fx*(top[1]-top[0])
	b := bottom[0] + fx*(bottom[1]-bottom[0])
	return a + fy*(b-a)
}

// extend writes the border.
func (p *plane) extend() {
	for y := pad; y < pad+p.h; y++ {
		row := p.pix[y*p.stride : (y+1)*p.stride]
		for x := range pad {
			row[x], row[pad+p.w+x] = row[pad], row[pad+p.w-1]
		}
	}
	first, last := p.pix[pad*p.stride:(pad+1)*p.stride], p.pix[(pad+p.h-1)*p.stride:(pad+p.h)*p.stride]
	for y := range pad {
		copy(p.pix[y*p.stride:], first)
		copy(p.pix[(pad+p.h+y)*p.stride:], last)
	}
}

// gaussian is half a normalised kernel of deviation sigma, from its middle outwards, three deviations wide.
func gaussian(sigma float64) []float32 {
	n := min(pad, int(math.Ceil(3*sigma)))
	k, sum := make([]float32, n+1), 0.0
	for i := range k {
		v := math.Exp(-float64(i*i) / (2 * sigma * sigma))
		k[i] = float32(v)
		sum += v
		if i > 0 {
			sum += v
		}
	}
	for i := range k {
		k[i] /= float32(sum)
	}
	return k
}

// chunk is how many values a pass filters at a time: what it touches stays in the nearest cache.
const chunk = 2048

// blur writes p, filtered along rows and columns, to dst, which has its size. tmp has as many values as p.
func (p *plane) blur(dst *plane, tmp []float32, sigma float64) {
	k := gaussian(sigma)
	pass(tmp, p.pix, 1, k)
	pass(dst.pix, tmp, p.stride, k)
	dst.extend()
}

// pass filters flat memory with a symmetric kernel whose taps lie step apart. What lies nearer to an end than the kernel reaches
// stays undefined: that is inside the border.
func pass(dst, src []float32, step int, k []float32) {
	var pair [chunk]float32
	reach := step * (len(k) - 1)
	for from := reach; from < len(src)-reach; from += chunk {
		to := min(from+chunk, len(src)-reach)
		out, sum := dst[from:to], pair[:to-from]
		vek32.MulNumber_Into(out, src[from:to], k[0])
		for i := 1; i < len(k); i++ {
			vek32.Add_Into(sum, src[from-i*step:to-i*step], src[from+i*step:to+i*step])
			vek32.MulNumber_Inplace(sum, k[i])
			vek32.Add_Inplace(out, sum)
		}
	}
}

// half is every other pixel of p.
func (p *plane) half(a *arena) *plane {
	q := a.plane(p.w/2, p.h/2)
	for y := range q.h {
		from, to := p.row(2*y), q.row(y)
		for x := range to {
			to[x] = from[2*x]
		}
	}
	q.extend()
	return q
}

// luma is the brightness of a picture (ITU-R BT.601), resized to w x h with a triangle filter as wide as a pixel of the smaller
// of the two, extended.
func luma(a *arena, img image.Image, w, h int) *plane {
	b := img.Bounds()
	across, down := taps(b.Dx(), w), taps(b.Dy(), h)
	row := a.take(b.Dx())
	narrow := a.take(w * b.Dy())
	read := reader(img)
	for y := range b.Dy() {
		read(row, y)
		to := narrow[y*w : (y+1)*w]
		for x, t := range across {
			sum := float32(0)
			for i, c := range t.weights {
				sum += c * row[t.first+i]
			}
			to[x] = sum
		}
	}
	p := a.plane(w, h)
	scaled := a.take(w)
	for y, t := range down {
		to := p.row(y)
		clear(to)
		for i, c := range t.weights {
			vek32.MulNumber_Into(scaled, narrow[(t.first+i)*w:(t.first+i+1)*w], c)
			vek32.Add_Inplace(to, scaled)
		}
	}
	p.extend()
	return p
}

// reader gives a function that reads the brightness of one row.
func reader(img image.Image) func(row []float32, y int) {
	b := img.Bounds()
	const r, g, bl = 0.299 / 255, 0.587 / 255, 0.114 / 255
	packed := func(pix []byte, row []float32) {
		for x := range row {
			p := pix[4*x : 4*x+3 : 4*x+3]
			row[x] = r*float32(p[0]) + g*float32(p[1]) + bl*float32(p[2])
		}
	}
	plain := func(pix []byte, row []float32) { // a JPEG's luma is this brightness
		for x := range row {
			row[x] = float32(pix[x]) / 255
		}
	}
	switch m := img.(type) {
	case *image.NRGBA:
		return func(row []float32, y int) { packed(m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):], row) }
	case *image.YCbCr:
		return func(row []float32, y int) { plain(m.Y[m.YOffset(b.Min.X, b.Min.Y+y):], row) }
	case *image.Gray:
		return func(row []float32, y int) { plain(m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):], row) }
	case *image.RGBA:
		return func(row []float32, y int) { packed(m.Pix[m.PixOffset(b.Min.X, b.Min.Y+y):], row) }
	}
	return func(row []float32, y int) {
		for x := range row {
			cr, cg, cb, _ := img.At(b.Min.X+x, b.Min.Y+y).RGBA()
			row[x] = (0.299*float32(cr) + 0.587*float32(cg) + 0.114*float32(cb)) / 65535
		}
	}
}

// span is what one target pixel takes of the source.
type span struct {
	first   int
	weights []float32
}

func taps(from, to int) []span {
	scale := float64(from) / float64(to)
	reach := max(1, scale)
	out := make([]span, to)
	for i := range out {
		centre := (float64(i) + 0.5) * scale
		lo, hi := max(0, int(math.Ceil(centre-reach-0.5))), min(from-1, int(math.Floor(centre+reach-0.5)))
		s, sum := span{first: lo}, 0.0
		for j := lo; j <= hi; j++ {
			v := math.Max(0, 1-math.Abs(float64(j)+0.5-centre)/reach)
			s.weights, sum = append(s.weights, float32(v)), sum+v
		}
		for j := range s.weights {
			s.weights[j] /= float32(sum)
		}
		out[i] = s
	}
	return out
}
