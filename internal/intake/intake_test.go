package intake_test

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/internal/casework"
	"touchstone/internal/fetch"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/models"
)

var operator = casework.Actor{Account: "ops", Role: "operator"}

// world is a service on real stores with a holder of rights.
type world struct {
	*intaketest.World
	holder string
}

func open(t *testing.T, dir string, pack *models.Pack, get intake.Fetcher) *world {
	t.Helper()
	return &world{World: intaketest.Open(t, dir, pack, get)}
}

func (w *world) right(t *testing.T, name string, kind casework.RightType, verified bool) casework.Right {
	t.Helper()
	if w.holder == "" {
		h, err := w.Registry.CreateHolder(t.Context(), operator, casework.Holder{LegalName: "Velmora Srl", Country: "IT", Email: "ip@velmora.example"})
		if err != nil {
			t.Fatal(err)
		}
		w.holder = h.ID
	}
	r, err := w.Registry.CreateRight(t.Context(), operator, casework.Right{HolderID: w.holder, Name: name, Type: kind, Territories: []string{"WW"}, RegistrationNumber: name})
	if err != nil {
		t.Fatal(err)
	}
	if verified {
		if r, err = w.SetRightState(t.Context(), operator, r.ID, casework.StateVerified); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

func (w *world) score(t *testing.T, l intake.ListingInput) intake.ReportRecord {
	t.Helper()
	rec, err := w.Score(t.Context(), intake.ScoreInput{Account: "market", KeyID: "k", Listing: l})
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func data(pictures ...[]byte) []intake.PictureInput {
	var in []intake.PictureInput
	for _, p := range pictures {
		in = append(in, intake.PictureInput{Data: p})
	}
	return in
}

func TestRegisterAndScore(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.DesignPack(t), nil)
	design := w.right(t, "Meander", casework.CopyrightUnregistered, true)
	word := w.right(t, "VELMORA", casework.TrademarkWord, true)
	ref, err := w.AddImageReference(t.Context(), operator, design.ID, intake.ImageReference{View: "front", Data: intaketest.Drawing(t, 1)})
	if err != nil || ref.IndexedAt == nil {
		t.Fatalf("reference %+v, error %v", ref, err)
	}
	if _, err := w.AddWordReference(t.Context(), operator, word.ID, intake.WordReference{Word: " Velmora "}); err != nil {
		t.Fatal(err)
	}
	rec := w.score(t, intake.ListingInput{ID: "L1", Title: "V\u200belmora style bag", Pictures: data(intaketest.Drawing(t, 2), intaketest.Drawing(t, 1))})
	bySignal := map[string]string{}
	for _, f := range rec.Report.Findings {
		if f.Probability > 0.5 {
			bySignal[f.Signal] = f.Right
		}
	}
	want := map[string]string{"near_copy": design.ID, "design_similarity": design.ID, "keyword_misuse": word.ID}
	if diff := cmp.Diff(want, bySignal); diff != "" {
		t.Errorf("rights by signal (-want +got):\n%s", diff)
	}
	at := slices.IndexFunc(rec.Report.Findings, func(f detect.Finding) bool { return f.Picture != nil })
	if at < 0 {
		t.Fatal("no finding about a picture")
	}
	if e := rec.Report.Findings[at].Picture; e.Index != 1 || e.Reference != ref.Blob {
		t.Errorf("evidence of the copy: %+v", e)
	}
	if rec.Outcome.Band == policy.BandClear {
		t.Errorf("outcome %+v, want a band above clear", rec.Outcome)
	}
	kept, err := w.Reports.Report(t.Context(), rec.ID)
	if err != nil || kept.Report.ContentHash != rec.Report.ContentHash || kept.Account != "market" || len(kept.Facts) == 0 {
		t.Errorf("kept %+v, error %v", kept, err)
	}
	side, err := w.SideBySide(t.Context(), kept.Report, at)
	if err != nil || !bytes.HasPrefix(side, []byte{0xff, 0xd8}) {
		t.Errorf("side by side: %d bytes, error %v", len(side), err)
	}
	if _, align, err := w.Overlay(t.Context(), kept.Report, at); err != nil || align.Correlation < 0.95 {
		t.Errorf("overlay: correlation %.2f, error %v", align.Correlation, err)
	}
	similar := slices.IndexFunc(rec.Report.Findings, func(f detect.Finding) bool { return f.Signal == detect.SignalDesignSimilarity })
	if heat, err := w.HeatMap(t.Context(), kept.Report, similar); err != nil || !bytes.HasPrefix(heat.Picture, []byte{0xff, 0xd8}) || heat.Shape < 0.9 || heat.Colour < 0.9 {
		t.Errorf("heat map of the same picture: shape %g, colour %g, error %v", heat.Shape, heat.Colour, err)
	}
	copied := slices.IndexFunc(rec.Report.Findings, func(f detect.Finding) bool { return f.Signal == detect.SignalNearCopy })
	if _, err := w.HeatMap(t.Context(), kept.Report, copied); !errors.Is(err, intake.ErrNoPicture) {
		t.Errorf("heat map of a copy: error %v, want ErrNoPicture", err)
	}
	where, box := 1, detect.Box{10, 10, 40, 12}
	read := kept.Report // a line read in a picture is shown in it, and enlarged
	read.Findings = []detect.Finding{{Signal: detect.SignalMarkInImageText, Text: &detect.TextEvidence{Picture: &where, Box: &box}}}
	if line, err := w.SideBySide(t.Context(), read, 0); err != nil {
		t.Errorf("a line of text: %v", err)
	} else if img, err := jpeg.Decode(bytes.NewReader(line)); err != nil || img.Bounds().Dx() < 2*120 {
		t.Errorf("a line of text: %v, error %v", img, err)
	}
	aboutText := slices.IndexFunc(rec.Report.Findings, func(f detect.Finding) bool { return f.Text != nil })
	for _, n := range []int{-1, 99, aboutText} {
		if _, err := w.SideBySide(t.Context(), kept.Report, n); !errors.Is(err, intake.ErrNoPicture) {
			t.Errorf("finding %d: error %v, want ErrNoPicture", n, err)
		}
	}
}

func TestAuthorisedSellerIsClear(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	r := w.right(t, "Meander", casework.Design, true)
	if _, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, 1)}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Registry.AddAuthorizedSeller(t.Context(), operator, casework.AuthorizedSeller{RightID: r.ID, Seller: "friend"}); err != nil {
		t.Fatal(err)
	}
	for seller, band := range map[string]string{"friend": policy.BandClear, "stranger": policy.BandBlock, "": policy.BandBlock} {
		if got := w.score(t, intake.ListingInput{Seller: seller, Pictures: data(intaketest.Drawing(t, 1))}).Outcome.Band; got != band {
			t.Errorf("seller %q: band %s, want %s", seller, got, band)
		}
	}
}

func TestStateAndTerritoryBoundTheScope(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	r := w.right(t, "Meander", casework.Design, false)
	if _, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, 1)}); err != nil {
		t.Fatal(err)
	}
	copied := intake.ListingInput{Pictures: data(intaketest.Drawing(t, 1))}
	if got := w.score(t, copied).Outcome; got.Band != policy.BandReview {
		t.Errorf("a pending right causes %q, want review at most", got.Band)
	}
	if _, err := w.SetRightState(t.Context(), operator, r.ID, casework.StateRejected); err != nil {
		t.Fatal(err)
	}
	if got := w.score(t, copied); len(got.Report.Findings) != 0 {
		t.Errorf("a rejected right is still found: %+v", got.Report.Findings)
	}
	if _, err := w.Registry.PutMarketplace(t.Context(), operator, casework.Marketplace{ID: "de", Name: "DE", Territories: []string{"DE"}, ListingURL: "https://de.example/{id}"}); err != nil {
		t.Fatal(err)
	}
	french, err := w.Registry.CreateRight(t.Context(), operator, casework.Right{HolderID: w.holder, Name: "Nord", Type: casework.Design, Territories: []string{"FR"}, RegistrationNumber: "2"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.AddImageReference(t.Context(), operator, french.ID, intake.ImageReference{Data: intaketest.Drawing(t, 5)}); err != nil {
		t.Fatal(err)
	}
	for market, want := range map[string]int{"de": 0, "": 1} {
		rec := w.score(t, intake.ListingInput{Marketplace: market, Pictures: data(intaketest.Drawing(t, 5))})
		if len(rec.Report.Findings) != want {
			t.Errorf("on marketplace %q a French right gives %d findings, want %d", market, len(rec.Report.Findings), want)
		}
	}
}

// TestBusyModelsLoseNothing: a reference that cannot be embedded is kept, and found once Reconcile has run.
func TestBusyModelsLoseNothing(t *testing.T) {
	dir, pack := t.TempDir(), intaketest.Pack(t, "1")
	w := open(t, dir, pack, nil)
	r := w.right(t, "Meander", casework.Design, true)
	w.Fake.Err = embed.ErrBusy
	ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, 1)})
	if err != nil || ref.IndexedAt != nil {
		t.Fatalf("reference %+v, error %v; want it kept and not indexed", ref, err)
	}
	if _, err := w.Score(t.Context(), intake.ScoreInput{Listing: intake.ListingInput{Title: "x", Pictures: data(intaketest.Drawing(t, 1))}}); !errors.Is(err, intake.ErrBusy) {
		t.Errorf("scoring with busy models: %v, want ErrBusy", err)
	}
	if err := w.Reconcile(t.Context()); err == nil {
		t.Error("Reconcile hides that it could not finish")
	}
	w.Fake.Err = nil
	if err := w.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.score(t, intake.ListingInput{Pictures: data(intaketest.Drawing(t, 1))}); len(got.Report.Findings) != 1 {
		t.Errorf("%d findings after Reconcile, want 1", len(got.Report.Findings))
	}
	if err := w.DeleteReference(t.Context(), operator, ref.ID); err != nil {
		t.Fatal(err)
	}
	if got := w.score(t, intake.ListingInput{Pictures: data(intaketest.Drawing(t, 1))}); len(got.Report.Findings) != 0 {
		t.Errorf("a deleted reference is still found: %+v", got.Report.Findings)
	}
}

// TestChangeOfPackMakesNewVectors: with another version of the pack everything registered is embedded afresh at start.
func TestChangeOfPackMakesNewVectors(t *testing.T) {
	dir := t.TempDir()
	t.Run("first pack", func(t *testing.T) {
		w := open(t, dir, intaketest.Pack(t, "1"), nil)
		r := w.right(t, "Meander", casework.Design, true)
		if _, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, 1)}); err != nil {
			t.Fatal(err)
		}
		word := w.right(t, "VELMORA", casework.TrademarkWord, true)
		if _, err := w.AddWordReference(t.Context(), operator, word.ID, intake.WordReference{Word: "Velmora"}); err != nil {
			t.Fatal(err)
		}
	})
	w := open(t, dir, intaketest.Pack(t, "2"), nil)
	rec := w.score(t, intake.ListingInput{Title: "Velmora", Pictures: data(intaketest.Drawing(t, 1))})
	if len(rec.Report.Findings) != 2 || rec.Report.Pack.Version != "2" {
		t.Errorf("pack %s finds %+v, want both references", rec.Report.Pack.Version, rec.Report.Findings)
	}
}

func TestBadInput(t *testing.T) {
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), nil)
	many := make([][]byte, 21)
	for i := range many {
		many[i] = intaketest.Drawing(t, 1)
	}
	tests := map[string]struct {
		in    intake.ListingInput
		field string
	}{
		"nothing to score":      {intake.ListingInput{ID: "x"}, "listing"},
		"long title":            {intake.ListingInput{Title: strings.Repeat("a", 1<<20)}, "title"},
		"invalid UTF-8":         {intake.ListingInput{Title: "a\xff"}, "title"},
		"too many pictures":     {intake.ListingInput{Pictures: data(many...)}, "pictures"},
		"a text for a picture":  {intake.ListingInput{Pictures: data([]byte("not a picture"))}, "pictures[0]"},
		"an empty picture":      {intake.ListingInput{Pictures: data(intaketest.Drawing(t, 1), nil)}, "pictures[1]"},
		"data and URL":          {intake.ListingInput{Pictures: []intake.PictureInput{{Data: []byte("x"), URL: "https://a.example/x.jpg"}}}, "pictures[0]"},
		"URLs switched off":     {intake.ListingInput{Pictures: []intake.PictureInput{{URL: "https://a.example/x.jpg"}}}, "pictures[0]"},
		"unknown marketplace":   {intake.ListingInput{Title: "x", Marketplace: "nowhere"}, "marketplace"},
		"large attributes":      {intake.ListingInput{Title: "x", Attributes: map[string]string{"a": strings.Repeat("b", 1<<16)}}, "attributes"},
		"attribute not UTF-8":   {intake.ListingInput{Title: "x", Attributes: map[string]string{"a": "\xff"}}, "attributes.a"},
		"truncated picture":     {intake.ListingInput{Pictures: data(intaketest.Drawing(t, 1)[:200])}, "pictures[0]"},
		"a picture of one dot":  {intake.ListingInput{Pictures: data(intaketest.Dot(t))}, "pictures[0]"},
		"negative price amount": {intake.ListingInput{Title: "x", Price: &detect.Money{Amount: -1, Currency: "EUR"}}, "price.amount"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := w.Score(t.Context(), intake.ScoreInput{Listing: tt.in})
			var in *intake.InputError
			if !errors.As(err, &in) || in.Field != tt.field || in.Message == "" {
				t.Errorf("error %v, want an InputError about %s", err, tt.field)
			}
		})
	}
}

// refusing is a downloader that fails in one way.
type refusing struct{ err error }

func (r refusing) Get(context.Context, string) ([]byte, error) { return nil, r.err }

func TestDownloadsThatFail(t *testing.T) {
	in := intake.ListingInput{Title: "bag", Pictures: []intake.PictureInput{{URL: "https://a.example/x.jpg"}}}
	w := open(t, t.TempDir(), intaketest.Pack(t, "1"), refusing{fetch.ErrTimeout})
	rec := w.score(t, in)
	if len(rec.Report.Unchecked) != 2 || rec.Report.Unchecked[0].Place != "pictures[0]" {
		t.Errorf("unchecked: %+v, want the picture, and the signal that this pack lacks", rec.Report.Unchecked)
	}
	only := in
	only.Title = ""
	if got := w.score(t, only).Outcome.Band; got != policy.BandReview {
		t.Errorf("a listing of which nothing could be checked is %q, want review", got)
	}
	w = open(t, t.TempDir(), intaketest.Pack(t, "1"), refusing{fetch.ErrBlocked})
	var input *intake.InputError
	if _, err := w.Score(t.Context(), intake.ScoreInput{Listing: in}); !errors.As(err, &input) || !errors.Is(err, fetch.ErrBlocked) {
		t.Errorf("a blocked address: %v, want an InputError", err)
	}
}
