package intake_test

import (
	"context"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
)

// between is a history that is asked after the index has answered and before anything is verified: something happens then.
type between struct{ happens func() }

func (b between) SellerHistory(context.Context, string, string, time.Time) (*detect.SellerFacts, error) {
	return nil, nil
}

func (b between) Removed(context.Context, []string, time.Time) ([]detect.Relisted, error) {
	b.happens()
	return nil, nil
}

// A reference that is deleted after the search proposed it accuses nobody: there is nothing left that a reviewer could see.
func TestReferenceDeletedBetweenSearchAndVerification(t *testing.T) {
	for name, pack := range map[string]func(*testing.T) *world{
		"vectors":  func(t *testing.T) *world { return open(t, t.TempDir(), intaketest.Pack(t, "1"), nil) },
		"geometry": func(t *testing.T) *world { return open(t, t.TempDir(), intaketest.VerifyingPack(t), nil) },
	} {
		w := pack(t)
		r := w.right(t, "Meander", casework.Design, true)
		ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, 1)})
		if err != nil {
			t.Fatal(err)
		}
		listing := intake.ListingInput{ID: "L", Seller: "s", Pictures: data(intaketest.Drawing(t, 1))}
		if rec := w.score(t, listing); rec.Outcome.Band == policy.BandClear {
			t.Fatalf("%s: the copy is clear while its reference is there", name)
		}
		w.History = between{func() {
			if err := w.DeleteReference(t.Context(), operator, ref.ID); err != nil && w.History != nil {
				t.Error(err)
			}
			w.History = nil
		}}
		rec := w.score(t, listing)
		if len(rec.Report.Findings) != 0 || rec.Outcome.Band != policy.BandClear {
			t.Errorf("%s: %s for a reference that is gone: %+v", name, rec.Outcome.Band, rec.Report.Findings)
		}
	}
}

// Two rights with the same picture are both infringed by a copy of it, each with its own finding and evidence.
func TestTwoRightsWithTheSamePicture(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.VerifyingPack(t), nil)
	want := map[string]bool{}
	for _, name := range []string{"Meander", "Meander again"} {
		r := w.right(t, name, casework.Design, true)
		if _, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, 1)}); err != nil {
			t.Fatal(err)
		}
		want[r.ID] = true
	}
	rec := w.score(t, intake.ListingInput{ID: "L", Pictures: data(intaketest.Drawing(t, 1))})
	if len(rec.Report.Verdicts) != 2 || rec.Report.Verdicts[0].Probability != rec.Report.Verdicts[1].Probability || rec.Report.Verdicts[0].Right > rec.Report.Verdicts[1].Right {
		t.Errorf("verdicts %+v; want two of the same probability, in the order of the rights", rec.Report.Verdicts)
	}
	for i, f := range rec.Report.Findings {
		if v := f.Picture.Verification; v == nil || !v.Verified {
			t.Errorf("finding %d is not verified: %+v", i, v)
		}
		if _, err := w.SideBySide(t.Context(), rec.Report, i); err != nil {
			t.Errorf("evidence of finding %d: %v", i, err)
		}
		delete(want, f.Right)
	}
	if len(want) > 0 {
		t.Errorf("no finding on %v", want)
	}
	r, _ := w.replay(t, rec.ID)
	identical(t, r)
}
