package sweep_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/internal/sweep"
)

var operator = casework.Actor{Account: "ops", Role: "operator"}

// world is a service on real stores with a runner of sweeps.
type world struct {
	*intaketest.World
	*sweep.Runner
	holder string
	yields int
}

func open(t *testing.T, dir string) *world {
	t.Helper()
	w := &world{World: intaketest.Open(t, dir, intaketest.Pack(t, "1"), nil)}
	w.Runner = sweep.New(sweep.Parts{
		Store: w.World.Store, Listings: w.World.Store, Intake: w.Service, Index: w.Local, Now: w.Clock,
		Yield: func(ctx context.Context) error { w.yields++; return ctx.Err() },
	})
	w.Sweeps = w.Runner
	return w
}

func (w *world) score(t *testing.T, id, title string, drawings ...uint64) intake.ReportRecord {
	t.Helper()
	l := intake.ListingInput{ID: id, Title: title, Seller: "seller-" + id}
	for _, d := range drawings {
		l.Pictures = append(l.Pictures, intake.PictureInput{Data: intaketest.Drawing(t, d)})
	}
	rec, err := w.Score(t.Context(), intake.ScoreInput{Account: "market", Listing: l})
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func (w *world) right(t *testing.T, name string, kind casework.RightType) casework.Right {
	t.Helper()
	if w.holder == "" {
		h, err := w.Registry.CreateHolder(t.Context(), operator, casework.Holder{LegalName: "Velmora Srl", Country: "IT", Email: "ip@velmora.example"})
		if err != nil {
			t.Fatal(err)
		}
		w.holder = h.ID
	}
	r, err := w.Registry.CreateRight(t.Context(), operator, casework.Right{HolderID: w.holder, Name: name, Type: kind, Territories: []string{"WW"}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *world) verify(t *testing.T, r casework.Right) {
	t.Helper()
	if _, err := w.SetRightState(t.Context(), operator, r.ID, casework.StateVerified); err != nil {
		t.Fatal(err)
	}
}

func (w *world) picture(t *testing.T, r casework.Right, drawing uint64) {
	t.Helper()
	if _, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: intaketest.Drawing(t, drawing)}); err != nil {
		t.Fatal(err)
	}
}

func (w *world) word(t *testing.T, r casework.Right, word string) {
	t.Helper()
	if _, err := w.AddWordReference(t.Context(), operator, r.ID, intake.WordReference{Word: word}); err != nil {
		t.Fatal(err)
	}
}

func (w *world) flush(t *testing.T) {
	t.Helper()
	if err := w.Keeper().Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// drain runs whatever sweeps are due.
func (w *world) drain(t *testing.T) (ran int) {
	t.Helper()
	for {
		ok, err := w.Once(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return ran
		}
		ran++
	}
}

func (w *world) request(t *testing.T, r casework.Right) sweep.Sweep {
	t.Helper()
	s, err := w.Request(t.Context(), operator, r.ID)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) swept(t *testing.T, id string) sweep.Sweep {
	t.Helper()
	s, err := w.World.Store.Sweep(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (w *world) findings(t *testing.T, q sweep.Query) map[string]sweep.Finding {
	t.Helper()
	q.Limit = 100
	list, err := w.World.Store.SweepFindings(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]sweep.Finding{}
	for _, f := range list {
		out[f.Listing] = f
	}
	if len(out) != len(list) {
		t.Errorf("a listing is found twice: %+v", list)
	}
	return out
}

// TestASweepFindsWhatIsAlreadyOnSale: listings are scored before the right is there; the sweep finds the copy and the misused
// word, reports them with the reason and the original, and leaves the others alone.
func TestASweepFindsWhatIsAlreadyOnSale(t *testing.T) {
	w := open(t, t.TempDir())
	copied := w.score(t, "copy", "Bag", 2, 1)
	w.score(t, "other", "Bag", 3)
	w.score(t, "word", "Genuine V\u200belmora bag", 4)
	w.score(t, "textonly", "velm0ra tote")
	w.score(t, "clear", "Leather bag, compatible with anything", 5)
	w.flush(t)
	r := w.right(t, "VELMORA", casework.TrademarkFigurative)
	w.verify(t, r)
	w.picture(t, r, 1)
	w.word(t, r, "Velmora")
	if ran := w.drain(t); ran != 0 {
		t.Errorf("%d sweeps ran before what is registered together has settled", ran)
	}
	w.Pass(2 * sweep.Settle)
	if ran := w.drain(t); ran != 1 {
		t.Errorf("%d sweeps for a verification and two references, want one", ran)
	}
	found := w.findings(t, sweep.Query{RightID: r.ID})
	for _, id := range []string{"copy", "word", "textonly"} {
		f, ok := found[id]
		if !ok || f.Band == policy.BandClear || f.Seller != "seller-"+id || f.Account != "market" {
			t.Errorf("finding about %s: %+v", id, f)
		}
	}
	if len(found) != 3 {
		t.Errorf("%d listings found, want 3: %+v", len(found), found)
	}
	rec, err := w.Reports.Report(t.Context(), found["copy"].ID)
	if err != nil {
		t.Fatal(err)
	}
	if rec.Reason != intake.ReasonSweep || rec.Original != copied.ID || rec.Sweep != found["copy"].SweepID || rec.Account != "market" ||
		rec.Outcome.Band != policy.BandBlock || rec.Report.Findings[0].Picture == nil || rec.Report.Findings[0].Picture.Index != 1 {
		t.Errorf("the report of the copy: %+v", rec)
	}
	s := w.swept(t, found["copy"].SweepID)
	if s.State != sweep.StateDone || s.Reason != sweep.ReasonVerified || s.Found != 3 || s.Titles != 5 || s.FinishedAt == nil || s.Scored != s.Candidates {
		t.Errorf("the sweep: %+v", s)
	}
	if want := s.Candidates + s.Titles; w.yields != want { // the candidates, and each listing's look for marks
		t.Errorf("%d candidates gave way to live scoring %d times, want %d", s.Candidates, w.yields, want)
	}
	if err := w.Blobs.Delete(t.Context(), blob.Listing, rec.Report.Pictures[0].Hash); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Blobs.Get(t.Context(), rec.Report.Pictures[0].Hash); err != nil {
		t.Errorf("a picture of the finding is no evidence: %v", err)
	}

	again := w.request(t, r)
	w.drain(t)
	if s := w.swept(t, again.ID); s.State != sweep.StateDone || s.Found != 0 || s.Known != 3 || len(w.findings(t, sweep.Query{RightID: r.ID})) != 3 {
		t.Errorf("swept again: %+v", s)
	}
}

// TestWhatScoringFoundIsKnown: a listing whose own report names the right is not reported again, unless the right has another
// standing since.
func TestWhatScoringFoundIsKnown(t *testing.T) {
	w := open(t, t.TempDir())
	r := w.right(t, "Meander", casework.Design)
	w.picture(t, r, 1)
	w.score(t, "copy", "Bag", 1)
	w.flush(t)
	pending := w.request(t, r)
	w.drain(t)
	if s := w.swept(t, pending.ID); s.State != sweep.StateDone || s.Known != 1 || s.Found != 0 {
		t.Errorf("the pending right's sweep: %+v", s)
	}
	w.verify(t, r)
	w.Pass(2 * sweep.Settle)
	w.drain(t)
	if f := w.findings(t, sweep.Query{RightID: r.ID}); len(f) != 1 || f["copy"].Band != policy.BandBlock {
		t.Errorf("once the right is verified: %+v", f)
	}
}

// TestASweepWaitsForTheIndex: listings that were scored before it and are not indexed yet are not passed over.
func TestASweepWaitsForTheIndex(t *testing.T) {
	w := open(t, t.TempDir())
	w.score(t, "copy", "Bag", 1)
	r := w.right(t, "Meander", casework.Design)
	w.picture(t, r, 1)
	s := w.request(t, r)
	if _, err := w.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := w.swept(t, s.ID); got.State != sweep.StateWaiting || !got.NotBefore.After(s.NotBefore) {
		t.Errorf("with a listing that waits: %+v", got)
	}
	w.flush(t)
	w.Pass(10 * time.Second)
	w.drain(t)
	if got := w.swept(t, s.ID); got.State != sweep.StateDone || got.Found != 1 {
		t.Errorf("once it is indexed: %+v", got)
	}
	if n := len(w.findings(t, sweep.Query{SweepID: s.ID})); n != 1 {
		t.Errorf("%d findings", n)
	}
}

// TestAKilledSweepGoesOn: cut off among its candidates, a sweep is finished by another process once its lease has ended, and
// nothing is reported twice.
func TestAKilledSweepGoesOn(t *testing.T) {
	dir := t.TempDir()
	var id, right string
	var early map[string]sweep.Finding
	t.Run("a process that is killed", func(t *testing.T) {
		w := open(t, dir)
		for _, l := range []string{"a", "b", "c", "d"} {
			w.score(t, l, "Bag", 1)
		}
		w.flush(t)
		r := w.right(t, "Meander", casework.Design)
		w.picture(t, r, 1)
		ctx, cut := context.WithCancel(t.Context())
		w.Yield = func(ctx context.Context) error {
			if w.yields++; w.yields == 3 {
				cut()
			}
			return ctx.Err()
		}
		s := w.request(t, r)
		if _, err := w.Once(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("cut off: %v", err)
		}
		id, right, early = s.ID, r.ID, w.findings(t, sweep.Query{SweepID: s.ID})
		if len(early) != 2 {
			t.Fatalf("%d found before the end: %+v", len(early), early)
		}
		// As a kill would leave it: leased by a process that is no more.
		if _, _, err := w.World.Store.ClaimSweep(t.Context(), "the dead", w.Clock(), w.Clock().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
	})
	w := open(t, dir)
	opened := opener{}
	w.Cases = opened
	if ran := w.drain(t); ran != 0 {
		t.Error("a sweep is taken from its owner")
	}
	w.Pass(2 * time.Minute)
	w.drain(t)
	s, found := w.swept(t, id), w.findings(t, sweep.Query{RightID: right})
	if s.State != sweep.StateDone || s.Found != 4 || s.Known != 0 || len(found) != 4 {
		t.Errorf("the sweep %+v with %d findings", s, len(found))
	}
	for l, f := range early {
		if d := cmp.Diff(f, found[l]); d != "" {
			t.Errorf("the finding about %s changed:\n%s", l, d)
		}
	}
	for l, f := range found {
		if !opened[f.ID] {
			t.Errorf("the finding about %s has no case", l)
		}
	}
}

// opener remembers which reports were brought to those who judge.
type opener map[string]bool

func (o opener) Scored(_ context.Context, rec intake.ReportRecord, _ string) error {
	o[rec.ID] = true
	return nil
}

func TestScopeOfASweep(t *testing.T) {
	w := open(t, t.TempDir())
	for id, territory := range map[string]string{"de": "DE", "us": "US"} {
		if _, err := w.Registry.PutMarketplace(t.Context(), operator, casework.Marketplace{ID: id, Name: id, Territories: []string{territory}, ListingURL: "https://x.example/{id}"}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Score(t.Context(), intake.ScoreInput{Account: "market", Listing: intake.ListingInput{
			ID: "on-" + id, Marketplace: id, Seller: "friend", Title: "Velmora bag", Pictures: []intake.PictureInput{{Data: intaketest.Drawing(t, 1)}}}}); err != nil {
			t.Fatal(err)
		}
	}
	w.score(t, "elsewhere", "Bag", 1)
	w.flush(t)
	r, err := w.Registry.CreateRight(t.Context(), operator, casework.Right{HolderID: w.right(t, "X", casework.Design).HolderID, Name: "German", Type: casework.TrademarkFigurative, Territories: []string{"DE"}})
	if err != nil {
		t.Fatal(err)
	}
	w.verify(t, r)
	w.picture(t, r, 1)
	w.word(t, r, "Velmora")
	if _, err := w.Registry.AddAuthorizedSeller(t.Context(), operator, casework.AuthorizedSeller{RightID: r.ID, Seller: "seller-elsewhere"}); err != nil {
		t.Fatal(err)
	}
	w.Pass(2 * sweep.Settle)
	w.drain(t)
	if f := w.findings(t, sweep.Query{RightID: r.ID}); len(f) != 1 || f["on-de"].ID == "" {
		t.Errorf("found %+v, want the German listing: the American is out of territory, the third by an authorised seller", f)
	}
}

func TestWhoMayAsk(t *testing.T) {
	w := open(t, t.TempDir())
	r := w.right(t, "Meander", casework.Design)
	if _, err := w.Request(t.Context(), casework.Actor{Account: "stranger", Role: "holder"}, r.ID); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("a stranger: %v", err)
	}
	first := w.request(t, r)
	if again := w.request(t, r); again.ID != first.ID {
		t.Error("asked twice, two sweeps wait")
	}
	if _, err := w.SetRightState(t.Context(), operator, r.ID, casework.StateRejected); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Request(t.Context(), operator, r.ID); !errors.Is(err, casework.ErrConflict) || !strings.Contains(err.Error(), "rejected") {
		t.Errorf("of a rejected right: %v", err)
	}
}

// TestRunEnds: the runner works in the background and ends with its context.
func TestRunEnds(t *testing.T) {
	w := open(t, t.TempDir())
	r := w.right(t, "Meander", casework.Design)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { w.Run(ctx); close(ended) }()
	s := w.request(t, r)
	for w.swept(t, s.ID).State != sweep.StateDone {
		time.Sleep(5 * time.Millisecond)
	}
	cancel()
	<-ended
}
