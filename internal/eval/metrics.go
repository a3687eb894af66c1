package eval

import (
	"hash/fnv"
	"slices"
)

// MeasureOptions are the settings of Measure; the zero value measures without thresholds.
type MeasureOptions struct {
	// Thresholds are the active thresholds by signal, on the probability; a prediction at or above it is an alarm.
	// A signal without one has no figures at a threshold.
	Thresholds map[string]float64
	Prior      float64 // base rate of guilty listings on a market; 0 means 0.001
	Resamples  int     // bootstrap resamples; 0 means 1,000
	Seed       uint64  // of the bootstrap; the same seed gives the same intervals
}

// Metrics are the figures of one set, in the form of metrics.json.
type Metrics struct {
	Set       string             `json:"set"`
	Source    string             `json:"source,omitempty"`
	Tasks     []string           `json:"tasks"`
	Rights    int                `json:"rights"`
	Listings  int                `json:"listings"`
	Prior     float64            `json:"prior"`
	Resamples int                `json:"resamples"`
	Seed      uint64             `json:"seed"`
	Timing    Timing             `json:"timing"`
	Signals   map[string]*Signal `json:"signals"` // the set's tasks and Infringement
}

// Signal holds the figures of one signal.
type Signal struct {
	Threshold *float64 `json:"threshold,omitempty"`
	Group
	ByHow  map[string]*Group `json:"by_how,omitempty"`
	ByEdit map[string]*Group `json:"by_edit,omitempty"`
}

// Group holds the figures of a set, or of a part of it. A part by how or by edit is made of the guilty listings that
// carry the note, against all innocent listings of the set; its false alarm rate counts only the innocent listings
// that carry the note themselves. A part without guilty listings is made of its own innocent listings.
type Group struct {
	Counts Counts `json:"counts"`
	Figures
}

// Counts are the sizes behind a group's figures.
type Counts struct {
	Guilty      int `json:"guilty"`      // listings with a truth for the signal
	Innocent    int `json:"innocent"`    // listings without any truth
	Positives   int `json:"positives"`   // (listing, right) pairs in the truth
	Predictions int `json:"predictions"` // kept predictions
	Boxes       int `json:"boxes"`       // true boxes
	Alarms      int `json:"alarms"`      // predictions at or above the threshold
	FalseAlarms int `json:"false_alarms"`
}

// Figure is a value with its bootstrap 95 % interval (percentiles 2.5 and 97.5 over resampled listings).
type Figure struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Figures of a group; nil where the set cannot answer. All lie between 0 and 1, but BrierSkill, which is at most 1 and
// falls below 0 where the probabilities are worse than always answering the base rate.
type Figures struct {
	UAP              *Figure `json:"uap,omitempty"` // micro average precision over all predictions pooled
	RecallAt1        *Figure `json:"recall_at_1,omitempty"`
	RecallAt5        *Figure `json:"recall_at_5,omitempty"`
	RecallAtP90      *Figure `json:"recall_at_p90,omitempty"` // largest recall at a pooled precision of 0.90 or more
	RecallAtFA1      *Figure `json:"recall_at_fa1,omitempty"` // recall above what 1 % of the innocents reach
	RecallAtFA2      *Figure `json:"recall_at_fa2,omitempty"`
	RecallAtFA5      *Figure `json:"recall_at_fa5,omitempty"`
	Precision        *Figure `json:"precision,omitempty"` // this and the next three at the active threshold
	Recall           *Figure `json:"recall,omitempty"`
	FalseAlarmRate   *Figure `json:"false_alarm_rate,omitempty"`   // share of innocent listings with an alarm
	PrecisionAtPrior *Figure `json:"precision_at_prior,omitempty"` // precision re-weighted to the base rate
	ECE              *Figure `json:"ece,omitempty"`                // lower is better
	BrierSkill       *Figure `json:"brier_skill,omitempty"`
	BoxIoU50         *Figure `json:"box_iou_50,omitempty"` // share of true boxes met with an overlap of 0.5 or more
}

// figures lists the fields in the order of the value array of sample.values.
func (f *Figures) figures() [numFigures]**Figure {
	return [numFigures]**Figure{
		&f.UAP, &f.RecallAt1, &f.RecallAt5, &f.RecallAtP90, &f.RecallAtFA1, &f.RecallAtFA2, &f.RecallAtFA5,
		&f.Precision, &f.Recall, &f.FalseAlarmRate, &f.PrecisionAtPrior, &f.ECE, &f.BrierSkill, &f.BoxIoU50,
	}
}

// ByName gives the figures that the set can answer by their names in metrics.json.
func (f *Figures) ByName() map[string]Figure {
	all := map[string]Figure{}
	for i, at := range f.figures() {
		if *at != nil {
			all[FigureNames[i]] = **at
		}
	}
	return all
}

// Measure computes the figures of a run for each of the set's tasks and for Infringement.
func Measure(run *Run, opts MeasureOptions) *Metrics {
	opts = opts.withDefaults()
	m := &Metrics{
		Set: run.Set.Name, Source: run.Set.Source, Tasks: run.Set.Tasks, Rights: len(run.Set.References),
		Listings: len(run.Set.Listings), Prior: opts.Prior, Resamples: opts.Resamples, Seed: opts.Seed,
		Timing: run.Timing, Signals: map[string]*Signal{},
	}
	for _, signal := range signals(run.Set) {
		m.Signals[signal] = measureSignal(run, signal, opts)
	}
	return m
}

func (o MeasureOptions) withDefaults() MeasureOptions {
	if o.Prior == 0 {
		o.Prior = 0.001
	}
	if o.Resamples == 0 {
		o.Resamples = 1000
	}
	return o
}

// signals are what a set measures: its tasks, then the fused verdict.
func signals(set *Set) []string { return append(slices.Clone(set.Tasks), Infringement) }

func measureSignal(run *Run, signal string, opts MeasureOptions) *Signal {
	rows := layOut(run, signal)
	out := &Signal{}
	if t, ok := opts.Thresholds[signal]; ok {
		out.Threshold = &t
	}
	out.Group = measureGroup(rows, out.Threshold, opts, signal)
	hows, edits := notes(rows)
	out.ByHow = measureParts(rows, hows, out.Threshold, opts, signal+"/how/", func(l *Labelled, how string) bool { return l.How == how })
	out.ByEdit = measureParts(rows, edits, out.Threshold, opts, signal+"/edit/", func(l *Labelled, edit string) bool { return slices.Contains(l.Edits, edit) })
	return out
}

// measureParts measures the part of each note, or returns nil when there is none.
func measureParts(rows []row, notes []string, threshold *float64, opts MeasureOptions, name string, carries func(*Labelled, string) bool) map[string]*Group {
	var out map[string]*Group
	for _, note := range notes {
		part := portion(rows, func(l *Labelled) bool { return carries(l, note) })
		if len(part) == 0 {
			continue
		}
		if out == nil {
			out = map[string]*Group{}
		}
		group := measureGroup(part, threshold, opts, name+note)
		out[note] = &group
	}
	return out
}

// measureGroup seeds the bootstrap by the group's own name, so that a new group leaves the others' intervals alone.
func measureGroup(rows []row, threshold *float64, opts MeasureOptions, name string) Group {
	s := newSample(rows, threshold, opts.Prior)
	g := Group{Counts: s.counts()}
	h := fnv.New64a()
	h.Write([]byte(name))
	values := s.values(ones(len(rows)))
	low, high := s.bootstrap(values, opts.Resamples, opts.Seed, h.Sum64())
	for i, at := range g.figures() {
		if defined(values[i]) {
			*at = &Figure{Value: values[i], Low: low[i], High: high[i]}
		}
	}
	return g
}

// notes lists the ways of making and the edits that the set's listings carry, sorted.
func notes(rows []row) (hows, edits []string) {
	for _, r := range rows {
		if r.listing.How != "" {
			hows = append(hows, r.listing.How)
		}
		edits = append(edits, r.listing.Edits...)
	}
	slices.Sort(hows)
	slices.Sort(edits)
	return slices.Compact(hows), slices.Compact(edits)
}

// portion keeps the guilty rows that the note matches and, to judge them against, the innocent rows; without guilty
// rows it keeps the innocent rows that the note matches. It is empty where the note says nothing about the signal.
func portion(rows []row, match func(*Labelled) bool) []row {
	var guilty, own, other []row
	for _, r := range rows {
		r.own = match(r.listing)
		switch {
		case r.own && len(r.truth) > 0:
			guilty = append(guilty, r)
		case r.own && r.innocent:
			own = append(own, r)
		case r.innocent:
			other = append(other, r)
		}
	}
	if len(guilty) == 0 {
		return own
	}
	return slices.Concat(guilty, own, other)
}
