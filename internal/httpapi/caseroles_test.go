package httpapi_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"touchstone/internal/casework/docket"
	"touchstone/internal/server"
)

// TestCaseRoutesByRoleAndOwner sends every operation on notices and cases with a key of every role, and with keys of others in the roles
// that may: the first are forbidden, the second find nothing, and nothing changes.
func TestCaseRoutesByRoleAndOwner(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": "L1", "marketplace": "alpha", "seller": "shop-7", "title": "Leather bag"}, http.StatusOK, nil)
	var n docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", aNotice(right.ID, "L1"), http.StatusCreated, &n)
	w.work(t)
	id := n.Items[0].Case
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/decide", object{"outcome": "taken_down"}, http.StatusOK, nil)
	told, err := w.docket.Store.Enforcements(t.Context(), docket.EnforcementQuery{Case: id, Limit: 1})
	if err != nil || len(told) != 1 {
		t.Fatal(told, err)
	}

	registrar := []server.Role{server.RoleHolder, server.RoleAgent, server.RoleOperator, server.RoleAdmin}
	reader := append([]server.Role{server.RoleReviewer}, registrar...)
	judge := []server.Role{server.RoleReviewer, server.RoleOperator, server.RoleAdmin}
	anyParty := append([]server.Role{server.RolePipeline, server.RoleSeller}, reader...)
	connector := []server.Role{server.RolePipeline, server.RoleOperator, server.RoleAdmin}
	linker := append([]server.Role{server.RolePipeline}, judge...)
	statement := "The goods are genuine and were bought from the holder."
	routes := []struct {
		method, path string
		body         object
		roles        []server.Role
		list         bool // others get an empty list
	}{
		{"POST", "/v1/notices", aNotice(right.ID, "L9"), registrar, false},
		{"POST", "/v1/notices/precheck", aNotice(right.ID, "L9"), registrar, false},
		{"GET", "/v1/notices/" + n.ID, nil, reader, false},
		{"GET", "/v1/notices", nil, reader, true},
		{"POST", "/v1/notices/" + n.ID + "/withdraw", object{}, registrar, false},
		{"GET", "/v1/queue?queue=standard", nil, judge, true},
		{"GET", "/v1/queue/counts", nil, judge, true},
		{"POST", "/v1/queue/claim", object{"queue": "standard"}, judge, true},
		{"GET", "/v1/cases", nil, anyParty, true},
		{"GET", "/v1/cases/" + id, nil, anyParty, false},
		{"POST", "/v1/cases/" + id + "/claim", nil, judge, false},
		{"POST", "/v1/cases/" + id + "/release", nil, judge, false},
		{"POST", "/v1/cases/" + id + "/decide", object{"outcome": "upheld"}, judge, false},
		{"POST", "/v1/cases/bulk-decide", object{"outcome": "upheld", "cases": []string{id}}, judge, true},
		{"POST", "/v1/cases/" + id + "/second-opinion", object{"agree": true}, judge, false},
		{"POST", "/v1/cases/" + id + "/clarify", object{"question": "Which picture do you mean?"}, judge, false},
		{"POST", "/v1/cases/" + id + "/reinstate", object{}, judge, false},
		{"POST", "/v1/cases/" + id + "/answer", object{"answer": "yes"}, registrar, false},
		{"POST", "/v1/cases/" + id + "/counter-notice", object{"statement": statement, "sworn": true, "signature": "S"}, []server.Role{server.RoleSeller}, false},
		{"POST", "/v1/cases/" + id + "/appeal", object{"statement": statement}, []server.Role{server.RoleSeller, server.RoleHolder, server.RoleAgent}, false},
		{"GET", "/v1/cases/" + id + "/seller-links", nil, linker, false},
		{"POST", "/v1/cases/" + id + "/seller-links", object{}, linker, false},
		{"POST", "/v1/cases/" + id + "/seller-links/lnk_1/revoke", nil, linker, false},
		{"GET", "/v1/events", nil, append([]server.Role{server.RolePipeline}, reader...), true},
		{"GET", "/v1/enforcements", nil, append([]server.Role{server.RoleReviewer}, connector...), true},
		{"POST", "/v1/enforcements/" + told[0].ID + "/confirm", nil, connector, false},
		{"GET", "/v1/audit", nil, []server.Role{server.RoleOperator, server.RoleAdmin}, true},
	}
	others := map[server.Role]string{}
	for role, subject := range map[server.Role]string{server.RoleHolder: "", server.RoleAgent: "", server.RoleSeller: "alpha/shop-8", server.RolePipeline: "beta"} {
		others[role] = w.issue(t, w.keys, server.KeyRequest{Account: "stranger", Name: "other", Role: role, Subject: subject})
	}
	before, err := w.Store.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range routes {
		t.Run(r.method+" "+strings.ReplaceAll(strings.ReplaceAll(r.path, id, "CASE"), n.ID, "NOTICE"), func(t *testing.T) {
			send := func(token string) reply {
				c := call{method: r.method, path: r.path, token: token}
				if r.body != nil {
					c.body = bytes.NewReader(encoded(t, r.body))
				}
				return w.do(t, c)
			}
			if got := send(""); got.status != http.StatusUnauthorized {
				t.Errorf("without a key: %d", got.status)
			}
			for _, role := range server.Roles() {
				if slices.Contains(r.roles, role) {
					continue
				}
				if got := send(w.tokens[role]); got.status != http.StatusForbidden {
					t.Errorf("role %s: %d %s", role, got.status, got.body)
				}
			}
			for role, token := range others {
				if !slices.Contains(r.roles, role) {
					continue
				}
				got := send(token)
				if r.list && got.status == http.StatusOK && !holdsAny(t, got.body) || got.status == http.StatusNotFound {
					continue
				}
				t.Errorf("another's %s: %d %s", role, got.status, got.body)
			}
		})
	}
	after, err := w.Store.Case(t.Context(), id)
	if err != nil || after.Version != before.Version {
		t.Errorf("the case was changed by those who may not: version %d, was %d (%v)", after.Version, before.Version, err)
	}
}

// holdsAny tells whether any list in an answer has an entry.
func holdsAny(t *testing.T, body []byte) bool {
	t.Helper()
	var v map[string]json.RawMessage
	decodeInto(t, body, &v)
	for _, raw := range v {
		var list []any
		if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
			return true
		}
	}
	return false
}
