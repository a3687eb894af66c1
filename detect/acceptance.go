package detect

import (
	"errors"
	"fmt"
	"math"

	"touchstone/detect/keypoint"
)

// VerifyConfig sets the geometric verification of candidates. It is fitted data of the pack (training-notes/export/fusion.py):
// what a global score is worth changes with the model.
type VerifyConfig struct {
	Candidates int     `json:"candidates"` // pairs of a listing picture and a reference that are verified, the best ones
	Floor      float64 `json:"floor"`      // score of the vectors below which a pair is not verified
	// Fast narrows verification in the fast profile; nil = it is as in the full one.
	Fast *FastVerify `json:"fast,omitempty"`
	// Acceptance gives the log-odds that the pair shows the same picture.
	Acceptance Acceptance `json:"acceptance"`
	// Unverified gives the same from the score of the vectors alone, for pairs that geometry cannot judge.
	Unverified Calibration `json:"unverified"`
}

// FastVerify says what is verified in the fast profile: pairs that the vectors leave in doubt. Pairs outside are judged by their
// vectors, and a picture of which one pair is above doubt is not looked at again.
type FastVerify struct {
	Candidates int     `json:"candidates"` // pairs of a listing, the best ones
	From       float64 `json:"from"`       // score of the vectors from which a pair is in doubt
	To         float64 `json:"to"`         // score of the vectors from which it is beyond doubt
}

// doubtful reports whether the vectors leave a pair in doubt.
func (f *FastVerify) doubtful(score float64) bool { return f == nil || score >= f.From && score < f.To }

// Acceptance is a logistic test of a verified pair, monotone in everything that it weighs.
type Acceptance struct {
	Bias        float64 `json:"bias"`
	Score       float64 `json:"score"`       // of the vectors
	Inliers     float64 `json:"inliers"`     // logarithm of the inliers beyond the two that any placement has
	Support     float64 `json:"support"`     // inliers over the points that should be seen
	Consistency float64 `json:"consistency"` // inliers over matches
	Detail      float64 `json:"detail"`      // agreement of pixels, see keypoint.Agreement
	Share       float64 `json:"share"`
	Centre      float64 `json:"centre"`
	Whole       float64 `json:"whole"`
	Texture     float64 `json:"texture"`
	Core        float64 `json:"core"`
	Evenness    float64 `json:"evenness"` // of the inliers: below 0 where the middle is a hole among them
	Heart       float64 `json:"heart"`    // what is there of the middle's details, see keypoint.Lookup
	Gap         float64 `json:"gap"`      // below 0 where less of them is there than around: other goods on the same mock-up
	Spread      float64 `json:"spread"`   // of the inliers over the middle
}

// leastInliers is how many details must fit before a placement is believed enough to look at its pixels: any two fit some placement.
const leastInliers = 3

// measured is how many measures there are.
const measured = 14

// weights lists the weights in the order of measures.
func (a Acceptance) weights() [measured]float64 {
	return [measured]float64{a.Score, a.Inliers, a.Support, a.Consistency, a.Detail, a.Share, a.Centre, a.Whole, a.Texture, a.Core, a.Evenness, a.Heart, a.Gap, a.Spread}
}

// logOdds of a pair that geometry has judged.
func (a Acceptance) logOdds(score float64, p keypoint.Placement, g keypoint.Agreement, l keypoint.Lookup) float64 {
	sum := a.Bias
	for i, v := range measures(score, p, g, l) {
		sum += a.weights()[i] * v
	}
	return sum
}

// measures are what Acceptance weighs. training-notes/export/acceptance.py holds the same formulas.
func measures(score float64, p keypoint.Placement, g keypoint.Agreement, l keypoint.Lookup) [measured]float64 {
	if p.Inliers < leastInliers {
		return [measured]float64{score}
	}
	n := float64(p.Inliers)
	return [measured]float64{
		score, math.Log1p(n - 2), n / math.Max(6, math.Max(n, float64(p.Expected))), n / math.Max(4, float64(p.Matches)),
		math.Max(0, g.Detail), math.Max(0, g.Share), math.Max(0, g.Centre), math.Max(0, g.Whole),
		math.Max(0, g.Texture), math.Max(0, g.Core), math.Min(0, p.Evenness()),
		l.Heart, l.Gap, l.Spread,
	}
}

// Validate reports every fault at once.
func (c VerifyConfig) Validate() error {
	var errs []error
	if c.Candidates < 1 || c.Candidates > 100 {
		errs = append(errs, fmt.Errorf("candidates is %d: use 1 to 100", c.Candidates))
	}
	if !finite(c.Floor) || !finite(c.Acceptance.Bias) {
		errs = append(errs, errors.New("floor and acceptance.bias must be finite numbers"))
	}
	for _, w := range c.Acceptance.weights() {
		if !(w >= 0) || !finite(w) {
			errs = append(errs, fmt.Errorf("acceptance has the weight %g: more agreement must never count against a match, so use 0 or more", w))
		}
	}
	if len(c.Unverified.Points) > 0 {
		errs = append(errs, errors.New("unverified is given by points: give a and b"))
	} else if err := c.Unverified.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("unverified: %w", err))
	}
	if f := c.Fast; f != nil && (f.Candidates < 1 || f.Candidates > c.Candidates || !(f.From >= c.Floor && f.From < f.To) || !finite(f.To)) {
		errs = append(errs, fmt.Errorf("fast verifies %d pairs from %g to %g: use 1 to candidates, and floor <= from < to", f.Candidates, f.From, f.To))
	}
	return errors.Join(errs...)
}
