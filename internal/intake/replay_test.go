package intake_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/fetch"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/models"
)

// crowded is a service with more references than an answer of its index holds, so that it matters how far each answer reached.
func crowded(t *testing.T, dir string, pack *models.Pack) (w *world, rights []casework.Right, references []casework.Reference) {
	t.Helper()
	w = open(t, dir, pack, refusing{fetch.ErrTimeout})
	for i := range 14 {
		r := w.right(t, "Design "+string(rune('A'+i)), casework.Design, true)
		ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, uint64(i+1))})
		if err != nil {
			t.Fatal(err)
		}
		rights, references = append(rights, r), append(references, ref)
	}
	word := w.right(t, "VELMORA", casework.TrademarkWord, true)
	if _, err := w.AddWordReference(t.Context(), operator, word.ID, intake.WordReference{Word: "Velmora"}); err != nil {
		t.Fatal(err)
	}
	return w, append(rights, word), references
}

func (w *world) replay(t *testing.T, id string) (r intake.Replay, changes []string) {
	t.Helper()
	r, err := w.Replay(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range r.Changes {
		changes = append(changes, c.Code)
		if len(strings.Fields(c.Text)) < 5 {
			t.Errorf("%s is explained by %q", c.Code, c.Text)
		}
	}
	return r, changes
}

func identical(t *testing.T, r intake.Replay) {
	t.Helper()
	if !r.Identical || len(r.Differences) != 0 {
		t.Errorf("the replay differs: %+v", r.Differences)
	}
}

func TestReplayIsIdentical(t *testing.T) {
	packs := map[string]func(testing.TB) *models.Pack{
		"vectors alone": func(t testing.TB) *models.Pack { return intaketest.Pack(t, "1") }, "design": intaketest.DesignPack,
		"geometry": intaketest.VerifyingPack, "logo": intaketest.LogoPack, "stages": intaketest.StagedPack,
	}
	for name, pack := range packs {
		t.Run(name, func(t *testing.T) {
			w, _, _ := crowded(t, t.TempDir(), pack(t))
			for _, profile := range []string{detect.ProfileFast, detect.ProfileStaged, detect.ProfileFull} {
				copied := w.score(t, intake.ListingInput{ID: "L1", Title: "V\u200belmora bag", Seller: "s", Profile: profile,
					Pictures: append(data(intaketest.Drawing(t, 3), intaketest.Drawing(t, 200)), intake.PictureInput{URL: "https://a.example/x.jpg"})})
				harmless := w.score(t, intake.ListingInput{ID: "L2", Title: "Plain bag", Profile: profile, Pictures: data(intaketest.Drawing(t, 300))})
				if copied.Outcome.Band == policy.BandClear || len(copied.Report.Findings) == 0 {
					t.Fatalf("the copy is %+v", copied.Outcome)
				}
				for _, rec := range []intake.ReportRecord{copied, harmless} {
					r, changes := w.replay(t, rec.ID)
					identical(t, r)
					if len(changes) != 0 {
						t.Errorf("changes %v where nothing has changed", changes)
					}
				}
			}
		})
	}
}

// TestReplayOutlivesTheReference: a reference that is gone from registry and index takes part with what is kept of it.
func TestReplayOutlivesTheReference(t *testing.T) {
	w, _, references := crowded(t, t.TempDir(), intaketest.VerifyingPack(t))
	rec := w.score(t, intake.ListingInput{ID: "L1", Pictures: data(intaketest.Drawing(t, 3))})
	if err := w.DeleteReference(t.Context(), operator, references[2].ID); err != nil {
		t.Fatal(err)
	}
	if now := w.score(t, intake.ListingInput{ID: "L2", Pictures: data(intaketest.Drawing(t, 3))}); now.Report.Best() >= rec.Report.Best() {
		t.Fatalf("the deleted reference is still found: %g", now.Report.Best())
	}
	r, changes := w.replay(t, rec.ID)
	identical(t, r)
	if !slices.Equal(changes, []string{intake.ReferenceDeleted}) {
		t.Errorf("changes %v", changes)
	}
}

func TestReplayTellsWhatChanged(t *testing.T) {
	dir := t.TempDir()
	w, rights, _ := crowded(t, dir, intaketest.Pack(t, "1"))
	rec := w.score(t, intake.ListingInput{ID: "L1", Title: "Velmora bag", Seller: "friend", Pictures: data(intaketest.Drawing(t, 3))})
	if _, err := w.Registry.AddAuthorizedSeller(t.Context(), operator, casework.AuthorizedSeller{RightID: rights[2].ID, Seller: "friend"}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.SetRightState(t.Context(), operator, rights[5].ID, casework.StateRejected); err != nil {
		t.Fatal(err)
	}
	if _, err := w.AddImageReference(t.Context(), operator, rights[6].ID, intake.ImageReference{Data: intaketest.Drawing(t, 77)}); err != nil {
		t.Fatal(err)
	}
	w.Policies = policy.Set{"default": changedPolicy()}
	r, changes := w.replay(t, rec.ID)
	for _, want := range []string{intake.ChangedRight, intake.ReferenceAdded, intake.ChangedPolicy} {
		if !slices.Contains(changes, want) {
			t.Errorf("changes %v lack %s", changes, want)
		}
	}
	if want := []intake.Difference{{What: "outcome.band", Then: rec.Outcome.Band, Now: "clear"}}; len(r.Differences) == 0 || r.Differences[0] != want[0] {
		t.Errorf("differences %+v, want the band alone and what follows from it", r.Differences)
	}
	if r.Remade.Best() != rec.Report.Best() {
		t.Errorf("the probability is %g and was %g: facts of today were used", r.Remade.Best(), rec.Report.Best())
	}
}

// changedPolicy finds everything clear.
func changedPolicy() policy.Policy {
	p := policy.Default()
	p.Version, p.Infringement = "other", policy.Thresholds{Review: 2, Urgent: 2, Block: 2}
	return p
}

func TestReplayWithAnotherPack(t *testing.T) {
	dir := t.TempDir()
	var id string
	t.Run("first", func(t *testing.T) {
		w, _, _ := crowded(t, dir, intaketest.Pack(t, "1"))
		id = w.score(t, intake.ListingInput{ID: "L1", Pictures: data(intaketest.Drawing(t, 3))}).ID
	})
	w := open(t, dir, intaketest.Pack(t, "2"), nil)
	r, changes := w.replay(t, id)
	if !slices.Equal(changes, []string{intake.ChangedPack}) {
		t.Errorf("changes %v", changes)
	}
	if r.Remade.Pack.Version != "2" || r.Remade.Best() < 0.5 {
		t.Errorf("remade with %+v: %g", r.Remade.Pack, r.Remade.Best())
	}
}

// TestReplayOfWhatIsGone: a clear listing that was replaced has no text any more, and a picture that was removed is told.
func TestReplayOfWhatIsGone(t *testing.T) {
	w, _, _ := crowded(t, t.TempDir(), intaketest.Pack(t, "1"))
	rec := w.score(t, intake.ListingInput{ID: "L1", Title: "Plain bag", Pictures: data(intaketest.Drawing(t, 300))})
	if rec.Outcome.Band != policy.BandClear || rec.Snapshot.Text != nil {
		t.Fatalf("%+v with the text %+v", rec.Outcome, rec.Snapshot.Text)
	}
	w.score(t, intake.ListingInput{ID: "L1", Title: "Other bag", Pictures: data(intaketest.Drawing(t, 301))})
	r, changes := w.replay(t, rec.ID)
	if !slices.Equal(changes, []string{intake.TextGone, intake.SignalUnavailable}) || r.Identical {
		t.Errorf("changes %v, identical %v", changes, r.Identical)
	}
	if err := w.Blobs.Delete(t.Context(), blob.Listing, rec.Report.Pictures[0].Hash); err != nil {
		t.Fatal(err)
	}
	if _, changes = w.replay(t, rec.ID); !slices.Contains(changes, intake.PictureGone) {
		t.Errorf("changes %v, want %s", changes, intake.PictureGone)
	}
}

// TestSuspiciousReportsKeepTheirPictures: what a report that is not clear was made of stays when its listing expires.
func TestSuspiciousReportsKeepTheirPictures(t *testing.T) {
	w, _, _ := crowded(t, t.TempDir(), intaketest.Pack(t, "1"))
	rec := w.score(t, intake.ListingInput{ID: "L1", Title: "Velmora bag", Pictures: data(intaketest.Drawing(t, 3))})
	w.score(t, intake.ListingInput{ID: "L1", Title: "Something else"}) // in its place
	if _, err := w.Blobs.Expire(t.Context(), "listing", time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	r, changes := w.replay(t, rec.ID)
	identical(t, r)
	if len(changes) != 0 {
		t.Errorf("changes %v", changes)
	}
}

func TestReplayNeedsASnapshot(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	rec := w.score(t, intake.ListingInput{Title: "Plain bag"})
	rec.ID, rec.Snapshot = casework.NewID("rep"), nil
	if err := w.Reports.SaveReport(t.Context(), rec); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Replay(t.Context(), rec.ID); !errors.Is(err, intake.ErrNoSnapshot) {
		t.Errorf("error %v", err)
	}
	if _, err := w.Replay(t.Context(), "rep_none"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("error %v", err)
	}
}
