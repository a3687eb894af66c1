package intake_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/guard"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
)

var reviewer = casework.Actor{Account: "rev", Role: "reviewer"}

func (w *world) shown(t *testing.T, name string, seed uint64) (casework.Right, casework.Reference) {
	t.Helper()
	r := w.right(t, name, casework.Design, true)
	ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, seed)})
	if err != nil {
		t.Fatal(err)
	}
	return r, ref
}

func (w *world) suppress(t *testing.T, s guard.Suppression) guard.Suppression {
	t.Helper()
	s.Reason = "A stock photograph."
	out, err := w.Guard.Suppress(t.Context(), reviewer, "rev k", s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// against are the codes that speak against any verdict of a report.
func against(rec intake.ReportRecord) (codes []string) {
	for _, v := range rec.Report.Verdicts {
		for _, n := range v.Against {
			codes = append(codes, n.Code)
		}
	}
	return codes
}

func TestSuppressions(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	r, _ := w.shown(t, "Meander", 1)
	copied := intake.ListingInput{ID: "L1", Seller: "s", Pictures: data(intaketest.Drawing(t, 1))}
	hash := w.score(t, copied).Report.Pictures[0].Hash
	for name, s := range map[string]guard.Suppression{
		"picture": {Picture: hash}, "seller": {Seller: "s"}, "with an end": {Picture: hash, ExpiresAt: ptr(w.Clock().Add(time.Hour))},
	} {
		t.Run(name, func(t *testing.T) {
			s.RightID = r.ID
			s := w.suppress(t, s)
			rec := w.score(t, copied)
			if rec.Outcome.Band != policy.BandClear || !slices.Contains(against(rec), "known_benign") {
				t.Errorf("band %s, against %v", rec.Outcome.Band, against(rec))
			}
			other := copied
			other.Seller, other.Pictures = "other", data(intaketest.Drawing(t, 1), intaketest.Drawing(t, 300))
			if got := w.score(t, other).Outcome.Band; (got == policy.BandClear) != (s.Picture != "") {
				t.Errorf("another seller's copy is %s", got)
			}
			if s.ExpiresAt != nil {
				w.Pass(2 * time.Hour)
			} else if _, err := w.Guard.Lift(t.Context(), reviewer, "rev k", s.ID, "It is no stock photograph."); err != nil {
				t.Fatal(err)
			}
			if got := w.score(t, copied).Outcome.Band; got == policy.BandClear {
				t.Error("it holds after its end")
			}
		})
	}
}

func ptr[T any](v T) *T { return &v }

// A cluster's pictures are benign whoever shows the same files.
func TestSuppressedCluster(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	r, _ := w.shown(t, "Meander", 1)
	listing := func(id string) intake.ListingInput {
		return intake.ListingInput{ID: id, Pictures: data(intaketest.Drawing(t, 1))}
	}
	first := w.score(t, listing("a"))
	w.score(t, listing("b"))
	if err := w.Keeper().Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := w.Listings.Cluster(t.Context(), first.Entry, "", "", 10)
	if err != nil || c.ID == "" {
		t.Fatalf("cluster %+v, error %v", c, err)
	}
	w.suppress(t, guard.Suppression{RightID: r.ID, Cluster: c.ID})
	if rec := w.score(t, listing("c")); rec.Outcome.Band != policy.BandClear {
		t.Errorf("another listing with the same file is %s", rec.Outcome.Band)
	}
}

func TestSuppressionsAreChecked(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	r, _ := w.shown(t, "Meander", 1)
	past := time.Now().Add(-time.Hour)
	for name, s := range map[string]guard.Suppression{
		"nothing named": {RightID: r.ID, Reason: "x"}, "two named": {RightID: r.ID, Reason: "x", Seller: "s", Words: "w"}, "no right": {Seller: "s", Reason: "x"},
		"no reason": {RightID: r.ID, Seller: "s", Reason: " "}, "no hash": {RightID: r.ID, Picture: "../x", Reason: "x"}, "over": {RightID: r.ID, Seller: "s", Reason: "x", ExpiresAt: &past},
		"not UTF-8": {RightID: r.ID, Words: "a\xff", Reason: "x"}, "no cluster": {RightID: r.ID, Cluster: "x", Reason: "x"}, "unknown right": {RightID: "rgt_none", Seller: "s", Reason: "x"},
	} {
		if _, err := w.Guard.Suppress(t.Context(), reviewer, "k", s); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if _, err := w.Guard.Suppress(t.Context(), casework.Actor{Account: "h", Role: "holder"}, "k", guard.Suppression{RightID: r.ID, Seller: "s", Reason: "x"}); err == nil {
		t.Error("a holder suppresses")
	}
}

// TestReferenceThatMatchesEverything: a registered size chart is set aside after so many listings, shown as such, and counts again
// once it is released.
func TestReferenceThatMatchesEverything(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	w.Guard.Rule = policy.Lookalike{Days: 7, Listings: 5, Share: 0.2}
	_, chart := w.shown(t, "Size chart", 1)
	w.shown(t, "Meander", 2)
	listing := func(n int, seeds ...uint64) intake.ListingInput {
		in := intake.ListingInput{ID: fmt.Sprint("L", n)}
		for _, s := range seeds {
			in.Pictures = append(in.Pictures, data(intaketest.Drawing(t, s))...)
		}
		return in
	}
	flush := func() {
		t.Helper()
		if err := w.Guard.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for range 9 { // the same listing again and again is one
		if got := w.score(t, listing(0, 1)).Outcome.Band; got == policy.BandClear {
			t.Fatal("the chart is not found at first")
		}
		flush()
	}
	for n := range 4 {
		if got := w.score(t, listing(n+1, 1)).Outcome.Band; got == policy.BandClear {
			t.Fatalf("set aside after %d listings", n+1)
		}
		flush()
	}
	rec := w.score(t, listing(9, 1))
	if rec.Outcome.Band != policy.BandClear || !slices.Contains(against(rec), "quarantined") {
		t.Errorf("after five listings: %s, against %v", rec.Outcome.Band, against(rec))
	}
	if got := w.score(t, listing(10, 1, 2)); got.Outcome.Band == policy.BandClear {
		t.Error("it hides a copy beside it")
	}
	list, err := w.Store.Quarantines(t.Context(), guard.QuarantineQuery{Limit: 9})
	if err != nil || len(list) != 1 || list[0].Subject != chart.ID || list[0].Count != 5 || list[0].State != guard.StateOpen {
		t.Fatalf("quarantines %+v, error %v", list, err)
	}
	if _, err := w.Guard.Release(t.Context(), reviewer, "rev k", list[0].ID, "It is a design.", 0); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		if got := w.score(t, listing(n+20, 1)).Outcome.Band; got == policy.BandClear {
			t.Error("it is still set aside, or again")
		}
		flush()
	}
}

// TestDesignThatIsCopiedALot: a share of the market is needed as well, so that a bestseller of counterfeiters is no size chart.
func TestDesignThatIsCopiedALot(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	w.Guard.Rule = policy.Lookalike{Days: 7, Listings: 3, Share: 0.5}
	w.shown(t, "Meander", 1)
	for n := range 12 {
		w.score(t, intake.ListingInput{ID: fmt.Sprint("H", n), Title: "Bag"})
	}
	for n := range 6 {
		w.score(t, intake.ListingInput{ID: fmt.Sprint("L", n), Pictures: data(intaketest.Drawing(t, 1))})
		if err := w.Guard.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if list, err := w.Store.Quarantines(t.Context(), guard.QuarantineQuery{Limit: 9}); err != nil || len(list) != 0 {
		t.Errorf("set aside: %+v, error %v", list, err)
	}
}

// TestPictureThatMatchesEverything: a picture that resembles the references of many rights is set aside within the scoring that finds it.
func TestPictureThatMatchesEverything(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	w.Guard.Rule = policy.Lookalike{References: 9}
	for i := range 9 {
		w.shown(t, fmt.Sprint("Ground ", i), 1)
	}
	w.shown(t, "Meander", 2)
	white := w.score(t, intake.ListingInput{ID: "L1", Pictures: data(intaketest.Drawing(t, 1))})
	if white.Outcome.Band != policy.BandClear || !slices.Contains(against(white), "quarantined") {
		t.Errorf("the picture that resembles nine rights is %s, against %v", white.Outcome.Band, against(white))
	}
	both := w.score(t, intake.ListingInput{ID: "L2", Pictures: data(intaketest.Drawing(t, 1), intaketest.Drawing(t, 2))})
	if both.Outcome.Band == policy.BandClear {
		t.Error("it hides the copy beside it")
	}
	r, _ := w.replay(t, white.ID)
	identical(t, r)
	list, err := w.Store.Quarantines(t.Context(), guard.QuarantineQuery{Limit: 9})
	if err != nil || len(list) != 1 || list[0].Kind != guard.KindPicture || list[0].Subject != white.Report.Pictures[0].Hash {
		t.Errorf("quarantines %+v, error %v", list, err)
	}
}

// TestOutOfReach: in the full profile a right of another territory is evidence with its own line, and counts for nothing.
func TestOutOfReach(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	w.right(t, "first", casework.Design, true)
	if _, err := w.Registry.PutMarketplace(t.Context(), operator, casework.Marketplace{ID: "de", Name: "DE", Territories: []string{"DE"}, ListingURL: "https://de.example/{id}"}); err != nil {
		t.Fatal(err)
	}
	for name, right := range map[string]casework.Right{
		"out_of_territory": {Territories: []string{"FR"}}, "right_expired": {Territories: []string{"DE"}, ExpiresOn: ptr(w.Clock().AddDate(0, 0, 3))},
	} {
		seed := uint64(len(name))
		right.HolderID, right.Name, right.Type, right.RegistrationNumber = w.holder, name, casework.Design, name
		r, err := w.Registry.CreateRight(t.Context(), operator, right)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.SetRightState(t.Context(), operator, r.ID, casework.StateVerified); err != nil {
			t.Fatal(err)
		}
		if _, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, seed)}); err != nil {
			t.Fatal(err)
		}
		if right.ExpiresOn != nil {
			w.Pass(5 * 24 * time.Hour)
		}
		in := intake.ListingInput{Marketplace: "de", Pictures: data(intaketest.Drawing(t, seed))}
		if rec := w.score(t, in); len(rec.Report.Findings) != 0 {
			t.Errorf("%s: the fast profile finds %+v", name, rec.Report.Findings)
		}
		in.Profile = detect.ProfileFull
		rec := w.score(t, in)
		if rec.Outcome.Band != policy.BandClear || !slices.Contains(against(rec), name) {
			t.Errorf("%s: band %s, against %v", name, rec.Outcome.Band, against(rec))
		}
		if r, _ := w.replay(t, rec.ID); !r.Identical {
			t.Errorf("%s: the replay differs: %+v", name, r.Differences)
		}
	}
}
