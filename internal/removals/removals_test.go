package removals_test

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"slices"
	"strings"
	"testing"

	"github.com/disintegration/imaging"
	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/internal/blob"
	"touchstone/internal/intake/intaketest"
)

// saved is a drawing saved again.
func saved(t *testing.T, drawing uint64) []byte {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(intaketest.Drawing(t, drawing)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, imaging.Resize(img, 200, 0, imaging.Linear), &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func hashes(drawings ...[]byte) []string {
	var out []string
	for _, d := range drawings {
		out = append(out, blob.Hash(d))
	}
	slices.Sort(out)
	return out
}

// TestCollectionFollowsDecisions: pictures come with a removal and go with its end, unless another removal of the same picture stands; what
// is decided twice is there once.
func TestCollectionFollowsDecisions(t *testing.T) {
	w := withPast(t, intaketest.Open(t, t.TempDir(), intaketest.VerifyingPack(t), nil))
	if w.RemovedPictures().Some() {
		t.Error("pictures are searched for before any was removed")
	}
	one, two := intaketest.Drawing(t, 1), intaketest.Drawing(t, 2)
	both, second := w.score(t, "", one, two), w.score(t, "", two)
	steps := []struct {
		what string
		do   func()
		want []string
	}{
		{"a removal", func() { w.remove(t, "a", both) }, hashes(one, two)},
		{"again", func() { w.remove(t, "a", both) }, hashes(one, two)},
		{"another", func() { w.remove(t, "b", second) }, hashes(one, two)},
		{"the first taken back", func() { w.reinstate(t, "a") }, hashes(two)},
		{"the other too", func() { w.reinstate(t, "b") }, nil},
	}
	for _, s := range steps {
		s.do()
		if diff := cmp.Diff(s.want, w.held(t)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", s.what, diff)
		}
		if some := w.RemovedPictures().Some(); some != (len(s.want) > 0) || !w.RemovedPictures().Whole() {
			t.Errorf("%s: some %v, whole %v", s.what, some, w.RemovedPictures().Whole())
		}
	}
}

// TestSavedAgain: a removed picture saved at another size and quality is met again, and not once it is reinstated, even while the collection
// has not heard of it.
func TestSavedAgain(t *testing.T) {
	w := withPast(t, intaketest.Open(t, t.TempDir(), intaketest.VerifyingPack(t), nil))
	w.remove(t, "a", w.score(t, "", intaketest.Drawing(t, 1)))
	f := relisted(w.score(t, "", intaketest.Drawing(t, 7), saved(t, 1)))
	if f == nil || f.Picture.Index != 1 || f.Picture.Verification == nil || f.Relisted.Listing != "L-a" {
		t.Fatalf("saved again: %+v", f)
	}
	if diff := cmp.Diff([2]int{120, 90}, [2]int{f.Relisted.Width, f.Relisted.Height}); diff != "" {
		t.Errorf("size of the removed picture (-want +got):\n%s", diff)
	}
	if f := relisted(w.score(t, "", intaketest.Drawing(t, 1))); f == nil || f.Picture.Verification != nil || f.Score != 0.95 {
		t.Errorf("the same file: %+v", f)
	}
	if f := relisted(w.score(t, "", intaketest.Drawing(t, 9))); f != nil {
		t.Errorf("another picture: %+v", f)
	}
	w.drop(t, "a")
	if len(w.held(t)) != 1 {
		t.Error("the collection has heard of it")
	}
	if f := relisted(w.score(t, "", saved(t, 1))); f != nil {
		t.Errorf("reinstated a moment ago: %+v", f)
	}
}

// TestAnotherPack: a pack that comes into use has the pictures embedded anew; meanwhile a report says that edited copies may be missed, and
// the same file is met all the same.
func TestAnotherPack(t *testing.T) {
	dir := t.TempDir()
	w := withPast(t, intaketest.Open(t, dir, intaketest.VerifyingPack(t), nil))
	w.remove(t, "a", w.score(t, "", intaketest.Drawing(t, 1)))
	next, err := w.Candidate(t.Context(), intaketest.VerifyingPackOf(t, "next"), w.Fake)
	if err != nil {
		t.Fatal(err)
	}
	retired := make(chan struct{})
	if err := errors.Join(next.Fill(t.Context(), nil), next.Cut(t.Context(), func(context.Context) error { return nil }, func() { close(retired) })); err != nil {
		t.Fatal(err)
	}
	<-retired
	unsure := func(u detect.Unchecked) bool {
		return u.Signal == detect.SignalRelisting && strings.Contains(u.Reason, "edited copies") && u.Code == ""
	}
	rec := w.score(t, "", saved(t, 1))
	if relisted(rec) != nil || !slices.ContainsFunc(rec.Report.Unchecked, unsure) {
		t.Errorf("before it is filled: %+v, unchecked %+v", relisted(rec), rec.Report.Unchecked)
	}
	if relisted(w.score(t, "", intaketest.Drawing(t, 1))) == nil {
		t.Error("the same file is not met")
	}
	w.catchUp(t)
	if rec := w.score(t, "", saved(t, 1)); relisted(rec) == nil || slices.ContainsFunc(rec.Report.Unchecked, unsure) {
		t.Errorf("after: %+v, unchecked %+v", relisted(rec), rec.Report.Unchecked)
	}
}

// TestFailuresHoldUpNothing: while the models fail the pictures wait and are tried again; one whose bytes are gone is left out for good.
func TestFailuresHoldUpNothing(t *testing.T) {
	w := withPast(t, intaketest.Open(t, t.TempDir(), intaketest.VerifyingPack(t), nil))
	rec := w.score(t, "", intaketest.Drawing(t, 1))
	gone := rec
	gone.Report.Pictures = []detect.PictureRef{{Hash: strings.Repeat("0", 64)}, {Hash: strings.Repeat("f", 64)}}
	w.remove(t, "gone", gone)
	w.Fake.Err = errors.New("no memory")
	w.put(t, "a", rec)
	if err := w.RemovedPictures().CatchUp(t.Context()); !errors.Is(err, w.Fake.Err) {
		t.Errorf("error %v, want the models'", err)
	}
	if len(w.held(t)) != 0 {
		t.Error("a picture is there without vectors")
	}
	w.Fake.Err = nil
	w.catchUp(t)
	if diff := cmp.Diff(hashes(intaketest.Drawing(t, 1)), w.held(t)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// TestReopened: after a start the collection is as it was, and what was decided while nothing ran is made good.
func TestReopened(t *testing.T) {
	dir := t.TempDir()
	t.Run("first", func(t *testing.T) {
		w := withPast(t, intaketest.Open(t, dir, intaketest.VerifyingPack(t), nil))
		one, two := w.score(t, "", intaketest.Drawing(t, 1)), w.score(t, "", intaketest.Drawing(t, 2))
		w.remove(t, "a", one)
		w.put(t, "b", two)
	})
	w := withPast(t, intaketest.Open(t, dir, intaketest.VerifyingPack(t), nil))
	if !w.RemovedPictures().Some() || len(w.held(t)) != 1 {
		t.Fatalf("some %v, %d held", w.RemovedPictures().Some(), len(w.held(t)))
	}
	w.catchUp(t)
	if diff := cmp.Diff(hashes(intaketest.Drawing(t, 1), intaketest.Drawing(t, 2)), w.held(t)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}
