package intake_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
)

// blobFile is where the blob store of a world keeps a picture.
func blobFile(dir string, picture []byte) string {
	hash := blob.Hash(picture)
	return filepath.Join(dir, "blobs", hash[:2], hash)
}

// design registers a right with one picture.
func (w *world) design(t *testing.T, name string, picture []byte) casework.Reference {
	t.Helper()
	r := w.right(t, name, casework.Design, true)
	ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: picture})
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func (w *world) reference(t *testing.T, id string) casework.Reference {
	t.Helper()
	ref, err := w.Registry.Reference(t.Context(), operator, id)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// TestOneBadReferenceDoesNotStopTheService: after a change of pack every stored picture is embedded afresh. One that is missing
// and one that is damaged are marked, the others are found, and what is mended is found after a while.
func TestOneBadReferenceDoesNotStopTheService(t *testing.T) {
	dir := t.TempDir()
	whole, missing, damaged := intaketest.Drawing(t, 1), intaketest.Drawing(t, 2), intaketest.Drawing(t, 3)
	refs := map[string]casework.Reference{}
	t.Run("first pack", func(t *testing.T) {
		w := open(t, dir, intaketest.Pack(t, "1"), nil)
		refs["whole"], refs["missing"], refs["damaged"] = w.design(t, "A", whole), w.design(t, "B", missing), w.design(t, "C", damaged)
	})
	if err := os.Remove(blobFile(dir, missing)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(blobFile(dir, damaged), []byte("rust"), 0o600); err != nil {
		t.Fatal(err)
	}
	w := open(t, dir, intaketest.Pack(t, "2"), nil) // which it fails if the service does not start
	for name, want := range map[string]struct{ state, says string }{
		"whole": {casework.IndexDone, ""}, "missing": {casework.IndexFailing, "is missing"}, "damaged": {casework.IndexFailing, "is damaged"},
	} {
		if got := w.reference(t, refs[name].ID); got.IndexState() != want.state || !strings.Contains(got.Problem, want.says) || (want.says == "") != (got.Problem == "") {
			t.Errorf("the %s reference is %s with problem %q", name, got.IndexState(), got.Problem)
		}
	}
	counts, err := w.Registry.CountUnindexed(t.Context())
	if d := cmp.Diff(casework.IndexCounts{Waiting: 2, Failing: 2}, counts); err != nil || d != "" {
		t.Errorf("counts: %v (-want +got):\n%s", err, d)
	}
	for _, p := range []struct {
		picture []byte
		want    int
	}{{whole, 1}, {missing, 0}} {
		if got := w.score(t, intake.ListingInput{Pictures: data(p.picture)}).Report.Findings; len(got) == 0 || (got[0].Score > 0.9) != (p.want > 0) {
			t.Errorf("findings %+v, want %d sure one", got, p.want)
		}
	}

	for _, picture := range [][]byte{missing, damaged} { // as when they are sent again
		if _, err := w.Blobs.Put(t.Context(), blob.Reference, picture); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Reconcile(t.Context()); err != nil || w.reference(t, refs["missing"].ID).IndexedAt != nil {
		t.Errorf("a reference that failed is tried again at once (error %v)", err)
	}
	w.Pass(time.Minute)
	if err := w.Reconcile(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"missing", "damaged"} {
		if got := w.reference(t, refs[name].ID); got.IndexState() != casework.IndexDone {
			t.Errorf("mended, the %s reference is %s: %s", name, got.IndexState(), got.Problem)
		}
	}
	if got := w.score(t, intake.ListingInput{Pictures: data(missing)}); got.Report.Best() < 0.5 {
		t.Errorf("the mended reference is not found: %+v", got.Report.Findings)
	}
}

// TestManyBadReferencesHoldUpNobody: more failing references than one step takes do not keep a good one behind them waiting.
func TestManyBadReferencesHoldUpNobody(t *testing.T) {
	dir := t.TempDir()
	w := open(t, dir, intaketest.Pack(t, "1"), nil)
	r := w.right(t, "Meander", casework.Design, true)
	w.Fake.Err = errors.New("out of order")
	var last casework.Reference
	for seed := range uint64(70) {
		picture := intaketest.Drawing(t, seed)
		ref, err := w.AddImageReference(t.Context(), operator, r.ID, intake.ImageReference{Data: picture})
		if err != nil {
			t.Fatal(err)
		}
		if seed < 69 {
			if err := os.Remove(blobFile(dir, picture)); err != nil {
				t.Fatal(err)
			}
		}
		last = ref
	}
	w.Fake.Err = nil
	w.Pass(time.Hour)
	if err := w.Reconcile(t.Context()); err == nil {
		t.Error("Reconcile hides that references failed")
	}
	if got := w.reference(t, last.ID); got.IndexedAt == nil {
		t.Errorf("the good reference waits behind the bad ones: %+v", got)
	}
}

// TestModelsOutOfOrderStopTheStart: when nothing can be embedded for a new pack, its empty collection must not be searched.
func TestModelsOutOfOrderStopTheStart(t *testing.T) {
	dir := t.TempDir()
	t.Run("first pack", func(t *testing.T) {
		open(t, dir, intaketest.Pack(t, "1"), nil).design(t, "A", intaketest.Drawing(t, 1))
	})
	w := intaketest.OpenUnprepared(t, dir, intaketest.Pack(t, "2"), nil)
	w.Fake.Err = errors.New("out of order")
	if err := w.Prepare(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "out of order") {
		t.Errorf("Prepare with models that are out of order: %v", err)
	}
	aliases, err := w.Local.Aliases(t.Context())
	if err != nil || !strings.HasSuffix(aliases["references.copy"], "-1") {
		t.Errorf("aliases %v, error %v; want the old collection", aliases, err)
	}
}
