package sqlite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"touchstone/internal/casework"
	"touchstone/internal/store/sqlstore"
	"touchstone/internal/store/storetest"
)

func open(ctx context.Context, place string) (storetest.Store, error) { return Open(ctx, place) }

func newPlace(t *testing.T) string { return filepath.Join(t.TempDir(), "data", "store.db") }

func TestStore(t *testing.T) { storetest.Run(t, open, newPlace) }

func TestCrash(t *testing.T) { storetest.Crash(t, open, newPlace) }

func TestCrashCases(t *testing.T) { storetest.CrashCases(t, open, newPlace) }

func TestTemporaryStoreLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	t.Setenv("TMPDIR", t.TempDir())
	s, err := Open(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(os.TempDir() + "/*"); len(left) != 1 {
		t.Errorf("an open temporary store keeps %d entries, want 1", len(left))
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(os.TempDir() + "/*"); len(left) != 0 {
		t.Errorf("a closed temporary store left %v", left)
	}
}

// TestDiskFull fills the database to a page limit: the writes that do not fit
// fail with a sentence for the operator, those that do are there, and once
// there is room again everything goes on.
func TestDiskFull(t *testing.T) {
	ctx := context.Background()
	s, err := Open(ctx, newPlace(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	limit := func(pages int) {
		t.Helper()
		err := s.write.do(ctx, func(_ context.Context, tx *tx) error {
			var now, got int
			if err := tx.row("PRAGMA page_count").Scan(&now); err != nil {
				return err
			}
			return tx.row(fmt.Sprintf("PRAGMA max_page_count = %d", now+pages)).Scan(&got)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	limit(6)
	var stored, failed []string
	for i := range 40 {
		h := casework.Holder{ID: fmt.Sprint("h", i), Account: "a", LegalName: strings.Repeat("x", 2000)}
		switch err := s.CreateHolder(ctx, h); {
		case err == nil:
			stored = append(stored, h.ID)
		case errors.Is(err, sqlstore.ErrFull) && strings.Contains(err.Error(), "free space"):
			failed = append(failed, h.ID)
		default:
			t.Fatalf("unclear error %v", err)
		}
	}
	if len(stored) == 0 || len(failed) == 0 {
		t.Fatalf("stored %d, refused %d: the limit is not between them", len(stored), len(failed))
	}
	limit(1000)
	for _, id := range stored {
		if _, err := s.Holder(ctx, id); err != nil {
			t.Errorf("acknowledged before the disk was full: %v", err)
		}
	}
	for _, id := range failed {
		if err := s.CreateHolder(ctx, casework.Holder{ID: id, Account: "a"}); err != nil {
			t.Errorf("refused holder, now that there is room: %v", err)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("not a database, surely", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, path string
		want       error
	}{
		{"not a database", garbage, sqlstore.ErrCorrupt},
		{"a directory", dir, nil},
		{"below a file", filepath.Join(garbage, "x.db"), nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s, err := Open(context.Background(), tc.path)
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tc.path) || (tc.want != nil && !errors.Is(err, tc.want)) {
				t.Errorf("got %v, want %v and the path", err, tc.want)
			}
		})
	}
}

func TestPathWithOddCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "50% of ünïts?#1", "a&b.db")
	s, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if fi, err := os.Stat(path); err != nil || fi.Size() == 0 {
		t.Errorf("the database is not at its path: %v", err)
	}
}

// TestSteady: limits that are parameters are hidden from the planner, and nothing else is touched.
func TestSteady(t *testing.T) {
	for text, want := range map[string]string{
		"SELECT a FROM b LIMIT ?":                              "SELECT a FROM b LIMIT 0+?",
		"SELECT a FROM b WHERE c = ?1 ORDER BY a LIMIT ?2":     "SELECT a FROM b WHERE c = ?1 ORDER BY a LIMIT 0+?2",
		"SELECT a FROM (SELECT a FROM b LIMIT ?) AS x LIMIT 7": "SELECT a FROM (SELECT a FROM b LIMIT 0+?) AS x LIMIT 7",
		"UPDATE b SET a = ? WHERE c = ?":                       "UPDATE b SET a = ? WHERE c = ?",
	} {
		if got := steady(text); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

// TestBrief: a brief query is not watched while it reads, and still none is begun for who has left.
func TestBrief(t *testing.T) {
	s, err := Open(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	gone, leave := context.WithCancel(t.Context())
	there, err := s.PastOfPictures(gone, []string{"a"})
	if err != nil || len(there) != 0 {
		t.Errorf("of an empty store %v, %v", there, err)
	}
	leave()
	if _, err := s.PastOfPictures(gone, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
}
