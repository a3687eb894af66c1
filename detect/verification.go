package detect

import (
	"fmt"
	"math"
	"strings"

	"touchstone/internal/message"
)

// Verification is what a comparison detail by detail says about a listing picture and a registered one.
type Verification struct {
	Verified bool    `json:"verified" doc:"the two show the same picture, at the pack's threshold"`
	Problem  string  `json:"problem,omitempty" doc:"why the two could not be compared; the rest is then absent"`
	Inliers  int     `json:"inliers" doc:"details that lie where the placement has them"`
	Matches  int     `json:"matches" doc:"details that look alike"`
	Expected int     `json:"expected" doc:"details of the registered picture that the listing's has room for"`
	Overlap  float64 `json:"overlap" doc:"share of the registered picture that the listing shows, 0 to 1"`
	Whole    float64 `json:"whole" doc:"correlation of brightness over the overlap, -1 to 1"`
	Detail   float64 `json:"detail" doc:"mean correlation of small blocks"`
	Share    float64 `json:"share" doc:"share of the blocks that agree"`
	Centre   float64 `json:"centre" doc:"the same as detail, in the middle of the registered picture"`

	Texture  float64 `json:"texture" doc:"the same as detail, of what is fine"`
	Core     float64 `json:"core" doc:"the same as texture, in the middle"`
	Evenness float64 `json:"evenness" doc:"0 or more where the middle has its share of the inliers, below where it is a hole among them, in standard deviations"`
	Heart    float64 `json:"heart" doc:"share of the registered picture's details that are there, in its middle"`
	Gap      float64 `json:"gap" doc:"below 0 where fewer of them are there than around the middle, as when other goods are shown on the same mock-up"`
	Spread   float64 `json:"spread" doc:"share of the details in the middle that are inliers"`
	Agrees   float64 `json:"agrees" doc:"share of the shown parts of the registered picture in which most details are there, 0 to 1"`

	Matrix       *[6]float64 `json:"matrix,omitempty" doc:"maps pixels (x, y) of the registered picture to the listing's: (m0·x + m1·y + m2, m3·x + m4·y + m5)"`
	Box          Box         `json:"box" doc:"where the registered picture lies in the listing's, in pixels"`
	ReferenceBox Box         `json:"reference_box" doc:"the part of the registered picture that the listing shows, in pixels"`
	Points       [][4]int    `json:"points,omitempty" doc:"some of the inliers: x and y in the listing's picture, x and y in the registered one"`
	Edits        []string    `json:"edits,omitempty" doc:"what the placement implies was done to the picture"`
	Changes      []Change    `json:"-"` // the same, for sentences in other languages
}

// mostShown is how many inliers a report carries.
const mostShown = 40

// Edits smaller than these are not worth a word.
const (
	leastTurn    = 4.0  // degrees
	leastCrop    = 0.93 // share of the reference that is left
	leastFill    = 0.8  // share of the listing's picture that the copy covers
	leastStretch = 1.15 // of one axis against the other
)

// evidence puts a check into pixels of the original pictures. Where the reference's size is not known, its working size stands
// for it.
func (c *check) evidence(width, height int, ref ReferenceFacts) *Verification {
	v := &Verification{Problem: c.problem}
	p, a := c.placement, c.agreement
	v.Inliers, v.Matches, v.Expected = p.Inliers, p.Matches, p.Expected
	if c.problem != "" || p.Inliers < leastInliers {
		return v
	}
	v.Overlap, v.Whole, v.Detail, v.Share, v.Centre = a.Overlap, a.Whole, a.Detail, a.Share, a.Centre
	v.Texture, v.Core, v.Evenness = a.Texture, a.Core, p.Evenness()
	v.Heart, v.Gap, v.Spread, v.Agrees = c.lookup.Heart, c.lookup.Gap, c.lookup.Spread, c.lookup.Agrees
	rw, rh := ref.Width, ref.Height
	if rw < 1 || rh < 1 {
		rw, rh = c.reference[0], c.reference[1]
	}
	lx, ly := float64(width)/float64(c.listing[0]), float64(height)/float64(c.listing[1])
	rx, ry := float64(c.reference[0])/float64(rw), float64(c.reference[1])/float64(rh)
	m := p.Matrix
	m = [6]float64{m[0] * rx * lx, m[1] * ry * lx, m[2] * lx, m[3] * rx * ly, m[4] * ry * ly, m[5] * ly}
	v.Matrix = &m
	for _, q := range p.Points[:min(len(p.Points), mostShown)] {
		v.Points = append(v.Points, [4]int{
			nearest(float64(q[2])*lx, width), nearest(float64(q[3])*ly, height), nearest(float64(q[0])/rx, rw), nearest(float64(q[1])/ry, rh),
		})
	}
	shown := clip(corners(m, float64(rw), float64(rh)), float64(width), float64(height))
	v.Box = bounds(shown, width, height)
	if back, ok := invert(m); ok {
		v.ReferenceBox = bounds(shift(back, shown), rw, rh)
	}
	v.Changes = changes(m, v.Overlap, area(shown)/float64(width*height))
	v.Edits = inWords(v.Changes, "en")
	return v
}

// From these on, what was refused is no chance placement but goods in the same setting.
const (
	settledInliers = 8
	emptyMiddle    = -0.2 // of Gap
)

// sameSetting says whether two pictures share their surroundings and not what they show.
func (v *Verification) sameSetting() bool { return v.Inliers >= settledInliers && v.Gap <= emptyMiddle }

func nearest(v float64, below int) int { return min(max(int(math.Round(v)), 0), below-1) }

// A Change is one thing that was done to a picture, and how far: degrees or per cent.
type Change struct {
	Code   string
	Amount int
}

// changes names what a map from the registered picture to the listing's implies.
func changes(m [6]float64, overlap, fill float64) []Change {
	var list []Change
	add := func(code string, amount float64) { list = append(list, Change{code, int(math.Round(amount))}) }
	if m[0]*m[4]-m[1]*m[3] < 0 {
		add("mirrored", 0)
		m[0], m[3] = -m[0], -m[3]
	}
	degrees := math.Atan2(m[3]-m[1], m[0]+m[4]) * 180 / math.Pi
	switch {
	case degrees >= leastTurn:
		add("clockwise", degrees)
	case degrees <= -leastTurn:
		add("anticlockwise", -degrees)
	}
	ax, ay := math.Hypot(m[0], m[3]), math.Hypot(m[1], m[4])
	if r := math.Max(ax/ay, ay/ax); r >= leastStretch {
		add("stretched", 100*(r-1))
	}
	if overlap < leastCrop {
		add("cropped", 100*overlap)
	}
	if fill < leastFill {
		add("set", 100*fill)
	}
	return list
}

// inWords tells the changes in a language.
func inWords(list []Change, language string) []string {
	var out []string
	for _, c := range list {
		out = append(out, message.Text(language, "edit."+c.Code, map[string]string{"amount": message.Number(language, c.Amount)}))
	}
	return out
}

// sentence tells a person what was found.
func (v *Verification) sentence() string {
	s := fmt.Sprintf("%d details lie where the registered picture has them; %.0f %% of what both show agrees", v.Inliers, 100*v.Agrees)
	if len(v.Edits) > 0 {
		s += "; the copy is " + strings.Join(v.Edits, ", ")
	}
	return s + "."
}
