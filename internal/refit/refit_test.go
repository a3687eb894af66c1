package refit_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"touchstone/detect"
	"touchstone/internal/eval"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/refit"
	"touchstone/models"
)

func logit(p float64) float64   { return math.Log(p / (1 - p)) }
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func fusion(t testing.TB) detect.Fusion {
	t.Helper()
	f, err := detect.ParseFusion(intaketest.Fusion(t))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// market draws n listings that near_copy gives probabilities whose log-odds the truth stretches and moves.
func market(f detect.Fusion, n int, slope, shift float64) *eval.Run {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	run := &eval.Run{Set: &eval.Set{Name: "drawn", Tasks: []string{detect.SignalNearCopy}}}
	for i := range n {
		odds := 8*r.Float64() - 4
		l := eval.Labelled{Listing: eval.Listing{ID: fmt.Sprint("L", i)}}
		if r.Float64() < sigmoid(slope*odds+shift) {
			l.Truth = []eval.Truth{{Right: "R", Signal: detect.SignalNearCopy}}
		}
		run.Set.Listings = append(run.Set.Listings, l)
		p := sigmoid(odds)
		score := f.LogOdds(map[string]float64{detect.SignalNearCopy: p})
		run.Predictions = append(run.Predictions,
			eval.Prediction{Listing: l.ID, Right: "R", Signal: detect.SignalNearCopy, Score: odds, Probability: p},
			eval.Prediction{Listing: l.ID, Right: "R", Signal: eval.Infringement, Score: score, Probability: f.Infringement.Calibration.Probability(score)})
	}
	return run
}

// TestFitFindsWhatIsWrong: probabilities that are too sure by a known amount are put right, and held-out listings show it.
func TestFitFindsWhatIsWrong(t *testing.T) {
	f := fusion(t)
	next, report, err := refit.Fit([]*eval.Run{market(f, 2000, 0.5, -1)}, f)
	if err != nil {
		t.Fatal(err)
	}
	if len(report) != 2 || report[0].Part != detect.SignalNearCopy || report[1].Part != detect.SignalInfringement {
		t.Fatalf("parts %+v", report)
	}
	got := report[0]
	if !got.Taken || math.Abs(got.Slope-0.5) > 0.08 || math.Abs(got.Shift+1) > 0.15 || got.After.ECE > 0.05 || got.Before.ECE < 0.1 || got.After.Loss >= got.Before.Loss {
		t.Errorf("near_copy: %+v", got)
	}
	for _, p := range []float64{0.1, 0.5, 0.9} {
		raw := (logit(p) + 15) / 20 // of the pack's curve, a = 20 and b = -15
		if q := next.NearCopy.Calibration.Probability(raw); math.Abs(q-sigmoid(0.5*logit(p)-1)) > 0.03 {
			t.Errorf("what was %.1f is %.3f, want %.3f", p, q, sigmoid(0.5*logit(p)-1))
		}
	}
	if f.NearCopy.Calibration.A != 20 {
		t.Error("the fusion that was handed over was changed")
	}
	if err := next.Validate(); err != nil {
		t.Error(err)
	}
}

// TestFitLeavesWhatIsRight: a pack that is calibrated stays as it is, and too few labels are refused.
func TestFitLeavesWhatIsRight(t *testing.T) {
	f := fusion(t)
	f.Infringement.Calibration = detect.Calibration{A: 1}
	run := market(f, 1000, 1, 0)
	next, report, err := refit.Fit([]*eval.Run{run}, f)
	if err != nil || report[0].Taken {
		t.Errorf("a calibrated signal: %+v, %v", report, err)
	}
	if d := cmp.Diff(f.NearCopy, next.NearCopy); d != "" {
		t.Errorf("near_copy (-want +got):\n%s", d)
	}
	run.Set.Listings, run.Predictions = run.Set.Listings[:30], run.Predictions[:60]
	if _, report, err := refit.Fit([]*eval.Run{run}, f); !errors.Is(err, refit.ErrFew) || report[0].Taken || report[0].Why == "" {
		t.Errorf("30 labels: %+v, %v", report, err)
	}
}

// TestMovedIsMonotone: a calibration that is stretched and moved still never falls.
func TestMovedIsMonotone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := detect.Calibration{A: rapid.Float64Range(0.1, 30).Draw(t, "a"), B: rapid.Float64Range(-20, 20).Draw(t, "b")}
		if rapid.Bool().Draw(t, "points") {
			c = detect.Calibration{Points: [][2]float64{{0, 0}, {0.3, rapid.Float64Range(0, 0.5).Draw(t, "p")}, {1, 1}}}
		}
		m := c.Moved(rapid.Float64Range(0.05, 5).Draw(t, "slope"), rapid.Float64Range(-5, 5).Draw(t, "shift"))
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		x, y := rapid.Float64Range(-1, 2).Draw(t, "x"), rapid.Float64Range(-1, 2).Draw(t, "y")
		if x > y {
			x, y = y, x
		}
		if m.Probability(x) > m.Probability(y) {
			t.Fatalf("%v at %g, %v at %g", m.Probability(x), x, m.Probability(y), y)
		}
	})
}

// TestWrite: the new pack is the old one with another version and fusion, sealed.
func TestWrite(t *testing.T) {
	p := intaketest.Pack(t, "1")
	f := fusion(t)
	f.NearCopy.Calibration = f.NearCopy.Calibration.Moved(0.5, -1)
	dir := filepath.Join(t.TempDir(), "next")
	if err := refit.Write(p, f, "1-refit", dir); err != nil {
		t.Fatal(err)
	}
	got, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := got.Fusion()
	if err != nil {
		t.Fatal(err)
	}
	again, err := detect.ParseFusion(raw)
	f.Measured = nil // those are of other probabilities
	if d := cmp.Diff(f, again); err != nil || d != "" || got.Manifest().Version != "1-refit" {
		t.Errorf("version %s, %v (-want +got):\n%s", got.Manifest().Version, err, d)
	}
	if err := refit.Write(p, f, "1-refit", dir); err == nil {
		t.Error("a folder that is there is written over")
	}
	if err := refit.Write(p, f, "1", filepath.Join(t.TempDir(), "same")); err == nil {
		t.Error("the version of the old pack is taken")
	}
}
