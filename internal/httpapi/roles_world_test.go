package httpapi_test

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/httpapi"
	"touchstone/internal/httpapi/desk"
	"touchstone/internal/httpapi/partners"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
	"touchstone/internal/tracing"
)

// operationOf is one operation of the served document.
type operationOf struct {
	id, method, path string
	doc              map[string]any
}

// operations reads the served document, sorted so that what deletes comes last.
func (w *world) operations(t *testing.T) []operationOf {
	t.Helper()
	var document struct {
		Paths map[string]map[string]map[string]any
	}
	decodeInto(t, w.do(t, call{method: "GET", path: "/openapi.json"}).body, &document)
	var out []operationOf
	for path, item := range document.Paths {
		for method, op := range item {
			out = append(out, operationOf{op["operationId"].(string), strings.ToUpper(method), path, op})
		}
	}
	late := func(o operationOf) int {
		if o.method == "DELETE" {
			return 1
		}
		return 0
	}
	slices.SortFunc(out, func(a, b operationOf) int { return cmp.Or(late(a)-late(b), strings.Compare(a.id, b.id)) })
	return out
}

// estate makes everything that somebody can own here, and names it.
func (w *world) estate(t *testing.T) map[string]string {
	t.Helper()
	right := w.market(t)
	of := map[string]string{"market": "alpha", "right": right.ID, "holder": right.HolderID}
	made := func(name string, role server.Role, path string, in object, status int) {
		var out struct{ ID, File string }
		w.send(t, role, "POST", path, in, status, &out)
		of[name] = cmp.Or(out.ID, of[name])
		if out.File != "" {
			of["file"] = out.File
		}
	}
	made("reference", server.RoleHolder, "/v1/rights/"+right.ID+"/references", object{"picture": intaketest.Drawing(t, 1)}, http.StatusCreated)
	made("pending", server.RoleHolder, "/v1/rights", object{"holder_id": right.HolderID, "name": "V", "type": "design", "territories": []string{"EU"}}, http.StatusCreated)
	made("certificate", server.RoleHolder, "/v1/rights/"+of["pending"]+"/certificates", object{"file": paper(t, "CERTIFICATE")}, http.StatusCreated)
	made("power", server.RoleHolder, "/v1/holders/"+right.HolderID+"/powers", object{"agent": "agent", "scopes": []string{"registry", "notices"}}, http.StatusCreated)
	made("spare", server.RoleHolder, "/v1/holders/"+right.HolderID+"/powers", object{"agent": "nobody", "scopes": []string{"registry"}}, http.StatusCreated)
	made("inquiry", server.RoleHolder, "/v1/inquiries", aQuestion(), http.StatusCreated)
	made("webhook", server.RoleHolder, "/v1/webhooks", object{"url": "http://127.0.0.1:1/in", "kinds": []string{"case.*"}}, http.StatusCreated)
	made("connector", server.RolePipeline, "/v1/webhooks", object{"url": "http://127.0.0.1:1/in", "kinds": []string{"enforcement.*"}}, http.StatusCreated)
	made("sweep", server.RoleHolder, "/v1/rights/"+right.ID+"/sweep", nil, http.StatusAccepted)

	var scored httpapi.Scored
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": "L1", "marketplace": "alpha", "seller": "shop-7", "title": "VELMORA bag",
		"pictures": []object{{"data": base64.StdEncoding.EncodeToString(intaketest.Drawing(t, 1))}}}, http.StatusOK, &scored)
	of["report"], of["listing"] = scored.ID, scored.Entry
	if err := w.Keeper().Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", aNotice(right.ID, "L1", "L2"), http.StatusCreated, &n)
	w.work(t)
	of["notice"], of["case"] = n.ID, n.Items[0].Case
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+of["case"]+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+of["case"]+"/decide", object{"outcome": "taken_down"}, http.StatusOK, nil)
	w.work(t)
	made("link", server.RolePipeline, "/v1/cases/"+of["case"]+"/seller-links", object{}, http.StatusCreated)
	told, err := w.docket.Store.Enforcements(t.Context(), docket.EnforcementQuery{Case: of["case"], Limit: 1})
	if err != nil || len(told) != 1 {
		t.Fatal(told, err)
	}
	of["enforcement"] = told[0].ID
	p := w.join(t, right, "partner", partner.Catalogue()...)
	w.join(t, casework.Right{ID: of["pending"]}, "stranger", partner.Catalogue()...) // a partner like it, of other rights
	of["partner"] = p.ID
	made("action", server.RoleOperator, "/v1/actions", object{"kind": "joint_action", "title": "A sweep", "partners": []object{{"partner_id": p.ID, "as": "member"}}}, http.StatusCreated)
	made("bundle", server.RoleOperator, "/v1/partners/"+p.ID+"/bundles", object{"case_id": of["case"], "purpose": "for the file"}, http.StatusCreated)
	if err := w.alarm(t.Context(), tracing.Alert{Right: right.ID, At: w.Clock(), Markets: []tracing.Market{{Marketplace: "alpha", Now: 9}}}); err != nil {
		t.Fatal(err)
	}
	var warned partners.WarningPage
	w.send(t, server.RolePartner, "GET", "/v1/alerts", nil, http.StatusOK, &warned)
	of["alert"] = warned.Alerts[0].ID
	w.Pass(4 * 24 * time.Hour)
	if _, err := w.surveys.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	var asked desk.SurveyPage
	w.send(t, server.RoleHolder, "GET", "/v1/surveys", nil, http.StatusOK, &asked)
	of["survey"] = asked.Surveys[0].ID
	return of
}

// strangers are keys in the roles that own things, of whom nothing here is.
func (w *world) strangers(t *testing.T) map[server.Role]string {
	t.Helper()
	out := map[server.Role]string{}
	for role, subject := range map[server.Role]string{server.RoleHolder: "", server.RoleAgent: "", server.RoleSeller: "alpha/shop-8", server.RolePipeline: "beta", server.RolePartner: "", server.RoleScientist: ""} {
		out[role] = w.issue(t, w.keys, server.KeyRequest{Account: "stranger", Name: "other", Role: role, Subject: subject})
	}
	return out
}

// request is what a row asks for.
func (r access) request(o operationOf, of map[string]string) call {
	fill := func(s string) string {
		for _, name := range slices.SortedFunc(maps.Keys(of), func(a, b string) int { return len(b) - len(a) }) {
			s = strings.ReplaceAll(s, "$"+name, of[name])
		}
		return s
	}
	c, query := call{method: o.method, path: o.path, header: map[string]string{}}, url.Values{}
	for name, value := range r.with {
		switch {
		case name == "":
			c.body = strings.NewReader(fill(value))
		case name[0] == '?':
			query.Set(name[1:], fill(value))
		case name[0] == '#':
			c.header[name[1:]] = value
		default:
			c.path = strings.ReplaceAll(c.path, "{"+name+"}", fill(value))
		}
	}
	for _, gap := range []string{"id", "hash", "link", "collection", "family", "finding", "seq", "account", "partner"} {
		c.path = strings.ReplaceAll(c.path, "{"+gap+"}", "0")
	}
	if o.id == "import-rights" {
		c.contentType = "text/csv"
	}
	if len(query) > 0 {
		c.path += "?" + query.Encode()
	}
	return c
}

func letters(roles string) (out []server.Role) {
	for _, r := range roles {
		out = append(out, roleLetters[r])
	}
	return out
}

// inventory is what an admin sees of an estate.
func (w *world) inventory(t *testing.T, of map[string]string) map[string]any {
	t.Helper()
	out := map[string]any{}
	see := func(path string, into any) {
		w.send(t, server.RoleAdmin, "GET", path, nil, http.StatusOK, into)
		out[path] = into
	}
	see("/v1/holders/"+of["holder"], &object{})
	see("/v1/rights/"+of["right"], &httpapi.Right{})
	see("/v1/rights/"+of["right"]+"/references", &[]object{})
	see("/v1/rights/"+of["right"]+"/authorized-sellers", &[]object{})
	see("/v1/references/"+of["reference"], &object{})
	see("/v1/certificates/"+of["certificate"], &dossier.CertificateView{})
	see("/v1/powers/"+of["power"], &object{})
	see("/v1/powers/"+of["spare"], &object{})
	see("/v1/notices/"+of["notice"], &docket.Notice{})
	see("/v1/cases/"+of["case"], &docket.Case{})
	see("/v1/cases/"+of["case"]+"/seller-links", &object{})
	see("/v1/enforcements", &object{})
	see("/v1/sweeps", &object{})
	see("/v1/inquiries/"+of["inquiry"], &struct{ inquiry.Inquiry }{})
	see("/v1/webhooks/"+of["webhook"], &webhook.Hook{})
	see("/v1/surveys/"+of["survey"], &desk.SurveyView{})
	see("/v1/partners/"+of["partner"], &partner.Partner{})
	see("/v1/actions/"+of["action"], &partner.Action{})
	see("/v1/alerts/"+of["alert"], &partner.Warning{})
	see("/v1/bundles/"+of["bundle"], &partner.Bundle{})
	see("/v1/webhooks/"+of["connector"], &webhook.Hook{})
	return out
}

// refusal is a row that the audit log must have.
type refusal struct{ actor, action string }

// refused lists what the audit log has of requests that were refused.
func (w *world) refusedRows(t *testing.T) map[refusal]bool {
	t.Helper()
	if err := w.refusals.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	out := map[refusal]bool{}
	for after := int64(0); ; {
		rows, err := w.Store.Audits(t.Context(), "", after, 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows {
			after = r.Seq
			action, _, _ := strings.Cut(r.Action, " x")
			role, _, _ := strings.Cut(r.Actor, ":")
			out[refusal{role, action}] = true
		}
		if len(rows) < 500 {
			return out
		}
	}
}

// TestRoles walks every operation of the served document as every role, without a key, with a key that is none and one that was revoked: who
// may is what the table says and nobody else, and the document says the same.
func TestRoles(t *testing.T) {
	w := newWorld(t, nil, nil)
	of := w.estate(t)
	revoked := w.issue(t, w.keys, server.KeyRequest{Account: "holder", Name: "gone", Role: server.RoleHolder})
	r := w.do(t, call{method: "DELETE", path: "/v1/keys/" + revoked[3:19], token: w.tokens[server.RoleAdmin]})
	if r.status != http.StatusNoContent {
		t.Fatalf("revoked: %d %s", r.status, r.body)
	}
	doors := map[string]string{"nobody": "", "a wrong key": "ts_" + strings.Repeat("A", 16) + "_" + strings.Repeat("B", 43), "no key at all": "Ada", "a revoked key": revoked}
	seen := map[string]bool{}
	for _, o := range w.operations(t) {
		row, ok := roles[o.id]
		seen[o.id] = true
		if !ok {
			t.Errorf("%s %s (%s) is in no row: say in the table of this test who may, and how a stranger fares", o.method, o.path, o.id)
			continue
		}
		may := letters(row.may)
		for name, token := range doors {
			c := row.request(o, of)
			c.token = token
			if got := w.do(t, c); got.status != http.StatusUnauthorized || got.header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %s gets %d %s", o.id, name, got.status, got.body)
			}
		}
		for _, role := range server.Roles() {
			if slices.Contains(may, role) {
				continue
			}
			c := row.request(o, of)
			c.token = w.tokens[role]
			if got := w.do(t, c); got.status != http.StatusForbidden {
				t.Errorf("%s: %s gets %d %.200s", o.id, role, got.status, got.body)
			}
		}
		said, _ := o.doc["description"].(string)
		for _, role := range server.Roles() {
			line := said[strings.LastIndex(said, "Roles: "):]
			if named := slices.Contains(strings.Fields(strings.NewReplacer(".", " ", "Roles:", " ").Replace(line)), string(role)); named != slices.Contains(may, role) {
				t.Errorf("%s: the document says %q, the table %q", o.id, line, row.may)
			}
		}
	}
	for name := range roles {
		if !seen[name] {
			t.Errorf("the table names %s, which is no operation any more", name)
		}
	}
}

// TestStrangers sends every operation on what somebody owns with keys of others in the roles that may: they find nothing, nothing changes, and every
// refusal is in the audit log. Then the owners send the same, and are let in: what was refused was there.
func TestStrangers(t *testing.T) {
	w := newWorld(t, nil, nil)
	of := w.estate(t)
	strangers, want := w.strangers(t), map[refusal]string{}
	before := w.inventory(t, of)
	operations := w.operations(t)
	for _, o := range operations {
		row := roles[o.id]
		owning := slices.DeleteFunc(letters(row.may), func(r server.Role) bool { return strangers[r] == "" })
		if row.stranger == all || row.stranger == shared {
			if own := slices.DeleteFunc(owning, func(r server.Role) bool { return r == server.RoleScientist }); row.stranger == all && len(own) > 0 {
				t.Errorf("%s: %v may, who see their own alone; say how a stranger fares", o.id, own)
			}
			continue
		}
		for _, role := range owning {
			c := row.request(o, of)
			c.token = strangers[role]
			got := w.do(t, c)
			if !row.refuses(t, got) {
				t.Errorf("%s: another %s gets %d %.300s", o.id, role, got.status, got.body)
			}
			if got.status == http.StatusForbidden || got.status == http.StatusNotFound {
				want[refusal{string(role), fmt.Sprintf("request.refused %d %s %s", got.status, o.method, ginPath(o.path))}] = o.id
			}
			if got.status == http.StatusUnprocessableEntity {
				want[refusal{string(role), "request.refused 422 " + o.method + " " + ginPath(o.path)}] = o.id
			}
		}
	}
	if d := gocmp.Diff(before, w.inventory(t, of)); d != "" {
		t.Errorf("strangers changed something:\n%s", d)
	}
	rows := w.refusedRows(t)
	for r, id := range want {
		if !rows[r] {
			t.Errorf("%s: the audit log has no %q by a %s", id, r.action, r.actor)
		}
	}
	for _, o := range operations {
		row := roles[o.id]
		if row.stranger != hidden && row.stranger != nameless || row.owners == none {
			continue
		}
		for _, role := range letters(cmp.Or(row.owners, row.may)) {
			c := row.request(o, of)
			c.token = w.tokens[role]
			gone := o.method == "DELETE" // the owner before this one did it
			if got := w.do(t, c); got.status == http.StatusUnauthorized || got.status == http.StatusForbidden || got.status == http.StatusNotFound && !gone {
				t.Errorf("%s: its own %s gets %d %.300s", o.id, role, got.status, got.body)
			}
		}
	}
}

// refuses tells whether an answer to a stranger is the one that the row wants.
func (r access) refuses(t *testing.T, got reply) bool {
	t.Helper()
	switch r.stranger {
	case hidden:
		return got.status == http.StatusNotFound || got.status == http.StatusForbidden
	case empty:
		return got.status == http.StatusOK && !holdsAny(t, got.body) || got.status == http.StatusNotFound
	case nameless:
		return got.status == http.StatusUnprocessableEntity || got.status == http.StatusForbidden
	}
	return false
}

// ginPath is a path of the document as the router and the audit log name it.
func ginPath(path string) string { return strings.NewReplacer("{", ":", "}", "").Replace(path) }

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
