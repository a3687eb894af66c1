package backup_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/backup"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/store/sqlite"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o750), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
}

// TestWhileServing takes a backup of a store that is written to: what the copy names is there, its audit chain is whole, and what was
// acknowledged before it began is in it.
func TestWhileServing(t *testing.T) {
	ctx, data := t.Context(), filepath.Join(t.TempDir(), "data")
	path := filepath.Join(data, backup.Database)
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	writing, stop := context.WithCancel(ctx)
	begun := make(chan string, 100_000)
	var group sync.WaitGroup
	for g := range 4 {
		group.Go(func() {
			for i := 0; writing.Err() == nil; i++ {
				id := fmt.Sprintf("h%d-%d", g, i)
				write(t, filepath.Join(data, "blobs", id[:2], id), id) // the picture before its row
				if err := s.CreateHolder(ctx, casework.Holder{ID: id, Account: "acme", LegalName: "Velmora"}); err != nil {
					t.Error(err)
					return
				}
				if err := s.Update(ctx, func(tx docket.Tx) error {
					tx.AddAudit(audit.Event{At: time.Unix(int64(i), 0), Actor: "a", Action: "b", Subject: id})
					return nil
				}); err != nil {
					t.Error(err)
					return
				}
				select {
				case begun <- id:
				default:
				}
			}
		})
	}
	var before []string
	for len(before) < 40 {
		before = append(before, <-begun)
	}
	write(t, filepath.Join(data, "index", "segment"), "left out")
	write(t, filepath.Join(data, "blobs", "half.part"), "left out")
	out := filepath.Join(t.TempDir(), "copy")
	_, err = backup.Write(ctx, data, out, "1", func(ctx context.Context, to string) error { return sqlite.Backup(ctx, path, to) })
	stop()
	group.Wait()
	if err != nil {
		t.Fatal(err)
	}
	again := filepath.Join(t.TempDir(), "again")
	if _, err := backup.Restore(ctx, out, again); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"index", "blobs/half.part"} {
		if _, err := os.Stat(filepath.Join(again, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s is in the backup: %v", name, err)
		}
	}
	r, err := sqlite.Open(ctx, filepath.Join(again, backup.Database))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for _, id := range before {
		if _, err := r.Holder(ctx, id); err != nil {
			t.Errorf("acknowledged before the backup: %v", err)
		}
	}
	for after := int64(0); ; {
		page, err := r.Audits(ctx, "", after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			if e.Seq != after+1 {
				t.Fatalf("entry %d comes behind %d", e.Seq, after)
			}
			after = e.Seq
			if got, err := os.ReadFile(filepath.Join(again, "blobs", e.Subject[:2], e.Subject)); err != nil || string(got) != e.Subject {
				t.Fatalf("the picture of a row: %q, %v", got, err)
			}
		}
	}
}

// TestRefusals: nothing is written over, nothing half is taken for whole, and nothing damaged is put in place.
func TestRefusals(t *testing.T) {
	ctx := t.Context()
	data, dir := filepath.Join(t.TempDir(), "data"), t.TempDir()
	write(t, filepath.Join(data, "key.pem"), "a key")
	write(t, filepath.Join(data, "blobs", "aa", "picture"), "a picture")
	out := filepath.Join(dir, "copy")
	m, err := backup.Write(ctx, data, out, "1", nil)
	if err != nil || len(m.Files) != 2 || m.Database != "" {
		t.Fatal(m, err)
	}
	restore := func(want error, change func(dir string)) {
		t.Helper()
		from, to := filepath.Join(t.TempDir(), "from"), filepath.Join(t.TempDir(), "to")
		if err := os.CopyFS(from, os.DirFS(out)); err != nil {
			t.Fatal(err)
		}
		change(from)
		if _, err := backup.Restore(ctx, from, to); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		if _, err := os.Stat(to); want != nil && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a restore that failed left its folder: %v", err)
		}
	}
	manifest := func(old, now string) func(string) {
		return func(dir string) {
			b, err := os.ReadFile(filepath.Join(dir, "backup.json"))
			if err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "backup.json"), strings.ReplaceAll(string(b), old, now))
		}
	}
	restore(nil, func(string) {})
	restore(backup.ErrNone, func(dir string) { os.Remove(filepath.Join(dir, "backup.json")) })
	restore(backup.ErrNone, manifest(`"format": 1`, `"format": 2`))
	restore(backup.ErrDamaged, manifest("{", "["))
	restore(backup.ErrDamaged, manifest("key.pem", "../../key.pem"))
	restore(backup.ErrDamaged, func(dir string) { os.Remove(filepath.Join(dir, "key.pem")) })
	restore(backup.ErrDamaged, func(dir string) { write(t, filepath.Join(dir, "blobs", "aa", "picture"), "b picture") })
	if _, err := backup.Write(ctx, data, out, "1", nil); !errors.Is(err, backup.ErrOccupied) {
		t.Errorf("over a backup: %v", err)
	}
	if _, err := backup.Restore(ctx, out, data); !errors.Is(err, backup.ErrOccupied) {
		t.Errorf("over a data folder: %v", err)
	}
	if b, err := os.ReadFile(filepath.Join(data, "key.pem")); err != nil || string(b) != "a key" {
		t.Errorf("the data folder was touched: %q, %v", b, err)
	}
}
