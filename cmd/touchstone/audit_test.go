package main

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework/docket"
	"touchstone/internal/store/sqlite"
)

// TestAuditVerify writes entries as the service does, and changes the database behind its back.
func TestAuditVerify(t *testing.T) {
	dir, ctx := t.TempDir(), context.Background()
	path := filepath.Join(dir, "touchstone.db")
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		err := store.Update(ctx, func(tx docket.Tx) error {
			tx.AddAudit(audit.Event{At: time.Unix(1_790_000_000+int64(i), 0), Actor: "ops", Action: "case.view", Subject: "cas_1"})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(ctx, append(args, "--data", dir), streams{&out, &out})
		return out.String(), err
	}
	if text, err := command("audit", "verify"); err != nil || !strings.Contains(text, "whole: 5 entries") {
		t.Fatalf("%v\n%s", err, text)
	}
	mark, err := command("audit", "checkpoint")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "checkpoint.json")
	if err := os.WriteFile(file, []byte(mark), 0o600); err != nil {
		t.Fatal(err)
	}
	if text, err := command("audit", "verify", "--checkpoint", file); err != nil || !strings.Contains(text, "fits 1 signed") {
		t.Fatalf("%v\n%s", err, text)
	}
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var at *audit.Break
	for _, step := range []struct {
		change string
		args   []string
		seq    int64
	}{
		{`DELETE FROM audits WHERE seq = 5`, []string{"--checkpoint", file}, 5}, // the end cut off: only the checkpoint tells
		{`UPDATE audits SET actor = 'nobody' WHERE seq = 3`, nil, 3},
		{`DELETE FROM audits WHERE seq = 2`, nil, 2},
	} {
		if _, err := db.Exec(step.change); err != nil {
			t.Fatal(err)
		}
		if _, err := command(append([]string{"audit", "verify"}, step.args...)...); !errors.As(err, &at) || at.Seq != step.seq {
			t.Errorf("%s: %v", step.change, err)
		}
	}
}
