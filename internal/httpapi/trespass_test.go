package httpapi_test

import (
	"bytes"
	"net/http"
	"testing"

	"touchstone/internal/casework/followup"
	"touchstone/internal/server"
)

// TestNoticesOnAnothersRight: they are refused as if the right was not there, and count against the standing of who sends them, at most ten a day; what names a
// right of nobody's, or only asks before filing, does not.
func TestNoticesOnAnothersRight(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	token := w.issue(t, w.keys, server.KeyRequest{Account: "stranger", Name: "other", Role: server.RoleHolder})
	unfounded := func() int {
		var v followup.NotifierView
		w.send(t, server.RoleOperator, "GET", "/v1/notifier-standing?account=stranger", nil, http.StatusOK, &v)
		return v.Standing.All.Unfounded
	}
	file := func(path, right string) {
		t.Helper()
		if r := w.do(t, call{method: "POST", path: path, token: token, body: bytes.NewReader(encoded(t, aNotice(right, "L1", "L2")))}); r.status != http.StatusNotFound {
			t.Errorf("%s on %s: %d %s", path, right, r.status, r.body)
		}
	}
	file("/v1/notices/precheck", right.ID)
	file("/v1/notices", "rgt_06h00000000000000000000000")
	if n := unfounded(); n != 0 {
		t.Errorf("%d count before any was filed", n)
	}
	for range 12 {
		file("/v1/notices", right.ID)
	}
	if n := unfounded(); n != 10 {
		t.Errorf("%d count, want 10", n)
	}
}
