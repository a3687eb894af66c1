package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/comparison"
	"touchstone/internal/eval"
)

// wordSet writes a small labelled set of titles.
func wordSet(t *testing.T, dir string) {
	t.Helper()
	var listings strings.Builder
	for i := range 12 {
		title, truth := "plain bag", "[]"
		if i%2 == 0 {
			title, truth = "Velmora bag", `[{"right": "V", "signal": "keyword_misuse"}]`
		}
		fmt.Fprintf(&listings, `{"id": "L%d", "title": "%s %d", "truth": %s}`+"\n", i, title, i, truth)
	}
	for name, text := range map[string]string{
		"set.json": `{"name": "titles", "tasks": ["keyword_misuse"], "source": "the test"}`, "listings.jsonl": listings.String(),
		"references.jsonl": `{"right": "V", "kind": "word", "words": ["Velmora"]}`,
	} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// TestCompareAtTheService: a running service compares two packs on a set of its folder, and says what the command says.
func TestCompareAtTheService(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	set := filepath.Join(data, "sets", "titles")
	wordSet(t, set)
	p := start(t, data)
	c := p.client(p.key)
	next := anotherVersion(t, "next")
	if out, said, status := command(t, "models", "import", "--local", next, "--data", data); status != 0 {
		t.Fatalf("import: %s%s", out, said)
	}
	var used []struct {
		ID    string `json:"id"`
		InUse bool   `json:"in_use"`
	}
	c.must(t, http.MethodGet, "/v1/packs", nil, &used)
	var first string
	for _, u := range used {
		if u.InUse {
			first = u.ID
		}
	}
	var got comparison.Comparison
	c.must(t, http.MethodPost, "/v1/packs/compare", map[string]any{"a": first, "b": "touchstone-base@next", "set": "titles"}, &got)
	for got.Open() {
		time.Sleep(20 * time.Millisecond)
		c.must(t, http.MethodGet, "/v1/comparisons/"+got.ID, nil, &got)
	}
	if got.State != comparison.Done {
		t.Fatalf("%+v", got)
	}
	out, said, status := command(t, "models", "compare", filepath.Join(packsFolder(t), "touchstone-base"), next, set, "--json")
	var want []eval.Comparison
	if err := json.Unmarshal([]byte(out), &want); err != nil || status != 0 || len(want) != 1 {
		t.Fatalf("models compare: %v %s%s", err, out, said)
	}
	var result eval.Comparison
	if err := json.Unmarshal(got.Result, &result); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want[0], result); d != "" {
		t.Errorf("the service differs from the command (-command +service):\n%s", d)
	}
	if r := result.Signals["keyword_misuse"]; r == nil || r.A.RecallAt1 == nil || r.A.RecallAt1.Value != 1 || r.Differences["recall_at_1"].Real {
		t.Errorf("result %s", got.Result)
	}
}
