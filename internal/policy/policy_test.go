package policy

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/threshold"
)

func TestDecide(t *testing.T) {
	proven := threshold.Sample{Infringing: many(100, 0.95), Innocent: make([]float64, 1_000_000)}.Curve()
	p := Default() // review 0.3, urgent 0.7, block 0.9; pending at most review; unchecked review
	tests := []struct {
		name     string
		in       Subject
		band     string
		action   string
		priority int
	}{
		{"nothing found", Subject{}, BandClear, ActionAllow, 0},
		{"just under review", Subject{Verified: 0.299}, BandClear, ActionAllow, 0},
		{"review", Subject{Verified: 0.3}, BandReview, ActionQueue, 30},
		{"urgent", Subject{Verified: 0.7}, BandUrgent, ActionQueue, 70},
		{"block", Subject{Verified: 0.95}, BandBlock, ActionHold, 95},
		{"a pending right never blocks", Subject{Pending: 0.99}, BandReview, ActionQueue, 99},
		{"a pending right does not lower a verified one", Subject{Verified: 0.95, Pending: 0.4}, BandBlock, ActionHold, 95},
		{"nothing could be checked", Subject{Unchecked: true}, BandReview, ActionQueue, 0},
		{"the index was incomplete", Subject{Incomplete: true}, BandReview, ActionQueue, 0},
		{"the index was incomplete and something found", Subject{Verified: 0.95, Incomplete: true}, BandBlock, ActionHold, 95},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Measured = &proven
			got := p.Decide(tt.in)
			got.Reasons, got.Proof = nil, nil
			want := Outcome{Policy: "default", Version: p.Version, Band: tt.band, Action: tt.action, Priority: tt.priority}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("outcome (-want +got):\n%s", diff)
			}
		})
	}
}

// TestIncompleteNeverClears: not even where the policy clears what cannot be checked.
func TestIncompleteNeverClears(t *testing.T) {
	p := Default()
	p.UncheckedBand = BandClear
	for _, s := range []Subject{{Incomplete: true}, {Incomplete: true, Unchecked: true}, {Incomplete: true, Verified: 0.1}} {
		if got := p.Decide(s); got.Band != BandReview || got.Action != ActionQueue || len(got.Reasons) != 1 {
			t.Errorf("%+v gives %+v, want review and a reason", s, got)
		}
	}
}

func many(n int, at float64) []float64 { return slices.Repeat([]float64{at}, n) }

// TestBlocksOnlyWhatIsProven: the same curve lets one market block and another not, by its base rate and by what it demands.
func TestBlocksOnlyWhatIsProven(t *testing.T) {
	labelled := threshold.Sample{Infringing: append(many(90, 0.95), many(10, 0.2)...), Innocent: make([]float64, 2000)}.Curve()
	reviewed := threshold.Sample{Kind: threshold.KindReviewed, Infringing: many(990, 0.95), Innocent: many(10, 0.95)}.Curve()
	for _, tt := range []struct {
		name     string
		demands  Automation
		measured *threshold.Curve
		in       Subject
		band     string
		says     string
	}{
		{"half of the market infringes", Automation{0.95, 0.5, 0.5}, &labelled, Subject{Verified: 0.95}, BandBlock, "It is held back without a person"},
		{"one listing in a thousand does", Automation{0.95, 0.001, 0.5}, &labelled, Subject{Verified: 0.95}, BandUrgent, "less than the 0.95 demanded"},
		{"decided cases have the market's own base rate", Automation{0.95, 0.001, 0.5}, &reviewed, Subject{Verified: 0.95}, BandBlock, "at a base rate of 0.99"},
		{"more is demanded than they show", Automation{0.99, 0.001, 0.5}, &reviewed, Subject{Verified: 0.95}, BandUrgent, "less than the 0.99 demanded"},
		{"nothing was measured", Automation{0.5, 0.5, 0.5}, nil, Subject{Verified: 0.95}, BandUrgent, "never measured"},
		{"what is not blocked needs no proof", Automation{0.95, 0.001, 0.5}, nil, Subject{Verified: 0.8}, BandUrgent, ""},
		{"not even what could not be checked is blocked without proof", Automation{0.95, 0.001, 0.5}, nil, Subject{Unchecked: true}, BandUrgent, "never measured"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Default()
			p.Automation, p.UncheckedBand, tt.in.Measured = &tt.demands, BandBlock, tt.measured
			got := p.Decide(tt.in)
			said := strings.Join(got.Reasons, " ")
			if got.Band != tt.band || (got.Action == ActionHold) != (tt.band == BandBlock) || (got.Proof != nil) != (tt.says != "") || !strings.Contains(said, tt.says) {
				t.Errorf("%+v: %s", got, said)
			}
		})
	}
}

// Triage takes the first signal that is proven, and tells of the first that would have done where none is.
func TestAutomatic(t *testing.T) {
	good := threshold.Sample{Infringing: many(1000, 0.99), Innocent: make([]float64, 1000)}.Curve()
	curves := map[string]*threshold.Curve{"near_copy": &good}
	triage := Triage{TakeDown: map[string]float64{"keyword_misuse": 0.9, "near_copy": 0.99}}
	for _, tt := range []struct {
		name    string
		signals map[string]float64
		signal  string
		shown   bool
	}{
		{"nothing reaches its threshold", map[string]float64{"near_copy": 0.98, "keyword_misuse": 0.5}, "", false},
		{"proven", map[string]float64{"near_copy": 0.99}, "near_copy", true},
		{"not proven", map[string]float64{"keyword_misuse": 0.95}, "keyword_misuse", false},
		{"one of both is", map[string]float64{"keyword_misuse": 0.95, "near_copy": 1}, "near_copy", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			signal, proof := triage.Automatic(tt.signals, DefaultAutomation(), threshold.Notices, func(s string) *threshold.Curve { return curves[s] })
			if signal != tt.signal || (proof != nil && proof.Shown) != tt.shown || (proof == nil) != (tt.signal == "") {
				t.Errorf("%q, %+v", signal, proof)
			}
		})
	}
}

// TestEveryPolicyDemands: one that names no demands has those of the default policy, and those of the file before the built-in ones.
func TestEveryPolicyDemands(t *testing.T) {
	const rest = `"version": "1", "infringement": {"review": 0.3, "urgent": 0.7, "block": 0.9}, "pending_at_most": "review", "unchecked_band": "review"`
	own := `, "automation": {"precision": 0.99, "base_rate": 0.01, "notice_base_rate": 0.5}`
	set, err := Parse(strings.NewReader(`[{"name": "default", ` + rest + own + `}, {"name": "other", ` + rest + `}]`))
	if err != nil {
		t.Fatal(err)
	}
	if got := set["other"].Demands(); got != (Automation{0.99, 0.01, 0.5}) {
		t.Errorf("demands %+v", got)
	}
	if got := (Policy{}).Demands(); got != *Default().Automation {
		t.Errorf("without a file: %+v, built in %+v", got, Default().Automation)
	}
	_, err = Parse(strings.NewReader(`[{"name": "default", ` + rest + `, "automation": {"precision": 1, "base_rate": 0, "notice_base_rate": 0.5}}]`))
	if err == nil || !strings.Contains(err.Error(), "automation.precision is 1") || !strings.Contains(err.Error(), "automation.base_rate is 0") {
		t.Errorf("error %v", err)
	}
}

func TestDecideGivesReasons(t *testing.T) {
	for _, s := range []Subject{{Verified: 0.5}, {Pending: 0.5}, {Unchecked: true}} {
		if got := Default().Decide(s); len(got.Reasons) != 1 || !strings.HasSuffix(got.Reasons[0], ".") {
			t.Errorf("%+v gives the reasons %q, want one sentence", s, got.Reasons)
		}
	}
}

func TestParseReportsEveryFault(t *testing.T) {
	_, err := Parse(strings.NewReader(`[
		{"name": "default", "version": "", "infringement": {"review": 0.8, "urgent": 0.7, "block": 0.9}, "signals": {"near_copy": 0}, "pending_at_most": "maybe", "unchecked_band": "review", "listing_days": -1, "sweep_on": "full moon"},
		{"name": "default", "version": "1", "infringement": {"review": 0.3, "urgent": 0.7, "block": 2}, "pending_at_most": "clear", "unchecked_band": "clear"}]`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{"version", "review <= urgent", "signals.near_copy", `pending_at_most is "maybe"`, "listing_days is -1", `sweep_on is "full moon"`, "there twice"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not mention %q:\n%v", want, err)
		}
	}
	for _, bad := range []string{`{}`, `[{"name": "x", "colour": 1}]`, `[]`, ``} {
		if _, err := Parse(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestForFallsBackToDefault(t *testing.T) {
	strict := Default()
	strict.Name, strict.Version = "strict", "7"
	s := Set{"default": Default(), "strict": strict}
	if got := s.For("strict").Version; got != "7" {
		t.Errorf("For(strict) has version %q", got)
	}
	if got := s.For("unknown").Name; got != "default" {
		t.Errorf("For(unknown) is %q, want default", got)
	}
}
