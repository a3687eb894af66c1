package httpapi_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/evidence"
	"touchstone/internal/casework/partner"
	"touchstone/internal/httpapi"
	"touchstone/internal/httpapi/partners"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
	"touchstone/internal/tracing"
)

// anAgreement covers a right on the marketplace alpha, with the fields that are named.
func (w *world) anAgreement(right casework.Right, fields ...partner.Field) object {
	return object{"reference": "A-1", "from": w.Clock().AddDate(0, -1, 0), "until": w.Clock().AddDate(1, 0, 0), "territories": []string{"WW"}, "marketplaces": []string{"alpha"},
		"rights": []string{right.ID}, "holders": []string{}, "fields": fields, "shares": []string{}}
}

// join takes a partner in and makes an account its member.
func (w *world) join(t *testing.T, right casework.Right, account string, fields ...partner.Field) partner.Partner {
	t.Helper()
	var p partner.Partner
	w.send(t, server.RoleOperator, "POST", "/v1/partners", object{"name": "Police of " + account, "kind": "law_enforcement", "agreement": w.anAgreement(right, fields...)}, http.StatusCreated, &p)
	w.send(t, server.RoleOperator, "POST", "/v1/partners/"+p.ID+"/members", object{"account": account}, http.StatusOK, &p)
	return p
}

// caseOf is a decided case about a listing with the registered picture.
func (w *world) caseOf(t *testing.T, right casework.Right) string {
	t.Helper()
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": "L1", "marketplace": "alpha", "seller": "shop-7", "title": "Leather bag"}, http.StatusOK, nil)
	var n docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", aNotice(right.ID, "L1"), http.StatusCreated, &n)
	w.work(t)
	id := n.Items[0].Case
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/decide", object{"outcome": "taken_down"}, http.StatusOK, nil)
	return id
}

// TestPartnersAtWork goes the whole way: an agreement, an alert within the hour, an action with a document, a bundle that a stranger can check, and the end.
func TestPartnersAtWork(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	id := w.caseOf(t, right)
	p := w.join(t, right, "partner", partner.Usual(partner.KindCourt)...)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	now := w.Clock()
	must(w.alarm(t.Context(), tracing.Alert{Right: right.ID, At: now, From: now.Add(-time.Hour), Now: 9, Sellers: 3, Markets: []tracing.Market{{Marketplace: "alpha", Now: 9, Sellers: 3}}}))
	var alerts partners.WarningPage
	w.send(t, server.RolePartner, "GET", "/v1/alerts", nil, http.StatusOK, &alerts)
	if len(alerts.Alerts) != 1 || alerts.Alerts[0].Right != "" || alerts.Alerts[0].Listings != nil {
		t.Errorf("a court is told of no counts: %+v", alerts.Alerts)
	}
	w.send(t, server.RolePartner, "POST", "/v1/alerts/"+alerts.Alerts[0].ID+"/acknowledge", object{"note": "Seen."}, http.StatusOK, nil)
	w.send(t, server.RolePartner, "GET", "/v1/alerts?unacknowledged=true", nil, http.StatusOK, &alerts)
	if len(alerts.Alerts) != 0 {
		t.Errorf("acknowledged: %+v", alerts.Alerts)
	}

	var x partner.Action
	w.send(t, server.RoleOperator, "POST", "/v1/actions", object{"kind": "litigation", "title": "Velmora ./. X", "authority": "LG Hamburg", "partners": []object{{"partner_id": p.ID, "as": "member"}}}, http.StatusCreated, &x)
	at := "/v1/actions/" + x.ID
	w.send(t, server.RoleOperator, "POST", at+"/link", object{"rights": []string{right.ID}, "cases": []string{id}}, http.StatusOK, nil)
	w.send(t, server.RoleOperator, "POST", at+"/state", object{"state": "filed", "note": "Complaint filed."}, http.StatusOK, nil)
	w.send(t, server.RoleOperator, "POST", at+"/state", object{"state": "running"}, http.StatusConflict, nil)
	w.send(t, server.RoleOperator, "POST", at+"/state", object{"state": "decided"}, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RolePartner, "POST", at+"/state", object{"state": "decided", "outcome": "x"}, http.StatusForbidden, nil)
	var sent dossier.SentFile
	w.send(t, server.RolePartner, "POST", "/v1/files", object{"name": "order.png", "file": intaketest.Drawing(t, 3)}, http.StatusCreated, &sent)
	w.send(t, server.RolePartner, "POST", at+"/documents", object{"sha256": sent.Hash}, http.StatusOK, nil)
	w.send(t, server.RolePartner, "POST", at+"/entries", object{"what": "Hearing", "who": "4th chamber", "outcome": "Adjourned"}, http.StatusOK, &x)
	if len(x.Documents) != 1 || len(x.Cases) != 1 || x.State != "filed" || x.Authority != "LG Hamburg" {
		t.Errorf("the court sees %+v", x)
	}
	var entries partners.ActionEntryPage
	w.send(t, server.RolePartner, "GET", at+"/entries?limit=100", nil, http.StatusOK, &entries)
	if n := len(entries.Entries); n != 4 || entries.Entries[n-1].By != p.ID || entries.Entries[n-1].Person != "" || entries.Entries[0].By != "desk" {
		t.Errorf("entries: %+v", entries.Entries)
	}
	r := w.do(t, call{method: "GET", path: at + "/documents/" + sent.Hash, token: w.tokens[server.RolePartner]})
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "image/jpeg" && r.header.Get("Content-Type") != "image/png" || len(r.body) != sent.Size {
		t.Errorf("document: %d %v", r.status, r.header)
	}

	var b partner.Bundle
	order := object{"case_id": id, "action_id": x.ID, "purpose": "Az. 4 O 1/26", "days": 10}
	for range 2 { // the same request happens once
		body := call{method: "POST", path: "/v1/partners/" + p.ID + "/bundles", token: w.tokens[server.RoleOperator], body: bytes.NewReader(encoded(t, order)), header: map[string]string{"Idempotency-Key": "k"}}
		if r = w.do(t, body); r.status != http.StatusCreated {
			t.Fatalf("%d %s", r.status, r.body)
		}
		decodeInto(t, r.body, &b)
	}
	var mine partners.BundlePage
	w.send(t, server.RolePartner, "GET", "/v1/bundles", nil, http.StatusOK, &mine)
	if len(mine.Bundles) != 1 || mine.Bundles[0].MadeBy != "desk" || !strings.HasPrefix(mine.Bundles[0].Link, partner.PathPrefix) {
		t.Errorf("bundles: %+v", mine.Bundles)
	}
	r = w.do(t, call{method: "GET", path: "/v1/bundles/" + b.ID + "/file", token: w.tokens[server.RolePartner]})
	v, err := evidence.Verify(bytes.NewReader(r.body), int64(len(r.body)), w.signer.Public())
	if err != nil || v.Manifest.Receiver == nil || v.Manifest.Receiver.ID != p.ID || !v.Manifest.Receiver.ExpiresAt.Equal(b.ExpiresAt) || v.Content.Listing.Seller != "shop-7" {
		t.Errorf("bundle: %+v, %v", v.Manifest, err)
	}
	var log httpapi.AuditPage
	w.send(t, server.RoleOperator, "GET", "/v1/audit?subject="+b.ID, nil, http.StatusOK, &log)
	if n := len(log.Rows); n != 2 || log.Rows[1].Action != "bundle.fetch" || !strings.HasPrefix(log.Rows[1].Actor, "partner:partner/") {
		t.Errorf("audit: %+v", log.Rows)
	}
	var feed httpapi.EventPage
	w.send(t, server.RolePartner, "GET", "/v1/events", nil, http.StatusOK, &feed)
	kinds := map[string]int{}
	for _, e := range feed.Events {
		kinds[e.Kind]++
	}
	if kinds[partner.EventAlert] != 1 || kinds[partner.EventBundle] != 1 || kinds[partner.EventAction] < 4 || len(kinds) != 3 {
		t.Errorf("feed: %v", kinds)
	}

	w.send(t, server.RoleOperator, "POST", "/v1/partners/"+p.ID+"/suspend", object{"reason": "The agreement is looked into."}, http.StatusOK, nil)
	for _, path := range []string{"/v1/partners", "/v1/partners/" + p.ID, "/v1/alerts", "/v1/actions", at, "/v1/bundles", "/v1/bundles/" + b.ID + "/file", "/v1/events", "/v1/files/" + sent.Hash} {
		w.send(t, server.RolePartner, "GET", path, nil, http.StatusForbidden, nil)
	}
	w.send(t, server.RolePartner, "POST", "/v1/webhooks", object{"url": "https://example.com/hook"}, http.StatusForbidden, nil)
	must(w.refusals.Flush(t.Context()))
	w.send(t, server.RoleOperator, "GET", "/v1/audit?subject="+p.ID+"&limit=500", nil, http.StatusOK, &log)
	said := fmt.Sprint(log.Rows)
	if !strings.Contains(said, "partner.suspended") || !strings.Contains(said, "bundle.fetch while suspended") {
		t.Errorf("audit: %s", said)
	}
}

// TestPartnerWebhook: a partner hears by HTTP that there is something for it, and nothing of others.
func TestPartnerWebhook(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	p := w.join(t, right, "partner", partner.Usual(partner.KindLawEnforcement)...)
	w.join(t, right, "another", partner.Usual(partner.KindLawEnforcement)...)
	var told []string
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, in *http.Request) {
		body, _ := io.ReadAll(in.Body)
		told = append(told, string(body))
	}))
	defer receiver.Close()
	w.send(t, server.RolePartner, "POST", "/v1/webhooks", object{"url": receiver.URL}, http.StatusCreated, nil)
	w.caseOf(t, right) // events of a case, which are not the partner's
	if err := w.alarm(t.Context(), tracing.Alert{Right: right.ID, At: w.Clock(), Markets: []tracing.Market{{Marketplace: "alpha", Now: 9}}}); err != nil {
		t.Fatal(err)
	}
	if err := w.hooks.Pump(t.Context()); err != nil {
		t.Fatal(err)
	}
	var alerts partners.WarningPage
	w.send(t, server.RolePartner, "GET", "/v1/alerts", nil, http.StatusOK, &alerts)
	if len(told) != 1 || !strings.Contains(told[0], partner.EventAlert) || !strings.Contains(told[0], alerts.Alerts[0].ID) || alerts.Alerts[0].Partner != p.ID {
		t.Errorf("told %v of %+v", told, alerts.Alerts)
	}
}

// TestPartnerRoutesByRoleAndOwner sends every operation of partners with a key of every role, and with that of another partner.
func TestPartnerRoutesByRoleAndOwner(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	id := w.caseOf(t, right)
	p := w.join(t, right, "partner", partner.Catalogue()...)
	w.join(t, right, "stranger", partner.Catalogue()...)
	now := w.Clock()
	var x partner.Action
	w.send(t, server.RoleOperator, "POST", "/v1/actions", object{"kind": "joint_action", "title": "A sweep", "partners": []object{{"partner_id": p.ID, "as": "observer"}}}, http.StatusCreated, &x)
	var b partner.Bundle
	w.send(t, server.RoleOperator, "POST", "/v1/partners/"+p.ID+"/bundles", object{"case_id": id, "purpose": "for the file"}, http.StatusCreated, &b)
	if err := w.alarm(t.Context(), tracing.Alert{Right: right.ID, At: now, From: now, Markets: []tracing.Market{{Marketplace: "alpha", Now: 9}}}); err != nil {
		t.Fatal(err)
	}
	var alerts partners.WarningPage
	w.send(t, server.RolePartner, "GET", "/v1/alerts", nil, http.StatusOK, &alerts)
	al := alerts.Alerts[0].ID

	operators := []server.Role{server.RoleOperator, server.RoleAdmin}
	both := append([]server.Role{server.RolePartner}, operators...)
	mine, act, reason := "/v1/partners/"+p.ID, "/v1/actions/"+x.ID, object{"reason": "for no reason"}
	hash := strings.Repeat("0", 64)
	plan := object{"kind": "joint_action", "title": "Another sweep"}
	w.refuses(t, []route{
		{"POST", "/v1/partners", object{"name": "Acme", "kind": "brand", "agreement": w.anAgreement(right)}, operators, false},
		{"GET", mine, nil, both, false},
		{"PUT", mine, object{"name": "Acme", "agreement": w.anAgreement(right, partner.Catalogue()...)}, operators, false},
		{"POST", mine + "/members", object{"account": "third"}, operators, false},
		{"DELETE", mine + "/members/nobody", nil, operators, false},
		{"POST", mine + "/resume", nil, operators, false},
		{"POST", mine + "/bundles", object{"case_id": id, "purpose": "for the file"}, operators, false},
		{"GET", "/v1/alerts?partner=" + p.ID, nil, both, false},
		{"GET", "/v1/alerts/" + al, nil, both, false},
		{"POST", "/v1/alerts/" + al + "/acknowledge", object{}, []server.Role{server.RolePartner}, false},
		{"GET", "/v1/actions", nil, both, true},
		{"GET", act, nil, both, false},
		{"POST", "/v1/actions", plan, operators, false},
		{"PUT", act, object{"title": "A sweep"}, operators, false},
		{"GET", act + "/entries", nil, both, false},
		{"POST", act + "/entries", object{"what": "A raid"}, both, false},
		{"POST", act + "/state", object{"state": "running"}, operators, false},
		{"POST", act + "/partners", object{"partner_id": "ptn_none", "as": "member"}, operators, false},
		{"DELETE", act + "/partners/ptn_none", nil, operators, false},
		{"POST", act + "/link", object{}, operators, false},
		{"POST", act + "/unlink", object{}, operators, false},
		{"POST", act + "/documents", object{"sha256": hash}, both, false},
		{"GET", act + "/documents/" + hash, nil, both, false},
		{"GET", "/v1/bundles?partner=" + p.ID, nil, both, false},
		{"GET", "/v1/bundles/" + b.ID, nil, both, false},
		{"GET", "/v1/bundles/" + b.ID + "/file", nil, both, false},
		{"POST", "/v1/bundles/" + b.ID + "/revoke", reason, operators, false},
		{"POST", mine + "/suspend", reason, operators, false},
		{"POST", mine + "/end", reason, operators, false},
	}, map[server.Role]string{server.RolePartner: w.issue(t, w.keys, server.KeyRequest{Account: "stranger", Name: "other", Role: server.RolePartner})},
		strings.NewReplacer(p.ID, "PARTNER", x.ID, "ACTION", b.ID, "BUNDLE", al, "ALERT"))
	// A key that is bound to another partner, and an account of no partner, have nothing.
	for _, k := range []server.KeyRequest{{Account: "partner", Name: "bound", Role: server.RolePartner, Subject: "ptn_other"}, {Account: "nobody", Name: "nobody", Role: server.RolePartner}} {
		token := w.issue(t, w.keys, k)
		for _, path := range []string{"/v1/partners", "/v1/alerts", "/v1/actions", "/v1/bundles", "/v1/events"} {
			if r := w.do(t, call{method: "GET", path: path, token: token}); r.status != http.StatusForbidden {
				t.Errorf("%s of %s: %d %s", path, k.Name, r.status, r.body)
			}
		}
	}
}

// TestPartnerRefusesBadInput: what cannot be is refused with a sentence about its field, and nothing is kept.
func TestPartnerRefusesBadInput(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	post := func(path string, in object) reply {
		t.Helper()
		return w.do(t, call{method: "POST", path: path, token: w.tokens[server.RoleOperator], body: bytes.NewReader(encoded(t, in))})
	}
	agreement := w.anAgreement(right, "everything")
	wantProblem(t, post("/v1/partners", object{"name": "Acme", "kind": "brand", "agreement": agreement}), 422, "body.agreement.fields[0]", "no field that can be told")
	agreement = w.anAgreement(right)
	agreement["until"] = agreement["from"]
	wantProblem(t, post("/v1/partners", object{"name": "Acme", "kind": "brand", "agreement": agreement}), 422, "body.agreement.until", "behind from")
	p := w.join(t, right, "partner")
	wantProblem(t, post("/v1/partners/"+p.ID+"/bundles", object{"purpose": "for nothing"}), 422, "body.case_id", "a case or a ring")
	wantProblem(t, post("/v1/partners/"+p.ID+"/bundles", object{"ring_id": "ring_none", "purpose": "for nothing"}), 422, "body.ring_id", "names nothing")
	wantProblem(t, post("/v1/actions", object{"kind": "joint_action", "title": "A sweep", "partners": []object{{"partner_id": "ptn_none", "as": "lead"}}}), 422, "body.partners[0].partner_id", "names nothing")
	wantProblem(t, w.do(t, call{method: "GET", path: "/v1/alerts", token: w.tokens[server.RoleOperator]}), 422, "body.partner", "name the partner")
	wantProblem(t, w.do(t, call{method: "GET", path: "/v1/partners?before=ptn_x", token: w.tokens[server.RoleOperator]}), 422, "query.before", "next of the page before")
	// A case of another marketplace lies outside of the agreement.
	w.send(t, server.RoleOperator, "PUT", "/v1/partners/"+p.ID, object{"name": p.Name, "agreement": func() object { a := w.anAgreement(right); a["marketplaces"] = []string{}; return a }()}, http.StatusOK, nil)
	wantProblem(t, post("/v1/partners/"+p.ID+"/bundles", object{"case_id": w.caseOf(t, right), "purpose": "for the file"}), 409, "", "outside of the agreement")
}
