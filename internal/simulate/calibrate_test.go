package simulate

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

// lived is a month in which the fused verdict tells infringing from innocent, near copies do for nine of ten, and words never do.
func lived(seed uint64, pack string) Result {
	many := func(n int, at float64) []float64 { return slices.Repeat([]float64{at}, n) }
	return Result{Seed: seed, Pack: pack, Scores: Scores{
		fused:            {Infringing: many(60, 0.98), Innocent: slices.Concat(many(1, 0.9612), many(50, 0.6), many(1949, 0.01))},
		"near_copy":      {Infringing: slices.Concat(many(54, 0.91), many(6, 0)), Innocent: many(2000, 0.2)},
		"keyword_misuse": {Infringing: many(60, 0.5), Innocent: slices.Concat(many(3, 0.9), many(1997, 0))},
	}}
}

// marketBase is the built-in month of a marketplace, and its policy.
func marketBase(t *testing.T) (Params, policy.Policy) {
	t.Helper()
	p, err := Builtin("market")
	if err != nil {
		t.Fatal(err)
	}
	base, err := p.Base(Options{})
	if err != nil {
		t.Fatal(err)
	}
	return p, base
}

// TestCalibrate: thresholds lie above every innocent listing where the sample is too small for one in two thousand, what was never shown
// decides nothing, the queues follow the shares of what people see, and what was measured proves what the policy demands.
func TestCalibrate(t *testing.T) {
	p, base := marketBase(t)
	base.Triage.TakeDown = map[string]float64{"near_copy": 0.95, fused: 0.5} // the first is too high to show anything, the second too low
	got, err := Calibrate(p, []Result{lived(1, "p@1"), lived(12, "p@1")}, base)
	if err != nil {
		t.Fatal(err)
	}
	down := got.Policy.Triage.TakeDown
	if len(down) != 2 || down[fused] != 0.98 || down["near_copy"] != 0.9 || got.Policy.Infringement.Block != 0.98 {
		t.Errorf("take-downs %v, held from %v", down, got.Policy.Infringement.Block)
	}
	if in := got.Policy.Infringement; in.Urgent != 0.9 || in.Review != 0.6 { // everything from 0.01 on would be one in fifty, what lies above 0.6 nearly all
		t.Errorf("queues from %+v", in)
	}
	if len(base.Triage.TakeDown) == 0 || base.Version == got.Policy.Version || !strings.Contains(got.Policy.Version, "p@1") {
		t.Errorf("the base was changed, or the version does not say the pack: %+v", got.Policy.Version)
	}
	if err := got.Policy.Validate(); err != nil {
		t.Error(err)
	}
	for _, k := range got.Measured {
		at, acts := down[k.Signal]
		if proof := base.Demands().Prove(&k.Curve, at, threshold.Listings); acts && !proof.Shown || k.Pack != "p@1" || k.Marketplace != Market {
			t.Errorf("%s: %s", k.Signal, proof)
		}
	}
	base.Triage.TakeDown["near_copy"] = 0.905
	if kept, err := Calibrate(p, []Result{lived(1, "p@1"), lived(12, "p@1")}, base); err != nil || kept.Policy.Triage.TakeDown["near_copy"] != 0.905 {
		t.Errorf("a threshold in force that does as well: %v, %v", kept.Policy.Triage.TakeDown, err)
	}
	if len(got.Measured) != 3 {
		t.Errorf("measured %d signals", len(got.Measured))
	}
}

// TestCalibrateRefuses: what cannot be read off is said.
func TestCalibrateRefuses(t *testing.T) {
	p, err := Builtin("market")
	if err != nil {
		t.Fatal(err)
	}
	for says, runs := range map[string][]Result{
		"no month was lived": nil, "two packs, p@1 and p@2": {lived(1, "p@1"), lived(12, "p@2")}, "seed 7 scored no listing": {lived(1, "p@1"), {Seed: 7, Pack: "p@1"}},
		"both are needed": {{Seed: 1, Pack: "p@1", Scores: Scores{fused: {Innocent: []float64{0.1}}}}},
	} {
		if _, err := Calibrate(p, runs, policy.Default()); !errors.Is(err, ErrCalibration) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

// TestShort: thresholds get shorter and stay between what they part.
func TestShort(t *testing.T) {
	for _, c := range []struct{ low, high, want float64 }{{0.9761, 0.98612, 0.98}, {0.9, 0.95, 0.95}, {0.98, 0.98, 0.98}, {0.3, 1, 1}, {0, 0.004, 0.004}, {0.98765, 0.98766, 0.98766}} {
		if got := short(c.low, c.high); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("between %v and %v: %v, want %v", c.low, c.high, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		high := rapid.Float64Range(1e-6, 1).Draw(t, "high")
		low := high * rapid.Float64Range(0, 0.999).Draw(t, "part")
		if got := short(low, high); !(got > low && got <= high) {
			t.Fatalf("%v", got)
		}
	})
}

// TestBuiltinProven: what was measured of the built-in policy of a marketplace proves what it does without a person.
func TestBuiltinProven(t *testing.T) {
	p, base := marketBase(t)
	list, err := p.measured(Options{})
	if err != nil {
		t.Fatal(err)
	}
	curves := map[string]*threshold.Curve{}
	for i := range list {
		curves[list[i].Signal] = &list[i].Curve
	}
	for signal, at := range base.Triage.TakeDown {
		if proof := base.Demands().Prove(curves[signal], at, threshold.Listings); !proof.Shown {
			t.Errorf("%s: %s", signal, proof)
		}
	}
	if base.Infringement.Block <= 1 && !base.Blocking(curves[fused]).Shown {
		t.Errorf("held back unproven: %s", base.Blocking(curves[fused]))
	}
}

// TestMeasuredFile: another policy brings its own measurements or none, and a file that holds none is named.
func TestMeasuredFile(t *testing.T) {
	p, err := Builtin("market")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	rules, err := json.Marshal([]policy.Policy{policy.Default()})
	if err != nil {
		t.Fatal(err)
	}
	own := Options{Policy: write("own.json", string(rules))}
	if list, err := p.measured(own); err != nil || len(list) > 0 {
		t.Errorf("of another policy: %v, %v", list, err)
	}
	if _, err := p.Base(own); err != nil {
		t.Error(err)
	}
	for _, text := range []string{"{", `[{"pack":"p@1","curve":{}}]`, `[{"curves":[]}]`} {
		path := write("bad.json", text)
		if _, err := p.measured(Options{Measured: path}); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := p.rules(Options{Policy: write("one.json", `{"name":"default"}`)}); err == nil || !strings.Contains(err.Error(), "list of policies") {
		t.Errorf("one policy in the place of a list: %v", err)
	}
}
