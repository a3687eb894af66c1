package httpapi_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/catalogue"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
)

// TestImportAndExport: a table is tried, then registered, and comes out again without formulas.
func TestImportAndExport(t *testing.T) {
	w := newWorld(t, nil, nil)
	h, _ := w.owned(t, server.RoleHolder, "FIRST")
	at := "/v1/holders/" + h.ID + "/rights/import"
	table := "name,type,territories,nice,words\n'=HYPERLINK(1),trademark_word,EU,18,Velmora\nBad,trademark_word,XX,46,\n"
	send := func(path, contentType, body string, want int, out any) reply {
		t.Helper()
		r := w.do(t, call{method: "POST", path: path, token: w.tokens[server.RoleHolder], contentType: contentType, body: strings.NewReader(body)})
		if r.status != want {
			t.Fatalf("%d %s", r.status, r.body)
		}
		if out != nil {
			decodeInto(t, r.body, out)
		}
		return r
	}
	var report catalogue.ImportReport
	send(at, "text/csv", table, http.StatusOK, &report)
	if !report.DryRun || report.New != 1 || report.Refused != 1 || len(report.Rows[1].Faults) != 2 {
		t.Errorf("%+v", report)
	}
	send(at+"?mode=apply", "text/csv", table, http.StatusOK, &report)
	if report.DryRun || report.Created != 1 || report.Rows[0].References != 1 {
		t.Errorf("%+v", report)
	}
	contentType, form := multipartBody(t, file{field: "file", name: "rights.csv", contentType: "text/csv", data: []byte(table)})
	r := w.do(t, call{method: "POST", path: at + "?mode=apply", token: w.tokens[server.RoleHolder], contentType: contentType, body: form})
	decodeInto(t, r.body, &report)
	if r.status != http.StatusOK || report.Exists != 1 || report.Created != 0 {
		t.Errorf("as a form: %d %s", r.status, r.body)
	}
	wantProblem(t, send(at, "text/csv", "nonsense", http.StatusUnprocessableEntity, nil), http.StatusUnprocessableEntity, "body.file", "columns are")
	out := w.do(t, call{method: "GET", path: "/v1/holders/" + h.ID + "/rights/export", token: w.tokens[server.RoleHolder]})
	if out.status != http.StatusOK || !strings.Contains(string(out.body), "\n'=HYPERLINK(1),trademark_word,") || !strings.Contains(string(out.body), "018123456") ||
		!strings.HasPrefix(out.header.Get("Content-Type"), "text/csv") {
		t.Errorf("%d %s", out.status, out.body)
	}
}

// TestRenewals: a holder is reminded half a year and a month before the last day, once each, and then the right is expired.
func TestRenewals(t *testing.T) {
	w := newWorld(t, nil, nil)
	_, right := w.owned(t, server.RoleHolder, "VELMORA")
	w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+right.ID+"/state", object{"state": "verified"}, http.StatusOK, nil)
	last, err := time.Parse(time.DateOnly, right.ExpiresOn)
	if err != nil {
		t.Fatal(err)
	}
	told := func() (kinds []string) {
		t.Helper()
		for range 2 { // the second finds nothing to do
			if _, err := w.dossier.Tick(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		events, err := w.Store.Events(t.Context(), docket.EventQuery{Account: "holder", Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Kind == dossier.EventRenewal || e.Kind == "right.expired" {
				kinds = append(kinds, e.Kind+" "+string(e.Data))
			}
		}
		return kinds
	}
	for _, step := range []struct {
		at   time.Time
		want int
		says string
	}{
		{last.AddDate(0, -7, 0), 0, ""},
		{last.AddDate(0, -5, 0), 1, `"months":6`},
		{last.AddDate(0, 0, -20), 2, `"months":1`},
		{last.Add(23 * time.Hour), 2, `"months":1`},
		{last.Add(25 * time.Hour), 3, "last day in force was " + right.ExpiresOn},
	} {
		w.Pass(step.at.Sub(w.Clock()))
		got := told()
		if len(got) != step.want || step.want > 0 && !strings.Contains(got[len(got)-1], step.says) {
			t.Fatalf("at %s: %q, want %d with %s", step.at, got, step.want, step.says)
		}
	}
	var now struct {
		State casework.State `json:"state"`
	}
	if w.send(t, server.RoleHolder, "GET", "/v1/rights/"+right.ID, nil, http.StatusOK, &now); now.State != casework.StateExpired {
		t.Errorf("state %s", now.State)
	}
}

// TestEvidenceAndWithdrawal: a notice names evidence that its notifier sent, with a test buy, and can be taken back.
func TestEvidenceAndWithdrawal(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.market(t)
	var sent dossier.SentFile
	w.send(t, server.RoleHolder, "POST", "/v1/files", object{"name": "photo.jpg", "file": intaketest.Drawing(t, 3)}, http.StatusCreated, &sent)
	w.send(t, server.RoleHolder, "POST", "/v1/files", object{"file": intaketest.Drawing(t, 3)}, http.StatusCreated, &sent)
	n := aNotice(right.ID, "L1", "L2")
	n["test_buy"] = object{"order": "A-1", "bought_on": "2026-01-02", "result": "The seam is not ours."}
	n["evidence"] = []object{{"blob": strings.Repeat("0", 64), "kind": "test_buy"}}
	r := w.do(t, call{method: "POST", path: "/v1/notices", token: w.tokens[server.RoleHolder], body: bytes.NewReader(encoded(t, n))})
	wantProblem(t, r, http.StatusUnprocessableEntity, "body.evidence[0].blob", "send it first")
	n["evidence"] = []object{{"blob": sent.Hash, "kind": "test_buy"}}
	var filed docket.Notice
	w.send(t, server.RoleHolder, "POST", "/v1/notices", n, http.StatusCreated, &filed)
	if r := w.do(t, call{method: "GET", path: "/v1/files/" + sent.Hash, token: w.tokens[server.RoleReviewer]}); r.status != http.StatusOK || r.header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("a reviewer reads the evidence: %d %v", r.status, r.header)
	}
	if r := w.do(t, call{method: "GET", path: "/v1/files/" + sent.Hash, token: w.tokens[server.RoleAgent]}); r.status != http.StatusNotFound {
		t.Errorf("a stranger reads the evidence: %d", r.status)
	}
	w.work(t)
	var out docket.Withdrawal
	w.send(t, server.RoleHolder, "POST", "/v1/notices/"+filed.ID+"/withdraw", object{"remark": "We were wrong."}, http.StatusOK, &out)
	if out.Withdrawn != 2 || out.Notice.State != docket.NoticeClosed {
		t.Errorf("%+v", out)
	}
}
