package sqlite

import (
	"database/sql"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"

	"touchstone/internal/intake"
	"touchstone/internal/listings"
)

// TestListingsOfBefore: listings that a store kept before their contents and pictures moved are read, scored again and dropped as
// those of today.
func TestListingsOfBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	at(t, path, 10, `
		INSERT INTO listings (id, account, marketplace, listing, seller, title, pictures, territories, report_id, content_hash, band, scored_at,
			expires_at, points, indexed_as, lease_until, problem)
		VALUES ('lst_a', 'acme', 'm', '1', 's', 'bag', '["aa","bb","aa"]', '[]', 'rep_a', 'h', 'clear', 1000, 9000, 0, '', 0, ''),
			('lst_b', 'acme', 'm', '2', 's', 'bag', '["bb"]', '[]', 'rep_b', 'h', 'clear', 1000, 9000, 0, '', 0, '');
		INSERT INTO listing_contents (id, content) VALUES ('lst_a', '{"description":"of before"}'), ('lst_b', '{}');
		INSERT INTO listing_pictures (listing_id, position, hash) VALUES ('lst_a', 0, 'aa'), ('lst_a', 1, 'bb'), ('lst_a', 2, 'aa'), ('lst_b', 0, 'bb');`)
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	a, err := s.Listing(t.Context(), "lst_a")
	if err != nil || a.Content.Description != "of before" {
		t.Errorf("%+v, %v", a, err)
	}
	shows := func(hash string, want ...string) {
		t.Helper()
		got, err := s.SameFile(t.Context(), "", hash, 10)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("listings that show %s: %s", hash, diff)
		}
	}
	shows("aa", "lst_a")
	shows("bb", "lst_a", "lst_b")

	a.Pictures, a.Content = []string{"cc", "bb"}, listings.Content{Description: "of today"}
	a.ReportID, a.ScoredAt = "rep_c", a.ScoredAt.Add(time.Second)
	if err := s.SaveScored(t.Context(), intake.ReportRecord{ID: "rep_c", Account: "acme"}, a, "pack"); err != nil {
		t.Fatal(err)
	}
	again, err := s.Listing(t.Context(), "lst_a")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a.Content, again.Content); diff != "" {
		t.Error(diff)
	}
	shows("aa")
	shows("cc", "lst_a")
	unshared, gone, err := s.DropListing(t.Context(), "lst_a", "rep_c")
	if diff := cmp.Diff([]string{"cc"}, unshared); diff != "" || !gone || err != nil {
		t.Errorf("%v, %v: %s", gone, err, diff)
	}
	shows("bb", "lst_b")
}

// at makes a database of an earlier version and fills it.
func at(t *testing.T, path string, version int64, fill string) {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path, "OFF", false))
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		t.Fatal(err)
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.UpTo(t.Context(), version); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestRemovalsOfBefore: removals that the service had made by itself are told from those of people, and can be complained of until their day.
func TestRemovalsOfBefore(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	at(t, path, 67, `
		INSERT INTO cases (id, subject, notice_id, account, holder_id, right_id, marketplace, seller, signal, band, state, outcome, undecided, waiting, queue, rank, opened_at, lease_until, alarm_at, version, doc)
			SELECT value, value, '', '', '', 'r', 'm', 's', '', '', '', '', 0, 0, '', 0, 0, 0, 0, 1,
				json_object('appeal_by', '2026-09-01T00:00:00Z', 'decision', json_object('automation', iif(value = 'b', 'partial', 'full'))) FROM json_each('["a","b","c"]');
		INSERT INTO past (case_id, marketplace, seller, at, doc) SELECT value, 'm', 's', 0, json_object('case_id', value, 'removed', json(iif(value = 'c', 'false', 'true')), 'pictures', json_array('h'))
			FROM json_each('["a","b","c","gone"]');
		INSERT INTO past_pictures (hash, case_id) SELECT 'h', value FROM json_each('["a","b","c","gone"]');`)
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	got, err := s.PastOfPictures(t.Context(), []string{"h"})
	if err != nil {
		t.Fatal(err)
	}
	automatic := map[string]string{}
	for _, p := range got {
		automatic[p.Case] = fmt.Sprint(p.Automatic, p.FinalAt.Format(" 2006-01"))
	}
	if diff := cmp.Diff(map[string]string{"a": "true 2026-09", "b": "false 0001-01", "c": "false 0001-01", "gone": "false 0001-01"}, automatic); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
