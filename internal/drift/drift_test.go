package drift

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/detect"
	"touchstone/internal/intake"
	"touchstone/internal/threshold"
)

// TestPSI holds the index against numbers worked out by hand.
func TestPSI(t *testing.T) {
	var half, most [Bins]float64
	half[0], half[19] = 0.5, 0.5
	most[0], most[19] = 0.8, 0.2
	if got, want := PSI(half, most), 0.3*math.Log(1.6)-0.3*math.Log(0.4); math.Abs(got-want) > 1e-12 {
		t.Errorf("PSI %g, want %g", got, want)
	}
	rapid.Check(t, func(t *rapid.T) {
		var a, b Counts
		for i := range a {
			a[i], b[i] = rapid.Int64Range(0, 1000).Draw(t, "a"), rapid.Int64Range(0, 1000).Draw(t, "b")
		}
		x, y := a.Shares(), b.Shares()
		if p := PSI(x, y); p < 0 || math.Abs(p-PSI(y, x)) > 1e-9 || PSI(x, x) != 0 {
			t.Fatalf("PSI %g one way, %g the other, %g of itself", p, PSI(y, x), PSI(x, x))
		}
	})
}

func TestBin(t *testing.T) {
	for p, want := range map[float64]int{-1: 0, 0: 0, 0.04: 0, 0.05: 1, 0.999: 19, 1: 19, 2: 19} {
		if got := Bin(p); got != want {
			t.Errorf("Bin(%g) is %d, want %d", p, got, want)
		}
	}
	if Bin(math.NaN()) != 0 {
		t.Error("NaN has no bin")
	}
}

// TestExpected mixes both kinds of listings at the base rate.
func TestExpected(t *testing.T) {
	got := Expected(threshold.Curve{Kind: threshold.KindLabelled, Infringing: 10, Innocent: 100, Steps: []threshold.CurveStep{{At: 0.5, Taken: 8, Wrong: 10}, {At: 0.9, Taken: 4}}}, 0.5)
	var want [Bins]float64
	want[0], want[10], want[18] = 0.5*0.2+0.5*0.9, 0.5*0.4+0.5*0.1, 0.5*0.4
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-12 {
			t.Errorf("bin %d: %g, want %g", i, got[i], want[i])
		}
	}
}

// memory is a Store that can be away.
type memory struct {
	kept map[Key]Counts
	away error
}

func (m *memory) AddScores(_ context.Context, add map[Key]Counts) error {
	if m.away != nil {
		return m.away
	}
	for k, c := range add {
		m.kept[k] = m.kept[k].Plus(c)
	}
	return nil
}

func (m *memory) Scores(_ context.Context, pack string, from, to Day) (map[string]Counts, error) {
	out := map[string]Counts{}
	for k, c := range m.kept {
		if k.Pack == pack && k.Day >= from && k.Day < to {
			out[k.Signal] = out[k.Signal].Plus(c)
		}
	}
	return out, m.away
}

// TestWatch: each signal that looked counts the listing once, by its best; a store that is away loses nothing.
func TestWatch(t *testing.T) {
	now := time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)
	store := &memory{kept: map[Key]Counts{}, away: errors.New("away")}
	w := NewWatch(store, nil, func() time.Time { return now })
	w.Observe(intake.Scored{Record: intake.ReportRecord{Report: detect.Report{Pack: detect.PackRef{Name: "p", Version: "1"}, Checked: []string{"near_copy", "keyword_misuse"},
		Verdicts: []detect.Verdict{{Probability: 0.97}}, Findings: []detect.Finding{{Signal: "near_copy", Probability: 0.3}, {Signal: "near_copy", Probability: 0.62}}}}})
	if err := w.Flush(t.Context()); !errors.Is(err, store.away) {
		t.Errorf("flush to a store that is away: %v", err)
	}
	store.away = nil
	today := DayOf(now)
	want := map[string]Counts{"infringement": {19: 1}, "near_copy": {12: 1}, "keyword_misuse": {0: 1}}
	for _, when := range []string{"before", "after"} {
		got, err := w.Spread(t.Context(), "p@1", today, today+1)
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Errorf("%s writing: %v\n%s", when, err, d)
		}
		if err := w.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := w.Spread(t.Context(), "p@1", today-1, today); err != nil || len(got) != 0 {
		t.Errorf("yesterday: %v, %v", got, err)
	}
	if !today.Time().Equal(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the day begins at %v", today.Time())
	}
}

// TestRunWritesWhatIsLeft when it ends.
func TestRunWritesWhatIsLeft(t *testing.T) {
	store := &memory{kept: map[Key]Counts{}}
	w := NewWatch(store, nil, nil)
	w.Observe(intake.Scored{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	w.Run(ctx)
	if len(store.kept) != 1 {
		t.Errorf("kept: %v", store.kept)
	}
}
