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

// A View is a listing's picture, ready to be compared: its features, those of its mirror image, and its blurred copies.
type View struct {
	Set
	mirrored Set
	blurred  []*plane // by halving: blurred[i] has 2^i pixels of the working picture in one
}

var arenas = sync.Pool{New: func() any { return new(arena) }}

// OfReference gives the features of a registered picture: the strongest ReferenceCount points, spread over the picture.
func OfReference(img image.Image) *Set {
	a := arenas.Get().(*arena)
	defer arenas.Put(a)
	s, _ := extract(a, img, ReferenceSide, ReferenceCount)
	return s
}

// OfListing gives the features of a listing's picture.
func OfListing(img image.Image) *View {
	a := arenas.Get().(*arena)
	defer arenas.Put(a)
	s, octaves := extract(a, img, ListingSide, ListingCount)
	v := &View{Set: *s, mirrored: s.mirror()}
	for _, o := range octaves {
		p := *o.level[0]
		p.pix = slices.Clone(p.pix) // the arena serves the next picture
		v.blurred = append(v.blurred, &p)
	}
	return v
}

func extract(a *arena, img image.Image, side, count int) (*Set, []octave) {
	a.reset()
	b := img.Bounds()
	zoom := float64(side) / float64(max(b.Dx(), b.Dy()))
	w, h := max(1, int(math.Round(zoom*float64(b.Dx())))), max(1, int(math.Round(zoom*float64(b.Dy()))))
	base := luma(a, img, w, h)
	octaves := pyramid(a, base, zoom)
	var found []extremum
	for i := range octaves {
		found = extrema(&octaves[i], i, found)
	}
	s := &Set{Width: w, Height: h, Thumb: thumb(base)}
	var turns []float32
	for _, e := range spread(found, octaves, w, h, count) {
		o := &octaves[e.octave]
		turns = orientations(o.level[e.level], e, turns[:0])
		for _, angle := range turns {
			if len(s.Points) == count {
				return s, octaves
			}
			at := len(s.descriptors)
			s.descriptors = append(s.descriptors, make([]float32, Dimension)...)
			if !describe(o.level[e.level], e, angle, s.descriptors[at:]) {
				s.descriptors = s.descriptors[:at]
				continue
			}
			s.Points = append(s.Points, Keypoint{e.x * o.step, e.y * o.step, e.scale * o.step, angle})
		}
	}
	return s, octaves
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

// thumb is the picture squashed to ThumbSide squared.
func thumb(p *plane) []uint8 {
	out := make([]uint8, 0, ThumbSide*ThumbSide)
	across, down := taps(p.w, ThumbSide), taps(p.h, ThumbSide)
	for _, ty := range down {
		for _, tx := range across {
			sum := float32(0)
			for j, cy := range ty.weights {
				row := p.row(ty.first + j)
				for i, cx := range tx.weights {
					sum += cy * cx * row[tx.first+i]
				}
			}
			out = append(out, uint8(min(max(sum*255+0.5, 0), 255)))
		}
	}
	return out
}

// mirror gives the features of the picture's mirror image, exactly as if that had been looked at.
func (s *Set) mirror() Set {
	m := Set{Width: s.Width, Height: s.Height, Points: make([]Keypoint, len(s.Points)), descriptors: make([]float32, len(s.descriptors))}
	for i, k := range s.Points {
		angle := math.Pi - k.Angle
		if angle < 0 {
			angle += 2 * math.Pi
		}
		m.Points[i] = Keypoint{float32(s.Width) - k.X, k.Y, k.Scale, angle}
		from, to := s.descriptor(i), m.descriptor(i)
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
