package intake_test

import (
	"context"
	"image"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"touchstone/detect"
	"touchstone/embed/embedtest"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
)

// scored is one drawing in each of the profiles.
type scored struct{ fast, staged, full intake.ReportRecord }

// inEachProfile scores drawings, the first of which are registered.
func inEachProfile(t *testing.T, w *world, drawings int) []scored {
	t.Helper()
	var out []scored
	for i := range drawings {
		in := func(profile string) intake.ReportRecord {
			return w.score(t, intake.ListingInput{ID: "L", Profile: profile, Pictures: data(intaketest.Drawing(t, uint64(i+10)))})
		}
		out = append(out, scored{in(detect.ProfileFast), in(""), in(detect.ProfileFull)})
	}
	return out
}

// TestStages: nothing above clear is decided by fast; what full decides is full's own report; and a report says what led to whom.
func TestStages(t *testing.T) {
	w, _, _ := crowded(t, t.TempDir(), intaketest.StagedPack(t))
	count := map[string]int{}
	for _, s := range inEachProfile(t, w, 24) {
		stages := s.staged.Report.Stages
		if stages == nil || stages.First != s.fast.Report.Best() || stages.Why == "" {
			t.Fatalf("stages %+v, and fast comes to %g", stages, s.fast.Report.Best())
		}
		switch profile := s.staged.Report.Profile; {
		case profile == detect.ProfileFull:
			count["full"]++
			if s.fast.Outcome.Band != policy.BandClear && s.full.Outcome.Band == policy.BandClear {
				count["spared"]++
			}
			if diff := cmp.Diff(s.full.Report, s.staged.Report, cmpopts.IgnoreFields(detect.Report{}, "Stages")); diff != "" {
				t.Errorf("full after fast is not full (-full +staged):\n%s", diff)
			}
			if s.staged.Outcome.Band != s.full.Outcome.Band {
				t.Errorf("band %s, in full %s", s.staged.Outcome.Band, s.full.Outcome.Band)
			}
		case s.staged.Outcome.Band != policy.BandClear || s.fast.Outcome.Band != policy.BandClear:
			t.Errorf("decided in %s: staged %s, fast %s", profile, s.staged.Outcome.Band, s.fast.Outcome.Band)
		case stages.Closer != nil:
			count["closer"]++
			if got, want := *stages.Closer, s.staged.Report.Best(); got != want || want >= stages.From {
				t.Errorf("after a closer look %g, reported %g, full from %g", got, want, stages.From)
			}
		default:
			count["fast"]++
			if diff := cmp.Diff(s.fast.Report, s.staged.Report, cmpopts.IgnoreFields(detect.Report{}, "Stages")); diff != "" {
				t.Errorf("the first stage is not fast:\n%s", diff)
			}
		}
		r, changes := w.replay(t, s.staged.ID)
		identical(t, r)
		if len(changes) > 0 || r.Remade.Stages == nil || r.Remade.Stages.Why != stages.Why {
			t.Errorf("replayed with stages %+v, changes %v; they were %+v", r.Remade.Stages, changes, stages)
		}
	}
	for _, way := range []string{"full", "spared", "closer", "fast"} {
		if count[way] == 0 {
			t.Errorf("no drawing went the way %q: %v", way, count)
		}
	}
}

// The marketplace's policy chooses the profile of what names none, and moves the point from which full decides, never above its review.
func TestPolicyChoosesTheProfile(t *testing.T) {
	w, _, _ := crowded(t, t.TempDir(), intaketest.StagedPack(t))
	var harmless intake.ListingInput
	for i := range uint64(50) { // something alike, but not enough to be scored in full
		harmless = intake.ListingInput{ID: "L", Pictures: data(intaketest.Drawing(t, 400+i))}
		if p := w.score(t, harmless).Report; p.Profile == detect.ProfileFast && p.Stages.First > 1e-6 && p.Stages.First < 0.1 {
			break
		}
	}
	for name, tt := range map[string]struct {
		change func(*policy.Policy)
		asked  string
		want   string
		from   float64 // 0 = not in stages
	}{
		"by default":                   {func(*policy.Policy) {}, "", detect.ProfileFast, 0.2},
		"a policy of fast":             {func(p *policy.Policy) { p.Profile = policy.ProfileFast }, "", detect.ProfileFast, 0},
		"a policy of full":             {func(p *policy.Policy) { p.Profile = policy.ProfileFull }, "", detect.ProfileFull, 0},
		"the caller knows better":      {func(p *policy.Policy) { p.Profile = policy.ProfileFull }, detect.ProfileFast, detect.ProfileFast, 0},
		"the policy's own point":       {func(p *policy.Policy) { p.FullFrom = 1e-9 }, "", detect.ProfileFull, 1e-9},
		"never above the review":       {func(p *policy.Policy) { p.FullFrom = 0.9 }, "", detect.ProfileFast, 0.3},
		"a review lower than the pack": {func(p *policy.Policy) { p.Infringement.Review = 0.15 }, "", detect.ProfileFast, 0.15},
	} {
		p := policy.Default()
		tt.change(&p)
		w.Policies = policy.Set{"default": p}
		in := harmless
		in.Profile = tt.asked
		rec, from := w.score(t, in), 0.0
		if rec.Report.Stages != nil {
			from = rec.Report.Stages.From
		}
		if rec.Report.Profile != tt.want || from != tt.from {
			t.Errorf("%s: profile %s from %g, want %s from %g", name, rec.Report.Profile, from, tt.want, tt.from)
		}
	}
}

// What a pack's held-out listings showed was measured in full: on what fast alone says, nothing is held back without a person.
func TestFastAloneHoldsNothing(t *testing.T) {
	w, _, _ := crowded(t, t.TempDir(), intaketest.StagedPack(t))
	p := policy.Default()
	p.Infringement.Block = 0.8
	w.Policies = policy.Set{"default": p}
	for profile, want := range map[string]string{detect.ProfileFast: policy.BandUrgent, detect.ProfileStaged: policy.BandBlock, detect.ProfileFull: policy.BandBlock} {
		rec := w.score(t, intake.ListingInput{ID: "L", Profile: profile, Pictures: data(intaketest.Drawing(t, 3))})
		if rec.Report.Best() < 0.8 || rec.Outcome.Band != want {
			t.Errorf("%s: %.3f is %s, want %s", profile, rec.Report.Best(), rec.Outcome.Band, want)
		}
	}
}

// counting counts the pictures that were embedded, by output.
type counting struct {
	embedtest.Fake
	mu   sync.Mutex
	seen map[string]int
}

func (c *counting) Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	c.mu.Lock()
	for _, o := range outputs {
		c.seen[o] += len(pics)
	}
	c.mu.Unlock()
	return c.Fake.Pictures(ctx, pics, outputs...)
}

// TestStagesSeeOnce: the second stage takes over what the models saw in the first.
func TestStagesSeeOnce(t *testing.T) {
	e := &counting{seen: map[string]int{}}
	e.Rows = map[string][][]float32{detect.OutputPlaces: {{0, 0, 1, 1, 0.9}}}
	w := &world{World: intaketest.OpenReal(t, t.TempDir(), intaketest.LogoPack(t), e)}
	r := w.right(t, "Mark", casework.TrademarkFigurative, true)
	if _, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, 1)}); err != nil {
		t.Fatal(err)
	}
	e.seen = map[string]int{}
	rec := w.score(t, intake.ListingInput{ID: "L", Pictures: data(intaketest.Drawing(t, 1), intaketest.Drawing(t, 2))})
	if rec.Report.Profile != detect.ProfileFull || !slices.Contains(rec.Report.Checked, detect.SignalLogoInScene) {
		t.Fatalf("decided in %s, checked %v", rec.Report.Profile, rec.Report.Checked)
	}
	if e.seen[detect.OutputCopy] != 2 || e.seen[detect.OutputPlaces] != 2 {
		t.Errorf("embedded %v: want both pictures once for each output", e.seen)
	}
}
