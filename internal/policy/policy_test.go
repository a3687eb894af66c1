package policy

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDecide(t *testing.T) {
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
			got := p.Decide(tt.in)
			got.Reasons = nil
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
