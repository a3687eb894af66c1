package httpapi_test

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"touchstone/internal/comparison"
	"touchstone/internal/eval"
	"touchstone/internal/server"
	"touchstone/models"
)

// comparisons makes a manager over one small set; every pack finds every right in it.
func (w *world) comparisonsIn(t *testing.T) *comparison.Manager {
	t.Helper()
	sets := t.TempDir()
	files := map[string]string{
		"set.json": `{"name": "words", "tasks": ["keyword_misuse"], "source": "the test"}`, "references.jsonl": `{"right": "A", "kind": "word", "words": ["Velmora"]}`,
		"listings.jsonl": `{"id": "L1", "title": "x", "truth": [{"right": "A", "signal": "keyword_misuse"}]}` + "\n" + `{"id": "L2", "title": "y", "truth": []}`,
	}
	for name, text := range files {
		path := filepath.Join(sets, "words", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := comparison.New(comparison.Parts{
		Dir: t.TempDir(), Sets: sets, Pack: w.rollouts.Pack, Now: w.Clock,
		Try: func(_ context.Context, _ *models.Pack, set *eval.Set, _ func(string, int, int)) (*eval.Run, map[string]float64, error) {
			return &eval.Run{Set: set, Predictions: []eval.Prediction{{Listing: "L1", Right: "A", Signal: "keyword_misuse", Score: 1, Probability: 0.9}}}, nil, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestComparisonRoutesByRole: only who looks after models compares packs.
func TestComparisonRoutesByRole(t *testing.T) {
	w := newWorld(t, nil, nil)
	may := []server.Role{server.RoleScientist, server.RoleOperator, server.RoleAdmin}
	for _, route := range []struct {
		method, path string
		body         object
	}{
		{"GET", "/v1/sets", nil}, {"GET", "/v1/comparisons", nil}, {"GET", "/v1/comparisons/cmp_1", nil}, {"POST", "/v1/comparisons/cmp_1/stop", nil},
		{"POST", "/v1/packs/compare", object{"a": "test@1", "b": "test@9", "set": "words"}},
	} {
		for _, role := range server.Roles() {
			got := w.do(t, call{method: route.method, path: route.path, token: w.tokens[role], body: bytes.NewReader(encoded(t, route.body))}).status
			if allowed := slices.Contains(may, role); (got != http.StatusForbidden) != allowed || got >= http.StatusInternalServerError {
				t.Errorf("%s %s as %s: %d", route.method, route.path, role, got)
			}
		}
	}
}

// TestCompareOverTheAPI: a scientist compares two packs, sees it wait, and reads the result; what cannot be is told.
func TestCompareOverTheAPI(t *testing.T) {
	w := newWorld(t, nil, nil)
	as := server.RoleScientist
	var names []string
	w.send(t, as, "GET", "/v1/sets", nil, http.StatusOK, &names)
	if len(names) != 1 || names[0] != "words" {
		t.Errorf("sets %v", names)
	}
	ask := object{"a": "test@1", "b": "test@1", "set": "words"}
	var c comparison.Comparison
	r := w.send(t, as, "POST", "/v1/packs/compare", ask, http.StatusAccepted, &c)
	if c.State != comparison.Running || r.header.Get("Location") != "/v1/comparisons/"+c.ID || c.By == "" {
		t.Errorf("%+v at %s", c, r.header.Get("Location"))
	}
	w.send(t, as, "POST", "/v1/packs/compare", ask, http.StatusConflict, nil)
	w.comparisons.Once(t.Context())
	w.send(t, as, "GET", "/v1/comparisons/"+c.ID, nil, http.StatusOK, &c)
	if c.State != comparison.Done || !strings.Contains(string(c.Result), `"recall_at_1"`) {
		t.Errorf("%+v", c)
	}
	var all []comparison.Comparison
	w.send(t, as, "GET", "/v1/comparisons", nil, http.StatusOK, &all)
	if len(all) != 1 || all[0].ID != c.ID || all[0].Result != nil {
		t.Errorf("%+v", all)
	}
	w.send(t, as, "POST", "/v1/comparisons/"+c.ID+"/stop", nil, http.StatusConflict, nil)
	w.send(t, as, "GET", "/v1/comparisons/cmp_none", nil, http.StatusNotFound, nil)
	w.send(t, as, "POST", "/v1/packs/compare", object{"a": "test@1", "b": "test@9", "set": "words"}, http.StatusNotFound, nil)
	w.send(t, as, "POST", "/v1/packs/compare", object{"a": "test@1", "b": "test@1", "set": "../words"}, http.StatusUnprocessableEntity, nil)
	w.send(t, as, "POST", "/v1/packs/compare", object{"a": "test@1", "set": "words"}, http.StatusUnprocessableEntity, nil)
}
