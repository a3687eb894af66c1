package detect

import (
	"fmt"
	"math"
)

// outOf is what a finding's rarity counts among: closer than so many of 10,000.
const outOf = 10000

// Rarity says how rare a score is among pairs that have nothing to do with each other: points of a score and N where one unrelated pair
// in N reaches it, both ascending (training-notes/export/fusion.py counts them on validation sets).
type Rarity [][2]float64

// closerThan is how many of outOf unrelated pairs score lower, rounded down and never all of them; 0 below the first point.
func (r Rarity) closerThan(score float64) int {
	if len(r) == 0 || !(score >= r[0][0]) {
		return 0
	}
	oneIn := r[len(r)-1][1]
	for i, p := range r[1:] {
		if score < p[0] {
			low := r[i]
			share := (score - low[0]) / (p[0] - low[0])
			oneIn = math.Exp(math.Log(low[1]) + share*(math.Log(p[1])-math.Log(low[1])))
			break
		}
	}
	return min(outOf-1, int(outOf*(1-1/oneIn)))
}

// Validate reports the first fault.
func (r Rarity) Validate() error {
	for i, p := range r {
		if !finite(p[0]) || !finite(p[1]) || p[1] < 1 {
			return fmt.Errorf("unrelated[%d] is (%g, %g): the score must be finite and one in N at least 1", i, p[0], p[1])
		}
		if i > 0 && (p[0] <= r[i-1][0] || p[1] < r[i-1][1]) {
			return fmt.Errorf("unrelated[%d] does not ascend", i)
		}
	}
	return nil
}
