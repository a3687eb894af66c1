package rollout_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/rollout"
	"touchstone/models"
)

// finds scores a picture, demands that its reference is found for certain whatever pack is in use, and returns that pack's version.
func (w *world) finds(t testing.TB, picture []byte, reference string) string {
	t.Helper()
	rec, err := w.Score(context.Background(), intake.ScoreInput{Account: "market", Listing: intake.ListingInput{Pictures: []intake.PictureInput{{Data: picture}}}})
	if err != nil {
		t.Error(err)
		return ""
	}
	if f := rec.Report.Findings; len(f) == 0 || f[0].Reference != reference || f[0].Score < 0.999 {
		t.Errorf("pack %s finds %+v, want %s", rec.Report.Pack.Version, f, reference)
	}
	return rec.Report.Pack.Version
}

// TestActivateUnderLoad: with two real packs, listings are scored all the time while one is activated and then rolled back. Not one request
// fails, and each finds its reference with the vectors of one pack.
func TestActivateUnderLoad(t *testing.T) {
	w := newWorld(t, t.TempDir(), pairPack(t, 1, nil))
	var refs []casework.Reference
	for i := range 10 {
		refs = append(refs, w.design(t, string(rune('A'+i)), intaketest.Drawing(t, uint64(i))))
	}
	if _, err := w.manager.Shelf.Add(t.Context(), pairPack(t, 2, nil).Dir()); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var load sync.WaitGroup
	seen := make([]map[string]int, 2)
	for worker := range seen {
		seen[worker] = map[string]int{}
		load.Go(func() {
			for i := worker; ; i++ {
				select {
				case <-stop:
					return
				default:
					n := i % len(refs)
					seen[worker][w.finds(t, intaketest.Drawing(t, uint64(n)), refs[n].ID)]++
				}
			}
		})
	}
	for _, q := range []rollout.Request{{Kind: rollout.KindActivate, Pack: "pair@2"}, {Kind: rollout.KindRollback}, {Kind: rollout.KindRollback}} {
		r := w.start(t, q)
		if err := w.manager.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if r = w.stands(t, r.ID, rollout.StateDone); r.Done != len(refs) || r.All != len(refs) || r.Failed != 0 || r.CutAt == nil {
			t.Errorf("%s: %+v", q.Kind, r)
		}
		if got := w.manager.PackInUse().Manifest().Version; got != r.To.Version || w.finds(t, intaketest.Drawing(t, 3), refs[3].ID) != got {
			t.Errorf("after %s to %s version %s is in use", q.Kind, r.To.ID(), got)
		}
	}
	close(stop)
	load.Wait()
	for _, by := range seen {
		if by["1"] == 0 || by["2"] == 0 || len(by) != 2 {
			t.Errorf("answers by version: %v", by)
		}
	}
	if unused, err := w.Index.Unused(t.Context()); err != nil || len(unused) > 0 {
		t.Errorf("left over: %+v, %v", unused, err)
	}
	packs, err := w.manager.Packs()
	if err != nil || len(packs) != 2 || packs[0].InUse || !packs[1].InUse {
		t.Errorf("packs %+v, %v", packs, err)
	}
}

// TestStartRefuses: what cannot be begun is refused with a sentence, and the pack in use serves on.
func TestStartRefuses(t *testing.T) {
	w := newWorld(t, t.TempDir(), pairPack(t, 1, nil))
	ref := w.design(t, "A", intaketest.Drawing(t, 1))
	other := pairPack(t, 2, func(dir string) { editManifest(t, dir, func(m map[string]any) { m["version"] = "1" }) })
	refuses := func(q rollout.Request, want error, says string) {
		t.Helper()
		if _, err := w.manager.Start(t.Context(), scientist, q); !errors.Is(err, want) || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: %v, want %v that says %q", q, err, want, says)
		}
	}
	refuses(rollout.Request{Kind: rollout.KindActivate, Pack: "pair@7"}, rollout.ErrUnknown, "import it first")
	refuses(rollout.Request{Kind: rollout.KindActivate, Pack: "pair@1"}, rollout.ErrState, "in use already")
	refuses(rollout.Request{Kind: rollout.KindRollback}, rollout.ErrState, "no pack was in use before")
	var archive bytes.Buffer
	if err := rollout.Archive(&archive, other); err != nil {
		t.Fatal(err)
	}
	if _, err := w.manager.Import(t.Context(), scientist, &archive, 1<<20); !errors.Is(err, rollout.ErrTaken) {
		t.Errorf("import of another pack with the version in use: %v", err)
	}

	if _, err := w.manager.Shelf.Add(t.Context(), pairPack(t, 2, nil).Dir()); err != nil {
		t.Fatal(err)
	}
	r := w.start(t, rollout.Request{Kind: rollout.KindActivate, Pack: "pair@2"})
	refuses(rollout.Request{Kind: rollout.KindActivate, Pack: "pair@2"}, rollout.ErrBusy, "wait for its end, or stop it")
	refuses(rollout.Request{Kind: rollout.KindShadow, Pack: "pair@2", Share: 1}, rollout.ErrBusy, r.ID)
	if _, err := w.manager.Stop(t.Context(), scientist, r.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.manager.Stop(t.Context(), scientist, r.ID); !errors.Is(err, rollout.ErrState) {
		t.Errorf("a second stop: %v", err)
	}
	w.stands(t, r.ID, rollout.StateStopped)
	if got := w.finds(t, intaketest.Drawing(t, 1), ref.ID); got != "1" {
		t.Errorf("version %s answers", got)
	}
}

// TestDamagedOnTheShelf: a pack that rots between its import and its activation fails the rollout with the reason; the one in use serves on.
func TestDamagedOnTheShelf(t *testing.T) {
	w := newWorld(t, t.TempDir(), pairPack(t, 1, nil))
	ref := w.design(t, "A", intaketest.Drawing(t, 1))
	p, err := w.manager.Shelf.Add(t.Context(), pairPack(t, 2, nil).Dir())
	if err != nil {
		t.Fatal(err)
	}
	r := w.start(t, rollout.Request{Kind: rollout.KindActivate, Pack: "pair@2"})
	if err := os.WriteFile(filepath.Join(p.Dir(), "text.onnx"), []byte("rust"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := w.manager.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r = w.stands(t, r.ID, rollout.StateFailed); !strings.Contains(r.Problem, "text.onnx") || strings.Contains(r.Problem, w.manager.Shelf.Dir) || r.Open() {
		t.Errorf("rollout %+v", r)
	}
	if got := w.finds(t, intaketest.Drawing(t, 1), ref.ID); got != "1" {
		t.Errorf("version %s answers", got)
	}
}

// TestShadow: a second pack scores what the first scores, without anybody seeing it; where its fusion makes other bands of the same
// likeness the report shows both with pictures. It is stopped, and activating the pack then embeds nothing again.
func TestShadow(t *testing.T) {
	w := newWorld(t, t.TempDir(), pairPack(t, 1, nil))
	ref := w.design(t, "Meander", intaketest.Drawing(t, 1))
	blind := pairPack(t, 2, func(dir string) {
		edit(t, filepath.Join(dir, "fusion.json"), func(f map[string]any) {
			f["near_copy"].(map[string]any)["calibration"] = map[string]any{"a": 1, "b": -9}
		})
	})
	if _, err := w.manager.Shelf.Add(t.Context(), blind.Dir()); err != nil {
		t.Fatal(err)
	}
	r := w.start(t, rollout.Request{Kind: rollout.KindShadow, Pack: "pair@2", Share: 1})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		w.manager.Run(ctx)
	}()
	defer func() { cancel(); <-ended }()
	until(t, w, r.ID, func(r rollout.Rollout) bool { return r.State == rollout.StateShadow })
	for i := range 3 {
		w.finds(t, intaketest.Drawing(t, 1), ref.ID)
		until(t, w, r.ID, func(r rollout.Rollout) bool { return r.Shadowed.Listings == i+1 })
	}
	if _, err := w.manager.Stop(t.Context(), scientist, r.ID); err != nil {
		t.Fatal(err)
	}
	r = w.stands(t, r.ID, rollout.StateStopped)
	want := rollout.Shadowed{Listings: 3, Differing: 3, Bands: map[string]int{"block → clear": 3}}
	if d := cmp.Diff(want, *r.Shadowed); d != "" {
		t.Errorf("shadowed (-want +got):\n%s", d)
	}
	var page bytes.Buffer
	if err := w.manager.Report(t.Context(), &page, r.ID); err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"pair@2 in the shadow of pair@1", "another band", "In use: block", "Shadow: clear", "Meander"} {
		if !strings.Contains(page.String(), words) {
			t.Errorf("the report does not say %q", words)
		}
	}
	if n := strings.Count(page.String(), "data:image/jpeg;base64,/9j/"); n != 6 {
		t.Errorf("%d pictures in the report, want two for each of three listings", n)
	}

	runs := 0
	open := w.manager.Open
	w.manager.Open = func(p *models.Pack) (rollout.Models, error) {
		m, err := open(p)
		return &watched{m, func() { runs++ }}, err
	}
	activation := w.start(t, rollout.Request{Kind: rollout.KindActivate, Pack: "pair@2"})
	until(t, w, activation.ID, func(r rollout.Rollout) bool { return r.State == rollout.StateDone })
	if runs != 0 {
		t.Errorf("%d references were embedded again", runs)
	}
}

// until waits for a rollout; go test's own limit ends a wait in vain.
func until(t *testing.T, w *world, id string, reached func(rollout.Rollout) bool) {
	t.Helper()
	for {
		r, err := w.manager.Rollout(t.Context(), id)
		if err != nil || r.State == rollout.StateFailed {
			t.Fatalf("rollout %+v, %v", r, err)
		}
		if reached(r) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}
