package eval

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// SimulateOptions are the settings of Simulate; the zero value uses the defaults named.
type SimulateOptions struct {
	Signal   string  // whose probability is cut; "" = Infringement
	Prior    float64 // share of infringing listings in the market; 0 = 0.001
	Minutes  float64 // of a reviewer for one listing; 0 = 2
	Listings float64 // that the figures are told for; 0 = 1,000,000
}

// A Simulation says what each threshold would have done to the labelled listings of some runs, and what it would do to a
// market with another base rate.
type Simulation struct {
	Signal   string  `json:"signal"`
	Prior    float64 `json:"prior"`
	Minutes  float64 `json:"minutes_a_listing"`
	Listings float64 `json:"listings"`
	Guilty   int     `json:"guilty"`   // labelled listings with a truth for the signal
	Innocent int     `json:"innocent"` // labelled listings without any truth
	Cuts     []Cut   `json:"cuts"`     // by threshold, ascending
}

// A Cut is one threshold and what it does. Intervals are exact 95 % ones (Clopper and Pearson, 1934); what is told for the
// market takes the shares of the guilty and of the innocent from the labelled listings, and their number from the base rate.
type Cut struct {
	Threshold float64 `json:"threshold"`
	Taken     Share   `json:"taken"` // guilty listings that one of their true rights takes down
	Wrong     Share   `json:"wrong"` // innocent listings that are taken down
	// Precision is the share of rightly taken listings among those taken, at the base rate; Low is the worst that the
	// intervals of both shares allow, and High the best.
	Precision Figure `json:"precision"`

	TakenListings float64 `json:"taken_listings"` // of the market, rightly
	WrongListings float64 `json:"wrong_listings"` // of the market, wrongly
	Missed        float64 `json:"missed_listings"`
	Hours         float64 `json:"reviewer_hours"` // if a reviewer looks at each listing that is taken
}

// A Share is how many of some listings, with its interval.
type Share struct {
	Count int `json:"count"`
	Figure
}

// Simulate cuts the predictions of some runs at every probability where the outcome changes. Runs are taken together, so that
// the innocents of all sets weigh in. It fails when they hold no guilty or no innocent listing.
func Simulate(runs []*Run, o SimulateOptions) (*Simulation, error) {
	o = o.withDefaults()
	s := &Simulation{Signal: o.Signal, Prior: o.Prior, Minutes: o.Minutes, Listings: o.Listings}
	var taken, wrong []float64 // the probability up to which a listing is taken down
	for _, run := range runs {
		for _, r := range layOut(run, o.Signal) {
			switch {
			case len(r.truth) > 0:
				s.Guilty++
				taken = append(taken, r.highest(true))
			case r.innocent:
				s.Innocent++
				wrong = append(wrong, r.highest(false))
			}
		}
	}
	if s.Guilty == 0 || s.Innocent == 0 {
		return nil, fmt.Errorf("eval: %d listings infringe something by %s and %d are innocent: both are needed to weigh a threshold", s.Guilty, o.Signal, s.Innocent)
	}
	at := slices.Concat(taken, wrong)
	slices.Sort(at)
	for _, t := range slices.Compact(at) {
		if t > 0 {
			s.Cuts = append(s.Cuts, s.cut(t, count(taken, t), count(wrong, t)))
		}
	}
	return s, nil
}

func (o SimulateOptions) withDefaults() SimulateOptions {
	if o.Signal == "" {
		o.Signal = Infringement
	}
	for _, d := range []struct {
		field *float64
		value float64
	}{{&o.Prior, 0.001}, {&o.Minutes, 2}, {&o.Listings, 1e6}} {
		if *d.field == 0 {
			*d.field = d.value
		}
	}
	return o
}

// highest is the highest probability of a true right, or of any right; 0 without one.
func (r row) highest(trueOnly bool) float64 {
	best := 0.0
	for _, p := range r.preds {
		if !trueOnly || r.truth[p.Right] {
			best = max(best, p.Probability)
		}
	}
	return best
}

func count(values []float64, at float64) int {
	n := 0
	for _, v := range values {
		if v >= at {
			n++
		}
	}
	return n
}

func (s *Simulation) cut(threshold float64, taken, wrong int) Cut {
	c := Cut{Threshold: threshold, Taken: share(taken, s.Guilty), Wrong: share(wrong, s.Innocent)}
	c.Precision = Figure{
		Value: s.precision(c.Taken.Value, c.Wrong.Value), Low: s.precision(c.Taken.Low, c.Wrong.High), High: s.precision(c.Taken.High, c.Wrong.Low),
	}
	guilty, innocent := s.Prior*s.Listings, (1-s.Prior)*s.Listings
	c.TakenListings, c.WrongListings, c.Missed = c.Taken.Value*guilty, c.Wrong.Value*innocent, (1-c.Taken.Value)*guilty
	c.Hours = (c.TakenListings + c.WrongListings) * s.Minutes / 60
	return c
}

// precision at the base rate of shares of the guilty and the innocent that are taken down; 0 when nothing is.
func (s *Simulation) precision(taken, wrong float64) float64 {
	right, all := s.Prior*taken, s.Prior*taken+(1-s.Prior)*wrong
	if all == 0 {
		return 0
	}
	return right / all
}

// share is k of n with its exact interval.
func share(k, n int) Share {
	f := Figure{Value: float64(k) / float64(n), High: 1}
	if k > 0 {
		f.Low = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(0.025)
	}
	if k < n {
		f.High = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(0.975)
	}
	return Share{Count: k, Figure: f}
}

// Recommend gives the lowest cut whose precision at the base rate is at least the demanded one even at the worst that its
// intervals allow, so that it takes down the most; false when no cut has shown that.
func (s *Simulation) Recommend(precision float64) (Cut, bool) {
	for _, c := range s.Cuts {
		if c.Precision.Low >= precision {
			return c, true
		}
	}
	return Cut{}, false
}

// Needed is how many innocent listings, none of them taken down, would show the demanded precision for a threshold that takes a
// share of the guilty ones: what to collect when Recommend finds nothing.
func (s *Simulation) Needed(precision, taken float64) int {
	// The highest share of innocents that may be taken, and the n whose interval for none of n ends there: 1 - 0.025^(1/n).
	most := s.Prior * taken * (1 - precision) / ((1 - s.Prior) * precision)
	return int(math.Ceil(math.Log(0.025) / math.Log1p(-most)))
}
