package bench

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReport(t *testing.T) {
	r := report{Machine: map[string]string{"cores": "2"}}
	figures := r.table("Search", "points", "ratio")
	figures.add(1000, 1.25)
	figures.add("all", 0.0123456)
	figures.note("best of %d", 3)
	path := filepath.Join(t.TempDir(), "out", "bench.json")
	var printed bytes.Buffer
	if err := r.write(&printed, path); err != nil {
		t.Fatal(err)
	}
	want := "\nSearch\n  points   ratio\n    1000    1.25\n     all  0.0123\n  best of 3\n"
	if diff := cmp.Diff(want, printed.String()); diff != "" {
		t.Error(diff)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var kept struct{ Tables []table }
	if err := json.Unmarshal(data, &kept); err != nil {
		t.Fatal(err)
	}
	again := table{"Search", []string{"points", "ratio"}, [][]any{{1000.0, 1.25}, {"all", 0.0123456}}, []string{"best of 3"}}
	if diff := cmp.Diff([]table{again}, kept.Tables); diff != "" {
		t.Error(diff)
	}
}

func TestShow(t *testing.T) {
	for want, cell := range map[string]any{"1235": 1234.6, "99.9": 99.94, "9.99": 9.994, "0.00123": 0.0012345, "0": 0.0, "-12.3": -12.34, "x": "x", "7": 7} {
		if got := show(cell); got != want {
			t.Errorf("show(%v) = %q, want %q", cell, got, want)
		}
	}
}
