package keypoint

import (
	"image"
	"math"
	"slices"
	"sync"
)

// Sides of the working pictures, their longer one in pixels, and how many keypoints are kept. A registered picture may fill a
// third of a listing's, so that the listing's needs more of both.
const (
	ReferenceSide  = 320
	ListingSide    = 400
	ReferenceCount = 180
	ListingCount   = 400

	// ThumbSide is the side of the small picture that a Set carries, squashed to a square.
	ThumbSide = 48
)

// A Keypoint is one detail of a picture.
type Keypoint struct {
	X, Y  float32 // in pixels of the working picture
	Scale float32 // sigma, in the same pixels
	Angle float32 // radians, clockwise from the x axis
}

// A Set is the local features of one picture. It is not changed once made, and safe for concurrent use.
type Set struct {
	Width, Height int // of the working picture, in pixels
	Points        []Keypoint
	Thumb         []uint8   // ThumbSide² values of brightness, row by row
	descriptors   []float32 // Dimension values a point, of unit length
}

// descriptor is the one of a point.
func (s *Set) descriptor(i int) []float32 { return s.descriptors[i*Dimension : (i+1)*Dimension] }

// A View is a listing's picture, ready to be compared: its features, those of its mirror image, and its blurred copies. It is safe
// for concurrent use until it is released.
type View struct {
	Width, Height int // of the working picture, in pixels
	Points        []Keypoint
	mirrored      []Keypoint // the same points in the mirror image
	others        panels     // the descriptors of Points
	blurred       []*plane   // by halving: blurred[i] has 2^i pixels of the working picture in one
	octaves       []octave   // what details are looked up in
	memory        *arena     // of others, blurred and octaves
}

var arenas = sync.Pool{New: func() any { return new(arena) }}

// OfReference gives the features of a registered picture: the strongest ReferenceCount points, spread over the picture.
func OfReference(img image.Image) *Set {
	a := arenas.Get().(*arena)
	defer arenas.Put(a)
	w, h, zoom := working(img, ReferenceSide)
	a.reset()
	base := luma(a, img, w, h)
	s := &Set{Width: w, Height: h, Thumb: thumb(base), descriptors: make([]float32, 0, ReferenceCount*Dimension)}
	s.Points, s.descriptors = features(a, pyramid(a, base, zoom), w, h, ReferenceCount, s.descriptors)
	return s
}

// OfListing gives the features of a listing's picture. Release gives its memory back.
func OfListing(img image.Image) *View {
	a := arenas.Get().(*arena)
	w, h, zoom := working(img, ListingSide)
	a.reset()
	octaves := pyramid(a, luma(a, img, w, h), zoom)
	v := &View{Width: w, Height: h, octaves: octaves, memory: a}
	var descriptors []float32
	v.Points, descriptors = features(a, octaves, w, h, ListingCount, a.take(ListingCount * Dimension)[:0])
	v.others, v.mirrored = panelsOf(a, descriptors), mirrorPoints(v.Points, w)
	for _, o := range octaves {
		v.blurred = append(v.blurred, o.level[0])
	}
	return v
}

// Release hands the view's memory to pictures that come. The view must not be used any more. Releasing it is no duty: memory of one
// that is not goes the way of all garbage.
func (v *View) Release() {
	if v.memory != nil {
		arenas.Put(v.memory)
		*v = View{}
	}
}

// working is the size of a picture whose longer side is brought to side pixels, and by how much that enlarges it.
func working(img image.Image, side int) (w, h int, zoom float64) {
	b := img.Bounds()
	zoom = float64(side) / float64(max(b.Dx(), b.Dy()))
	return max(1, int(math.Round(zoom*float64(b.Dx())))), max(1, int(math.Round(zoom*float64(b.Dy())))), zoom
}

// features are up to count keypoints of a picture of w x h working pixels, and their descriptors, which it appends.
func features(a *arena, octaves []octave, w, h, count int, descriptors []float32) ([]Keypoint, []float32) {
	a.found = a.found[:0]
	for i := range octaves {
		a.peaks, a.found = extrema(&octaves[i], i, a.peaks, a.found)
	}
	points := make([]Keypoint, 0, count)
	var turns []float32
	for _, e := range spread(a.found, octaves, w, h, count) {
		o := &octaves[e.octave]
		turns = orientations(o.level[e.level], e, turns[:0])
		for _, angle := range turns {
			if len(points) == count {
				return points, descriptors
			}
			sin, cos := math.Sincos(float64(angle))
			gap, at := spacing*e.scale, len(descriptors)
			descriptors = descriptors[:at+Dimension]
			if !describe(o.level[e.level], e.x, e.y, float32(cos)*gap, float32(sin)*gap, descriptors[at:]) {
				descriptors = descriptors[:at]
				continue
			}
			points = append(points, Keypoint{e.x * o.step, e.y * o.step, e.scale * o.step, angle})
		}
	}
	return points, descriptors
}

// spread orders extrema so that the first count of them are strong and lie all over the picture: each quarter of the count is
// the strongest of what is left, with at most its fair share in each of 16 tiles.
func spread(all []extremum, octaves []octave, w, h, count int) []extremum {
	slices.SortStableFunc(all, func(a, b extremum) int {
		switch {
		case a.response > b.response:
			return -1
		case a.response < b.response:
			return 1
		}
		return 0
	})
	const side = 4
	quota := max(1, count/(side*side))
	var taken [side * side]int
	first := make([]extremum, 0, len(all))
	var rest []extremum
	for _, e := range all {
		step := octaves[e.octave].step
		tx, ty := min(side-1, int(e.x*step)*side/w), min(side-1, int(e.y*step)*side/h)
		if t := &taken[ty*side+tx]; *t < quota {
			*t++
			first = append(first, e)
		} else {
			rest = append(rest, e)
		}
	}
	return append(first, rest...)
}

// mirrorPoints are the points of the mirror image of a picture of that width, exactly as if it had been looked at.
func mirrorPoints(points []Keypoint, width int) []Keypoint {
	m := make([]Keypoint, len(points))
	for i, k := range points {
		angle := math.Pi - k.Angle
		if angle < 0 {
			angle += 2 * math.Pi
		}
		m[i] = Keypoint{float32(width) - k.X, k.Y, k.Scale, angle}
	}
	return m
}

// mirrorDescriptors are the descriptors of the mirrored points.
func mirrorDescriptors(descriptors []float32) []float32 {
	m := make([]float32, len(descriptors))
	for i := 0; i < len(m); i += Dimension {
		from, to := descriptors[i:i+Dimension], m[i:i+Dimension]
		for r := range cells {
			for c := range cells {
				for b := range bins {
					to[((cells-1-r)*cells+c)*bins+(bins-b)%bins] = from[(r*cells+c)*bins+b]
				}
			}
		}
	}
	return m
}
