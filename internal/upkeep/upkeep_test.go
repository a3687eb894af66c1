package upkeep

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"touchstone/index"
	"touchstone/index/local"
)

var space = index.Space{Pack: "p", Version: "1", Output: "copy", Dimension: 4, Metric: index.Cosine}

// held is an engine whose Each waits until it is let go or given up, and then fails with what it is told.
type held struct {
	index.Driver
	began, release chan struct{}
	fail           error
}

func (h *held) Each(ctx context.Context, c index.Collection, ids []string, fn func(index.Point) error) error {
	h.began <- struct{}{}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-h.release:
	}
	if h.fail != nil {
		return h.fail
	}
	return fn(index.Point{ID: "a", Vectors: [][]float32{{1, 0, 0, 0}}})
}

func (h *held) Resolve(context.Context, string) (index.Collection, error) {
	return index.Collection{Name: "c", Space: space}, nil
}

func (h *held) Catalogue(context.Context) ([]index.CollectionInfo, map[string]string, error) {
	return []index.CollectionInfo{{Name: "c", Space: space, Points: 1, Vectors: 1, Bytes: 10}}, map[string]string{"live": "c"}, nil
}

func (h *held) Close() error { return nil }

func newHeld(t *testing.T) (*held, *Upkeep, string) {
	t.Helper()
	h := &held{began: make(chan struct{}, 10), release: make(chan struct{})}
	dir := filepath.Join(t.TempDir(), "snapshots")
	u := New(Config{Index: index.New(h), Snapshots: dir})
	t.Cleanup(func() { u.Close() })
	return h, u, dir
}

// ended waits for the end of an operation.
func ended(t *testing.T, u *Upkeep, id string) Operation {
	t.Helper()
	for range 2000 {
		o, err := u.Operation(id)
		if err != nil {
			t.Fatal(err)
		}
		if o.State != StateRunning {
			return o
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal("the operation does not end")
	return Operation{}
}

// files lists what lies in the folder of snapshots.
func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// TestOneAtATime: while one operation runs another is refused; afterwards it is not.
func TestOneAtATime(t *testing.T) {
	h, u, dir := newHeld(t)
	first, err := u.StartSnapshot(t.Context(), "live", "one")
	if err != nil {
		t.Fatal(err)
	}
	<-h.began
	if o, err := u.Operation(first.ID); err != nil || o.State != StateRunning || o.EndedAt != nil {
		t.Errorf("while it runs: %+v, %v", o, err)
	}
	if _, err := u.StartCompact(t.Context(), "live"); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v, want ErrBusy", err)
	}
	close(h.release)
	if o := ended(t, u, first.ID); o.State != StateDone || o.File != "one" || o.Done != 1 || o.EndedAt == nil {
		t.Errorf("at its end: %+v", o)
	}
	o, err := u.StartCompact(t.Context(), "c")
	if err != nil {
		t.Fatal(err)
	}
	if o = ended(t, u, o.ID); o.State != StateDone || o.Note == "" {
		t.Errorf("compacted: %+v", o)
	}
	if got := files(t, dir); len(got) != 1 || got[0] != "one" {
		t.Errorf("files %v, want the one snapshot", got)
	}
}

// TestGivenUp: Close ends what runs, and nothing of it is left; afterwards nothing begins.
func TestGivenUp(t *testing.T) {
	h, u, dir := newHeld(t)
	o, err := u.StartSnapshot(t.Context(), "", "whole")
	if err != nil {
		t.Fatal(err)
	}
	<-h.began
	if err := u.Close(); err != nil {
		t.Fatal(err)
	}
	if o = ended(t, u, o.ID); o.State != StateFailed || o.Problem == "" {
		t.Errorf("given up: %+v", o)
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("files %v are left", got)
	}
	if _, err := u.StartVerify(t.Context(), "live", 1); !errors.Is(err, ErrBusy) {
		t.Errorf("after the end: %v, want ErrBusy", err)
	}
}

// TestFailed: an operation that fails says why, and a failed snapshot leaves no file and can be taken again under its name.
func TestFailed(t *testing.T) {
	h, u, dir := newHeld(t)
	h.fail = fmt.Errorf("%w: the engine went away", index.ErrUnavailable)
	close(h.release)
	for range 2 {
		o, err := u.StartSnapshot(t.Context(), "live", "one")
		if err != nil {
			t.Fatal(err)
		}
		if o = ended(t, u, o.ID); o.State != StateFailed || o.File != "" || o.Problem == "" {
			t.Errorf("failed: %+v", o)
		}
	}
	if got := files(t, dir); len(got) != 0 {
		t.Errorf("files %v are left", got)
	}
}

// TestNoFolder: a service that keeps nothing on disk takes no snapshots and says so.
func TestNoFolder(t *testing.T) {
	x, err := local.Open("", local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	u := New(Config{Index: x})
	defer u.Close()
	if _, err := u.StartSnapshot(t.Context(), "", ""); !errors.Is(err, ErrNoFolder) {
		t.Errorf("%v, want ErrNoFolder", err)
	}
}

// TestRemembered: the last operations are remembered, the newest first, and older ones are not.
func TestRemembered(t *testing.T) {
	_, u, _ := newHeld(t)
	var ids []string
	for range mostOperations + 3 {
		o, err := u.StartCompact(t.Context(), "live")
		if err != nil {
			t.Fatal(err)
		}
		ended(t, u, o.ID)
		ids = append(ids, o.ID)
	}
	all := u.Operations()
	if len(all) != mostOperations || all[0].ID != ids[len(ids)-1] {
		t.Errorf("%d operations, the newest %s; want %d and %s", len(all), all[0].ID, mostOperations, ids[len(ids)-1])
	}
	if _, err := u.Operation(ids[0]); !errors.Is(err, ErrUnknown) {
		t.Errorf("the oldest: %v, want ErrUnknown", err)
	}
}
