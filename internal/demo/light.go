package demo

import (
	"image"
	"math"
)

// plane is one number a pixel.
type plane struct {
	w, h int
	v    []float32
}

func newPlane(w, h int) *plane { return &plane{w, h, make([]float32, w*h)} }

// alphaOf is the coverage of a picture, 0 to 1.
func alphaOf(img *image.RGBA) *plane {
	p := newPlane(img.Rect.Dx(), img.Rect.Dy())
	for i := range p.v {
		p.v[i] = float32(img.Pix[4*i+3]) / 255
	}
	return p
}

// blur approaches a Gaussian of the given radius by three box blurs.
func (p *plane) blur(radius float64) *plane {
	r := max(1, int(radius*0.58+0.5))
	out := &plane{p.w, p.h, append([]float32(nil), p.v...)}
	tmp := newPlane(p.w, p.h)
	for range 3 {
		out.boxRows(tmp, r)
		tmp.boxColumns(out, r)
	}
	return out
}

func (p *plane) boxRows(to *plane, r int) {
	inv := 1 / float32(2*r+1)
	for y := range p.h {
		row, dst := p.v[y*p.w:(y+1)*p.w], to.v[y*p.w:(y+1)*p.w]
		sum := float32(r) * row[0]
		for x := 0; x <= r; x++ {
			sum += row[min(x, p.w-1)]
		}
		for x := range dst {
			dst[x] = sum * inv
			sum += row[min(x+r+1, p.w-1)] - row[max(x-r, 0)]
		}
	}
}

// boxColumns keeps a running sum a column and goes row by row, as the memory lies.
func (p *plane) boxColumns(to *plane, r int) {
	inv := 1 / float32(2*r+1)
	sums := make([]float32, p.w)
	row := func(y int) []float32 { y = min(max(y, 0), p.h-1); return p.v[y*p.w : (y+1)*p.w] }
	for y := -r; y <= r; y++ {
		for x, v := range row(y) {
			sums[x] += v
		}
	}
	for y := range p.h {
		dst, add, drop := to.v[y*p.w:(y+1)*p.w], row(y+r+1), row(y-r)
		for x := range dst {
			dst[x] = sums[x] * inv
			sums[x] += add[x] - drop[x]
		}
	}
}

// emboss lights a flat shape as if it bulged: the blurred coverage is taken as a height, and slopes towards the light
// at the upper left brighten while the others darken. Radius is how far the bulge reaches in, in pixels.
func emboss(img *image.RGBA, radius, depth float64) {
	h := alphaOf(img).blur(radius)
	gain := float32(depth * radius)
	for y := range h.h {
		for x := range h.w {
			i := y*h.w + x
			a := img.Pix[4*i+3]
			if a == 0 {
				continue
			}
			left, right := h.v[y*h.w+max(x-1, 0)], h.v[y*h.w+min(x+1, h.w-1)]
			up, down := h.v[max(y-1, 0)*h.w+x], h.v[min(y+1, h.h-1)*h.w+x]
			slope := (0.55*(right-left) + 0.83*(down-up)) * gain
			lit := slope + 0.16*(h.v[i]-0.85)*float32(depth)
			shade(img.Pix[4*i:4*i+3:4*i+3], a, min(max(lit, -0.55), 0.34))
		}
	}
}

// shade darkens a premultiplied pixel towards black (lit < 0) or lightens it towards white.
func shade(px []uint8, alpha uint8, lit float32) {
	for k, v := range px {
		if lit < 0 {
			px[k] = uint8(float32(v) * (1 + lit))
		} else {
			px[k] = uint8(float32(v) + (float32(alpha)-float32(v))*lit)
		}
	}
}

// crease modulates a layer by smooth noise, as cloth and leather do. Stretch lengthens it along x and y.
func crease(img *image.RGBA, seed int64, scale, stretchX, stretchY, strength float64) {
	n := noise(seed)
	w := img.Rect.Dx()
	for i := 0; i < len(img.Pix); i += 4 {
		if img.Pix[i+3] == 0 {
			continue
		}
		x, y := float64(i/4%w)*scale*stretchX, float64(i/4/w)*scale*stretchY
		shade(img.Pix[i:i+3:i+3], img.Pix[i+3], float32(strength*(n.cloud(x, y, 3)-0.5)))
	}
}

// cast darkens the scene under a layer: its coverage, blurred and moved.
func cast(scene, layer *image.RGBA, dx, dy int, radius, strength float64) {
	a := alphaOf(layer).blur(radius)
	for y := range a.h {
		sy := y - dy
		if sy < 0 || sy >= a.h {
			continue
		}
		for x := range a.w {
			sx := x - dx
			if sx < 0 || sx >= a.w {
				continue
			}
			if v := a.v[sy*a.w+sx]; v > 0.004 {
				i := 4 * (y*a.w + x)
				shade(scene.Pix[i:i+3:i+3], 255, -v*float32(strength))
			}
		}
	}
}

// over puts a layer on a scene.
func over(scene, layer *image.RGBA) {
	for i := 0; i < len(layer.Pix); i += 4 {
		a := uint32(layer.Pix[i+3])
		if a == 0 {
			continue
		}
		for k := range 4 {
			scene.Pix[i+k] = uint8(uint32(layer.Pix[i+k]) + uint32(scene.Pix[i+k])*(255-a)/255)
		}
	}
}

// atop puts a layer on another where that one has coverage: a print on cloth.
func atop(base, print *image.RGBA) {
	for i := 0; i < len(print.Pix); i += 4 {
		a, cover := uint32(print.Pix[i+3]), uint32(base.Pix[i+3])
		if a == 0 || cover == 0 {
			continue
		}
		for k := range 3 {
			base.Pix[i+k] = uint8(uint32(print.Pix[i+k])*cover/255 + uint32(base.Pix[i+k])*(255-a)/255)
		}
	}
}

// noise is smooth value noise, the same for the same seed.
type noise uint64

func (n noise) point(x, y int64) float64 {
	h := uint64(n)*0x9e3779b97f4a7c15 ^ uint64(x)*0xbf58476d1ce4e5b9 ^ uint64(y)*0x94d049bb133111eb
	h ^= h >> 31
	h *= 0xd6e8feb86659fd93
	h ^= h >> 32
	return float64(h&0xffffff) / 0xffffff
}

// smooth is between 0 and 1, with features about one unit wide.
func (n noise) smooth(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	tx, ty := x-fx, y-fy
	tx, ty = tx*tx*(3-2*tx), ty*ty*(3-2*ty)
	ix, iy := int64(fx), int64(fy)
	top := n.point(ix, iy) + (n.point(ix+1, iy)-n.point(ix, iy))*tx
	low := n.point(ix, iy+1) + (n.point(ix+1, iy+1)-n.point(ix, iy+1))*tx
	return top + (low-top)*ty
}

// cloud sums octaves of smooth noise, about 0 to 1 with a mean of 0.5.
func (n noise) cloud(x, y float64, octaves int) float64 {
	sum, weight, total := 0.0, 1.0, 0.0
	for o := range octaves {
		sum += weight * (n+noise(o)*7919).smooth(x, y)
		total += weight
		x, y, weight = 2.03*x+17.1, 2.03*y+9.2, weight/2
	}
	return sum / total
}
