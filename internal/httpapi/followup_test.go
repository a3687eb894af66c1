package httpapi_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/caseload"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/evidence"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/statement"
	"touchstone/internal/eval"
	"touchstone/internal/httpapi"
	"touchstone/internal/server"
)

// takenDown brings a listing of shop-7 to a take-down by a notice; it gives the case's ID.
func (w *world) takenDown(t *testing.T) string {
	t.Helper()
	right := w.market(t)
	var scored struct {
		ID string `json:"id"`
	}
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": "L1", "marketplace": "alpha", "seller": "shop-7", "title": "VELMORA leather bag"}, http.StatusOK, &scored)
	var n docket.Notice
	notice := aNotice(right.ID, "L1")
	notice["reason"] = "counterfeit_goods"
	notice["items"] = []object{{"listing": "L1", "report": scored.ID}}
	w.send(t, server.RoleHolder, "POST", "/v1/notices", notice, http.StatusCreated, &n)
	w.work(t)
	id := n.Items[0].Case
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/decide", object{"outcome": "taken_down"}, http.StatusOK, nil)
	w.work(t)
	return id
}

// found brings a listing to a take-down that scoring found without a notice; it gives the case's ID.
func (w *world) found(t *testing.T) string {
	t.Helper()
	right := w.market(t)
	w.send(t, server.RoleHolder, "POST", "/v1/rights/"+right.ID+"/references", object{"word": "VELMORA"}, http.StatusCreated, nil)
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": "L1", "marketplace": "alpha", "seller": "shop-7", "title": "VELMORA leather bag"}, http.StatusOK, nil)
	w.work(t)
	var page httpapi.CasePage
	w.send(t, server.RoleReviewer, "GET", "/v1/cases?right="+right.ID, nil, http.StatusOK, &page)
	if len(page.Cases) != 1 {
		t.Fatalf("cases %+v", page)
	}
	id := page.Cases[0].ID
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/decide", object{"outcome": "taken_down"}, http.StatusOK, nil)
	w.work(t)
	return id
}

func TestWhatFollowsFromATakeDown(t *testing.T) {
	w := newWorld(t, nil, nil)
	id := w.takenDown(t)

	var list httpapi.StatementList
	w.send(t, server.RoleSeller, "GET", "/v1/cases/"+id+"/statement?language=zh", nil, http.StatusOK, &list)
	if len(list.Statements) != 2 || !strings.Contains(list.Statements[0].Text+list.Statements[1].Text, "冻结") {
		t.Fatalf("statements %+v", list)
	}
	w.send(t, server.RoleHolder, "GET", "/v1/cases/"+id+"/statement", nil, http.StatusForbidden, nil)
	w.send(t, server.RoleSeller, "GET", "/v1/cases/cas_none/statement", nil, http.StatusNotFound, nil)

	store := "/v1/stores?" + url.Values{"marketplace": {"alpha"}, "seller": {"shop-7"}}.Encode()
	for _, role := range []server.Role{server.RoleSeller, server.RolePipeline, server.RoleReviewer} {
		var s followup.StorefrontView
		w.send(t, role, "GET", store, nil, http.StatusOK, &s)
		if len(s.State.Strikes) != 1 || s.State.Frozen.IsZero() || len(s.Ledger) != 1 {
			t.Errorf("%s sees %+v", role, s)
		}
	}
	w.send(t, server.RoleSeller, "GET", "/v1/stores?marketplace=alpha&seller=shop-8", nil, http.StatusNotFound, nil)
	w.send(t, server.RoleReviewer, "POST", strings.Replace(store, "stores", "stores/reopen", 1), nil, http.StatusForbidden, nil)
	var s followup.StorefrontView
	w.send(t, server.RoleOperator, "POST", strings.Replace(store, "stores", "stores/reopen", 1), nil, http.StatusOK, &s)
	if !s.State.Frozen.IsZero() {
		t.Errorf("reopened: %+v", s)
	}

	var v followup.NotifierView
	w.send(t, server.RoleHolder, "GET", "/v1/notifier-standing", nil, http.StatusOK, &v)
	if v.Standing.All.Counts.Upheld != 1 {
		t.Errorf("standing %+v", v)
	}
	w.send(t, server.RoleHolder, "GET", "/v1/notifier-standing?account=other", nil, http.StatusNotFound, nil)
}

func TestStatementBatchesAndReport(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.takenDown(t)
	var b followup.StatementBatch
	w.send(t, server.RoleReviewer, "POST", "/v1/statement-batches", nil, http.StatusForbidden, nil)
	w.send(t, server.RoleOperator, "POST", "/v1/statement-batches", nil, http.StatusOK, &b)
	if len(b.Statements) != 2 || b.Statements[0].Validate() != nil {
		t.Fatalf("batch %+v", b)
	}
	w.send(t, server.RoleOperator, "GET", "/v1/statement-batches/"+b.ID, nil, http.StatusOK, &b)
	w.send(t, server.RoleOperator, "GET", "/v1/statement-batches/tdb_none", nil, http.StatusNotFound, nil)
	result := object{"rejected": []object{{"puid": b.Statements[0].PUID, "problem": "no"}}}
	w.send(t, server.RoleOperator, "POST", "/v1/statement-batches/"+b.ID+"/result", result, http.StatusNoContent, nil)
	w.send(t, server.RoleOperator, "POST", "/v1/statement-batches/"+b.ID+"/result", object{}, http.StatusConflict, nil)

	period := "?" + url.Values{"from": {w.Clock().AddDate(0, 0, -1).Format(time.RFC3339)}, "to": {w.Clock().AddDate(0, 0, 1).Format(time.RFC3339)}}.Encode()
	var r statement.TransparencyReport
	w.send(t, server.RoleReviewer, "GET", "/v1/transparency-report"+period, nil, http.StatusOK, &r)
	if r.Decisions != 1 || r.TakenDown.Share != 1 || len(r.Suspensions) != 1 {
		t.Errorf("report %+v", r)
	}
	w.send(t, server.RoleHolder, "GET", "/v1/transparency-report"+period, nil, http.StatusForbidden, nil)
	w.send(t, server.RoleReviewer, "GET", "/v1/transparency-report?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", nil, http.StatusUnprocessableEntity, nil)
	table := w.do(t, call{method: "GET", path: "/v1/transparency-report.csv" + period, token: w.tokens[server.RoleReviewer]})
	if table.status != http.StatusOK || !strings.HasPrefix(table.header.Get("Content-Type"), "text/csv") || !bytes.Contains(table.body, []byte("decisions,,,1,,")) {
		t.Errorf("%d %s\n%s", table.status, table.header, table.body)
	}
}

func TestEvidenceBundle(t *testing.T) {
	w := newWorld(t, nil, nil)
	id := w.found(t)
	w.send(t, server.RoleHolder, "POST", "/v1/cases/"+id+"/evidence-bundle", object{}, http.StatusForbidden, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/cas_none/evidence-bundle", object{}, http.StatusNotFound, nil)
	got := w.do(t, call{method: "POST", path: "/v1/cases/" + id + "/evidence-bundle", token: w.tokens[server.RoleReviewer], body: strings.NewReader(`{"made_for":"LG"}`)})
	if got.status != http.StatusOK || got.header.Get("Content-Type") != "application/zip" {
		t.Fatalf("%d %s", got.status, got.body)
	}
	v, err := evidence.Verify(bytes.NewReader(got.body), int64(len(got.body)), w.signer.Public())
	if err != nil || !v.Pinned {
		t.Fatal(err)
	}
	c := v.Content
	if c.Case != id || c.MadeFor != "LG" || c.Right.Name != "VELMORA" || c.Listing.Seller != "shop-7" || len(c.Decisions) != 1 || c.Decisions[0].By != "reviewer" || len(c.Findings) == 0 {
		t.Errorf("%+v", c)
	}
}

// TestExportLabels: what was decided comes out as a set that eval reads, with the truth as it stands.
func TestExportLabels(t *testing.T) {
	w := newWorld(t, nil, nil)
	id := w.found(t)
	export := caseload.Exporter{Cases: w.Store, Reports: w.Store, Registry: w.Registry, Blobs: w.Service.Blobs}
	write := func(want caseload.Exported) *eval.Set {
		t.Helper()
		dir := t.TempDir()
		got, err := export.Write(t.Context(), w.follow.Labels(t.Context(), w.Clock().AddDate(0, 0, -1), w.Clock().AddDate(0, 0, 1)), dir, "decisions")
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Fatalf("%v (-want +got):\n%s", err, d)
		}
		set, err := eval.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	set := write(caseload.Exported{Listings: 1, Positives: 1, Rights: 1})
	if l := set.Listings[0]; l.ID != id || l.Title != "VELMORA leather bag" || len(l.Truth) == 0 || len(set.References) != 1 || set.References[0].Words[0] != "VELMORA" {
		t.Errorf("%+v", set)
	}
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/undo", object{}, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/decide", object{"outcome": "no_action"}, http.StatusOK, nil)
	if set = write(caseload.Exported{Listings: 1, Rights: 1}); len(set.Listings[0].Truth) != 0 {
		t.Errorf("a decision that was put right is still a positive: %+v", set.Listings[0])
	}
}
