package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework/docket"
	"touchstone/internal/store/sqlite"
)

// TestPrivacyCommands export and erase a seller in a data folder.
func TestPrivacyCommands(t *testing.T) {
	dir := t.TempDir()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "touchstone.db"))
	if err != nil {
		t.Fatal(err)
	}
	err = store.Update(t.Context(), func(tx docket.Tx) error {
		for id, state := range map[string]string{"cas_closed": docket.StateClosed, "cas_open": docket.StateOpen} {
			c := docket.Case{ID: id, Marketplace: "alpha", Seller: "shop-7", State: state, Subject: id, Outcome: docket.OutcomeTakenDown, OpenedAt: time.Unix(1_790_000_000, 0).UTC(),
				Decision: &docket.Decision{ID: "dec_1", Outcome: docket.OutcomeTakenDown}}
			if err := tx.PutCase(t.Context(), &c, 0); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	command := func(args ...string) (string, error) {
		var out bytes.Buffer
		err := run(t.Context(), append([]string{"privacy"}, args...), streams{&out, &out})
		return out.String(), err
	}
	file := filepath.Join(dir, "copy.json")
	if out, err := command("export", "--data", dir, "--seller", "alpha/shop-7", "--out", file); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	raw, err := os.ReadFile(file)
	if err != nil || !json.Valid(raw) || !bytes.Contains(raw, []byte("cas_closed")) {
		t.Errorf("copy %s, %v", raw, err)
	}
	out, err := command("erase", "--data", dir, "--seller", "alpha/shop-7")
	if err != nil || !strings.Contains(out, "erased: 1 cases") || !strings.Contains(out, "kept: case cas_open") {
		t.Errorf("%v\n%s", err, out)
	}
	for _, args := range [][]string{{"erase", "--data", dir, "--seller", "nobody"}, {"erase", "--data", dir}, {"export", "--data", dir, "--user", "usr_none"}, {"export", "--data", dir, "--seller", "alpha/shop-7", "--out", file}} {
		if out, err := command(args...); err == nil {
			t.Errorf("%q: %s", args, out)
		}
	}
}
