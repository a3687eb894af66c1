package detect

import (
	"errors"
	"fmt"
	"math"
	"sort"
)

// Calibration maps a raw score to a probability; it is monotone and never decreasing. It is either a logistic curve
// (Platt, 1999): 1 / (1 + exp(-(A·score + B))), or, where Points is given, linear between points (an isotonic fit), constant
// beyond the first and the last.
type Calibration struct {
	A      float64      `json:"a,omitempty"`
	B      float64      `json:"b,omitempty"`
	Points [][2]float64 `json:"points,omitempty"` // (score, probability), both ascending
}

// Probability of a score, in [0, 1].
func (c Calibration) Probability(score float64) float64 {
	if len(c.Points) == 0 {
		return 1 / (1 + math.Exp(-(c.A*score + c.B)))
	}
	p := c.Points
	i := sort.Search(len(p), func(i int) bool { return p[i][0] > score })
	switch i {
	case 0:
		return p[0][1]
	case len(p):
		return p[len(p)-1][1]
	}
	lo, hi := p[i-1], p[i]
	return lo[1] + (hi[1]-lo[1])*(score-lo[0])/(hi[0]-lo[0])
}

// Validate reports a curve that is not finite, not monotone or leaves [0, 1].
func (c Calibration) Validate() error {
	if len(c.Points) == 0 {
		if !finite(c.A) || !finite(c.B) {
			return errors.New("a and b must be finite numbers")
		}
		if c.A <= 0 {
			return fmt.Errorf("a is %g: a higher score must never be less likely, so a must be above 0", c.A)
		}
		return nil
	}
	if c.A != 0 || c.B != 0 {
		return errors.New("give either points or a and b, not both")
	}
	for i, p := range c.Points {
		if !finite(p[0]) || !(p[1] >= 0 && p[1] <= 1) {
			return fmt.Errorf("points[%d] is (%g, %g): the score must be finite and the probability in [0, 1]", i, p[0], p[1])
		}
		if i > 0 && (p[0] <= c.Points[i-1][0] || p[1] < c.Points[i-1][1]) {
			return fmt.Errorf("points[%d] does not ascend", i)
		}
	}
	return nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }
