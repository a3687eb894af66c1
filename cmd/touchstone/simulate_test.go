package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"touchstone/internal/policy"
	"touchstone/internal/simulate"
	"touchstone/internal/threshold"
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
	t.Run("a marketplace and its twin", marketAndTwin)
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	if err := os.WriteFile(bad, []byte("name: x\nnotise: 3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, said, status := command(t, "simulate", "--params", bad, "--out", out); status != 1 || !strings.Contains(said, "notise") {
		t.Errorf("a file with an unknown field: status %d, %s", status, said)
	}
}

// marketAndTwin puts another parameter file in place: a day on a marketplace on which a third of what is offered infringes, with and
// without the proactive side. A second call finds both months lived already.
func marketAndTwin(t *testing.T) {
	b, err := os.ReadFile(filepath.Join("..", "..", "internal", "simulate", "params", "day.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	for _, change := range [][2]string{
		{"proactive: false", "proactive: true"}, {"twin: false", "twin: true"}, {"count: 0\n", "count: 60\n"}, {"infringing: 0.02", "infringing: 0.33"},
		{"notices:\n  count: 50", "notices:\n  count: 0"}, {"abusive: 0\n", "abusive: 0.3\n"}, {"abuse_a_day: 0\n", "abuse_a_day: 3\n"},
		{"find_hours: 36", "find_hours: 2"}, {"relist: 0\n", "relist: 0.5\n"}, {"relist_hours: 30", "relist_hours: 1"}, {"guilty: 0.02", "guilty: 0.5"},
	} {
		if !strings.Contains(text, change[0]) {
			t.Fatalf("day.yaml lacks %q", change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	dir := t.TempDir()
	params, out := filepath.Join(dir, "market.yaml"), filepath.Join(dir, "out")
	if err := os.WriteFile(params, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	lived, rules := 0, filepath.Join(dir, "read.json")
	for i := range 2 {
		_, said, status := command(t, append([]string{"simulate", "--params", params, "--seed", "3", "--out", out}, []string{"--thresholds", rules}[:2*i]...)...)
		if status != 0 {
			t.Fatalf("status %d:\n%s", status, said)
		}
		lived += strings.Count(said, "a month begins")
	}
	if lived != 2 {
		t.Errorf("%d months were lived, want one and its twin", lived)
	}
	b, err = os.ReadFile(filepath.Join(out, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var o simulate.Outcome
	if err := json.Unmarshal(b, &o); err != nil {
		t.Fatal(err)
	}
	run, twin := o.Runs[0], o.Twins[0]
	if run.Offered < 55 || run.Infringing.Count < 10 || run.Listings < run.Offered || twin.Listings >= run.Listings {
		t.Errorf("%d offered, %d of them infringing, %d scored, %d in the twin", run.Offered, run.Infringing.Count, run.Listings, twin.Listings)
	}
	if run.Proactive.Count == 0 || twin.Proactive.Count != 0 || run.Complaints["mark_on_page"] > twin.Complaints["mark_on_page"] {
		t.Errorf("stopped %v, in the twin %v; keyword complaints %v, in the twin %v", run.Proactive, twin.Proactive, run.Complaints, twin.Complaints)
	}
	if run.Rings == nil || run.Rings.Recall.Of == 0 {
		t.Errorf("no rings were looked at: %+v", run.Rings)
	}
	readOff(t, rules)
	page, err := os.ReadFile(filepath.Join(out, "report.html"))
	if err != nil || !strings.Contains(string(page), "valid complaints about keywords in titles") {
		t.Errorf("the report lacks its figures: %v", err)
	}
}

// readOff takes thresholds that were read off a month: the policy is one that serve takes, and what was measured says of which pack.
func readOff(t *testing.T, rules string) {
	t.Helper()
	set, err := policy.Load(rules)
	if err != nil {
		t.Fatal(err)
	}
	if p := set.For("default"); !strings.Contains(p.Version, "touchstone-base@") {
		t.Errorf("version %q does not say of which pack", p.Version)
	}
	b, err := os.ReadFile(strings.TrimSuffix(rules, ".json") + ".measured.json")
	if err != nil {
		t.Fatal(err)
	}
	var measured []threshold.Kept
	if err := json.Unmarshal(b, &measured); err != nil || len(measured) == 0 || measured[0].Curve.Infringing < 10 {
		t.Fatalf("%v, %d curves", err, len(measured))
	}
}
