package detect

import (
	"image"
	"math"
	"slices"

	"touchstone/internal/photo"
)

// Where a mark stands. Platforms treat the three as different cases: a mark on the goods or their packaging may be a fake, one on the
// page is a claim about them.
const (
	WhereGoods     = "goods"
	WherePackaging = "packaging"
	WherePage      = "page"
	WhereUnsure    = "unsure"
)

// placeMeasures is how many measures of a place there are.
const placeMeasures = 14

// WhereConfig tells what carries a mark from measures of its place, by a multinomial logistic model. It is fitted data of the
// pack (training-notes/export/where.py): for each kind a bias and a weight for each measure.
type WhereConfig struct {
	Sure      float64   `json:"sure"` // the least probability that is told; below it the answer is unsure
	Goods     []float64 `json:"goods"`
	Packaging []float64 `json:"packaging"`
	Page      []float64 `json:"page"`
}

// What is laid over a picture lies at its border, or at the same place of several. Amid a single picture the measures of the page are those of
// a print on something flat, too, and of all that is drawn: of what was told to be the page there 3 of 15 were not, of the rest 10 of 380
// (scenes fitted on, training-notes/0007). No page is told there.
const (
	pageMargin    = 0.1 // share of the picture's shorter side
	atBorder      = 0   // the measure of how far a place is from it
	atRepetitions = placeMeasures - 1
)

// tell gives the likeliest kind and its probability, or that it is not sure.
func (c WhereConfig) tell(m [placeMeasures]float64) (string, float64) {
	names := []string{WhereGoods, WherePackaging, WherePage}
	odds := make([]float64, len(names))
	for k, weights := range [][]float64{c.Goods, c.Packaging, c.Page} {
		odds[k] = weights[0]
		for i, v := range m {
			odds[k] += weights[i+1] * v
		}
	}
	most, sum := slices.Max(odds), 0.0
	for _, v := range odds {
		sum += math.Exp(v - most)
	}
	best := slices.Index(odds, most)
	amid := m[atBorder] >= pageMargin && m[atRepetitions] == 0
	if p := 1 / sum; p >= c.Sure && !(amid && names[best] == WherePage) {
		return names[best], p
	}
	return WhereUnsure, 1 / sum
}

// validate tells check of every fault.
func (c WhereConfig) validate(check func(ok bool, format string, args ...any)) {
	check(c.Sure >= 0 && c.Sure < 1, "logo_in_scene.where.sure is %g: use 0 to below 1", c.Sure)
	for name, weights := range map[string][]float64{WhereGoods: c.Goods, WherePackaging: c.Packaging, WherePage: c.Page} {
		ok := len(weights) == placeMeasures+1 && !slices.ContainsFunc(weights, func(w float64) bool { return !finite(w) })
		check(ok, "logo_in_scene.where.%s: give %d finite numbers, a bias and a weight a measure", name, placeMeasures+1)
	}
}

// A setting is a picture ready to be measured around places: brightness, its slope, and whether a pixel is as flat as only drawings are.
type setting struct {
	pixels *image.NRGBA
	w, h   int
	luma   []uint8
	slope  []uint8 // largest difference to the pixel at the right and below
	spread []uint8 // largest less smallest brightness of the 3 x 3 around
	steep  float64 // of the sharpest edges
	flat   float64 // share of the pixels that are flat: a picture that is drawn altogether says nothing by it
	known  map[image.Rectangle][placeMeasures]float64
}

// Thresholds of the measures.
const (
	flatSpread = 3    // of brightness: photos have noise, drawings have not
	ringShare  = 0.35 // of the box's side: how far its surroundings reach
	steepest   = 0.95 // quantile that stands for the sharpest edges
	nearWhite  = 250
	nearBlack  = 5
)

func newSetting(pixels *image.NRGBA) *setting {
	s := &setting{pixels: pixels, w: pixels.Rect.Dx(), h: pixels.Rect.Dy(), known: map[image.Rectangle][placeMeasures]float64{}}
	n := s.w * s.h
	planes := make([]uint8, 3*n)
	s.luma, s.slope, s.spread = planes[:n:n], planes[n:2*n:2*n], planes[2*n:]
	for y := range s.h {
		row, luma := pixels.Pix[y*pixels.Stride:][:4*s.w], s.row(s.luma, y)
		for x := range luma {
			luma[x] = uint8((299*int(row[4*x]) + 587*int(row[4*x+1]) + 114*int(row[4*x+2])) / 1000)
		}
	}
	low, high := make([]int, s.w), make([]int, s.w) // of three rows, at each column
	flat := 0
	for y := range s.h {
		above, row, below := s.row(s.luma, max(y-1, 0)), s.row(s.luma, y), s.row(s.luma, min(y+1, s.h-1))
		slope, spread := s.row(s.slope, y), s.row(s.spread, y)
		for x := range low {
			a, l, b := int(above[x]), int(row[x]), int(below[x])
			low[x], high[x] = min(a, l, b), max(a, l, b)
			slope[x] = uint8(max(absolute(int(row[min(x+1, s.w-1)])-l), absolute(b-l)))
		}
		for x := range spread {
			left, right := max(x-1, 0), min(x+1, s.w-1)
			d := max(high[left], high[x], high[right]) - min(low[left], low[x], low[right])
			spread[x] = uint8(d)
			if d <= flatSpread {
				flat++
			}
		}
	}
	s.steep, s.flat = s.quantile(image.Rect(0, 0, s.w, s.h)), float64(flat)/float64(n)
	return s
}

// row is a row of one of the planes.
func (s *setting) row(plane []uint8, y int) []uint8 { return plane[y*s.w:][:s.w] }

func absolute(v int) int { return max(v, -v) }

// quantile is the slope that 95 % of a rectangle's pixels do not exceed.
func (s *setting) quantile(r image.Rectangle) float64 {
	var count [256]int
	total := 0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			count[s.slope[y*s.w+x]]++
			total++
		}
	}
	left := steepest * float64(total)
	for v, c := range count {
		if left -= float64(c); left <= 0 {
			return float64(v)
		}
	}
	return 0
}

// settings are pictures of a listing, by their index, that places were measured in.
type settings map[int]*setting

// measure describes a place of a picture, in its pixels; what was described before is not measured again, since many rights are met at one place.
func (s settings) measure(l Listing, picture int, box image.Rectangle, repeated float64) [placeMeasures]float64 {
	if s[picture] == nil {
		s[picture] = newSetting(photo.RGB(l.Pictures[picture].Photo.Image))
	}
	m, known := s[picture].known[box]
	if !known {
		m = s[picture].measure(box)
		s[picture].known[box] = m
	}
	m[atRepetitions] = repeated
	return m
}

// measure describes a place, in pixels of the picture, by what tells goods, packaging and page apart: how near it is to the border,
// how large, how flat and sharp it and its surroundings are beside the whole picture, how its edges run and its colours. The last measure, whether
// another picture of the listing shows the same mark at the same place (0 or 1), is not the picture's to say and 0.
// training-notes/train/where_scenes.py holds the same formulas.
func (s *setting) measure(box image.Rectangle) [placeMeasures]float64 {
	box = box.Intersect(image.Rect(0, 0, s.w, s.h))
	if box.Empty() {
		return [placeMeasures]float64{}
	}
	dx, dy := max(3, int(ringShare*float64(box.Dx()))), max(3, int(ringShare*float64(box.Dy())))
	wide := image.Rect(box.Min.X-dx, box.Min.Y-dy, box.Max.X+dx, box.Max.Y+dy).Intersect(image.Rect(0, 0, s.w, s.h))
	in, ring := s.gather(box, image.Rectangle{}), s.gather(wide, box)
	least := float64(min(s.w, s.h))
	border := float64(min(box.Min.X, box.Min.Y, s.w-box.Max.X, s.h-box.Max.Y)) / least
	cx, cy := float64(box.Min.X+box.Max.X)/2/float64(s.w), float64(box.Min.Y+box.Max.Y)/2/float64(s.h)
	corner := math.Hypot(math.Min(cx, 1-cx), math.Min(cy, 1-cy))
	area := math.Sqrt(float64(box.Dx()*box.Dy()) / float64(s.w*s.h))
	return [placeMeasures]float64{
		border, corner, area, in.flat - s.flat, ring.flat - s.flat, ring.deviation, s.quantile(box) / (s.steep + 8), in.straight,
		in.colour, ring.colour, ring.busy, in.extreme, ring.warm, 0,
	}
}

// gathered is what the pixels of a stretch have in common, each a mean over them.
type gathered struct {
	flat, extreme, colour, warm, busy, deviation, straight float64
}

// gather looks at the pixels of a rectangle without those of another within it.
func (s *setting) gather(r, without image.Rectangle) gathered {
	var t tally
	for y := r.Min.Y; y < r.Max.Y; y++ {
		if y < without.Min.Y || y >= without.Max.Y {
			s.count(&t, y, r.Min.X, r.Max.X)
			continue
		}
		s.count(&t, y, r.Min.X, without.Min.X)
		s.count(&t, y, without.Max.X, r.Max.X)
	}
	if t.n == 0 {
		return gathered{}
	}
	n := float64(t.n)
	mean := float64(t.luma) / n
	return gathered{
		flat: float64(t.flat) / n, extreme: float64(t.extreme) / n, colour: float64(t.colour) / 255 / n, warm: float64(t.warm) / 255 / n,
		busy: float64(t.slope) / n / (s.steep + 8), deviation: math.Sqrt(math.Max(0, float64(t.square)/n-mean*mean)) / 255,
		straight: float64(t.along) / math.Max(1, float64(t.energy)),
	}
}

// tally is what is summed over pixels.
type tally struct{ n, flat, extreme, colour, warm, slope, luma, square, along, energy int }

// count adds the pixels of a row from x to before end.
func (s *setting) count(t *tally, y, x, end int) {
	row, above, below := s.row(s.luma, y), s.row(s.luma, max(y-1, 0)), s.row(s.luma, min(y+1, s.h-1))
	slope, spread, pixels := s.row(s.slope, y), s.row(s.spread, y), s.pixels.Pix[y*s.pixels.Stride:]
	for ; x < end; x++ {
		l := int(row[x])
		t.n++
		t.luma += l
		t.square += l * l
		t.slope += int(slope[x])
		if spread[x] <= flatSpread {
			t.flat++
		}
		if l >= nearWhite || l <= nearBlack {
			t.extreme++
		}
		p := pixels[4*x : 4*x+3]
		red, green, blue := int(p[0]), int(p[1]), int(p[2])
		t.colour += max(red, green, blue) - min(red, green, blue)
		t.warm += red - blue
		across, down := absolute(int(row[min(x+1, s.w-1)])-int(row[max(x-1, 0)])), absolute(int(below[x])-int(above[x]))
		energy := across*across + down*down
		t.energy += energy
		if 10*min(across, down) <= max(across, down) {
			t.along += energy
		}
	}
}
