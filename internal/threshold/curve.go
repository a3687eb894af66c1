package threshold

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// MaxSteps is how many steps a curve is kept with.
const MaxSteps = 512

// Curve is what has been measured of the thresholds of one signal with one pack: counts, from which the precision at any base rate
// follows. It is data: a pack ships the curves of its held-out sets, and decided cases give those of a marketplace.
type Curve struct {
	Kind       string      `json:"kind" enum:"labelled,reviewed"`
	Source     string      `json:"source" doc:"what was measured, in words"`
	From       time.Time   `json:"from,omitzero" doc:"of reviewed history: its period"`
	To         time.Time   `json:"to,omitzero"`
	Infringing int         `json:"infringing" doc:"listings that infringe"`
	Innocent   int         `json:"innocent" doc:"listings that infringe nothing"`
	Floor      float64     `json:"floor,omitempty" doc:"nothing is known of thresholds below it"`
	Steps      []CurveStep `json:"steps" doc:"by threshold, ascending"`
}

// Curve is the sample as a curve, thinned to MaxSteps.
func (in Sample) Curve() Curve {
	c := Curve{Kind: in.kind(), Infringing: len(in.Infringing), Innocent: len(in.Innocent), Floor: in.Floor, Steps: in.steps()}
	if n := len(c.Steps); n > MaxSteps {
		kept := make([]CurveStep, MaxSteps)
		last := -1
		for i := range kept {
			at := i * (n - 1) / (MaxSteps - 1) // the first and the last are among them
			kept[i] = c.Steps[at]
			kept[i].Wrong = c.Steps[last+1].Wrong // of the lowest threshold that the step stands for
			last = at
		}
		c.Steps = kept
	}
	return c
}

// Validate reports every fault at once.
func (c Curve) Validate() error {
	var errs []error
	if c.Kind != KindLabelled && c.Kind != KindReviewed {
		errs = append(errs, fmt.Errorf("kind is %q: use labelled or reviewed", c.Kind))
	}
	if c.Infringing < 1 || c.Innocent < 1 || len(c.Steps) == 0 {
		errs = append(errs, fmt.Errorf("%d infringing and %d innocent listings in %d steps: each is needed", c.Infringing, c.Innocent, len(c.Steps)))
	}
	if !(c.Floor >= 0 && c.Floor <= 1) {
		errs = append(errs, fmt.Errorf("floor is %g: use 0 to 1", c.Floor))
	}
	last := CurveStep{Taken: c.Infringing, Wrong: c.Innocent}
	for i, s := range c.Steps {
		if !(s.At > last.At && s.At <= 1) || s.Taken > last.Taken || s.Wrong > last.Wrong || s.Taken < 0 || s.Wrong < 0 {
			errs = append(errs, fmt.Errorf("steps[%d] is %v after %v: thresholds ascend to 1 at most, and counts never grow", i, s, last))
			break
		}
		last = s
	}
	return errors.Join(errs...)
}

// Precision is that of a threshold at a base rate, which counts for a labelled curve alone. Where nothing was measured Low is 0.
func (c Curve) Precision(threshold, baseRate float64) Interval {
	i, _ := slices.BinarySearchFunc(c.Steps, threshold, func(s CurveStep, at float64) int { return cmp.Compare(s.At, at) })
	if i == len(c.Steps) || threshold < c.Floor { // nothing is so likely, or nobody looked
		return Interval{High: 1}
	}
	s := c.Steps[i]
	return precision(c.Kind, share(s.Taken, c.Infringing), share(s.Wrong, c.Innocent), baseRate)
}

// Proof says whether a threshold has been shown to be precise enough to act on without a person.
type Proof struct {
	Threshold float64   `json:"threshold"`
	Demanded  float64   `json:"demanded" doc:"precision that policy demands of it"`
	BaseRate  float64   `json:"base_rate" doc:"share of infringing listings that it was told for"`
	Precision *Interval `json:"precision,omitempty" doc:"that was measured; absent where nothing was"`
	Source    string    `json:"source,omitempty" doc:"on what"`
	Shown     bool      `json:"shown" doc:"the lower end of the interval is at least what is demanded"`
}

// Prove holds a threshold against what policy demands. A nil curve proves nothing.
func (c *Curve) Prove(threshold, demanded, baseRate float64) Proof {
	p := Proof{Threshold: threshold, Demanded: demanded, BaseRate: baseRate}
	if c == nil {
		return p
	}
	f := c.Precision(threshold, baseRate)
	p.Precision, p.Source = &f, c.Source
	if c.Kind == KindReviewed {
		p.BaseRate = float64(c.Infringing) / float64(c.Infringing+c.Innocent)
	}
	p.Shown = f.Low >= demanded
	return p
}

// String is the proof in a sentence.
func (p Proof) String() string {
	if p.Precision == nil {
		return fmt.Sprintf("the precision at the threshold %.3g was never measured, and %.3g is demanded", p.Threshold, p.Demanded)
	}
	word := "less than"
	if p.Shown {
		word = "at least"
	}
	return fmt.Sprintf("the precision at the threshold %.3g, measured on %s at a base rate of %.3g, is %.3g [%.3g, %.3g], whose lower end is %s the %.3g demanded",
		p.Threshold, strings.TrimSuffix(p.Source, "."), p.BaseRate, p.Precision.Value, p.Precision.Low, p.Precision.High, word, p.Demanded)
}
