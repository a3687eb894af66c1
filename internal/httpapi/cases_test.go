package httpapi_test

import (
	"net/http"
	"testing"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/httpapi"
	"touchstone/internal/server"
)

// market is a marketplace, a verified right of the holder's account, and keys bound to the marketplace and to a seller there.
func (w *world) market(t *testing.T) casework.Right {
	t.Helper()
	w.send(t, server.RoleOperator, "PUT", "/v1/marketplaces/alpha", object{"name": "Alpha", "territories": []string{"DE"}, "listing_url": "https://alpha.example/{id}"}, http.StatusOK, nil)
	var h casework.Holder
	w.send(t, server.RoleHolder, "POST", "/v1/holders", object{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, http.StatusCreated, &h)
	var r casework.Right
	w.send(t, server.RoleHolder, "POST", "/v1/rights", object{"holder_id": h.ID, "name": "VELMORA", "type": "trademark_word", "territories": []string{"EU"}, "registration_number": "1"}, http.StatusCreated, &r)
	w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+r.ID+"/state", object{"state": "verified"}, http.StatusOK, &r)
	w.tokens[server.RolePipeline] = w.issue(t, w.keys, server.KeyRequest{Account: "market", Name: "connector", Role: server.RolePipeline, Subject: "alpha"})
	w.tokens[server.RoleSeller] = w.issue(t, w.keys, server.KeyRequest{Account: "sellers", Name: "seller", Role: server.RoleSeller, Subject: "alpha/shop-7"})
	return r
}

// aNotice is a notice about listings, as it is sent.
func aNotice(right string, listings ...string) object {
	var items []object
	for _, l := range listings {
		items = append(items, object{"listing": l})
	}
	return object{"right_id": right, "marketplace": "alpha", "reason": "mark_on_page", "items": items, "explanation": "The title names our registered mark for goods that are not ours.",
		"good_faith": true, "accuracy": true, "signature": "Ada Velmora", "notifier": object{"name": "Ada Velmora", "email": "ip@velmora.example"}}
}

// work does every job that is due.
func (w *world) work(t *testing.T) {
	t.Helper()
	for {
		n, err := w.jobs.Once(t.Context(), 100)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// TestNoticeToDecision follows a notice from its filing to the marketplace's confirmation.
func TestNoticeToDecision(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": "L1", "marketplace": "alpha", "seller": "shop-7", "title": "Leather bag"}, http.StatusOK, nil)

	var n docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", aNotice(right.ID, "L1", "L2"), http.StatusCreated, &n)
	if n.State != docket.NoticeReceived || len(n.Items) != 2 || n.Items[0].Case == "" {
		t.Fatalf("receipt %+v", n)
	}
	w.work(t)
	w.send(t, server.RoleHolder, "GET", "/v1/notices/"+n.ID, nil, http.StatusOK, &n)
	if n.State != docket.NoticeOpen || n.Cases != 2 {
		t.Fatalf("the notice is %s with %d cases", n.State, n.Cases)
	}
	var counts []docket.QueueCount
	w.send(t, server.RoleReviewer, "GET", "/v1/queue/counts", nil, http.StatusOK, &counts)
	if len(counts) != 1 || counts[0].Waiting != 2 || counts[0].Queue != "standard" {
		t.Fatalf("counts %+v", counts)
	}
	var claimed httpapi.CaseList
	w.send(t, server.RoleReviewer, "POST", "/v1/queue/claim", object{"queue": "standard", "limit": 2}, http.StatusOK, &claimed)
	if len(claimed.Cases) != 2 || claimed.Cases[0].Claim == nil {
		t.Fatalf("claimed %+v", claimed)
	}
	var c docket.Case
	first, second := claimed.Cases[0].ID, claimed.Cases[1].ID
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+first+"/decide", object{"outcome": "taken_down"}, http.StatusOK, &c)
	if c.State != docket.StateDecided || c.Effect != docket.EffectRemoved || c.Decision.Code != "mark_on_page" || c.Decision.Sentence == "" {
		t.Fatalf("decided %+v", c)
	}
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+second+"/decide", object{"outcome": "declined", "reason_code": "INSUFFICIENT_EVIDENCE"}, http.StatusOK, &c)
	w.send(t, server.RoleHolder, "GET", "/v1/notices/"+n.ID, nil, http.StatusOK, &n)
	if n.State != docket.NoticeClosed {
		t.Errorf("the notice is %s after its last decision", n.State)
	}

	var feed httpapi.EventPage
	w.send(t, server.RolePipeline, "GET", "/v1/events", nil, http.StatusOK, &feed)
	kinds := map[string]int{}
	for _, e := range feed.Events {
		kinds[e.Kind]++
	}
	if kinds[docket.EventReceived] != 1 || kinds[docket.EventOpened] != 2 || kinds[docket.EventDecided] != 2 || kinds[docket.EventEnforcement] != 1 {
		t.Errorf("events %v", kinds)
	}
	var told httpapi.EnforcementPage
	w.send(t, server.RolePipeline, "GET", "/v1/enforcements?open=true", nil, http.StatusOK, &told)
	if len(told.Enforcements) != 1 || told.Enforcements[0].Action != docket.ActionRemove {
		t.Fatalf("told %+v", told)
	}
	w.send(t, server.RolePipeline, "POST", "/v1/enforcements/"+told.Enforcements[0].ID+"/confirm", nil, http.StatusOK, nil)
	w.send(t, server.RolePipeline, "GET", "/v1/enforcements?open=true", nil, http.StatusOK, &told)
	if len(told.Enforcements) != 0 {
		t.Errorf("confirmed and still open: %+v", told)
	}
	var log httpapi.AuditPage
	w.send(t, server.RoleOperator, "GET", "/v1/audit?subject="+first, nil, http.StatusOK, &log)
	if len(log.Rows) != 3 || log.Rows[2].Action != "case.decide" || log.Rows[2].Payload == (audit.Hash{}) {
		t.Errorf("audit of the first case: %+v", log.Rows)
	}
}

// TestBulkDecide: many at once, each by itself.
func TestBulkDecide(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	var n docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", aNotice(right.ID, "A", "B", "C"), http.StatusCreated, &n)
	w.work(t)
	ids := []string{n.Items[0].Case, n.Items[1].Case, n.Items[2].Case}
	w.send(t, server.RoleOperator, "POST", "/v1/cases/"+ids[1]+"/claim", nil, http.StatusOK, nil)
	var got []httpapi.BulkDecision
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/bulk-decide", object{"cases": append(ids, "cas_none", ids[0]), "outcome": "taken_down"}, http.StatusOK, &got)
	want := []int{http.StatusOK, http.StatusConflict, http.StatusOK, http.StatusNotFound}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, d := range got {
		if d.Status != want[i] || (d.Case != nil) != (want[i] == http.StatusOK) || (d.Problem == "") != (d.Case != nil) {
			t.Errorf("case %d: %+v, want %d", i, d, want[i])
		}
	}
}

// TestGoodsOfAnotherClass: a notice about goods that the right does not cover is declined by that fact alone, whether the scoring of the
// listing was clear or not.
func TestGoodsOfAnotherClass(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.market(t)
	var h casework.Holder
	w.send(t, server.RoleHolder, "POST", "/v1/holders", object{"legal_name": "Brasker AB", "country": "SE", "email": "ip@brasker.example"}, http.StatusCreated, &h)
	var right casework.Right
	w.send(t, server.RoleHolder, "POST", "/v1/rights", object{"holder_id": h.ID, "name": "BRASKER", "type": "trademark_word", "territories": []string{"EU"}, "registration_number": "9", "nice": []string{"9"}}, http.StatusCreated, &right)
	w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+right.ID+"/state", object{"state": "verified"}, http.StatusOK, nil)
	w.send(t, server.RoleHolder, "POST", "/v1/rights/"+right.ID+"/references", object{"word": "BRASKER"}, http.StatusCreated, nil)
	for listing, title := range map[string]string{"clear": "Leather bag", "suspicious": "BRASKER headphones", "covered": "Leather case"} {
		goods := "18"
		if listing == "covered" {
			goods = "09"
		}
		w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": listing, "marketplace": "alpha", "seller": "shop-7", "title": title, "goods": []string{goods}}, http.StatusOK, nil)
	}
	var n docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", aNotice(right.ID, "clear", "suspicious", "covered"), http.StatusCreated, &n)
	w.work(t)
	for i, want := range []string{docket.GoodsClassMismatch, docket.GoodsClassMismatch, ""} {
		var c docket.Case
		w.send(t, server.RoleReviewer, "GET", "/v1/cases/"+n.Items[i].Case, nil, http.StatusOK, &c)
		code := ""
		if c.Decision != nil {
			code = c.Decision.Code
		}
		if code != want {
			t.Errorf("%s is decided for %q, want %q", c.Listing, code, want)
		}
	}
}
