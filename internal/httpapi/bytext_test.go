package httpapi_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"

	"touchstone/embed/embedtest"
	"touchstone/internal/httpapi/packs"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
)

// TestSearchReferencesByRole: who reads the registry may search it by text, and with a pack that cannot it is told so.
func TestSearchReferencesByRole(t *testing.T) {
	w := newWorld(t, nil, nil)
	may := []server.Role{server.RoleReviewer, server.RoleScientist, server.RoleOperator, server.RoleAdmin}
	for _, role := range server.Roles() {
		r := w.do(t, call{method: "POST", path: "/v1/references/search", token: w.tokens[role], body: bytes.NewReader(encoded(t, object{"text": "a bag"}))})
		want := http.StatusForbidden
		if slices.Contains(may, role) {
			want = http.StatusConflict
		}
		if r.status != want || want == http.StatusConflict && !strings.Contains(string(r.body), "test@1") {
			t.Errorf("%s: %d %s, want %d", role, r.status, r.body, want)
		}
	}
}

// TestSearchReferencesByText: a text finds registered pictures, as many as asked; a blank one is refused.
func TestSearchReferencesByText(t *testing.T) {
	w := newWorldOn(t, intaketest.Open(t, t.TempDir(), intaketest.JointPack(t), nil), nil)
	right := w.right(t, w.holder(t).ID, "design", "Bag")
	for seed := range uint64(2) {
		w.send(t, server.RoleOperator, "POST", "/v1/rights/"+right.ID+"/references", object{"picture": intaketest.Drawing(t, seed)}, http.StatusCreated, nil)
	}
	vector := make([]float32, embedtest.PictureDimension)
	vector[0] = 1
	w.Fake.Rows = map[string][][]float32{"caption": {vector}}
	var found []packs.Described
	w.send(t, server.RoleReviewer, "POST", "/v1/references/search", object{"text": "a bag"}, http.StatusOK, &found)
	if len(found) != 2 || found[0].Right != right.ID || found[0].Reference == found[1].Reference || found[0].Cosine < found[1].Cosine {
		t.Errorf("found %+v", found)
	}
	w.send(t, server.RoleReviewer, "POST", "/v1/references/search", object{"text": "a bag", "limit": 1}, http.StatusOK, &found)
	if len(found) != 1 {
		t.Errorf("asked for one, found %+v", found)
	}
	for _, bad := range []object{{"text": " \t"}, {"text": ""}, {}, {"text": "x", "limit": 0}, {"text": "x", "limit": 101}, {"text": "x", "other": 1}} {
		w.send(t, server.RoleReviewer, "POST", "/v1/references/search", bad, http.StatusUnprocessableEntity, nil)
	}
}
