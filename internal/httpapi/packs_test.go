package httpapi_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"touchstone/internal/httpapi/packs"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/rollout"
	"touchstone/internal/server"
	"touchstone/models"
)

func tarOf(t *testing.T, p *models.Pack) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := rollout.Archive(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// importPack sends a pack as a scientist and gives the answer.
func (w *world) importPack(t *testing.T, archive []byte) reply {
	t.Helper()
	return w.do(t, call{method: "POST", path: "/v1/packs", token: w.tokens[server.RoleScientist], contentType: "application/x-tar", body: bytes.NewReader(archive)})
}

// TestPackRoutesByRole sends every operation on packs and rollouts with a key of every role: only those who look after models may.
func TestPackRoutesByRole(t *testing.T) {
	w := newWorld(t, nil, nil)
	may := []server.Role{server.RoleScientist, server.RoleOperator, server.RoleAdmin}
	for _, route := range []struct {
		method, path string
		body         object
	}{
		{"GET", "/v1/packs", nil}, {"GET", "/v1/packs/test@1", nil}, {"POST", "/v1/packs", nil}, {"GET", "/v1/rollouts", nil}, {"GET", "/v1/rollouts/rol_1", nil},
		{"POST", "/v1/rollouts", object{"kind": "activate", "pack": "test@9"}}, {"POST", "/v1/rollouts/rol_1/stop", nil},
		{"GET", "/v1/rollouts/rol_1/differences", nil}, {"GET", "/v1/rollouts/rol_1/report", nil},
	} {
		for _, role := range server.Roles() {
			got := w.do(t, call{method: route.method, path: route.path, token: w.tokens[role], body: bytes.NewReader(encoded(t, route.body))}).status
			if allowed := slices.Contains(may, role); (got != http.StatusForbidden) != allowed || got >= http.StatusInternalServerError {
				t.Errorf("%s %s as %s: %d", route.method, route.path, role, got)
			}
		}
	}
}

// TestPacksOverTheAPI: a scientist takes a pack in, shadows with it, activates it and goes back, and reads how it went.
func TestPacksOverTheAPI(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.right(t, w.holder(t).ID, "trademark_word", "Velmora")
	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+right.ID+"/references", object{"word": "Velmora"}, http.StatusCreated, nil)
	archive := tarOf(t, intaketest.Pack(t, "2"))
	for range 2 {
		if r := w.importPack(t, archive); r.status != http.StatusCreated || r.header.Get("Location") != "/v1/packs/test@2" {
			t.Fatalf("import: %d %s", r.status, r.body)
		}
	}
	var list []packs.PackSummary
	w.send(t, server.RoleScientist, "GET", "/v1/packs", nil, http.StatusOK, &list)
	if len(list) != 2 || list[0].ID != "test@1" || !list[0].InUse || list[1].InUse || list[1].Bytes == 0 {
		t.Errorf("packs %+v", list)
	}
	var detail packs.PackDetail
	w.send(t, server.RoleScientist, "GET", "/v1/packs/test@2", nil, http.StatusOK, &detail)
	if detail.Manifest.Version != "2" || len(detail.Fusion) == 0 {
		t.Errorf("pack %+v", detail)
	}

	shadow := w.rollout(t, object{"kind": "shadow", "pack": "test@2", "share": 1}, func(r rollout.Rollout) bool { return r.State == rollout.StateShadow }, func(r rollout.Rollout) {
		w.send(t, server.RolePipeline, "POST", "/v1/score", object{"title": "Velmora bag"}, http.StatusOK, nil)
		w.until(t, r.ID, func(r rollout.Rollout) bool { return r.Shadowed.Listings == 1 })
		w.send(t, server.RoleOperator, "POST", "/v1/rollouts/"+r.ID+"/stop", nil, http.StatusOK, nil)
	})
	if shadow.State != rollout.StateStopped || shadow.Shadowed.Listings != 1 || shadow.Shadowed.Differing != 0 {
		t.Errorf("shadow %+v", shadow)
	}
	page := w.send(t, server.RoleScientist, "GET", "/v1/rollouts/"+shadow.ID+"/report", nil, http.StatusOK, nil)
	if !strings.HasPrefix(page.header.Get("Content-Type"), "text/html") || !strings.Contains(page.header.Get("Content-Security-Policy"), "default-src 'none'") || !bytes.Contains(page.body, []byte("There is nothing to show")) {
		t.Errorf("report: %v\n%s", page.header, page.body)
	}
	done := func(r rollout.Rollout) bool { return !r.Open() }
	for _, step := range []struct {
		ask  object
		want string
	}{{object{"kind": "activate", "pack": "test@2"}, "2"}, {object{"kind": "rollback"}, "1"}} {
		r := w.rollout(t, step.ask, done, nil)
		if r.State != rollout.StateDone || r.To.Version != step.want || w.Pack().Version != step.want || r.By != string(server.RoleScientist) {
			t.Errorf("%v: %+v, version %s is in use", step.ask, r, w.Pack().Version)
		}
	}
	var all []rollout.Rollout
	w.send(t, server.RoleScientist, "GET", "/v1/rollouts?limit=2", nil, http.StatusOK, &all)
	if len(all) != 2 || all[0].Kind != rollout.KindRollback {
		t.Errorf("rollouts %+v", all)
	}
}

// rollout asks for one and runs it in the background; at the state that is waited for, then may do something, and the end is returned.
func (w *world) rollout(t *testing.T, ask object, reached func(rollout.Rollout) bool, then func(rollout.Rollout)) rollout.Rollout {
	t.Helper()
	var r rollout.Rollout
	w.send(t, server.RoleScientist, "POST", "/v1/rollouts", ask, http.StatusAccepted, &r)
	ended := make(chan error, 1)
	go func() { ended <- w.rollouts.Once(context.WithoutCancel(t.Context())) }()
	w.until(t, r.ID, reached)
	if then != nil {
		then(r)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	w.send(t, server.RoleScientist, "GET", "/v1/rollouts/"+r.ID, nil, http.StatusOK, &r)
	return r
}

// until waits for a rollout; go test's own limit ends a wait in vain.
func (w *world) until(t *testing.T, id string, reached func(rollout.Rollout) bool) {
	t.Helper()
	for {
		var r rollout.Rollout
		w.send(t, server.RoleScientist, "GET", "/v1/rollouts/"+id, nil, http.StatusOK, &r)
		if reached(r) {
			return
		}
		if r.State == rollout.StateFailed {
			t.Fatalf("rollout %+v", r)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// TestBadPacksOverTheAPI: bad input is answered with a sentence, and the pack in use serves on.
func TestBadPacksOverTheAPI(t *testing.T) {
	w := newWorld(t, nil, nil)
	bad := tarOf(t, intaketest.Pack(t, "3"))
	at := bytes.Index(bad, []byte(`"near_copy"`))
	bad[at+1] = 'N' // of the fusion file, so that its checksum is another
	for name, tt := range map[string]struct {
		archive []byte
		status  int
		says    string
	}{
		"nothing":                     {nil, http.StatusBadRequest, "body"},
		"no archive":                  {[]byte("{}"), http.StatusUnprocessableEntity, "tar"},
		"wrong checksum":              {bad, http.StatusUnprocessableEntity, "SHA-256"},
		"version in use, other files": {tarOf(t, otherFiles(t)), http.StatusConflict, "version of its own"},
	} {
		r := w.importPack(t, tt.archive)
		if r.status != tt.status || !bytes.Contains(r.body, []byte(tt.says)) || !strings.Contains(r.header.Get("Content-Type"), "problem+json") {
			t.Errorf("%s: %d %s, want %d that says %q", name, r.status, r.body, tt.status, tt.says)
		}
	}
	for _, tt := range []struct {
		ask    object
		status int
		says   string
	}{
		{object{"kind": "activate", "pack": "test@1"}, http.StatusConflict, "in use already"},
		{object{"kind": "activate", "pack": "test@7"}, http.StatusNotFound, "import it first"},
		{object{"kind": "activate", "pack": "../../etc@1"}, http.StatusNotFound, "name@version"},
		{object{"kind": "activate"}, http.StatusUnprocessableEntity, "name a pack"},
		{object{"kind": "rollback", "pack": "test@1"}, http.StatusUnprocessableEntity, "none for a rollback"},
		{object{"kind": "rollback"}, http.StatusConflict, "o pack was in use before"},
		{object{"kind": "activate", "pack": "test@7", "share": 0.5}, http.StatusUnprocessableEntity, "belongs to a shadow"},
		{object{"kind": "shadow", "pack": "test@7", "share": 1.5}, http.StatusUnprocessableEntity, "share"},
		{object{"kind": "explode", "pack": "test@7"}, http.StatusUnprocessableEntity, "kind"},
	} {
		if r := w.send(t, server.RoleScientist, "POST", "/v1/rollouts", tt.ask, tt.status, nil); !bytes.Contains(r.body, []byte(tt.says)) {
			t.Errorf("%v: %s, want words %q", tt.ask, r.body, tt.says)
		}
	}
	for _, path := range []string{"/v1/rollouts/rol_1", "/v1/rollouts/rol_1/report", "/v1/rollouts/rol_1/differences", "/v1/packs/test@9"} {
		w.send(t, server.RoleScientist, "GET", path, nil, http.StatusNotFound, nil)
	}
	if r := w.importPack(t, tarOf(t, intaketest.Pack(t, "2"))); r.status != http.StatusCreated {
		t.Fatalf("import: %s", r.body)
	}
	w.send(t, server.RoleScientist, "POST", "/v1/rollouts", object{"kind": "activate", "pack": "test@2"}, http.StatusAccepted, nil)
	if r := w.send(t, server.RoleOperator, "POST", "/v1/rollouts", object{"kind": "shadow", "pack": "test@2"}, http.StatusConflict, nil); !bytes.Contains(r.body, []byte("wait for its end")) {
		t.Errorf("a rollout beside another: %s", r.body)
	}
	if got := w.Pack().Version; got != "1" {
		t.Errorf("version %s is in use", got)
	}
}

// otherFiles is a pack with the name and version of the one in use, and another description.
func otherFiles(t *testing.T) *models.Pack {
	t.Helper()
	return intaketest.Pack(t, "1", func(m *models.Manifest) { m.Description = fmt.Sprint("another ", m.Name) })
}
