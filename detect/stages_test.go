package detect

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"touchstone/detect/keypoint"
	"touchstone/index"
	"touchstone/internal/photo"
)

func TestStagesGoOn(t *testing.T) {
	c := StagedConfig{Near: 0.1, From: 0.4}
	for name, tt := range map[string]struct {
		first, closer float64 // closer below 0: there was no such look
		look, full    bool
		why           string
	}{
		"far":                       {0.05, -1, false, false, "The profile fast decided: it came to 0.050, and only from 0.4"},
		"near":                      {0.1, -1, true, false, "The profile fast decided"},
		"suspicious":                {0.4, -1, false, true, "The profile full decided: fast came to 0.400, and from 0.4"},
		"near, and no more":         {0.1, 0.02, false, false, "The profile fast decided: it came to 0.100, with geometry on every candidate to 0.020"},
		"near, and then suspicious": {0.1, 0.9, false, true, "The profile full decided: fast came to 0.100, with geometry on every candidate to 0.900"},
	} {
		s := c.Stages(tt.first)
		if tt.closer >= 0 {
			s = s.Looked(tt.closer)
		}
		if s.Look() != tt.look || s.Full() != tt.full || !strings.HasPrefix(s.Why, tt.why) {
			t.Errorf("%s: look %v, full %v: %s", name, s.Look(), s.Full(), s.Why)
		}
	}
}

// Whatever the numbers, what reaches the point from which full decides is decided by it, and nothing is looked at in vain.
func TestStagesLeaveNothingToFast(t *testing.T) {
	p := rapid.Float64Range(0, 1)
	rapid.Check(t, func(t *rapid.T) {
		s := StagedConfig{Near: p.Draw(t, "near"), From: p.Draw(t, "from")}.Stages(p.Draw(t, "first"))
		if s.First >= s.From && !s.Full() {
			t.Fatalf("%+v is left to fast", s)
		}
		if s.Look() && s.Full() {
			t.Fatalf("%+v goes two ways", s)
		}
		if looked := s.Looked(p.Draw(t, "closer")); looked.Look() || (*looked.Closer >= s.From || s.Full()) != looked.Full() {
			t.Fatalf("%+v goes on as look %v, full %v", looked, looked.Look(), looked.Full())
		}
	})
}

// A closer look sees every pair as full does, takes over what was seen, and leaves the first stage as it was.
func TestCloserLooksAtTheRest(t *testing.T) {
	cfg := verifying
	verify := *cfg.Verify
	verify.Candidates, verify.Fast = 10, &FastVerify{Candidates: 1, From: 0.2, To: 0.6}
	cfg.Verify = &verify
	s := newNearCopy(cfg, index.Space{}, nil, nil, shelf{})
	facts := Facts{Rights: map[string]RightFacts{
		"A": {Right: "A", References: map[string]ReferenceFacts{"a": {Picture: "other"}}},
		"B": {Right: "B", References: map[string]ReferenceFacts{"b": {Picture: "same"}}},
	}}
	l := Listing{Pictures: []Picture{{Photo: &photo.Photo{Image: goods(1), Width: 300, Height: 240}}}}
	fast := &Candidates{bySignal: []*proposals{{state: &likeState{hits: []likeHit{{right: "A", reference: "a", score: 0.5}, {right: "B", reference: "b", score: 0.3}}}}}}
	look := func(c *Candidates, local LocalFeatures) map[pair]*check {
		t.Helper()
		see := newViews(l.Pictures, local)
		defer see.release()
		if err := s.verify(t.Context(), c.bySignal[0], facts, see); err != nil {
			t.Fatal(err)
		}
		return c.bySignal[0].state.(*likeState).checks
	}
	first := look(fast, drawer{"same": keypoint.OfReference(goods(1)), "other": keypoint.OfReference(goods(2))})
	if len(first) != 1 || first[pair{0, "a"}] == nil {
		t.Fatalf("fast looked at %v, want a alone", first)
	}
	closer := fast.Closer()
	second := look(closer, drawer{"same": keypoint.OfReference(goods(1))}) // without the picture that was looked at
	if len(second) != 2 || second[pair{0, "a"}] != first[pair{0, "a"}] || second[pair{0, "b"}].placement.Inliers < leastInliers {
		t.Errorf("closer: %+v", second)
	}
	if before := fast.bySignal[0].state.(*likeState); before.full || len(before.checks) != 1 {
		t.Errorf("the first stage has become %+v", before)
	}
	if again := closer.known(0); len(again) != 2 {
		t.Errorf("full would look at %d of 2 pairs anew", 2-len(again))
	}
}

func TestStagedIsValidated(t *testing.T) {
	for name, c := range map[string]StagedConfig{"near": {-0.1, 0.2}, "from": {0.1, 1.5}} {
		f := Fusion{Staged: &c}
		if err := f.Validate(); err == nil || !strings.Contains(err.Error(), "staged."+name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := (Fusion{}).Stage(); got != DefaultStaged {
		t.Errorf("a pack that says nothing goes on at %+v", got)
	}
}
