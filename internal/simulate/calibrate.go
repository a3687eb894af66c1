package simulate

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

// Calibration is what months of the past say of thresholds: the policy with them, and what was measured, so that the service acts by it.
type Calibration struct {
	Policy   policy.Policy    `json:"policy"`
	Measured []threshold.Kept `json:"measured"`
	Read     []Reading        `json:"read"`
}

// Reading is a threshold as it was read off. Cut is nil where none does what is demanded; At is then above 1, which nothing reaches.
type Reading struct {
	Use    string // what it does
	Signal string
	At     float64
	Cut    *threshold.Cut
}

// Demands on thresholds beyond the precision that the policy demands with the lower end of an interval.
const (
	actRight   = 0.99   // of what is acted on without a person
	actTouches = 0.0005 // of innocent listings, by each signal
	urgeRight  = 0.5    // of what people see first
	lookRight  = 0.2    // of what people see at all
	lookHours  = 0.5    // of the reviewers' time that goes to what nobody complained of
	lookFrom   = 0.3    // no likelihood below it is looked at
	never      = 1.01
)

// ErrCalibration: thresholds cannot be read off these months; the sentence says why.
var ErrCalibration = errors.New("no thresholds")

// Calibrate reads the thresholds of a policy off months: of each signal that it names the lowest that was right in 99 of
// 100, touched no more than 1 in 2,000 innocent listings, and shows the precision that the policy demands with the lower end of its
// interval at the policy's base rate; for the queues, of months of a marketplace, the lowest of which a half and a fifth are right and
// for which the people suffice. A signal of which no threshold does that decides nothing. Of the numbers that do the same the
// shortest is taken. A higher threshold that the policy has already stays where it does all that too: months before may have seen what these
// are too few to show.
func Calibrate(p Params, runs []Result, base policy.Policy) (Calibration, error) {
	scores, pack, err := pooled(runs)
	if err != nil {
		return Calibration{}, err
	}
	demands, population, rate := base.Demands(), threshold.Listings, base.Demands().BaseRate
	if p.Listings.Count == 0 {
		population, rate = threshold.Notices, base.Demands().NoticeBaseRate
	}
	out := Calibration{Policy: base}
	triage := base.Cases()
	triage.TakeDown = map[string]float64{}
	out.Policy.Triage, out.Policy.Version = &triage, p.Name+", "+pack
	for _, signal := range slices.Sorted(maps.Keys(base.Signals)) {
		if scores[signal] == nil && signal != fused {
			continue // it said nothing
		}
		sim, err := simulation(p, scores, signal, rate)
		if err != nil {
			return Calibration{}, err
		}
		read := reading("decides without a person", signal, sim, func(c threshold.Cut) bool {
			return c.Precision.Low >= demands.Precision && c.Precision.Value >= actRight && c.Wrong.Value <= actTouches
		}, base.Cases().TakeDown[signal])
		out.Read = append(out.Read, read)
		out.Measured = append(out.Measured, kept(p, runs, pack, population, signal, scores[signal]))
		if read.Cut != nil {
			triage.TakeDown[signal] = read.At
		}
	}
	if population == threshold.Listings {
		if err := out.queues(p, scores, rate); err != nil {
			return Calibration{}, err
		}
	}
	return out, nil
}

// queues sets from where on a listing is held back, seen first, and seen at all.
func (out *Calibration) queues(p Params, scores Scores, rate float64) error {
	sim, err := simulation(p, scores, fused, rate)
	if err != nil {
		return err
	}
	t := &out.Policy.Infringement
	t.Block = never
	if at, ok := out.Policy.Triage.TakeDown[fused]; ok {
		t.Block = at
	}
	people := float64(p.Reviewers.Count*p.Reviewers.Hours*p.Days) * lookHours
	suffice := func(c threshold.Cut) bool { return c.Threshold >= lookFrom && c.Hours <= people }
	look := reading("a person looks", fused, sim, func(c threshold.Cut) bool { return suffice(c) && c.Precision.Value >= lookRight }, 0)
	urge := reading("a person looks first", fused, sim, func(c threshold.Cut) bool { return suffice(c) && c.Precision.Value >= urgeRight }, 0)
	t.Urgent = min(urge.At, t.Block)
	t.Review = min(look.At, t.Urgent)
	out.Read = append(out.Read, urge, look)
	return nil
}

func simulation(p Params, scores Scores, signal string, rate float64) (*threshold.Simulation, error) {
	sample := scores[signal]
	if sample == nil {
		return nil, fmt.Errorf("%w for %s: the signal said nothing in these months", ErrCalibration, signal)
	}
	sim, err := threshold.Simulate(*sample, threshold.Options{Signal: signal, Prior: rate, Minutes: p.Reviewers.Minutes, Listings: math.Max(1, float64(p.Listings.Count))})
	if err != nil {
		return nil, fmt.Errorf("%w for %s: %w", ErrCalibration, signal, err)
	}
	return sim, nil
}

// reading is the lowest cut that does, as a short number between it and whatever lies below it, so that it does the same; or a higher one
// that is in force and does.
func reading(use, signal string, sim *threshold.Simulation, does func(threshold.Cut) bool, inForce float64) Reading {
	below := 0.0
	for _, c := range sim.Cuts {
		if does(c) {
			at := short(below, c.Threshold)
			if inForce > at && does(sim.At(inForce)) {
				at = inForce
			}
			c = sim.At(at)
			return Reading{use, signal, at, &c}
		}
		below = c.Threshold
	}
	return Reading{use, signal, never, nil}
}

// short is the number with the fewest decimal places above low and not above high, the highest of them; high where none of nine places is.
func short(low, high float64) float64 {
	for places := 1.0; places <= 1e9; places *= 10 {
		if v := math.Floor(high*places) / places; v > low && v > 0 {
			return v
		}
	}
	return high
}

// pooled are the scores of all months, which must have been lived with one pack.
func pooled(runs []Result) (Scores, string, error) {
	all, pack := Scores{}, ""
	for _, r := range runs {
		switch {
		case len(r.Scores) == 0:
			return nil, "", fmt.Errorf("%w: the month of seed %d scored no listing of which the truth is known", ErrCalibration, r.Seed)
		case pack != "" && pack != r.Pack:
			return nil, "", fmt.Errorf("%w: the months were lived with two packs, %s and %s", ErrCalibration, pack, r.Pack)
		}
		pack = r.Pack
		all.merge(r.Scores)
	}
	if pack == "" {
		return nil, "", fmt.Errorf("%w: no month was lived", ErrCalibration)
	}
	return all, pack, nil
}

// kept is what was measured of a signal, as it counts from the beginning of the month.
func kept(p Params, runs []Result, pack, population, signal string, sample *threshold.Sample) threshold.Kept {
	curve := sample.Curve()
	var seeds []uint64
	for _, r := range runs {
		seeds = append(seeds, r.Seed)
	}
	curve.Source = fmt.Sprintf("%d listings of simulated months (seeds %d)", len(sample.Infringing)+len(sample.Innocent), seeds)
	return threshold.Kept{Key: threshold.Key{Pack: pack, Marketplace: Market, Population: population, Signal: signal}, Curve: curve, KeptAt: p.Start.Add(-24 * time.Hour), By: "simulation"}
}
