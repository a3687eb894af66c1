// Package threshold weighs thresholds on labelled listings: what each would take down, take down wrongly and cost, which of them has
// shown a demanded precision, and whether that is proven enough to act without a person. It is arithmetic; it knows neither models,
// stores nor policies.
//
// All intervals are exact 95 % ones of a binomial share (C. J. Clopper and E. S. Pearson, Biometrika 26, 1934).
package threshold

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Kinds of samples, by how their listings came together.
const (
	// KindLabelled: the infringing and the innocent were gathered apart, as in an evaluation set. Their numbers say nothing of a market,
	// so that precision is told for a base rate.
	KindLabelled = "labelled"
	// KindReviewed: what people decided of whatever came up on one market. The sample has the market's own base rate, but nothing is
	// known below the lowest probability that was looked at.
	KindReviewed = "reviewed"
)

// A Sample is labelled listings by the probability up to which each of them is taken down: of an infringing one the highest of the rights
// that it infringes, of an innocent one the highest of all; 0 where nothing was found.
type Sample struct {
	Kind       string // KindLabelled unless it says KindReviewed
	Infringing []float64
	Innocent   []float64
	// Floor is the probability from which on everything was looked at, for a reviewed sample: below it nothing is known.
	Floor float64
}

// Options are the settings of Simulate; the zero value uses the defaults named.
type Options struct {
	Signal   string  // that the probabilities are of, for the answer alone
	Prior    float64 // share of infringing listings in the market; 0 = 0.001, or the sample's own for a reviewed one
	Minutes  float64 // of a reviewer for one listing; 0 = 2
	Listings float64 // that the figures are told for; 0 = 1,000,000, or the sample's number for a reviewed one
}

// A Simulation says what each threshold would have done to a sample, and what it would do to a market with another base rate.
type Simulation struct {
	Signal   string  `json:"signal"`
	Kind     string  `json:"kind" enum:"labelled,reviewed" doc:"labelled: precision is told for the base rate; reviewed: as it was found on this market"`
	Prior    float64 `json:"prior" doc:"share of infringing listings that the figures are told for"`
	Minutes  float64 `json:"minutes_a_listing" doc:"of a reviewer"`
	Listings float64 `json:"listings" doc:"that the figures are told for"`
	Guilty   int     `json:"guilty" doc:"listings that infringe"`
	Innocent int     `json:"innocent" doc:"listings that infringe nothing"`
	Cuts     []Cut   `json:"cuts" doc:"by threshold, ascending"`
}

// A Cut is one threshold and what it does. What is told for the market takes the shares of the infringing and of the innocent from the
// sample, and their number from the base rate.
type Cut struct {
	Threshold float64 `json:"threshold"`
	Taken     Portion `json:"taken" doc:"infringing listings that one of their true rights takes down"`
	Wrong     Portion `json:"wrong" doc:"innocent listings that are taken down"`
	// Precision is the share of rightly taken listings among those taken. Of a labelled sample Low is the worst that the intervals of
	// both shares allow at the base rate, and High the best; of a reviewed one it is the interval of the share itself.
	Precision Interval `json:"precision" doc:"share of rightly taken listings among those taken"`

	TakenListings float64 `json:"taken_listings" doc:"of the market, rightly"`
	WrongListings float64 `json:"wrong_listings" doc:"of the market, wrongly"`
	Missed        float64 `json:"missed_listings"`
	Hours         float64 `json:"reviewer_hours" doc:"if a reviewer looks at each listing that is taken"`
}

// An Interval is a share with its interval.
type Interval struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low" doc:"lower end of the 95 % interval"`
	High  float64 `json:"high" doc:"upper end of the 95 % interval"`
}

// A Portion is how many of some listings, with its interval.
type Portion struct {
	Count int `json:"count"`
	Interval
}

// Simulate cuts a sample at every probability where the outcome changes. It fails when the sample holds no infringing or no innocent
// listing.
func Simulate(in Sample, o Options) (*Simulation, error) {
	if len(in.Infringing) == 0 || len(in.Innocent) == 0 {
		return nil, fmt.Errorf("threshold: %d listings infringe something and %d are innocent: both are needed to weigh a threshold", len(in.Infringing), len(in.Innocent))
	}
	s := &Simulation{Signal: o.Signal, Kind: in.kind(), Guilty: len(in.Infringing), Innocent: len(in.Innocent)}
	s.set(o)
	for _, st := range in.steps() {
		s.Cuts = append(s.Cuts, s.cut(st))
	}
	return s, nil
}

func (in Sample) kind() string {
	if in.Kind == KindReviewed {
		return KindReviewed
	}
	return KindLabelled
}

// set takes over the options, with the defaults of the sample's kind.
func (s *Simulation) set(o Options) {
	prior, listings := 0.001, 1e6
	if s.Kind == KindReviewed {
		listings = float64(s.Guilty + s.Innocent)
		prior = float64(s.Guilty) / listings
	}
	for _, d := range []struct {
		field            *float64
		asked, otherwise float64
	}{{&s.Prior, o.Prior, prior}, {&s.Minutes, o.Minutes, 2}, {&s.Listings, o.Listings, listings}} {
		*d.field = d.asked
		if d.asked == 0 {
			*d.field = d.otherwise
		}
	}
}

// A CurveStep is how many listings of a sample the thresholds take down that lie above the step before it, up to At.
type CurveStep struct {
	At    float64 `json:"at"`
	Taken int     `json:"taken"` // infringing listings, at least
	Wrong int     `json:"wrong"` // innocent ones, at most
}

// steps are all thresholds at which the outcome changes, ascending.
func (in Sample) steps() []CurveStep {
	taken, wrong := slices.Sorted(slices.Values(in.Infringing)), slices.Sorted(slices.Values(in.Innocent))
	at := slices.Concat(taken, wrong)
	slices.Sort(at)
	var out []CurveStep
	for _, t := range slices.Compact(at) {
		if t > 0 {
			i, _ := slices.BinarySearch(taken, t)
			j, _ := slices.BinarySearch(wrong, t)
			out = append(out, CurveStep{t, len(taken) - i, len(wrong) - j})
		}
	}
	return out
}

func (s *Simulation) cut(st CurveStep) Cut {
	c := Cut{Threshold: st.At, Taken: share(st.Taken, s.Guilty), Wrong: share(st.Wrong, s.Innocent)}
	c.Precision = precision(s.Kind, c.Taken, c.Wrong, s.Prior)
	guilty, innocent := s.Prior*s.Listings, (1-s.Prior)*s.Listings
	c.TakenListings, c.WrongListings, c.Missed = c.Taken.Value*guilty, c.Wrong.Value*innocent, (1-c.Taken.Value)*guilty
	c.Hours = (c.TakenListings + c.WrongListings) * s.Minutes / 60
	return c
}

// precision of a threshold that takes these shares.
func precision(kind string, taken, wrong Portion, prior float64) Interval {
	if kind == KindReviewed {
		if taken.Count+wrong.Count == 0 {
			return Interval{High: 1}
		}
		return share(taken.Count, taken.Count+wrong.Count).Interval
	}
	return Interval{Value: at(prior, taken.Value, wrong.Value), Low: at(prior, taken.Low, wrong.High), High: at(prior, taken.High, wrong.Low)}
}

// at is the precision at a base rate of shares of the infringing and of the innocent that are taken down; 0 when nothing is.
func at(prior, taken, wrong float64) float64 {
	right, all := prior*taken, prior*taken+(1-prior)*wrong
	if all == 0 {
		return 0
	}
	return right / all
}

// share is k of n with its exact interval.
func share(k, n int) Portion {
	f := Interval{Value: float64(k) / float64(n), High: 1}
	if k > 0 {
		f.Low = distuv.Beta{Alpha: float64(k), Beta: float64(n - k + 1)}.Quantile(0.025)
	}
	if k < n {
		f.High = distuv.Beta{Alpha: float64(k + 1), Beta: float64(n - k)}.Quantile(0.975)
	}
	return Portion{Count: k, Interval: f}
}

// Recommendation is a demanded precision and the threshold that has shown it.
type Recommendation struct {
	Precision float64 `json:"precision" doc:"that was demanded"`
	Cut       *Cut    `json:"cut,omitempty" doc:"the lowest threshold that has shown it even at the lower end of its interval; absent where none has"`
	Needed    int     `json:"innocents_needed,omitempty" doc:"where none has: how many innocent listings, none of them taken down, would show it for a threshold that takes half of what infringes"`
}

// Recommend gives, for each demanded precision, the lowest cut whose precision is at least that even at the worst that its intervals
// allow, so that it takes down the most.
func (s *Simulation) Recommend(demanded ...float64) []Recommendation {
	list := make([]Recommendation, 0, len(demanded))
	for _, p := range demanded {
		r := Recommendation{Precision: p}
		if i := slices.IndexFunc(s.Cuts, func(c Cut) bool { return c.Precision.Low >= p }); i >= 0 {
			r.Cut = &s.Cuts[i]
		} else if s.Kind == KindLabelled {
			r.Needed = s.Needed(p, 0.5)
		}
		list = append(list, r)
	}
	return list
}

// Needed is how many innocent listings, none of them taken down, would show the demanded precision for a threshold that takes a
// share of the infringing ones: what to collect when Recommend finds nothing.
func (s *Simulation) Needed(demanded, taken float64) int {
	// The highest share of innocents that may be taken, and the n whose interval for none of n ends there: 1 - 0.025^(1/n).
	most := s.Prior * taken * (1 - demanded) / ((1 - s.Prior) * demanded)
	return int(math.Ceil(math.Log(0.025) / math.Log1p(-most)))
}

// Thin keeps at most n of the simulation's cuts, spread evenly, the last one included; n of 0 or below keeps all.
func (s *Simulation) Thin(n int) {
	if n <= 0 || n >= len(s.Cuts) {
		return
	}
	kept := make([]Cut, n)
	for i := range kept {
		kept[i] = s.Cuts[(i+1)*len(s.Cuts)/n-1]
	}
	s.Cuts = kept
}
