package keypoint

import "math"

// Lookup is what the details of a reference say once each is looked up in the listing's picture, where a placement has it. Unlike
// inliers it also tells what is *not* there: goods on the same mock-up agree in all of the surroundings, and in their middle, where a
// picture of goods shows what is to be protected, there is something else.
type Lookup struct {
	Looked int     // details that the listing's picture has room for
	Shared float64 // share of them that are there, 0 to 1
	Heart  float64 // the same in the middle, drawn towards a half where there are few
	Gap    float64 // by how much Heart falls short of the share around the middle, -1 to 0; drawn towards 0 where there are few
	Spread float64 // share of the details in the middle that are inliers, 0 to 1
	Agrees float64 // share of the reference's parts that show anything, of 6 x 6, in which most details are there, 0 to 1
}

// Limits of the look-up.
const (
	strange  = 0.7  // product of the descriptors of two places up to which they are not alike ...
	same     = 0.95 // ... and from which they are
	sidestep = 1.5  // how far around its place a detail is searched, in sigmas: prints bend, placements are a little off
	heart    = 0.15 // deviation of the middle, in sides of the reference
	parts    = 6    // a side
)

// LookUp looks each detail of the reference up at the place, size and turn that a placement gives it. Without a placement it is the zero
// Lookup.
func LookUp(reference *Set, listing *View, p Placement) Lookup {
	if p.Inliers < 2 || len(listing.octaves) == 0 {
		return Lookup{}
	}
	descriptors := reference.descriptors
	if p.Mirrored() {
		descriptors = mirrorDescriptors(descriptors)
	}
	_, zoom, _ := slack(p.Matrix, 1)
	var c census
	for i, k := range reference.Points {
		at, ok := p.spot(k, zoom)
		if !ok || at.x < 0 || at.y < 0 || at.x >= float64(listing.Width) || at.y >= float64(listing.Height) || at.scale < leastSeen {
			continue
		}
		there := listing.alike(at, descriptors[i*Dimension:(i+1)*Dimension])
		c.count(float64(k.X)/float64(reference.Width), float64(k.Y)/float64(reference.Height), there, p.fits(k))
	}
	return c.lookup()
}

// fits says whether a detail is one of the inliers.
func (p Placement) fits(k Keypoint) bool {
	for _, q := range p.Points {
		if near(q[0], q[1], k.X, k.Y) {
			return true
		}
	}
	return false
}

// A spot is where a detail should lie in the listing's picture: place and sigma in working pixels, and the direction of its axis.
type spot struct{ x, y, scale, cos, sin float64 }

func (p Placement) spot(k Keypoint, zoom float64) (spot, bool) {
	m, x, y := p.Matrix, float64(k.X), float64(k.Y)
	sin, cos := math.Sincos(float64(k.Angle))
	du, dv := m[0]*cos+m[1]*sin, m[3]*cos+m[4]*sin
	n := math.Hypot(du, dv)
	return spot{m[0]*x + m[1]*y + m[2], m[3]*x + m[4]*y + m[5], float64(k.Scale) * zoom, du / n, dv / n}, n > 0
}

// alike says how far a descriptor is there at a spot or right beside it, 0 to 1.
func (v *View) alike(at spot, descriptor []float32) float64 {
	best := v.product(at, descriptor)
	for _, step := range [4][2]float64{{1, 0}, {-1, 0}, {0, 1}, {0, -1}} {
		if best >= same {
			break
		}
		beside := at
		beside.x += sidestep * at.scale * step[0]
		beside.y += sidestep * at.scale * step[1]
		best = max(best, v.product(beside, descriptor))
	}
	return min(1, max(0, (float64(best)-strange)/(same-strange)))
}

// product is the one of a descriptor and of that at a spot; 0 where the picture is flat.
func (v *View) product(at spot, descriptor []float32) (sum float32) {
	// The level of the pyramid that a keypoint of this sigma would be found in.
	level := max(0, int(math.Round(math.Log2(at.scale/firstSigma)*scales)))
	octave := min(level/scales, len(v.octaves)-1)
	level = min(level-octave*scales, levels-1)
	o := &v.octaves[octave]
	step := float64(o.step)
	gap := spacing * at.scale / step
	var own [Dimension]float32
	if !describe(o.level[level], float32(at.x/step), float32(at.y/step), float32(at.cos*gap), float32(at.sin*gap), own[:]) {
		return 0
	}
	for i, d := range descriptor {
		sum += d * own[i]
	}
	return sum
}

// census gathers details of which is known how far they are there.
type census struct {
	looked, there                   float64
	weight, square, central, inlier float64 // of the middle: sums of weights, of their squares, of what is there and of inliers
	part                            [parts * parts]struct{ looked, there float64 }
}

// count adds a detail at (x, y), in sides of the reference.
func (c *census) count(x, y, there float64, inlier bool) {
	w := math.Exp(-((x-0.5)*(x-0.5) + (y-0.5)*(y-0.5)) / (2 * heart * heart))
	c.looked, c.there = c.looked+1, c.there+there
	c.weight, c.square, c.central = c.weight+w, c.square+w*w, c.central+w*there
	if inlier {
		c.inlier += w
	}
	p := &c.part[min(parts-1, max(0, int(y*parts)))*parts+min(parts-1, max(0, int(x*parts)))]
	p.looked, p.there = p.looked+1, p.there+there
}

func (c *census) lookup() Lookup {
	if c.looked == 0 {
		return Lookup{}
	}
	l := Lookup{Looked: int(c.looked), Shared: c.there / c.looked, Heart: (c.central + 0.5) / (c.weight + 1)}
	if c.weight > 0 {
		l.Spread = c.inlier / c.weight
		around := (c.there - c.central) / (c.looked - c.weight + 1e-6)
		many := c.weight * c.weight / c.square // details in the middle, as good as
		l.Gap = min(0, (c.central/c.weight-around)*many/(many+2))
	}
	shown, agrees := 0.0, 0.0
	for _, p := range c.part {
		if p.looked == 0 {
			continue
		}
		shown++
		if p.there > 0.5*p.looked {
			agrees++
		}
	}
	l.Agrees = agrees / shown
	return l
}
