package demo

import (
	"image"
	"image/draw"
	"math"
	"slices"
)

// plane is one number a pixel over a rectangle of a picture.
type plane struct {
	at   image.Point // its upper left corner in the picture
	w, h int
	v    []float32
}

// covered is the smallest rectangle outside of which a layer has no coverage.
func covered(img *image.RGBA) image.Rectangle {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	r := image.Rectangle{Min: image.Pt(w, h)}
	for y := range h {
		row := img.Pix[y*img.Stride : y*img.Stride+4*w]
		first := 0
		for first < w && row[4*first+3] == 0 {
			first++
		}
		if first == w {
			continue
		}
		last := w - 1
		for row[4*last+3] == 0 {
			last--
		}
		r = image.Rect(min(r.Min.X, first), min(r.Min.Y, y), max(r.Max.X, last+1), y+1)
	}
	if r.Min.X >= r.Max.X {
		return image.Rectangle{}
	}
	return r
}

// alphaOf is a layer's coverage, 0 to 1, over its covered rectangle and a margin around it.
func alphaOf(img *image.RGBA, margin int) *plane {
	r := covered(img)
	if r.Empty() {
		return &plane{}
	}
	r = r.Inset(-margin)
	p := &plane{r.Min, r.Dx(), r.Dy(), make([]float32, r.Dx()*r.Dy())}
	in := r.Intersect(img.Rect)
	for y := in.Min.Y; y < in.Max.Y; y++ {
		to := p.v[(y-r.Min.Y)*p.w+in.Min.X-r.Min.X:]
		from := img.Pix[y*img.Stride+4*in.Min.X:]
		for x := range in.Dx() {
			to[x] = float32(from[4*x+3]) / 255
		}
	}
	return p
}

// blur approaches a Gaussian of the given radius by three box blurs.
func (p *plane) blur(radius float64) *plane {
	r := max(1, int(radius*0.58+0.5))
	if len(p.v) == 0 {
		return p
	}
	out := &plane{p.at, p.w, p.h, slices.Clone(p.v)}
	tmp := &plane{p.at, p.w, p.h, make([]float32, len(p.v))}
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
	h := alphaOf(img, int(2*radius)).blur(radius)
	gain := float32(depth * radius)
	for y := 1; y < h.h-1; y++ {
		for x := 1; x < h.w-1; x++ {
			px, py := x+h.at.X, y+h.at.Y
			if px < 0 || py < 0 || px >= img.Rect.Dx() || py >= img.Rect.Dy() {
				continue
			}
			to := img.Pix[py*img.Stride+4*px:][:4:4]
			if to[3] == 0 {
				continue
			}
			i := y*h.w + x
			slope := (0.55*(h.v[i+1]-h.v[i-1]) + 0.83*(h.v[i+h.w]-h.v[i-h.w])) * gain
			lit := slope + 0.16*(h.v[i]-0.85)*float32(depth)
			shade(to[:3], to[3], min(max(lit, -0.55), 0.34))
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
	r := covered(img)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			px := img.Pix[y*img.Stride+4*x:][:4:4]
			if px[3] > 0 {
				shade(px[:3], px[3], float32(strength*(n.cloud(float64(x)*scale*stretchX, float64(y)*scale*stretchY, 3)-0.5)))
			}
		}
	}
}

// cast darkens the scene under a layer: its coverage, blurred and moved.
func cast(scene, layer *image.RGBA, dx, dy int, radius, strength float64) {
	a := alphaOf(layer, int(2.5*radius)).blur(radius)
	for y := range a.h {
		for x := range a.w {
			px, py := x+a.at.X+dx, y+a.at.Y+dy
			if v := a.v[y*a.w+x]; v > 0.004 && px >= 0 && py >= 0 && px < scene.Rect.Dx() && py < scene.Rect.Dy() {
				shade(scene.Pix[py*scene.Stride+4*px:][:3:3], 255, -v*float32(strength))
			}
		}
	}
}

// over puts a layer on a scene.
func over(scene, layer *image.RGBA) {
	r := covered(layer)
	draw.Draw(scene, r, layer, r.Min, draw.Over)
}

// atop puts a layer on another where that one has coverage: a print on cloth.
func atop(base, print *image.RGBA) {
	r := covered(print).Intersect(covered(base))
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for i := y*base.Stride + 4*r.Min.X; i < y*base.Stride+4*r.Max.X; i += 4 {
			a, cover := uint32(print.Pix[i+3]), uint32(base.Pix[i+3])
			if a == 0 || cover == 0 {
				continue
			}
			for k := range 3 {
				base.Pix[i+k] = uint8(uint32(print.Pix[i+k])*cover/255 + uint32(base.Pix[i+k])*(255-a)/255)
			}
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
