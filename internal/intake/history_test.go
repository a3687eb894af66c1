package intake_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
)

// decided is a history with one removed picture and one seller.
type decided struct {
	picture, right string
	seller         *detect.SellerFacts
}

func (d decided) SellerHistory(context.Context, string, string, time.Time) (*detect.SellerFacts, error) {
	return d.seller, nil
}

func (d decided) Removed(_ context.Context, pictures []string, _ time.Time) ([]detect.Relisted, error) {
	if at := slices.Index(pictures, d.picture); at >= 0 {
		return []detect.Relisted{{Picture: at, Right: d.right, Entry: "lst_1", Listing: "old", Decision: "dec_1", On: "2026-01-01", Hash: d.picture, Cosine: 1}}, nil
	}
	return nil, nil
}

// TestRelisting: a picture of a removed listing is found again although nothing registered resembles it, and the finding names the
// listing and the decision.
func TestRelisting(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	r, _ := w.shown(t, "Meander", 1)
	in := intake.ListingInput{ID: "new", Seller: "s", Pictures: data(intaketest.Drawing(t, 500), intaketest.Drawing(t, 501))}
	before := w.score(t, in)
	if before.Outcome.Band != policy.BandClear || !slices.ContainsFunc(before.Report.Unchecked, func(u detect.Unchecked) bool { return u.Signal == detect.SignalSellerHistory }) {
		t.Fatalf("before: %+v, unchecked %+v", before.Outcome, before.Report.Unchecked)
	}
	w.History = decided{picture: before.Report.Pictures[1].Hash, right: r.ID, seller: &detect.SellerFacts{Removed: 2}}
	after := w.score(t, in)
	at := slices.IndexFunc(after.Report.Findings, func(f detect.Finding) bool { return f.Signal == detect.SignalRelisting })
	if after.Outcome.Band == policy.BandClear || at < 0 {
		t.Fatalf("the picture is shown again: %+v", after.Outcome)
	}
	f := after.Report.Findings[at]
	if f.Right != r.ID || f.Picture.Index != 1 || f.Relisted.Decision != "dec_1" || f.Relisted.Listing != "old" || f.Explanations["de"] == "" {
		t.Errorf("the finding is %+v of %+v", f, f.Relisted)
	}
	if !slices.ContainsFunc(after.Report.Findings, func(f detect.Finding) bool { return f.Signal == detect.SignalSellerHistory && f.Score > 0 }) {
		t.Error("the seller's history says nothing")
	}
	w.History = nil // the replay has the facts as they were
	replayed, _ := w.replay(t, after.ID)
	identical(t, replayed)
}
