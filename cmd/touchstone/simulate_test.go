package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"touchstone/internal/simulate"
)

// TestSimulate lets a small day pass against the real service with its models: every notice is decided or waits, and the counts add up.
func TestSimulate(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	_, said, status := command(t, "simulate", "--month", "day", "--seed", "7", "--out", out)
	if status != 0 {
		t.Fatalf("status %d:\n%s", status, said)
	}
	b, err := os.ReadFile(filepath.Join(out, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var o simulate.Outcome
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	r := o.Runs[0]
	if r.Notices+r.Refused != 50 || r.Cases < r.Notices || r.Listings == 0 {
		t.Errorf("%d notices, %d refused, %d cases, %d listings scored; want 50 notices in all", r.Notices, r.Refused, r.Cases, r.Listings)
	}
	if r.AutoRight.Of+r.PersonRight.Of != r.TakenDown.Of || r.AutoTakeDowns.Of+r.AutoDeclines.Of != r.AutoRight.Of {
		t.Errorf("decisions do not add up: %+v", r)
	}
	if r.TakenDown.Of < r.Cases/2 || r.AutoRight.Of == 0 || r.PersonRight.Of == 0 {
		t.Errorf("of %d cases %d were decided, %d by the service and %d by people", r.Cases, r.TakenDown.Of, r.AutoRight.Of, r.PersonRight.Of)
	}
	if r.AutoRight.Count*10 < r.AutoRight.Of*9 {
		t.Errorf("%d of %d automatic decisions are right", r.AutoRight.Count, r.AutoRight.Of)
	}
	left, err := filepath.Glob(filepath.Join(out, "service-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("the service's data is still there: %v, %v", left, err)
	}
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("name: x\nnotise: 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, said, status := command(t, "simulate", "--params", bad, "--out", out); status != 1 || !strings.Contains(said, "notise") {
		t.Errorf("a file with an unknown field: status %d, %s", status, said)
	}
}
