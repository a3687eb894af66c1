package simulate

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// TestWilson: against values worked out by hand from the formula, and nothing counted says nothing.
func TestWilson(t *testing.T) {
	for _, c := range []struct {
		s         Share
		low, high float64
	}{{Share{0, 0}, 0, 1}, {Share{10, 10}, 0.7225, 1}, {Share{95, 100}, 0.8882, 0.9785}, {Share{0, 1000}, 0, 0.0038}} {
		low, high := c.s.Wilson()
		if math.Abs(low-c.low) > 5e-4 || math.Abs(high-c.high) > 5e-4 {
			t.Errorf("%v: %.4f to %.4f, want %.4f to %.4f", c.s, low, high, c.low, c.high)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1_000_000).Draw(t, "n")
		s := Share{rapid.IntRange(0, n).Draw(t, "k"), n}
		low, high := s.Wilson()
		if !(0 <= low && low <= s.Value()+1e-12 && s.Value() <= high+1e-12 && high <= 1) {
			t.Fatalf("%v: %v to %v", s, low, high)
		}
	})
}

// TestFigures: seeds are counted together, goals of three kinds are judged, and what was not counted is not.
func TestFigures(t *testing.T) {
	runs := []Result{
		{InTime: Share{99, 100}, AutoRight: Share{500, 500}, Touched: Share{1, 2000}, GoodHindered: Share{0, 50}, Complaints: map[string]int{kindKeyword: 3}},
		{InTime: Share{97, 100}, AutoRight: Share{499, 500}, Touched: Share{1, 2000}, GoodHindered: Share{1, 50}, Complaints: map[string]int{kindKeyword: 2}},
	}
	twins := []Result{{Complaints: map[string]int{kindKeyword: 40}}, {Complaints: map[string]int{kindKeyword: 60}}}
	byName := map[string]Figure{}
	for _, f := range MarketFigures(runs, twins) {
		byName[f.Name] = f
	}
	for _, c := range []struct {
		name        string
		value       float64
		judged, met bool
	}{
		{"notices closed within 24 hours", 0.98, true, false}, {"precision of automatic decisions", 0.999, true, true},
		{"innocent listings touched", 0.0005, true, true}, {"good notifiers hindered", 0.01, true, false},
		{"valid complaints about keywords in titles", 0.95, true, true}, {"repeat offenders closed", 0, false, false}, {"taken down", 0, false, false},
	} {
		f, ok := byName[c.name]
		if !ok || math.Abs(f.Value-c.value) > 1e-9 || f.Judged != c.judged || f.Met != c.met {
			t.Errorf("%s: %+v, want %v (judged %v, met %v)", c.name, f, c.value, c.judged, c.met)
		}
	}
	if f := byName["notices closed within 24 hours"]; f.Least != 0.97 || f.Most != 0.99 {
		t.Errorf("seeds lie between %v and %v", f.Least, f.Most)
	}
	if f := byName["valid complaints about keywords in titles"]; !(f.Low < 0.95 && 0.95 < f.High && f.Low > 0.85) {
		t.Errorf("interval %v to %v", f.Low, f.High)
	}
	if f := share("x", "", "", goal{text: "99 %", bound: 0.99, sure: true}, []Result{{AutoRight: Share{100, 100}}}, func(r Result) Share { return r.AutoRight }); f.Met {
		t.Error("a hundred of a hundred prove no 99 %")
	}
}

// TestReport: titles of strangers cannot break out of the page, and every figure is in it.
func TestReport(t *testing.T) {
	r := Result{Seed: 7, Complaints: map[string]int{}, Misses: []Miss{{Kind: kindKeyword, Outcome: outcomeTakenDown, Title: "</bdi><script>alert(1)</script>", Picture: []byte{0xff, 0xd8}}},
		ByKind: map[string]*Group{kindKeyword: {Automatic: Share{1, 2}}}, Signals: map[string][]Share{"near_copy": make([]Share, len(Cuts()))}}
	r.Signals["near_copy"][2] = Share{3, 4}
	r.Late = []Late{{Kind: kindKeyword, Evasion: "leet", SoldIn: 0.02, Chances: said{fused: 0.9}}}
	r.Again = []Again{{Right: kindDesign, Removed: kindHonest, RemovedBy: "person", Verdict: 0.123, Sellers: 4711}}
	r.Rings, r.Abusers = &Rings{Missed: map[string]int{"(picture) warehouse: 0.82": 41}}, []Abuser{{Filed: 37, Weight: 8.5, Warned: true}}
	o := Outcome{Params: small(t), Runs: []Result{r}, Figures: NoticeFigures([]Result{r}), Even: &Even{Result: r}, Doubled: []Doubled{{What: "picture", Name: "hard_crop", Stopped: Moved{Value: 0.5, By: -0.021}}},
		Whole: []Figure{lockedFigure([]Result{{AbusersLocked: Share{9, 10}}})}}
	var b bytes.Buffer
	if err := o.WriteReport(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if strings.Contains(page, "<script") {
		t.Error("a title's script is in the page")
	}
	for _, want := range append([]string{"hard crop", "data:image/jpeg;base64,/9g=", "mark on page", "near copy", "75.0 %", "3 of 4", "(picture) warehouse: 0.82", "41", "37", "8.5", "-2.1", "abusive notifiers locked out", "9 of 10", "leet", "0.02", "0.123", "4711"}, "notices closed within 24 hours", "83 %") {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// TestCampaignKeeps: a result that is kept is not lived again, one of other parameters is not taken for it, and a broken one is named.
func TestCampaignKeeps(t *testing.T) {
	p := small(t)
	o := Options{Start: nil}
	c := Campaign{Params: p, Seeds: []uint64{1}, Folder: t.TempDir(), Version: "1"}
	path, err := c.path(p, 1, "run", o)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(`{"name":"kept","seed":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := c.Run(t.Context(), o)
	if err != nil || len(out.Runs) != 1 || out.Runs[0].Name != "kept" {
		t.Fatalf("%+v, %v", out.Runs, err)
	}
	p.Reviewers.Minutes++
	if other, err := c.path(p, 1, "run", o); err != nil || other == path {
		t.Errorf("other parameters are kept as %s, %v", other, err)
	}
	if err := os.WriteFile(path, []byte(`{`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Run(t.Context(), o); err == nil || !strings.Contains(err.Error(), filepath.Base(path)) {
		t.Errorf("a broken result: %v", err)
	}
	if _, err := OpenPhotos(t.TempDir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a folder without photos: %v", err)
	}
}
