package eval

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fake answers from functions.
type fake struct {
	register func(Reference) error
	score    func(context.Context, Listing) ([]Prediction, error)
}

func (f fake) Register(_ context.Context, r Reference) error {
	if f.register == nil {
		return nil
	}
	return f.register(r)
}

func (f fake) Score(ctx context.Context, l Listing) ([]Prediction, error) { return f.score(ctx, l) }

// setOf has the rights A to L and n listings, every second one guilty of A.
func setOf(n int) *Set {
	set := &Set{Name: "small", Tasks: []string{near}}
	for i := range 12 {
		set.References = append(set.References, Reference{Right: string(rune('A' + i)), Kind: KindDesign})
	}
	for i := range n {
		l := Labelled{Listing: Listing{ID: fmt.Sprintf("L%02d", i), Title: "bag"}}
		if i%2 == 0 {
			l.Truth = []Truth{{Right: "A", Signal: near}}
		}
		set.Listings = append(set.Listings, l)
	}
	return set
}

func TestDoKeepsOrderAndBounds(t *testing.T) {
	var active, most atomic.Int32
	sys := fake{score: func(_ context.Context, l Listing) ([]Prediction, error) {
		now := active.Add(1)
		for {
			seen := most.Load()
			if now <= seen || most.CompareAndSwap(seen, now) {
				break
			}
		}
		time.Sleep(time.Millisecond)
		active.Add(-1)
		out := []Prediction{{Right: "B", Signal: Infringement, Score: 0.1}}
		for i := range 12 {
			out = append(out, say(string(rune('A'+i)), float64(i), 0.5), say(string(rune('A'+i)), float64(-i), 0.5))
		}
		return out, nil
	}}
	var steps []string
	run, err := Do(t.Context(), setOf(9), sys, RunOptions{Workers: 3, Progress: func(stage string, done, total int) {
		steps = append(steps, fmt.Sprintf("%s %d/%d", stage, done, total))
	}})
	if err != nil {
		t.Fatal(err)
	}
	if most.Load() > 3 {
		t.Errorf("%d listings were scored at once, want at most 3", most.Load())
	}
	if len(steps) != 12+9 || steps[0] != "register 1/12" || steps[20] != "score 9/9" {
		t.Errorf("progress %v", steps)
	}
	// Eleven lines a listing: the fused verdict, then the best ten of twelve rights, each at its better score.
	var got []string
	for _, p := range run.Predictions {
		got = append(got, fmt.Sprintf("%s %s %s %v", p.Listing, p.Signal, p.Right, p.Score))
	}
	if len(got) != 9*11 || got[0] != "L00 infringement B 0.1" || got[1] != "L00 near_copy L 11" || got[10] != "L00 near_copy C 2" || got[11] != "L01 infringement B 0.1" {
		t.Errorf("%d predictions, first %v", len(got), got[:min(12, len(got))])
	}
	one, err := Do(t.Context(), setOf(9), sys, RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(one.Predictions, run.Predictions); diff != "" {
		t.Errorf("order depends on workers:\n%s", diff)
	}
}

func TestDoFails(t *testing.T) {
	broken := errors.New("broken")
	with := func(p Prediction) fake {
		return fake{score: func(context.Context, Listing) ([]Prediction, error) { return []Prediction{p}, nil }}
	}
	tests := []struct {
		name string
		sys  fake
		want string
	}{
		{"registering", fake{register: func(Reference) error { return broken }}, "registering right A: broken"},
		{"scoring", fake{score: func(context.Context, Listing) ([]Prediction, error) { return nil, broken }}, "scoring listing L"},
		{"unknown right", with(say("Z", 1, 1)), `right "Z"`},
		{"no signal", with(Prediction{Right: "A"}), "no signal"},
		{"infinite score", with(say("A", math.Inf(1), 1)), "not finite"},
		{"probability above one", with(say("A", 1, 1.01)), "not between 0 and 1"},
		{"probability is no number", with(say("A", 1, math.NaN())), "not between 0 and 1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Do(t.Context(), setOf(4), tt.sys, RunOptions{Workers: 2})
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that contains %q", err, tt.want)
			}
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	sys := fake{score: func(context.Context, Listing) ([]Prediction, error) { cancel(); return nil, nil }}
	if _, err := Do(ctx, setOf(50), sys, RunOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled run: %v", err)
	}
}

func TestWrite(t *testing.T) {
	sys := fake{score: func(_ context.Context, l Listing) ([]Prediction, error) {
		return []Prediction{say("A", 0.9, 0.8), {Right: "B", Signal: "logo_in_scene", Score: 2, Probability: 0.5, Image: new(int), Box: &Box{1, 2, 3, 4}}}, nil
	}}
	run, err := Do(t.Context(), setOf(2), sys, RunOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	m := Measure(run, MeasureOptions{Resamples: 20})
	dir, err := Write(out, run, m, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if dir != filepath.Join(out, "small") {
		t.Errorf("wrote to %s", dir)
	}
	lines, err := os.ReadFile(filepath.Join(dir, "predictions.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"listing":"L00","right":"B","signal":"logo_in_scene","score":2,"probability":0.5,"image":0,"box":[1,2,3,4]}
{"listing":"L00","right":"A","signal":"near_copy","score":0.9,"probability":0.8}
{"listing":"L01","right":"B","signal":"logo_in_scene","score":2,"probability":0.5,"image":0,"box":[1,2,3,4]}
{"listing":"L01","right":"A","signal":"near_copy","score":0.9,"probability":0.8}
`
	if diff := cmp.Diff(want, string(lines)); diff != "" {
		t.Errorf("predictions.jsonl (-want +got):\n%s", diff)
	}
	data, err := os.ReadFile(filepath.Join(dir, "metrics.json"))
	if err != nil {
		t.Fatal(err)
	}
	back := &Metrics{}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m, back); diff != "" {
		t.Errorf("metrics.json does not read back (-wrote +read):\n%s", diff)
	}
	for _, key := range []string{`"uap": {`, `"recall_at_fa5": {`, `"value": `, `"low": `, `"high": `} {
		if !bytes.Contains(data, []byte(key)) {
			t.Errorf("metrics.json lacks %s", key)
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, "*.*.*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}
