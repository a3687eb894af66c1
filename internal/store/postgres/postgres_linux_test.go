package postgres

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/store/postgres/pgtest"
	"touchstone/internal/store/sqlite"
	"touchstone/internal/store/sqlstore"
	"touchstone/internal/store/storetest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func open(ctx context.Context, place string) (storetest.Store, error) { return Open(ctx, place) }

func newPlace(t *testing.T) string { return pgtest.Shared(t).Database(t) }

func TestStore(t *testing.T) { storetest.Run(t, open, newPlace) }

func TestCrash(t *testing.T) { storetest.Crash(t, open, newPlace) }

func TestCrashCases(t *testing.T) { storetest.CrashCases(t, open, newPlace) }

// TestCrashServer kills the server itself, with the settings that it has where nobody changed them.
func TestCrashServer(t *testing.T) {
	var server *pgtest.Server
	place := func(t *testing.T) string {
		t.Helper()
		var err error
		server, err = pgtest.Start()
		pgtest.Need(t, err)
		t.Cleanup(server.Stop)
		return server.Database(t)
	}
	storetest.CrashServer(t, open, place, func() error { return server.Kill() }, func(t *testing.T) {
		t.Helper()
		if err := server.Run(); err != nil {
			t.Fatal(err)
		}
	})
}

// TestSameTables: what one database keeps the other keeps, under the same names and in kinds that hold the same.
func TestSameTables(t *testing.T) {
	place := newPlace(t)
	s, err := Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	path := filepath.Join(t.TempDir(), "store.db")
	other, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	file, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()

	kinds := map[string]string{"INTEGER": "bigint", "TEXT": "text", "REAL": "double precision", "BLOB": "bytea"}
	want := columns(t, func() (sqlstore.Rows, error) {
		return file.QueryContext(t.Context(), `SELECT m.name, c.name, c.type FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'
			AND m.name NOT LIKE 'goose%' AND m.name NOT LIKE 'sqlite%' AND NOT (m.name = 'local_features' AND c.name = 'id')`)
	}, func(kind string) string { return kinds[kind] })
	got := columns(t, func() (sqlstore.Rows, error) {
		return querier{s.pool}.Query(t.Context(), `SELECT table_name, column_name, data_type || CASE WHEN data_type = 'text' AND coalesce(collation_name, '') <> 'C' THEN ' not in C' ELSE '' END
			FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE 'goose%'`)
	}, func(kind string) string { return kind })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("tables of SQLite (-) and PostgreSQL (+); each migration is there twice, in both folders:\n%s", diff)
	}
}

func columns(t *testing.T, query func() (sqlstore.Rows, error), kind func(string) string) []string {
	t.Helper()
	rows, err := query()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for rows.Next() {
		var table, column, is sql.NullString
		if err := rows.Scan(&table, &column, &is); err != nil {
			t.Fatal(err)
		}
		all[table.String+"."+column.String+" "+kind(is.String)] = true
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(all))
}

// TestOpenTogether: programs that start at the same moment bring the tables up to date once.
func TestOpenTogether(t *testing.T) {
	place := newPlace(t)
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			s, err := Open(context.Background(), place)
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Ping(context.Background()); err != nil {
				t.Error(err)
			}
			_ = s.Close()
		})
	}
	group.Wait()
}

func TestOpenErrors(t *testing.T) {
	server := pgtest.Shared(t)
	for _, statement := range []string{"DROP DATABASE IF EXISTS ascii", "CREATE DATABASE ascii ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0"} {
		if err := server.Admin(statement); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name, address, says string
		want                error
	}{
		{"no address", "postgres://%zz", "postgres://user@host", nil},
		{"no server", "postgres:///x?host=" + t.TempDir(), "cannot be reached", casework.ErrAway},
		{"no database", server.Address("nosuch"), "does not exist", nil},
		{"another encoding", server.Address("ascii"), "ENCODING 'UTF8'", nil},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s, err := Open(t.Context(), tc.address)
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), tc.says) || tc.want != nil && !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v saying %q", err, tc.want, tc.says)
			}
		})
	}
}

// TestLook: the server of the tests is one that may lose data, and says so; an old one is refused.
func TestLook(t *testing.T) {
	found, err := Look(t.Context(), newPlace(t))
	if err != nil || !strings.Contains(strings.Join(found.Warnings, " "), "fsync is off") || found.Version == "" {
		t.Errorf("%+v, %v", found, err)
	}
	if err := suits(130_021, "13.21", "UTF8"); err == nil || !strings.Contains(err.Error(), "14 or later") {
		t.Errorf("an old server: %v", err)
	}
}

// TestText: what PostgreSQL cannot keep is refused with a sentence, and nothing of it is written.
func TestText(t *testing.T) {
	s, err := Open(t.Context(), newPlace(t))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.CreateHolder(t.Context(), casework.Holder{ID: "h1", LegalName: "a\x00b"})
	if !errors.Is(err, casework.ErrText) {
		t.Errorf("a NUL in a text: %v, want %v", err, casework.ErrText)
	}
	if _, err := s.Holder(t.Context(), "h1"); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("the holder is there: %v", err)
	}
}

func TestRebind(t *testing.T) {
	tests := map[string]string{
		"SELECT a FROM b WHERE c = ? AND d = ?":                       "SELECT a FROM b WHERE c = $1 AND d = $2",
		"SELECT '?' || ?2 FROM b WHERE d = ?1 AND x <> '' AND y = ?2": "SELECT '?' || $2 FROM b WHERE d = $1 AND x <> '' AND y = $2",
		"WHERE a IN (SELECT value FROM json_each(?)) AND b = ?":       "WHERE a IN (SELECT value FROM json_array_elements_text($1::json)) AND b = $2",
	}
	for query, want := range tests {
		if got := rebind(query); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", query, got, want)
		}
	}
}

func TestShownHidesThePassword(t *testing.T) {
	if got, want := Shown("postgres://me:secret@db.example:6432/touchstone"), "postgres://me@db.example:6432/touchstone"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestDump: a dump of the server's own programs, taken while the store is open, holds what was acknowledged.
func TestDump(t *testing.T) {
	server := pgtest.Shared(t)
	place := newPlace(t)
	s, err := Open(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.CreateHolder(t.Context(), casework.Holder{ID: "h1", Account: "acme", LegalName: "Ünïon"}); err != nil {
		t.Fatal(err)
	}
	schema := place[strings.LastIndex(place, "search_path=")+len("search_path="):]
	schema, _, _ = strings.Cut(schema, "&")
	file := filepath.Join(t.TempDir(), "touchstone.dump")
	run := func(name string, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), server.Program(name), args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
	}
	run("pg_dump", "--format=custom", "--schema="+schema, "--file="+file, server.Address("postgres"))
	if err := server.Admin("DROP DATABASE IF EXISTS restored"); err != nil {
		t.Fatal(err)
	}
	if err := server.Admin("CREATE DATABASE restored ENCODING 'UTF8' TEMPLATE template0"); err != nil {
		t.Fatal(err)
	}
	run("pg_restore", "--dbname="+server.Address("restored"), file)
	again, err := Open(t.Context(), server.Address("restored")+"&search_path="+schema)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if h, err := again.Holder(t.Context(), "h1"); err != nil || h.LegalName != "Ünïon" {
		t.Errorf("%+v, %v", h, err)
	}
}
