package comparison_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/comparison"
	"touchstone/internal/eval"
	"touchstone/internal/intake/intaketest"
	"touchstone/models"
)

const listings = 40

// folder writes a set of 40 listings, half of them about the one right.
func folder(t *testing.T) string {
	t.Helper()
	sets := t.TempDir()
	dir := filepath.Join(sets, "words")
	var b strings.Builder
	for i := range listings {
		truth := `[]`
		if i%2 == 0 {
			truth = `[{"right": "A", "signal": "keyword_misuse"}]`
		}
		fmt.Fprintf(&b, `{"id": "L%d", "title": "x", "truth": %s}`+"\n", i, truth)
	}
	for name, text := range map[string]string{
		"set.json": `{"name": "words", "tasks": ["keyword_misuse"], "source": "the test"}`, "listings.jsonl": b.String(),
		"references.jsonl": `{"right": "A", "kind": "word", "words": ["Velmora"]}` + "\n" + `{"right": "B", "kind": "word", "words": ["Other"]}` + "\n",
	} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return sets
}

// answers gives the right first in every guilty listing, or, for a bad pack, the other one.
func answers(set *eval.Set, right string) *eval.Run {
	run := &eval.Run{Set: set}
	for i, l := range set.Listings {
		if i%2 == 0 {
			run.Predictions = append(run.Predictions, eval.Prediction{Listing: l.ID, Right: right, Signal: "keyword_misuse", Score: 1, Probability: 0.9})
		}
	}
	return run
}

func open(t *testing.T, dir string, try comparison.Trial) *comparison.Manager {
	t.Helper()
	packs := map[string]*models.Pack{"test@1": intaketest.Pack(t, "1"), "test@2": intaketest.Pack(t, "2")}
	m, err := comparison.New(comparison.Parts{Dir: dir, Sets: folder(t), Try: try, Pack: func(id string) (*models.Pack, error) {
		if p, ok := packs[id]; ok {
			return p, nil
		}
		return nil, fmt.Errorf("%w: pack %s", casework.ErrNotFound, id)
	}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestComparison: a pack that finds every right against one that finds none is really better, and the result stays.
func TestComparison(t *testing.T) {
	dir := t.TempDir()
	var m *comparison.Manager
	var seen []string
	m = open(t, dir, func(_ context.Context, p *models.Pack, set *eval.Set, progress func(string, int, int)) (*eval.Run, map[string]float64, error) {
		progress("score", 7, listings)
		all, err := m.List()
		if err != nil || len(all) != 1 {
			t.Errorf("%v, error %v", all, err)
		}
		seen = append(seen, fmt.Sprint(all[0].State, all[0].Pack, all[0].Step, all[0].Done, "/", all[0].All))
		right := map[string]string{"1": "B", "2": "A"}[p.Manifest().Version]
		return answers(set, right), map[string]float64{"keyword_misuse": 0.5}, nil
	})
	c, err := m.Start("ana", "test@1", "test@2", "words")
	if err != nil || c.State != comparison.Running || c.DigestA == c.DigestB {
		t.Fatalf("%+v, error %v", c, err)
	}
	if _, err := m.Start("ana", "test@1", "test@2", "words"); !errors.Is(err, comparison.ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	m.Once(t.Context())
	if d := cmp.Diff([]string{"runningtest@1score7/40", "runningtest@2score7/40"}, seen); d != "" {
		t.Error(d)
	}
	for name, m := range map[string]*comparison.Manager{"same": m, "after a restart": open(t, dir, nil)} {
		got, err := m.Get(c.ID)
		if err != nil || got.State != comparison.Done || got.EndedAt == nil || got.Problem != "" {
			t.Fatalf("%s: %+v, error %v", name, got, err)
		}
		var result eval.Comparison
		if err := json.Unmarshal(got.Result, &result); err != nil {
			t.Fatal(err)
		}
		d := result.Signals["keyword_misuse"].Differences["recall_at_1"]
		if d.Value != 1 || !d.Real || d.Low != 1 {
			t.Errorf("%s: recall at 1 differs by %+v, want 1 for certain", name, d)
		}
	}
	if _, err := m.Stop(c.ID); !errors.Is(err, comparison.ErrState) {
		t.Errorf("stopped at its end: %v", err)
	}
}

func TestStartRefuses(t *testing.T) {
	m := open(t, t.TempDir(), nil)
	for _, tc := range []struct {
		a, b, set string
		want      error
	}{
		{"test@1", "test@2", "other", comparison.ErrSet}, {"test@1", "test@2", "../words", comparison.ErrSet}, {"test@1", "test@2", "", comparison.ErrSet},
		{"test@9", "test@2", "words", casework.ErrNotFound}, {"test@1", "test@9", "words", casework.ErrNotFound},
	} {
		if _, err := m.Start("ana", tc.a, tc.b, tc.set); !errors.Is(err, tc.want) {
			t.Errorf("%+v: %v", tc, err)
		}
	}
	if err := os.WriteFile(filepath.Join(m.Sets, "words", "listings.jsonl"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Start("ana", "test@1", "test@2", "words"); !errors.Is(err, comparison.ErrSet) {
		t.Errorf("a broken set: %v", err)
	}
	if all, err := m.List(); err != nil || len(all) != 0 {
		t.Errorf("kept %v, error %v", all, err)
	}
	for _, id := range []string{"cmp_none", "../x", ""} {
		if _, err := m.Get(id); !errors.Is(err, casework.ErrNotFound) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

// TestEnds: one that fails says why, one that is stopped leaves room for the next, and one that the service's stop cuts off is failed.
func TestEnds(t *testing.T) {
	dir := t.TempDir()
	entered := make(chan struct{}, 1)
	m := open(t, dir, func(ctx context.Context, p *models.Pack, _ *eval.Set, _ func(string, int, int)) (*eval.Run, map[string]float64, error) {
		if p.Manifest().Version == "2" {
			return nil, nil, errors.New("its models do not start")
		}
		entered <- struct{}{}
		<-ctx.Done()
		return nil, nil, ctx.Err()
	})
	start := func(a, b string) comparison.Comparison {
		t.Helper()
		c, err := m.Start("ana", a, b, "words")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	bad := start("test@2", "test@1")
	m.Once(t.Context())
	if got, err := m.Get(bad.ID); err != nil || got.State != comparison.Failed || !strings.Contains(got.Problem, "test@2: its models do not start") {
		t.Errorf("%+v, error %v", got, err)
	}
	stopped := start("test@1", "test@2")
	ended := make(chan struct{})
	go func() { m.Once(t.Context()); close(ended) }()
	<-entered
	if got, err := m.Stop(stopped.ID); err != nil || got.State != comparison.Stopped {
		t.Errorf("%+v, error %v", got, err)
	}
	<-ended
	cut := start("test@1", "test@2")
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-entered; cancel() }()
	m.Once(ctx)
	if got, err := m.Get(cut.ID); err != nil || got.State != comparison.Failed || got.Problem == "" {
		t.Errorf("%+v, error %v", got, err)
	}
	killed := start("test@1", "test@2")
	again := open(t, dir, nil)
	if got, err := again.Get(killed.ID); err != nil || got.State != comparison.Failed || got.EndedAt == nil {
		t.Errorf("after a kill: %+v, error %v", got, err)
	}
}
