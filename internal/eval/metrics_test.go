package eval

import (
	"fmt"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const near = "near_copy"

// entry is a listing in short: its true rights of near_copy, and its predictions.
type entry struct {
	how, edit string
	truth     []string
	preds     []Prediction
}

// say is a prediction of near_copy.
func say(right string, score, probability float64) Prediction {
	return Prediction{Right: right, Signal: near, Score: score, Probability: probability}
}

// runOf ranks the entries' predictions as Do does.
func runOf(t *testing.T, entries ...entry) *Run {
	t.Helper()
	set := &Set{Name: "hand", Tasks: []string{near}}
	rights := map[string]bool{}
	for _, name := range []string{"A", "B", "C", "D"} {
		set.References = append(set.References, Reference{Right: name, Kind: KindDesign})
		rights[name] = true
	}
	run := &Run{Set: set}
	for i, e := range entries {
		l := Labelled{Listing: Listing{ID: fmt.Sprintf("L%02d", i)}, How: e.how}
		if e.edit != "" {
			l.Edits = []string{e.edit}
		}
		for _, right := range e.truth {
			l.Truth = append(l.Truth, Truth{Right: right, Signal: near})
		}
		set.Listings = append(set.Listings, l)
		ranked, err := rank(l.ID, e.preds, rights)
		if err != nil {
			t.Fatal(err)
		}
		run.Predictions = append(run.Predictions, ranked...)
	}
	return run
}

func valuesOf(t *testing.T, threshold *float64, prior float64, entries ...entry) [numFigures]float64 {
	t.Helper()
	rows := layOut(runOf(t, entries...), near)
	return newSample(rows, threshold, prior).values(ones(len(rows)))
}

func guilty(right string, preds ...Prediction) entry {
	return entry{truth: []string{right}, preds: preds}
}

func innocent(preds ...Prediction) entry { return entry{preds: preds} }

func at(t float64) *float64 { return &t }

var nan = math.NaN()

func TestFiguresByHand(t *testing.T) {
	tests := []struct {
		name      string
		threshold *float64
		prior     float64
		entries   []entry
		want      map[int]float64
	}{
		{
			// Pooled: A .9 hit, C .8 miss, B .7 hit (its listing's first is C), and D of the third listing has no
			// prediction. AP = (1/1 + 2/3) / 3 positives = 5/9. Recall at 1: one of three; at 5: two of three.
			// Precision is 1 after the first, then 1/2, 2/3: recall at precision .9 is 1/3.
			name: "micro average precision counts misses",
			entries: []entry{
				guilty("A", say("A", 0.9, 0.9)), guilty("B", say("C", 0.8, 0.8), say("B", 0.7, 0.7)), guilty("D"),
			},
			want: map[int]float64{uap: 5.0 / 9, recallAt1: 1.0 / 3, recallAt5: 2.0 / 3, recallAtP90: 1.0 / 3,
				recallAtFA1: nan, precision: nan, boxIoU50: nan},
		},
		{
			// All three scores are equal, so no threshold parts them: AP = 2/3 at recall 1, in whatever order the
			// listings stand. Precision never reaches .9.
			name:    "ties enter the pool together",
			entries: []entry{guilty("A", say("A", 0.5, 0.5)), guilty("B", say("B", 0.5, 0.5)), innocent(say("A", 0.5, 0.5))},
			want:    map[int]float64{uap: 2.0 / 3, recallAtP90: 0, recallAt1: 1},
		},
		{
			// The true B ties with the wrong A: B ranks second. With four wrong rights above or equal it would still
			// be in the first five.
			name:    "a tie never helps the true right",
			entries: []entry{guilty("B", say("B", 0.5, 0.5), say("A", 0.5, 0.5))},
			want:    map[int]float64{recallAt1: 0, recallAt5: 1},
		},
		{
			// Nine hits, then a miss, then a hit: precision 1 at recall .9, 9/10 = .9 still, 10/11 > .9 at recall 1.
			name: "recall at precision 0.90 takes the deepest point",
			entries: append(many(9, func(i int) entry { return guilty("A", say("A", 1-float64(i)/100, 0.9)) }),
				innocent(say("A", 0.5, 0.5)), guilty("A", say("A", 0.4, 0.4))),
			want: map[int]float64{recallAtP90: 1, uap: (9 + 10.0/11) / 10},
		},
		{
			// Eight hits, a miss, a hit: 9/10 = .9 exactly counts ("0.90 or more").
			name: "recall at precision of exactly 0.90",
			entries: append(many(8, func(i int) entry { return guilty("A", say("A", 1-float64(i)/100, 0.9)) }),
				innocent(say("A", 0.5, 0.5)), guilty("A", say("A", 0.4, 0.4)), guilty("B")),
			want: map[int]float64{recallAtP90: 9.0 / 10},
		},
		{
			// 50 innocents score 1, 2, ..., 50. 1 % and 2 % of 50 are half a listing and one: the bar is the first, 50.
			// 5 % are 2.5 listings: the third, 48. Rights at 51, 50 (tie: not above), 49, 48 (tie) and one unseen:
			// above 50 is 1 of 5; above 48 are 51, 50 and 49, 3 of 5.
			name: "recall at false alarms, ties count for the innocents",
			entries: append(many(50, func(i int) entry { return innocent(say("B", float64(i+1), 0.1)) }),
				guilty("A", say("A", 51, 0.9)), guilty("A", say("A", 50, 0.9)), guilty("A", say("A", 49, 0.9)),
				guilty("A", say("A", 48, 0.9)), guilty("A", say("C", 60, 0.9))),
			want: map[int]float64{recallAtFA1: 0.2, recallAtFA2: 0.2, recallAtFA5: 0.6},
		},
		{
			// One innocent of 20 has a prediction, which is 5 %: the bar for 5 % is its score. For the others the same
			// innocent is the first that 1 % (a fifth of a listing) reach.
			name: "innocents without predictions lie below everything",
			entries: append(many(19, func(int) entry { return innocent() }),
				innocent(say("B", 0.3, 0.3)), guilty("A", say("A", -5, 0)), guilty("A", say("A", 0.4, 0.4))),
			want: map[int]float64{recallAtFA1: 0.5, recallAtFA5: 0.5},
		},
		{
			// No innocent has a prediction: any score at all is above what they reach, but a missing one is not.
			name:    "no innocent predictions",
			entries: []entry{innocent(), guilty("A", say("A", -5, 0)), guilty("A")},
			want:    map[int]float64{recallAtFA1: 0.5},
		},
		{
			// Threshold .5 (at it is an alarm). Alarms: A right, C wrong on a guilty listing, A wrong on an innocent.
			// Precision 1/3. Recall 1 of 2 positives. False alarms: 1 of 4 innocents. At a prior of .1 the two guilty
			// listings weigh .1/2 = .05 each and the four innocents .9/4 = .225 each:
			// .05 / (.05 + .05 + .225) = .05/.325 = 2/13.
			name: "at the threshold", threshold: at(0.5), prior: 0.1,
			entries: []entry{
				guilty("A", say("A", 3, 0.9)), guilty("B", say("C", 2, 0.5), say("B", 1, 0.4)),
				innocent(say("A", 3, 0.8), say("B", 1, 0.2)), innocent(say("A", 1, 0.49)), innocent(), innocent(),
			},
			want: map[int]float64{precision: 1.0 / 3, recall: 0.5, falseAlarmRate: 0.25, precisionAtPrior: 2.0 / 13},
		},
		{
			// Nothing reaches the threshold: recall is 0, precision has no denominator.
			name: "no alarm", threshold: at(0.99), prior: 0.1,
			entries: []entry{guilty("A", say("A", 3, 0.9)), innocent()},
			want:    map[int]float64{recall: 0, precision: nan, precisionAtPrior: nan, falseAlarmRate: 0},
		},
		{
			// 30 best rights: 15 at probability .8 of which 9 are right (.6), 15 at .2 of which 3 are right (.2). Bins
			// hold two listings each; the 7.5 bins of each kind share their group's mean outcome, and the eighth bin
			// holds one of each: believed 1.0, right .8 of 2. Gap: 7 bins of |.2-.2|, 7 bins of 2 x |.8-.6| = .4, and the
			// mixed bin |1.0-.8| = .2: (7 x .4 + .2) / 30 = .1.
			// Brier: .8-group 9 x .04 + 6 x .64 = 4.2; .2-group 3 x .64 + 12 x .04 = 2.4; mean 6.6/30 = .22.
			// Base rate 12/30 = .4: .4 x .6 = .24. Skill 1 - .22/.24 = 1/12.
			name: "calibration",
			entries: append(many(15, func(i int) entry { return maybe(i < 9, 0.8) }),
				many(15, func(i int) entry { return maybe(i < 3, 0.2) })...),
			want: map[int]float64{ece: 0.1, brierSkill: 1.0 / 12},
		},
		{
			// One listing over 15 bins: a fifteenth in each. |.7 - 1| = .3. Without a wrong one there is no skill.
			name:    "calibration of a single listing",
			entries: []entry{guilty("A", say("A", 1, 0.7)), innocent()},
			want:    map[int]float64{ece: 0.3, brierSkill: nan},
		},
		{
			// Two true rights in one listing: found when either is first; both are positives of the pool, one missed.
			name:    "a listing with two true rights",
			entries: []entry{{truth: []string{"A", "B"}, preds: []Prediction{say("B", 0.9, 0.9)}}},
			want:    map[int]float64{recallAt1: 1, uap: 0.5},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := valuesOf(t, tt.threshold, tt.prior, tt.entries...)
			for figure, want := range tt.want {
				if diff := cmp.Diff(want, got[figure], cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-9)); diff != "" {
					t.Errorf("figure %d (-want +got):\n%s", figure, diff)
				}
			}
		})
	}
}

// many makes n entries.
func many(n int, make func(i int) entry) []entry {
	out := []entry{}
	for i := range n {
		out = append(out, make(i))
	}
	return out
}

// maybe is a listing whose best right A has probability p and is right or wrong.
func maybe(right bool, p float64) entry {
	if right {
		return guilty("A", say("A", p, p))
	}
	return innocent(say("A", p, p))
}

func TestBoxes(t *testing.T) {
	second := 1
	tests := []struct {
		name  string
		truth Truth
		pred  Prediction
		want  float64
	}{
		// 10 x 10 against the same moved by 3: shared 70, together 130, 70/130 = .54.
		{"overlap above half", Truth{Box: &Box{0, 0, 10, 10}}, Prediction{Box: &Box{3, 0, 10, 10}}, 1},
		// Moved by 4: 60/140 = .43.
		{"overlap below half", Truth{Box: &Box{0, 0, 10, 10}}, Prediction{Box: &Box{4, 0, 10, 10}}, 0},
		// Half the box inside: 50/100 = .5 exactly counts.
		{"exactly half", Truth{Box: &Box{0, 0, 10, 10}}, Prediction{Box: &Box{0, 0, 5, 10}}, 1},
		{"apart", Truth{Box: &Box{0, 0, 10, 10}}, Prediction{Box: &Box{20, 20, 10, 10}}, 0},
		{"another picture", Truth{Box: &Box{0, 0, 10, 10}}, Prediction{Image: &second, Box: &Box{0, 0, 10, 10}}, 0},
		{"second picture", Truth{Image: 1, Box: &Box{0, 0, 10, 10}}, Prediction{Image: &second, Box: &Box{0, 0, 10, 10}}, 1},
		{"no box", Truth{Box: &Box{0, 0, 10, 10}}, Prediction{}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			run := runOf(t, guilty("A", say("A", 1, 1)))
			tt.truth.Right, tt.truth.Signal = "A", near
			run.Set.Listings[0].Truth = []Truth{tt.truth}
			run.Predictions[0].Box, run.Predictions[0].Image = tt.pred.Box, tt.pred.Image
			rows := layOut(run, near)
			if got := newSample(rows, nil, 0.1).values(ones(1))[boxIoU50]; got != tt.want {
				t.Errorf("box_iou_50 = %v, want %v", got, tt.want)
			}
		})
	}
}

// The fused verdict's truth is the union over the signals; another signal's truth makes a listing neither innocent nor
// guilty for this one.
func TestInfringementTruthIsTheUnion(t *testing.T) {
	run := runOf(t, guilty("A"), guilty("B"), innocent())
	run.Set.Listings[1].Truth[0].Signal = "logo_in_scene"
	m := Measure(run, MeasureOptions{Resamples: 10})
	want := map[string]Counts{
		near:         {Guilty: 1, Innocent: 1, Positives: 1},
		Infringement: {Guilty: 2, Innocent: 1, Positives: 2},
	}
	got := map[string]Counts{}
	for name, s := range m.Signals {
		got[name] = s.Counts
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("counts (-want +got):\n%s", diff)
	}
}

func TestGroups(t *testing.T) {
	run := runOf(t,
		entry{how: "crop", truth: []string{"A"}, preds: []Prediction{say("A", 5, 0.9)}},
		entry{how: "mirror", truth: []string{"A"}, preds: []Prediction{say("A", 2, 0.2)}},
		entry{how: "crop", edit: "blur", preds: []Prediction{say("A", 3, 0.6)}},
		entry{how: "clean", preds: []Prediction{say("A", 1, 0.1)}},
	)
	m := Measure(run, MeasureOptions{Thresholds: map[string]float64{near: 0.5}, Resamples: 50})
	s := m.Signals[near]
	// Mirror: its one guilty listing at 2 against both innocents, at 3 and 1: not above the first. It has no innocent of
	// its own, so no false alarm rate. Crop: 5 is above 3, and its own innocent raised an alarm.
	if got := s.ByHow["mirror"]; got.RecallAtFA1.Value != 0 || got.FalseAlarmRate != nil || got.Counts.Innocent != 2 {
		t.Errorf("mirror = %+v", got)
	}
	if got := s.ByHow["crop"]; got.RecallAtFA1.Value != 1 || got.FalseAlarmRate.Value != 1 {
		t.Errorf("crop = %+v", got)
	}
	// Clean and blur have no guilty listing: only their own innocents count.
	if got := s.ByHow["clean"]; got.UAP != nil || got.FalseAlarmRate.Value != 0 || got.Counts.Innocent != 1 {
		t.Errorf("clean = %+v", got)
	}
	if got := s.ByEdit["blur"]; got.FalseAlarmRate.Value != 1 || got.Counts.Innocent != 1 {
		t.Errorf("blur = %+v", got)
	}
	if m.Signals[Infringement].FalseAlarmRate != nil {
		t.Error("infringement has no threshold, so it must have no false alarm rate")
	}
}

// A note carried only by listings that are guilty of another signal says nothing about this one.
func TestGroupOfAnotherSignalIsLeftOut(t *testing.T) {
	run := runOf(t, entry{how: "crop", truth: []string{"A"}}, entry{how: "logo", truth: []string{"B"}}, innocent())
	run.Set.Listings[1].Truth[0].Signal = "logo_in_scene"
	m := Measure(run, MeasureOptions{Resamples: 10})
	if got := m.Signals[near].ByHow; got["logo"] != nil || got["crop"] == nil {
		t.Errorf("parts of near_copy: %v", got)
	}
	if got := m.Signals[Infringement].ByHow; got["logo"] == nil {
		t.Errorf("parts of infringement: %v", got)
	}
}

func TestBootstrap(t *testing.T) {
	half := many(200, func(i int) entry { return guilty("A", say(map[bool]string{true: "A", false: "B"}[i%2 == 0], 1, 0.5)) })
	run := runOf(t, half...)
	m := Measure(run, MeasureOptions{Seed: 7})
	got := m.Signals[near].RecallAt1
	// The share of heads in 200 fair draws has a standard error of sqrt(.25/200) = .0354: 1.96 of it on either side is
	// .431 to .569. The percentile interval must lie near that.
	want := &Figure{Value: 0.5, Low: 0.431, High: 0.569}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 0.015)); diff != "" {
		t.Errorf("recall at 1 (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(m, Measure(run, MeasureOptions{Seed: 7})); diff != "" {
		t.Errorf("the same seed gave other figures:\n%s", diff)
	}
	if cmp.Equal(m.Signals[near].RecallAt1, Measure(run, MeasureOptions{Seed: 8}).Signals[near].RecallAt1) {
		t.Error("another seed gave the same interval to the last digit")
	}
}

// Counting a row twice must equal having it twice: this is what the bootstrap rests on.
func TestWeightsEqualRepetition(t *testing.T) {
	entries := []entry{
		guilty("A", say("A", 0.9, 0.9)), guilty("B", say("C", 0.8, 0.8), say("B", 0.7, 0.7)), guilty("D"),
		innocent(say("A", 0.75, 0.6)), innocent(say("B", 0.1, 0.1)), innocent(),
	}
	w := []int{2, 1, 0, 3, 1, 2}
	var repeated []entry
	for i, n := range w {
		for range n {
			repeated = append(repeated, entries[i])
		}
	}
	rows := layOut(runOf(t, entries...), near)
	got := newSample(rows, at(0.5), 0.01).values(w)
	want := valuesOf(t, at(0.5), 0.01, repeated...)
	if diff := cmp.Diff(want, got, cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-12)); diff != "" {
		t.Errorf("figures (-repeated +weighted):\n%s", diff)
	}
}
