package intake_test

import (
	"context"
	"errors"
	"image"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/embed/embedtest"
	"touchstone/index"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
)

// opposed is a fake whose vectors point away from Fake's: what one of them made and the other is compared with is as far off as can be, so
// that a mix of spaces shows.
type opposed struct {
	embedtest.Fake
	before func() // of each picture, when set
}

func (o *opposed) Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	if o.before != nil {
		o.before()
	}
	all, err := o.Fake.Pictures(ctx, pics, outputs...)
	if err != nil {
		return nil, err
	}
	seen := map[*float32]bool{} // outputs share vectors
	for _, output := range all {
		for _, picture := range output {
			for _, v := range picture {
				if !seen[&v[0]] {
					negate(v)
					seen[&v[0]] = true
				}
			}
		}
	}
	return all, nil
}

func (o *opposed) Texts(ctx context.Context, output string, texts []string) ([][]float32, error) {
	vectors, err := o.Fake.Texts(ctx, output, texts)
	for _, v := range vectors {
		negate(v)
	}
	return vectors, err
}

func negate(v []float32) {
	for i := range v {
		v[i] = -v[i]
	}
}

func none(context.Context) error { return nil }

// finds scores a picture and demands that its reference is found for certain, whatever pack is in use, which it returns.
func (w *world) finds(t *testing.T, picture []byte, reference string) string {
	t.Helper()
	rec, err := w.Score(context.Background(), intake.ScoreInput{Account: "market", Listing: intake.ListingInput{Pictures: data(picture)}})
	if err != nil {
		t.Error(err)
		return ""
	}
	if f := rec.Report.Findings; len(f) == 0 || f[0].Reference != reference || f[0].Score < 0.99 {
		t.Errorf("pack %s finds %+v, want %s", rec.Report.Pack.Version, f, reference)
	}
	return rec.Report.Pack.Version
}

// TestCutOverUnderLoad: listings are scored all the time while another pack is filled and cut over to, and back. Each finds its reference;
// what is registered, changed and deleted meanwhile is so in both packs.
func TestCutOverUnderLoad(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir, intaketest.Pack(t, "1"), nil)
	var refs []casework.Reference
	for i := range 6 {
		refs = append(refs, w.design(t, string(rune('A'+i)), intaketest.Drawing(t, uint64(i))))
	}

	stop := make(chan struct{})
	var load sync.WaitGroup
	versions := make([]map[string]bool, 2)
	for worker := range versions {
		versions[worker] = map[string]bool{}
		load.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
					n := (i + worker) % 4 // 4 and 5 are deleted below
					versions[worker][w.finds(t, intaketest.Drawing(t, uint64(n)), refs[n].ID)] = true
				}
			}
		})
	}

	var late casework.Reference
	var meanwhile sync.Once
	next := &opposed{}
	next.before = func() {
		meanwhile.Do(func() { // in the middle of the filling
			late = w.design(t, "late", intaketest.Drawing(t, 50))
			if err := w.DeleteReference(t.Context(), operator, refs[0+4].ID); err != nil {
				t.Error(err)
			}
		})
	}
	c, err := w.Candidate(t.Context(), intaketest.Pack(t, "2"), next)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Fill(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := w.Pack().Version; got != "1" {
		t.Fatalf("filled, pack %s is in use", got)
	}
	if err := w.DeleteReference(t.Context(), operator, refs[5].ID); err != nil {
		t.Fatal(err)
	}
	retired := make(chan struct{})
	if err := c.Cut(t.Context(), none, func() { close(retired) }); err != nil {
		t.Fatal(err)
	}
	<-retired
	if got := w.finds(t, intaketest.Drawing(t, 50), late.ID); got != "2" {
		t.Errorf("after the cut-over pack %s is in use", got)
	}
	later := w.design(t, "later", intaketest.Drawing(t, 51))

	back, err := w.Candidate(t.Context(), intaketest.Pack(t, "1"), w.Fake)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(back.Fill(t.Context(), nil), back.Cut(t.Context(), none, func() {})); err != nil {
		t.Fatal(err)
	}
	if got := w.finds(t, intaketest.Drawing(t, 51), later.ID); got != "1" {
		t.Errorf("after going back pack %s is in use", got)
	}
	close(stop)
	load.Wait()
	for _, seen := range versions {
		if d := cmp.Diff(map[string]bool{"1": true, "2": true}, seen); d != "" {
			t.Errorf("packs that answered (-want +got):\n%s", d)
		}
	}
	w.holds(t, []string{"copy@test-1", "copy@test-2"}, []string{refs[0].ID, refs[1].ID, refs[2].ID, refs[3].ID, late.ID, later.ID})
	if unused, err := w.Index.Unused(t.Context()); err != nil || len(unused) > 0 {
		t.Errorf("left over: %+v, %v", unused, err)
	}
}

// holds demands that collections hold exactly some references.
func (w *world) holds(t *testing.T, collections, ids []string) {
	t.Helper()
	slices.Sort(ids)
	for _, name := range collections {
		var got []string
		if err := w.Index.Each(t.Context(), name, func(p index.Point) error { got = append(got, p.ID); return nil }); err != nil {
			t.Fatal(err)
		}
		slices.Sort(got)
		if d := cmp.Diff(ids, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// TestCandidateGoesOn: a filling that breaks off is gone on with by another candidate of the same pack, which embeds only what is missing;
// a reference that cannot be embedded is left out and marked at the cut-over; a candidate that is given up leaves nothing.
func TestCandidateGoesOn(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir, intaketest.Pack(t, "1"), nil)
	var refs []casework.Reference
	for i := range 8 {
		refs = append(refs, w.design(t, string(rune('A'+i)), intaketest.Drawing(t, uint64(i))))
	}
	if err := os.WriteFile(blobFile(dir, intaketest.Drawing(t, 7)), []byte("rust"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	runs := 0
	models := &opposed{before: func() {
		if runs++; runs == 4 {
			cancel()
		}
	}}
	first, err := w.Candidate(ctx, intaketest.Pack(t, "2"), models)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Fill(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("a filling that is cut off: %v", err)
	}
	if err := first.Close(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	second, err := w.Candidate(t.Context(), intaketest.Pack(t, "2"), models)
	if err != nil {
		t.Fatal(err)
	}
	if err := second.Fill(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if runs != 8 || second.Failed() != 1 { // 3 written, the one that was cut off again, 4 more; one is damaged
		t.Errorf("%d model runs and %d failures, want 8 and 1", runs, second.Failed())
	}
	w.holds(t, []string{"copy@test-2"}, []string{refs[0].ID, refs[1].ID, refs[2].ID, refs[3].ID, refs[4].ID, refs[5].ID, refs[6].ID})
	refuse := errors.New("the disk is full")
	if err := second.Cut(t.Context(), func(context.Context) error { return refuse }, nil); !errors.Is(err, refuse) || w.Pack().Version != "1" {
		t.Errorf("a cut-over that could not be noted: %v, pack %s", err, w.Pack().Version)
	}
	w.finds(t, intaketest.Drawing(t, 1), refs[1].ID)
	if err := second.Cut(t.Context(), none, func() {}); err != nil {
		t.Fatal(err)
	}
	if got := w.reference(t, refs[7].ID); got.IndexState() != casework.IndexFailing || !strings.Contains(got.Problem, "damaged") {
		t.Errorf("the damaged reference is %s: %s", got.IndexState(), got.Problem)
	}

	third, err := w.Candidate(t.Context(), intaketest.Pack(t, "3"), &opposed{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(third.Fill(t.Context(), nil), third.Close(t.Context(), true)); err != nil {
		t.Fatal(err)
	}
	aliases, err := w.Index.Aliases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		detect.Alias("copy"): "copy@test-2", detect.Alias("word"): "word@test-2", "rollback.copy": "copy@test-1", "rollback.word": "word@test-1",
		detect.ListingsAlias("copy"): "listings.copy@test-2",
	}
	if d := cmp.Diff(want, aliases); d != "" {
		t.Errorf("aliases (-want +got):\n%s", d)
	}
}
