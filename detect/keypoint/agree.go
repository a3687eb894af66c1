package keypoint

import "math"

// Agreement is how far the pixels of two pictures agree once one is laid onto the other.
type Agreement struct {
	Overlap float64 // share of the reference that lies inside the listing's picture, 0 to 1
	Whole   float64 // correlation of brightness over the overlap, -1 to 1
	Detail  float64 // mean correlation of the blocks of the reference that show anything, weighed by how much
	Share   float64 // share of those blocks, by weight, whose correlation is above 0.6
	Centre  float64 // Detail of the blocks in the middle alone, where a picture of goods shows the goods and not the floor
	// Texture is Detail of what is finer than three pixels of the thumb, and Core is Texture in the middle: folds and prints, where
	// outlines of like goods on the same floor agree in everything coarser.
	Texture, Core float64
}

// Blocks of the comparison.
const (
	block        = 8 // a side, in pixels of the thumb
	blocks       = ThumbSide / block
	inside       = block * block / 2 // pixels of a block that must lie in the listing
	leastShade   = 3.0 / 255         // deviation of brightness from which a block shows anything
	leastTexture = 1.0 / 255         // the same of what is fine
	alike        = 0.6
	steps        = 6 // of the refinement
	rim          = 1 // blocks at each side that are not the middle
)

// Compare lays the reference onto the listing, nudges the placement to where the pixels fit best, and says how well they agree.
// The returned placement has the nudged matrix.
func Compare(reference *Set, listing *View, p Placement) (Placement, Agreement) {
	if p.Inliers < 2 || len(reference.Thumb) != ThumbSide*ThumbSide || len(listing.blurred) == 0 {
		return p, Agreement{}
	}
	c := newCanvas(reference, listing, p.Matrix)
	m := c.refine(c.unit(p.Matrix))
	a := c.agreement(m)
	p.Matrix = c.pixels(m)
	return p, a
}

// canvas compares a thumb with one level of a listing's picture. Its matrices map the thumb's pixels to the level's.
type canvas struct {
	field  *plane
	thumb  [ThumbSide * ThumbSide]float32
	zoom   float64 // working pixels of the listing in one of the level
	sx, sy float64 // working pixels of the reference in one of the thumb
}

func newCanvas(reference *Set, listing *View, m [6]float64) *canvas {
	c := &canvas{sx: float64(reference.Width) / ThumbSide, sy: float64(reference.Height) / ThumbSide}
	for i, v := range reference.Thumb {
		c.thumb[i] = float32(v) / 255
	}
	// The level whose pixels are the largest that are no larger than the thumb's as they lie in the listing.
	side := math.Sqrt(math.Abs(m[0]*m[4]-m[1]*m[3]) * c.sx * c.sy)
	level := 0
	if side > 1 {
		level = min(int(math.Log2(side)), len(listing.blurred)-1)
	}
	c.field, c.zoom = listing.blurred[level], math.Pow(2, float64(level))
	return c
}

func (c *canvas) unit(m [6]float64) [6]float64 {
	x, y := c.sx/c.zoom, c.sy/c.zoom
	return [6]float64{m[0] * x, m[1] * y, m[2] / c.zoom, m[3] * x, m[4] * y, m[5] / c.zoom}
}

func (c *canvas) pixels(m [6]float64) [6]float64 {
	x, y := c.zoom/c.sx, c.zoom/c.sy
	return [6]float64{m[0] * x, m[1] * y, m[2] * c.zoom, m[3] * x, m[4] * y, m[5] * c.zoom}
}

// sample reads the level where the thumb's pixel (x, y) lies; false outside the listing.
func (c *canvas) sample(m *[6]float64, x, y int) (value float32, u, v float32, ok bool) {
	fx, fy := float64(x)+0.5, float64(y)+0.5
	u, v = float32(m[0]*fx+m[1]*fy+m[2]), float32(m[3]*fx+m[4]*fy+m[5])
	if !(u >= 0 && v >= 0 && u <= float32(c.field.w) && v <= float32(c.field.h)) {
		return 0, u, v, false
	}
	return c.field.at(u, v), u, v, true
}

// refine climbs the correlation coefficient by the forward additive steps of ECC (Evangelidis and Psarakis, TPAMI 2008) with an
// affine map, and returns the best map on the way.
func (c *canvas) refine(m [6]float64) [6]float64 {
	best, most := m, c.fit(m).Whole
	for range steps {
		step, ok := c.step(m)
		if !ok {
			break
		}
		move := 0.0
		for i, d := range step {
			m[i] += d
			if i%3 == 2 {
				d /= ThumbSide
			}
			move = math.Max(move, math.Abs(d)*ThumbSide)
		}
		a := c.fit(m)
		if !Plausible(c.pixels(m)) || move > 6 || a.Overlap < 0.1 {
			break // it ran away
		}
		if a.Whole > most {
			best, most = m, a.Whole
		}
		if move < 0.05 {
			break
		}
	}
	return best
}

// step solves for one step: with the zero-mean warped field f, the thumb t, the Jacobian G of the field and P = G(GᵀG)⁻¹Gᵀ, the map
// moves by (GᵀG)⁻¹Gᵀ(λt − f) with λ = (‖f‖² − fᵀPf) / (tᵀf − tᵀPf).
func (c *canvas) step(m [6]float64) (step [6]float64, ok bool) {
	var h [6][6]float64
	var gf, gt, sum [6]float64
	var n, sf, st, ff, ft float64
	for y := range ThumbSide {
		for x := range ThumbSide {
			value, u, v, in := c.sample(&m, x, y)
			if !in {
				continue
			}
			f, t := float64(value), float64(c.thumb[y*ThumbSide+x])
			gx := float64(c.field.at(u+0.5, v) - c.field.at(u-0.5, v))
			gy := float64(c.field.at(u, v+0.5) - c.field.at(u, v-0.5))
			fx, fy := float64(x)+0.5, float64(y)+0.5
			g := [6]float64{gx * fx, gx * fy, gx, gy * fx, gy * fy, gy}
			n, sf, st, ff, ft = n+1, sf+f, st+t, ff+f*f, ft+f*t
			for i, gi := range g {
				gf[i] += gi * f
				gt[i] += gi * t
				sum[i] += gi
				for j := i; j < 6; j++ {
					h[i][j] += gi * g[j]
				}
			}
		}
	}
	if n < 64 {
		return step, false
	}
	ff, ft = ff-sf*sf/n, ft-sf*st/n
	for i := range gf {
		gf[i] -= sum[i] * sf / n
		gt[i] -= sum[i] * st / n
	}
	hf, ok1 := cholesky(h, gf)
	ht, ok2 := cholesky(h, gt)
	if !ok1 || !ok2 {
		return step, false
	}
	pff, ptf := 0.0, 0.0
	for i := range gf {
		pff += gf[i] * hf[i]
		ptf += gt[i] * hf[i]
	}
	den := ft - ptf
	if den <= 1e-12 {
		return step, false
	}
	lambda := (ff - pff) / den
	for i := range step {
		step[i] = lambda*ht[i] - hf[i]
		if math.IsNaN(step[i]) || math.IsInf(step[i], 0) {
			return step, false
		}
	}
	return step, true
}

// cholesky solves hx = b for a positive definite h, given by its upper half.
func cholesky(h [6][6]float64, b [6]float64) (x [6]float64, ok bool) {
	var l [6][6]float64
	for i := range 6 {
		for j := range i + 1 {
			s := h[j][i]
			for k := range j {
				s -= l[i][k] * l[j][k]
			}
			if i != j {
				l[i][j] = s / l[j][j]
				continue
			}
			if s <= 1e-10*h[i][i] || s <= 0 {
				return x, false
			}
			l[i][i] = math.Sqrt(s)
		}
	}
	for i := range 6 {
		s := b[i]
		for k := range i {
			s -= l[i][k] * x[k]
		}
		x[i] = s / l[i][i]
	}
	for i := 5; i >= 0; i-- {
		s := x[i]
		for k := i + 1; k < 6; k++ {
			s -= l[k][i] * x[k]
		}
		x[i] = s / l[i][i]
	}
	return x, true
}

// sums gathers a correlation.
type sums struct{ n, t, f, tt, ff, tf float64 }

func (s *sums) add(t, f float64) {
	s.n, s.t, s.f, s.tt, s.ff, s.tf = s.n+1, s.t+t, s.f+f, s.tt+t*t, s.ff+f*f, s.tf+t*f
}

func (s *sums) merge(o sums) {
	s.n, s.t, s.f, s.tt, s.ff, s.tf = s.n+o.n, s.t+o.t, s.f+o.f, s.tt+o.tt, s.ff+o.ff, s.tf+o.tf
}

// correlation, and the deviation of the thumb; 0 where either is flat.
func (s *sums) correlation() (r, shade float64) {
	if s.n < 2 {
		return 0, 0
	}
	t, f := s.tt-s.t*s.t/s.n, s.ff-s.f*s.f/s.n
	shade = math.Sqrt(math.Max(0, t/s.n))
	if t < 1e-6 || f < 1e-6 {
		return 0, shade
	}
	return (s.tf - s.t*s.f/s.n) / math.Sqrt(t*f), shade
}

// fit is the agreement as far as a refinement needs it.
func (c *canvas) fit(m [6]float64) (a Agreement) {
	var all sums
	for y := range ThumbSide {
		for x := range ThumbSide {
			if f, _, _, ok := c.sample(&m, x, y); ok {
				all.add(float64(c.thumb[y*ThumbSide+x]), float64(f))
			}
		}
	}
	a.Overlap = all.n / (ThumbSide * ThumbSide)
	a.Whole, _ = all.correlation()
	return a
}

// blockwise gathers the mean correlation of blocks, weighed by how much the reference shows in them.
type blockwise struct {
	each [blocks * blocks]sums
}

// means are over all blocks and over those in the middle; share is the weight of the blocks that are alike. Blocks whose reference
// shows less than least say nothing.
func (b *blockwise) means(least float64) (all, centre, share float64) {
	var weight, central float64
	for i := range b.each {
		r, shade := b.each[i].correlation()
		if b.each[i].n < inside || shade < least {
			continue
		}
		weight += shade
		all += shade * r
		if r > alike {
			share += shade
		}
		if x, y := i%blocks, i/blocks; x >= rim && x < blocks-rim && y >= rim && y < blocks-rim {
			central += shade
			centre += shade * r
		}
	}
	if weight > 0 {
		all, share = all/weight, share/weight
	}
	if central > 0 {
		centre /= central
	}
	return all, centre, share
}

// overlay is the listing's brightness where the thumb's pixels lie.
type overlay struct {
	value  [ThumbSide * ThumbSide]float32
	inside [ThumbSide * ThumbSide]bool
}

func (c *canvas) agreement(m [6]float64) Agreement {
	var o overlay
	var coarse, fine blockwise
	var whole sums
	for y := range ThumbSide {
		for x := range ThumbSide {
			at := y*ThumbSide + x
			if o.value[at], _, _, o.inside[at] = c.sample(&m, x, y); o.inside[at] {
				coarse.each[y/block*blocks+x/block].add(float64(c.thumb[at]), float64(o.value[at]))
			}
		}
	}
	for i := range coarse.each {
		whole.merge(coarse.each[i])
	}
	for y := 1; y < ThumbSide-1; y++ {
		for x := 1; x < ThumbSide-1; x++ {
			at := y*ThumbSide + x
			if f, ok := o.sharp(at); ok {
				fine.each[y/block*blocks+x/block].add(sharp(&c.thumb, at), f)
			}
		}
	}
	a := Agreement{Overlap: whole.n / (ThumbSide * ThumbSide)}
	a.Whole, _ = whole.correlation()
	a.Detail, a.Centre, a.Share = coarse.means(leastShade)
	a.Texture, a.Core, _ = fine.means(leastTexture)
	return a
}

// sharp is a pixel less the mean of its neighbourhood.
func sharp(v *[ThumbSide * ThumbSide]float32, at int) float64 {
	sum := float32(0)
	for _, i := range [3]int{at - ThumbSide, at, at + ThumbSide} {
		sum += v[i-1] + v[i] + v[i+1]
	}
	return float64(v[at] - sum/9)
}

func (o *overlay) sharp(at int) (float64, bool) {
	for _, i := range [3]int{at - ThumbSide, at, at + ThumbSide} {
		if !o.inside[i-1] || !o.inside[i] || !o.inside[i+1] {
			return 0, false
		}
	}
	return sharp(&o.value, at), true
}
