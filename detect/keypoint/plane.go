package keypoint

import "math"

// pad is the border that a plane carries left and right, and spare what follows its last row: filters run over whole vectors.
const (
	pad   = 16
	spare = 64
)

// plane is a picture of brightness. Left and right of each row its edge goes on.
type plane struct {
	w, h, stride int
	pix          []float32 // h rows of stride, and spare
}

// arena hands out the memory of planes and the like; one serves one picture at a time.
type arena struct {
	free []float32
	size int // asked for since the last reset
	all  []float32

	peaks []int32 // of one level, while they are looked at
	found []extremum
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
	return &plane{w: w, h: h, stride: stride, pix: a.take(stride*h + spare)}
}

// row is one row of pixels without the border.
func (p *plane) row(y int) []float32 {
	at := y*p.stride + pad
	return p.pix[at : at+p.w]
}

// at samples bilinearly, with pixel centres at half units; beyond the picture its edge goes on. The plane has at least two pixels a
// side.
func (p *plane) at(x, y float32) float32 {
	x, y = min(max(x-0.5, 0), float32(p.w-1)), min(max(y-0.5, 0), float32(p.h-1))
	x0, y0 := min(int(x), p.w-2), min(int(y), p.h-2)
	fx, fy := x-float32(x0), y-float32(y0)
	i := y0*p.stride + pad + x0
	top, bottom := p.pix[i:i+2:i+2], p.pix[i+p.stride:i+p.stride+2:i+p.stride+2]
	a := top[0] + fx*(top[1]-top[0])
	b := bottom[0] + fx*(bottom[1]-bottom[0])
	return a + fy*(b-a)
}

// extend writes the border of a row.
func (p *plane) extend(y int) {
	row := p.pix[y*p.stride : (y+1)*p.stride]
	for x := range pad {
		row[x], row[pad+p.w+x] = row[pad], row[pad+p.w-1]
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
		q.extend(y)
	}
	return q
}

// mostReach is the most that a kernel reaches to either side.
const mostReach = 12

// gaussian is half a normalised kernel of deviation sigma, from its middle outwards, three deviations wide.
func gaussian(sigma float64) []float32 {
	n := min(mostReach, int(math.Ceil(3*sigma)))
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
