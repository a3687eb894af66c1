package simulate

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/quick"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/policy"
)

// TestBuiltin: the built-in files can be read, and a part that is scaled stays usable.
func TestBuiltin(t *testing.T) {
	for _, name := range Builtins() {
		p, err := Builtin(name)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		p.Scale = 0.05
		if err := p.Scaled().Validate(); err != nil {
			t.Errorf("%s at a twentieth: %v", name, err)
		}
	}
}

// TestParamsFaults: every fault is named at once, with the place and what to do.
func TestParamsFaults(t *testing.T) {
	good := string(noticesYAML)
	for what, c := range map[string]struct{ old, new, want string }{
		"unknown field":   {"days: 30", "days: 30\ndayz: 3", "dayz"},
		"unknown way":     {"mismatch: 28", "mismatched: 28", "notices.ways.mismatched is not known"},
		"unknown edit":    {"mirror: 8", "melt: 8", "evasions.picture.melt is not known"},
		"share above one": {"unfounded: 0.25", "unfounded: 25", "notices.unfounded is 25"},
		"sizes":           {"share: 0.75", "share: 0.7", "add up to"},
		"hours":           {"traffic: [3, ", "traffic: [", "24 weights"},
		"no number":       {"minutes: 6", "minutes: .nan", "reviewers.minutes"},
		"not yaml":        {"name: a", "name: [a", "unusable"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Fatalf("%s: %q is not in the file", what, c.old)
		}
		_, err := Parse([]byte(text))
		if !errors.Is(err, ErrParams) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
	_, err := Parse([]byte("name: x"))
	for _, want := range []string{"days is 0", "holders.count", "notices.sizes is empty", "reviewers.shifts is empty", "start is"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("an empty file: %v, want %q", err, want)
		}
	}
}

// FuzzParse: nothing that is in a file breaks the reader, and what it takes is usable.
func FuzzParse(f *testing.F) {
	f.Add(noticesYAML)
	f.Add([]byte("traffic: [1e400]\nstart: 99999"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := Parse(data)
		if err != nil {
			if !errors.Is(err, ErrParams) {
				t.Errorf("%v is not ErrParams", err)
			}
			return
		}
		p.Scale = 1
		if err := p.Scaled().Validate(); err != nil {
			t.Errorf("taken, and unusable: %v", err)
		}
	})
}

func small(t *testing.T) Params {
	t.Helper()
	p, err := Builtin("notices")
	if err != nil {
		t.Fatal(err)
	}
	p.Scale = 0.01
	return p
}

// TestWorldIsSeeded: the same seed draws the same month, another seed another.
func TestWorldIsSeeded(t *testing.T) {
	p := small(t)
	draw := func(seed uint64) []string {
		var out []string
		for _, n := range NewWorld(p, seed, nil).Plans() {
			for _, it := range n.Items {
				line := n.At.String() + n.Way + n.Reason + it.id()
				if it.Listing != nil {
					line += it.Listing.Title + it.Listing.Seller
				}
				out = append(out, line)
			}
		}
		return out
	}
	if diff := cmp.Diff(draw(1), draw(1)); diff != "" {
		t.Errorf("the same seed draws another month:\n%s", diff)
	}
	if cmp.Equal(draw(1), draw(2)) {
		t.Error("another seed draws the same month")
	}
}

// TestPlansKeepTruth: shares are as the file says, and what a notice rests on is what its truth says.
func TestPlansKeepTruth(t *testing.T) {
	p := small(t)
	p.Scale = 0.1
	w := NewWorld(p, 3, nil)
	plans := w.Plans()
	if len(plans) != 3000 {
		t.Fatalf("%d notices, want 3000", len(plans))
	}
	unfounded := 0
	for _, n := range plans {
		if n.Way != "" {
			unfounded++
		}
		if n.At.Before(p.Start) || !n.At.Before(p.Start.AddDate(0, 0, p.Days+1)) || len(n.Items) == 0 || len(n.Items) > 50 {
			t.Errorf("notice %d at %v with %d listings", n.No, n.At, len(n.Items))
		}
		for _, it := range n.Items {
			switch {
			case it.Truth.Infringes && !it.Listing.infringes(n.Right):
				t.Errorf("notice %d: listing %s does not infringe the right", n.No, it.id())
			case n.Way == "" && !it.Truth.Infringes && it.Listing.Kind != kindHonest:
				t.Errorf("notice %d: stray listing %s is not honest", n.No, it.id())
			case n.Way == wayMismatch && it.Listing.Kind != kindHonest:
				t.Errorf("notice %d: listing %s of an unfounded notice infringes", n.No, it.id())
			}
		}
	}
	if share := float64(unfounded) / float64(len(plans)); share < 0.22 || share > 0.28 {
		t.Errorf("%.3f of the notices are unfounded, the file says 0.25", share)
	}
}

// TestHidings: each way writes something that is not empty, for any name.
func TestHidings(t *testing.T) {
	w := NewWorld(small(t), 5, nil)
	r := w.source("test")
	for _, way := range Hidings() {
		for _, script := range scripts {
			if word, err := hide(r, way, newName(r), script); err != nil || word == "" {
				t.Errorf("%s in %s: %q, %v", way, script, word, err)
			}
		}
	}
	if _, err := hide(r, "shout", newName(r), "latin"); err == nil {
		t.Error("an unknown way is no error")
	}
}

// TestHazard: half have sold by the median, whatever the shape.
func TestHazard(t *testing.T) {
	r := NewWorld(small(t), 5, nil).source("hazard")
	property := func(a, b uint8) bool {
		h := Hazard{MedianHours: 0.1 + float64(a), Shape: 0.5 + float64(b)/100}
		early := 0
		for range 2000 {
			if h.weibull(r).Hours() < h.MedianHours {
				early++
			}
		}
		return early > 860 && early < 1140 // 6 standard deviations
	}
	if err := quick.Check(property, &quick.Config{MaxCount: 20}); err != nil {
		t.Error(err)
	}
}

// TestRules: the built-in policies are those of the service but for what they name, and a file of the caller's is taken as it is.
func TestRules(t *testing.T) {
	for _, name := range Builtins() {
		p, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		b, err := p.rules(Options{})
		if err != nil {
			t.Fatal(err)
		}
		set, err := policy.Parse(bytes.NewReader(b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		triage := set.For("").Cases()
		if len(triage.TakeDown) == 0 || triage.Hours[policy.QueueExpress] != policy.DefaultTriage().Hours[policy.QueueExpress] {
			t.Errorf("%s: %+v", name, triage)
		}
		if r := set.Rules(""); !r.Penalties.WarnBeforeFreeze || r.Penalties.CloseAtStrikes != policy.DefaultRules().Penalties.CloseAtStrikes {
			t.Errorf("%s: %+v", name, r.Penalties)
		}
	}
	file := filepath.Join(t.TempDir(), "mine.json")
	mine, err := json.Marshal([]policy.Policy{policy.Default()})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, mine, 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := small(t).rules(Options{Policy: file}); err != nil || !bytes.Equal(b, mine) {
		t.Errorf("%q, %v", b, err)
	}
}
