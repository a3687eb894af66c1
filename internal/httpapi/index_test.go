package httpapi_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"touchstone/index"
	"touchstone/index/local"
	"touchstone/internal/httpapi"
	"touchstone/internal/server"
	"touchstone/internal/upkeep"
)

// awaited asks for an operation until it has ended.
func (w *world) awaited(t *testing.T, started reply) upkeep.Operation {
	t.Helper()
	var o upkeep.Operation
	for range 2000 {
		w.send(t, server.RoleOperator, "GET", started.header.Get("Location"), nil, http.StatusOK, &o)
		if o.State != upkeep.StateRunning {
			return o
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("operation %+v does not end", o)
	return o
}

// TestIndexOverTheAPI: an operator sees what a running service's index holds, verifies and compacts it, and takes a snapshot that can be restored
// elsewhere.
func TestIndexOverTheAPI(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.right(t, w.holder(t).ID, "trademark_word", "Velmora")
	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+right.ID+"/references", object{"word": "Velmora"}, http.StatusCreated, nil)
	var status httpapi.IndexStatus
	w.send(t, server.RoleAdmin, "GET", "/v1/index", nil, http.StatusOK, &status)
	target, points := "", 0
	for _, c := range status.Collections {
		if points += c.Points; c.Points > 0 && len(c.Aliases) > 0 {
			target = c.Aliases[0]
			if c.Revision == 0 || c.Bytes == 0 || c.BytesPerVector != float64(c.Bytes)/float64(c.Vectors) || !strings.Contains(c.Space, "cosine") || c.LastProbe != nil {
				t.Errorf("collection %+v lacks something", c)
			}
		}
	}
	if target == "" {
		t.Fatalf("no collection with points and an alias in %+v", status)
	}
	o := w.awaited(t, w.send(t, server.RoleOperator, "POST", "/v1/index/"+target+"/verify?probes=3", nil, http.StatusAccepted, nil))
	if o.Kind != upkeep.KindVerify || o.State != upkeep.StateDone || o.Probe == nil || o.Probe.Recall != 1 || o.Probe.Probes == 0 || o.EndedAt == nil {
		t.Errorf("verified: %+v", o)
	}
	if o = w.awaited(t, w.send(t, server.RoleOperator, "POST", "/v1/index/"+target+"/compact", nil, http.StatusAccepted, nil)); o.State != upkeep.StateDone || o.Note == "" {
		t.Errorf("compacted: %+v", o)
	}
	o = w.awaited(t, w.send(t, server.RoleOperator, "POST", "/v1/index/snapshot", object{"name": "whole.snapshot"}, http.StatusAccepted, nil))
	if o.State != upkeep.StateDone || o.File != "whole.snapshot" || o.Done != points {
		t.Errorf("snapshot: %+v, want %d points", o, points)
	}
	data, err := os.ReadFile(filepath.Join(w.snapshots, o.File))
	if err != nil || int64(len(data)) != o.Bytes {
		t.Fatalf("%d bytes, %v; want %d", len(data), err, o.Bytes)
	}
	elsewhere, err := local.Open("", local.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer elsewhere.Close()
	if done, err := elsewhere.Restore(t.Context(), bytes.NewReader(data), index.RestoreOptions{}); err != nil || done.Points != points {
		t.Errorf("restored %d points, %v; want %d", done.Points, err, points)
	}
	if o = w.awaited(t, w.send(t, server.RoleOperator, "POST", "/v1/index/"+target+"/snapshot", nil, http.StatusAccepted, nil)); !strings.HasPrefix(o.File, "index-") {
		t.Errorf("a snapshot without a name: %+v", o)
	}
	w.send(t, server.RoleOperator, "GET", "/v1/index", nil, http.StatusOK, &status)
	if len(status.Operations) != 4 || status.Operations[0].ID != o.ID {
		t.Errorf("operations %+v, want four, the newest first", status.Operations)
	}
	for _, c := range status.Collections {
		if len(c.Aliases) > 0 && c.Aliases[0] == target && (c.LastProbe == nil || c.LastProbe.Recall != 1) {
			t.Errorf("the last probe of %+v is not told", c)
		}
	}
	w.healthy(t)
}

// TestIndexRefusals: strangers, names that lead out of the folder or are taken, collections that are not there or in use.
func TestIndexRefusals(t *testing.T) {
	w := newWorld(t, nil, nil)
	for _, role := range []server.Role{server.RolePipeline, server.RoleReviewer, server.RoleHolder, server.RoleScientist} {
		for _, c := range []call{{method: "GET", path: "/v1/index"}, {method: "POST", path: "/v1/index/x/verify"}, {method: "POST", path: "/v1/index/x/compact"},
			{method: "POST", path: "/v1/index/snapshot"}, {method: "POST", path: "/v1/index/x/snapshot"}, {method: "DELETE", path: "/v1/index/x"},
			{method: "GET", path: "/v1/index/operations/x"}} {
			c.token = w.tokens[role]
			if r := w.do(t, c); r.status != http.StatusForbidden {
				t.Errorf("%s %s as %s: %d, want 403", c.method, c.path, role, r.status)
			}
		}
	}
	post := func(path, body string) reply {
		c := call{method: "POST", path: path, token: w.tokens[server.RoleOperator]}
		if body != "" {
			c.body = strings.NewReader(body)
		}
		return w.do(t, c)
	}
	for _, name := range []string{"../out", "a/b", `a\\b`, "/etc/passwd", ".hidden", "..", "a\\u0000b", strings.Repeat("a", 129)} {
		r := post("/v1/index/snapshot", `{"name":"`+name+`"}`)
		if r.status != http.StatusUnprocessableEntity {
			t.Errorf("a snapshot named %q: %d %s", name, r.status, r.body)
		}
	}
	if err := os.MkdirAll(w.snapshots, 0o700); err != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(t.TempDir(), "outside")
	for name, make := range map[string]func(string) error{
		"taken":  func(path string) error { return os.WriteFile(path, []byte("mine"), 0o600) },
		"linked": func(path string) error { return os.Symlink(outside, path) },
	} {
		if err := make(filepath.Join(w.snapshots, name)); err != nil {
			t.Fatal(err)
		}
		wantProblem(t, post("/v1/index/snapshot", `{"name":"`+name+`"}`), http.StatusUnprocessableEntity, "body.name", "choose another name")
	}
	if kept, err := os.ReadFile(filepath.Join(w.snapshots, "taken")); err != nil || string(kept) != "mine" {
		t.Errorf("a file that was there holds %q, %v", kept, err)
	}
	for _, path := range []string{"/v1/index/nobody/verify", "/v1/index/nobody/compact", "/v1/index/nobody/snapshot"} {
		wantProblem(t, post(path, ""), http.StatusNotFound, "", "nobody")
	}
	var status httpapi.IndexStatus
	w.send(t, server.RoleOperator, "GET", "/v1/index", nil, http.StatusOK, &status)
	admin := w.tokens[server.RoleAdmin]
	wantProblem(t, w.do(t, call{method: "DELETE", path: "/v1/index/" + status.Collections[0].Name, token: admin}), http.StatusConflict, "", "alias")
	wantProblem(t, w.do(t, call{method: "DELETE", path: "/v1/index/nobody", token: admin}), http.StatusNotFound, "", "nobody")
	wantProblem(t, w.do(t, call{method: "GET", path: "/v1/index/operations/iop_x", token: admin}), http.StatusNotFound, "", "remembered")
	space := index.Space{Pack: "old", Version: "1", Output: "copy", Dimension: 4, Metric: index.Cosine}
	if err := w.Local.Create(t.Context(), "copy@old", space); err != nil {
		t.Fatal(err)
	}
	w.send(t, server.RoleOperator, "DELETE", "/v1/index/copy@old", nil, http.StatusNoContent, nil)
	if _, err := os.Stat(outside); err == nil {
		t.Error("a snapshot was written through a link")
	}
	w.healthy(t)
}
