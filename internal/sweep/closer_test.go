package sweep_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"testing"

	"github.com/disintegration/imaging"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/internal/sweep"
	"touchstone/models"
)

// openWith is open with another pack and what the default policy says of closer looks.
func openWith(t *testing.T, pack *models.Pack, closer string) *world {
	t.Helper()
	return swept(intaketest.Open(t, t.TempDir(), pack, nil), closer)
}

// swept gives a world its sweeps, and what the default policy says of closer looks.
func swept(of *intaketest.World, closer string) *world {
	w := &world{World: of}
	p := policy.Default()
	p.SweepCloser = closer
	w.Policies = policy.Set{"default": p}
	w.Runner = sweep.New(sweep.Parts{
		Store: w.World.Store, Listings: w.World.Store, Intake: w.Service, Index: w.Local, Now: w.Clock,
		Yield: func(ctx context.Context) error { w.yields++; return ctx.Err() },
	})
	return w
}

// found asks for a sweep, runs it and gives its end and the listings that it found.
func (w *world) found(t *testing.T, r casework.Right) (sweep.Sweep, map[string]bool) {
	t.Helper()
	s, err := w.Request(t.Context(), operator, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	w.drain(t)
	if s, err = w.World.Store.Sweep(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	list, err := w.World.Store.SweepFindings(t.Context(), sweep.Query{SweepID: s.ID, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	listings := map[string]bool{}
	for _, f := range list {
		listings[f.Listing] = true
	}
	return s, listings
}

// scene is another drawing, large, with a small one on it, and where that lies.
func scene(t *testing.T, ground, mark uint64) (data []byte, place []float32) {
	t.Helper()
	decode := func(seed uint64) image.Image {
		img, err := jpeg.Decode(bytes.NewReader(intaketest.Drawing(t, seed)))
		if err != nil {
			t.Fatal(err)
		}
		return img
	}
	img := imaging.Resize(decode(ground), 480, 360, imaging.Linear)
	draw.Draw(img, image.Rect(300, 200, 420, 290), decode(mark), image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), []float32{300. / 480, 200. / 360, 0.25, 0.25, 0.9}
}

// A logo that is registered today is found on goods that were on sale before, where a policy wants it.
func TestSweepFindsMarksOnGoods(t *testing.T) {
	for mode, want := range map[string]bool{"": true, policy.SweepCloserNever: false} {
		w := openWith(t, intaketest.LogoPack(t), mode)
		for id, mark := range map[string]uint64{"carries it": 1, "carries another": 2} {
			data, place := scene(t, 30, mark)
			w.Fake.Rows = map[string][][]float32{detect.OutputPlaces: {place}}
			if _, err := w.Score(t.Context(), intake.ScoreInput{Account: "market", Listing: intake.ListingInput{ID: id, Pictures: []intake.PictureInput{{Data: data}}}}); err != nil {
				t.Fatal(err)
			}
		}
		w.flush(t)
		r := w.right(t, "Mark", casework.TrademarkFigurative)
		w.verify(t, r)
		w.picture(t, r, 1)
		s, listings := w.found(t, r)
		if s.State != sweep.StateDone || listings["carries it"] != want || listings["carries another"] {
			t.Errorf("mode %q: %+v found %v", mode, s, listings)
		}
	}
}

// A closer look goes on where it was, and other sweeps have their turn between its steps.
func TestCloserLooksTakeTurns(t *testing.T) {
	w := openWith(t, intaketest.LogoPack(t), policy.SweepCloserAlways)
	w.Fake.Rows = map[string][][]float32{detect.OutputPlaces: {{0, 0, 0, 0, 0}}}
	for i := range 300 {
		w.score(t, fmt.Sprint("L", i), "A bag")
	}
	first, second := w.right(t, "VELMORA", casework.TrademarkWord), w.right(t, "QUILLON", casework.TrademarkWord)
	for _, r := range []casework.Right{first, second} {
		w.verify(t, r)
		w.word(t, r, r.Name)
		if _, err := w.Request(t.Context(), operator, r.ID); err != nil {
			t.Fatal(err)
		}
	}
	if ran := w.drain(t); ran != 4 {
		t.Errorf("%d steps, want two for each sweep", ran)
	}
	all, err := w.World.Store.Sweeps(t.Context(), sweep.Query{Limit: 10})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if s.State != sweep.StateDone || s.Stage != "" || s.FinishedAt == nil {
			t.Errorf("%+v", s)
		}
	}
}

// More listings than one search brings are all found.
func TestSweepLosesNothing(t *testing.T) {
	was := sweep.MostHits
	sweep.MostHits = 2
	t.Cleanup(func() { sweep.MostHits = was })
	w := openWith(t, intaketest.Pack(t, "1"), "")
	for i := range 7 {
		w.score(t, fmt.Sprint("copy", i), "", 1)
	}
	w.score(t, "another", "", 40)
	w.flush(t)
	r := w.right(t, "Meander", casework.Design)
	w.verify(t, r)
	w.picture(t, r, 1)
	s, listings := w.found(t, r)
	if len(listings) != 7 || listings["another"] || s.Truncated {
		t.Errorf("%+v found %v", s, listings)
	}
}
