package keypoint

import "math"

// Limits on placements.
const (
	tolerance   = 9.0  // how far a match may lie from its place, in pixels of the reference ...
	leastSlack  = 2.5  // ... and of the listing, whichever is more
	scaleSlack  = 1.7  // how much a match's own scale may differ from the placement's
	angleSlack  = 0.45 // how much its own angle may, in radians
	leastBase   = 8.0  // between the two matches that a placement is made of, in pixels of the reference
	leastZoom   = 0.08 // of the reference in the listing, working pixels each
	mostZoom    = 8.0
	closeMiddle = 3.0 // points of one place count once: nearer than this, in pixels of the reference
	leastSeen   = 1.4 // sigma of the smallest points that are found
)

// A Placement says how a reference lies in a listing's picture.
type Placement struct {
	// Matrix maps working pixels (x, y) of the reference to those of the listing: (m0·x + m1·y + m2, m3·x + m4·y + m5).
	// A negative determinant means that the copy is mirrored.
	Matrix   [6]float64
	Matches  int          // pairs of points that look alike
	Inliers  int          // those that lie where the matrix has them, each place counted once
	Points   [][4]float32 // the inliers: x and y in the reference, x and y in the listing
	Expected int          // points of the reference that lie inside the listing's picture and are not too small to be seen there
	Middle   [2]int       // inliers and expected points in the middle of the reference, where a picture of goods shows the goods
	Residual float64      // of the inliers, root mean square, in pixels of the reference
}

// Mirrored says whether the listing shows the reference mirrored.
func (p Placement) Mirrored() bool { return p.Matrix[0]*p.Matrix[4]-p.Matrix[1]*p.Matrix[3] < 0 }

// Place finds the placement of a reference in a listing's picture, or its mirror image, that most matches agree on. It is the
// same every time: each pair of matches that agree on scale and turn proposes one (which is RANSAC, Fischler and Bolles 1981,
// over all samples there are). Without two such matches it is the zero Placement.
func Place(reference *Set, listing *View) Placement {
	best := place(reference, reference.descriptors, listing, listing.Points)
	// To compare with the listing's mirror image is to compare the reference's with the listing.
	if m := place(reference, mirrorDescriptors(reference.descriptors), listing, listing.mirrored); m.Inliers > best.Inliers || m.Inliers == best.Inliers && m.Residual < best.Residual {
		w := float64(listing.Width)
		m.Matrix[0], m.Matrix[1], m.Matrix[2] = -m.Matrix[0], -m.Matrix[1], w-m.Matrix[2]
		for i := range m.Points {
			m.Points[i][2] = float32(w) - m.Points[i][2]
		}
		best = m
	}
	return best
}

// fitter holds the matches of one pair of pictures by value, since all of them are looked at again and again.
type fitter struct {
	all []matched
}

type matched struct {
	x, y, u, v   float64 // in the reference, in the listing
	scale, angle float64
}

func place(reference *Set, descriptors []float32, listing *View, points []Keypoint) Placement {
	var f fitter
	found := matches(reference.Points, descriptors, points, listing.others)
	f.all = make([]matched, 0, len(found))
	for _, m := range found {
		r, l := reference.Points[m.reference], points[m.listing]
		f.all = append(f.all, matched{float64(r.X), float64(r.Y), float64(l.X), float64(l.Y), float64(m.scale), float64(m.angle)})
	}
	m, ok := f.propose()
	if !ok {
		return Placement{Matches: len(found)}
	}
	in := f.inliers(m, 1)
	for range 2 {
		if next, ok := f.similarity(in); ok {
			if more := f.inliers(next, 1); len(more) >= len(in) {
				m, in = next, more
			}
		}
	}
	for range 3 {
		if next, ok := f.affine(in); ok && Plausible(next) {
			if more := f.inliers(next, 1); len(more) >= len(in) {
				m, in = next, more
			}
		}
	}
	p := Placement{Matrix: m, Matches: len(found)}
	f.count(&p, in)
	p.expect(reference, listing)
	return p
}

// Evenness says whether the middle of the reference has its share of the inliers: 0 or more where it does, below where it is a hole
// among them, in standard deviations, as when other goods lie on the same floor. At least -6.
func (p Placement) Evenness() float64 {
	if p.Expected < 1 {
		return 0
	}
	rate := math.Min(1, float64(p.Inliers)/float64(p.Expected))
	in, n := float64(p.Middle[0]), float64(p.Middle[1])
	return math.Max(-6, (in-rate*n)/math.Sqrt(n*rate*(1-rate)+1))
}

// expect counts the points of a reference that a listing's picture has room for, and those of them and of the inliers in the middle.
func (p *Placement) expect(reference *Set, listing *View) {
	m := p.Matrix
	_, zoom, _ := slack(m, 1)
	var seen [][2]float32
next:
	for _, k := range reference.Points {
		x, y := float64(k.X), float64(k.Y)
		u, v := m[0]*x+m[1]*y+m[2], m[3]*x+m[4]*y+m[5]
		if u < 0 || v < 0 || u >= float64(listing.Width) || v >= float64(listing.Height) || float64(k.Scale)*zoom < leastSeen {
			continue
		}
		for _, q := range seen {
			if near(q[0], q[1], k.X, k.Y) {
				continue next
			}
		}
		seen = append(seen, [2]float32{k.X, k.Y})
		if central(reference, k.X, k.Y) {
			p.Middle[1]++
		}
	}
	p.Expected = len(seen)
	for _, q := range p.Points {
		if central(reference, q[0], q[1]) {
			p.Middle[0]++
		}
	}
}

// near says whether two points of the reference are one place.
func near(x, y, u, v float32) bool {
	return (x-u)*(x-u)+(y-v)*(y-v) < closeMiddle*closeMiddle
}

// central says whether a point lies in the middle of a reference.
func central(s *Set, x, y float32) bool {
	w, h := float32(s.Width), float32(s.Height)
	return x > 0.25*w && x < 0.75*w && y > 0.2*h && y < 0.8*h
}

// propose tries the similarity that each two matches make and returns the one with the most inliers.
func (f *fitter) propose() (best [6]float64, ok bool) {
	n := min(len(f.all), mostPairs)
	most := 1
	for i := range n {
		for j := range i {
			m, fits := f.pair(f.all[i], f.all[j])
			if !fits {
				continue
			}
			if c := f.tally(m, n); c > most {
				most, best, ok = c, m, true
				if c > 20 && c > n*2/3 {
					return best, ok
				}
			}
		}
	}
	return best, ok
}

// pair is the similarity through two matches, when both keypoints agree with its scale and turn.
func (f *fitter) pair(a, b matched) (m [6]float64, ok bool) {
	dx, dy, du, dv := b.x-a.x, b.y-a.y, b.u-a.u, b.v-a.v
	base := dx*dx + dy*dy
	if base < leastBase*leastBase {
		return m, false
	}
	c, s := (dx*du+dy*dv)/base, (dx*dv-dy*du)/base
	scale := math.Hypot(c, s)
	if scale < leastZoom || scale > mostZoom {
		return m, false
	}
	angle := math.Atan2(s, c)
	if !a.agrees(scale, angle) || !b.agrees(scale, angle) {
		return m, false
	}
	return [6]float64{c, -s, a.u - c*a.x + s*a.y, s, c, a.v - s*a.x - c*a.y}, true
}

func (a matched) agrees(scale, angle float64) bool {
	if a.scale > scaleSlack*scale || scale > scaleSlack*a.scale {
		return false
	}
	d := math.Abs(a.angle - angle)
	return d < angleSlack || d > 2*math.Pi-angleSlack
}

// slack is how far from its place a match may lie under m, squared, in pixels of the listing.
func slack(m [6]float64, by float64) (limit, scale, angle float64) {
	scale = math.Sqrt(math.Abs(m[0]*m[4] - m[1]*m[3]))
	d := by * math.Max(leastSlack, tolerance*scale)
	return d * d, scale, math.Atan2(m[3]-m[1], m[0]+m[4])
}

// tally counts inliers among the first n matches.
func (f *fitter) tally(m [6]float64, n int) int {
	limit, scale, angle := slack(m, 1)
	c := 0
	for i := range f.all[:n] {
		a := &f.all[i]
		du, dv := m[0]*a.x+m[1]*a.y+m[2]-a.u, m[3]*a.x+m[4]*a.y+m[5]-a.v
		if du*du+dv*dv < limit && a.agrees(scale, angle) {
			c++
		}
	}
	return c
}

func (f *fitter) inliers(m [6]float64, by float64) []matched {
	limit, scale, angle := slack(m, by)
	var in []matched
	for _, a := range f.all {
		du, dv := m[0]*a.x+m[1]*a.y+m[2]-a.u, m[3]*a.x+m[4]*a.y+m[5]-a.v
		if du*du+dv*dv < limit && a.agrees(scale, angle) {
			in = append(in, a)
		}
	}
	return in
}

// similarity is the least-squares similarity of some matches.
func (f *fitter) similarity(in []matched) (m [6]float64, ok bool) {
	mx, my, mu, mv := middle(in)
	var c, s, n float64
	for _, a := range in {
		x, y, u, v := a.x-mx, a.y-my, a.u-mu, a.v-mv
		c, s, n = c+x*u+y*v, s+x*v-y*u, n+x*x+y*y
	}
	if n < leastBase*leastBase {
		return m, false
	}
	c, s = c/n, s/n
	return [6]float64{c, -s, mu - c*mx + s*my, s, c, mv - s*mx - c*my}, true
}

// affine is the least-squares affine map of at least six matches that do not lie on a line.
func (f *fitter) affine(in []matched) (m [6]float64, ok bool) {
	if len(in) < 6 {
		return m, false
	}
	mx, my, mu, mv := middle(in)
	var xx, xy, yy, xu, yu, xv, yv float64
	for _, a := range in {
		x, y, u, v := a.x-mx, a.y-my, a.u-mu, a.v-mv
		xx, xy, yy = xx+x*x, xy+x*y, yy+y*y
		xu, yu, xv, yv = xu+x*u, yu+y*u, xv+x*v, yv+y*v
	}
	det := xx*yy - xy*xy
	if det < 0.02*(xx+yy)*(xx+yy)/4 {
		return m, false
	}
	a, b := (xu*yy-yu*xy)/det, (yu*xx-xu*xy)/det
	c, d := (xv*yy-yv*xy)/det, (yv*xx-xv*xy)/det
	return [6]float64{a, b, mu - a*mx - b*my, c, d, mv - c*mx - d*my}, true
}

func middle(in []matched) (x, y, u, v float64) {
	n := float64(len(in))
	for _, a := range in {
		x, y, u, v = x+a.x/n, y+a.y/n, u+a.u/n, v+a.v/n
	}
	return x, y, u, v
}

// Plausible says whether a map squeezes or shears no more than an edit does: axes in a ratio of at most 2.5 and at least 45
// degrees apart, and no zoom out of bounds.
func Plausible(m [6]float64) bool {
	ax, ay := math.Hypot(m[0], m[3]), math.Hypot(m[1], m[4])
	if ax < leastZoom || ay < leastZoom || ax > mostZoom || ay > mostZoom || ax > 2.5*ay || ay > 2.5*ax {
		return false
	}
	return math.Abs(m[0]*m[1]+m[3]*m[4]) < 0.7*ax*ay
}

// count fills in the inliers, each place once.
func (f *fitter) count(p *Placement, in []matched) {
	m := p.Matrix
	det := math.Abs(m[0]*m[4] - m[1]*m[3])
	sum := 0.0
next:
	for _, a := range in {
		for _, q := range p.Points {
			if near(q[0], q[1], float32(a.x), float32(a.y)) {
				continue next
			}
		}
		du, dv := m[0]*a.x+m[1]*a.y+m[2]-a.u, m[3]*a.x+m[4]*a.y+m[5]-a.v
		sum += (du*du + dv*dv) / det
		p.Points = append(p.Points, [4]float32{float32(a.x), float32(a.y), float32(a.u), float32(a.v)})
	}
	p.Inliers = len(p.Points)
	p.Residual = math.Sqrt(sum / math.Max(1, float64(p.Inliers)))
}
