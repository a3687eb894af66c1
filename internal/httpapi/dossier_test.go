package httpapi_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
)

// paper is a PDF with some lines.
func paper(t *testing.T, lines ...string) []byte {
	t.Helper()
	p := fpdf.New("P", "mm", "A4", "")
	p.SetFont("Helvetica", "", 12)
	p.AddPage()
	for i, line := range lines {
		p.Text(20, 20+float64(i)*8, line)
	}
	var b bytes.Buffer
	if err := p.Output(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// owned is a holder with a word mark of an account, registered by a key of the role in it.
func (w *world) owned(t *testing.T, role server.Role, name string) (casework.Holder, httpapi.Right) {
	t.Helper()
	var h casework.Holder
	w.send(t, role, "POST", "/v1/holders", object{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, http.StatusCreated, &h)
	var r httpapi.Right
	w.send(t, role, "POST", "/v1/rights", object{"holder_id": h.ID, "name": name, "type": "trademark_word", "office": "EUIPO", "territories": []string{"EU"}, "registration_number": "018123456",
		"registrant": "Velmora S.r.l.", "filed_on": "2019-05-14", "granted_on": "2019-10-03", "expires_on": "2029-05-14", "nice": []string{"18"}}, http.StatusCreated, &r)
	return h, r
}

// check is one point of a right's checklist as a role sees it.
func (w *world) check(t *testing.T, role server.Role, right, code string) dossier.Check {
	t.Helper()
	var list dossier.RightChecklist
	w.send(t, role, "GET", "/v1/rights/"+right+"/checklist", nil, http.StatusOK, &list)
	i := slices.IndexFunc(list.Checks, func(c dossier.Check) bool { return c.Code == code })
	if i < 0 {
		t.Fatalf("no check %s in %+v", code, list.Checks)
	}
	return list.Checks[i]
}

// TestCertificate: a paper is taken as a form and as JSON, read, and held against the form; what it says otherwise is said field by field,
// and its holder can read, fetch and, while the right is pending, take it away.
func TestCertificate(t *testing.T) {
	w := newWorld(t, nil, nil)
	_, right := w.owned(t, server.RoleHolder, "VELMORA")
	at := "/v1/rights/" + right.ID + "/certificates"
	if got := w.check(t, server.RoleHolder, right.ID, dossier.CheckCertificate); got.State != dossier.Failed {
		t.Errorf("without a certificate: %+v", got)
	}
	data := paper(t, "CERTIFICATE OF REGISTRATION", "Registration No: 018123456", "Mark: VELMORA", "Owner: Velmora S.r.l.", "Filing date: 14/05/2019", "Registered 03/10/2019", "Expiry date: 14/05/2029", "Class: 25")
	contentType, body := multipartBody(t, file{field: "certificate", contentType: "application/json", data: []byte(`{"kind":"registration"}`)}, file{field: "file", name: `..\cert.pdf`, contentType: "text/html", data: data})
	r := w.do(t, call{method: "POST", path: at, token: w.tokens[server.RoleHolder], contentType: contentType, body: body})
	if r.status != http.StatusCreated {
		t.Fatalf("%d %s", r.status, r.body)
	}
	var c dossier.Certificate
	decodeInto(t, r.body, &c)
	if c.State != dossier.TextWaiting || c.Type != "pdf" || c.Pages != 1 || c.Name != "cert.pdf" || r.header.Get("Location") != "/v1/certificates/"+c.ID {
		t.Errorf("%+v at %s", c, r.header.Get("Location"))
	}
	if got := w.check(t, server.RoleHolder, right.ID, dossier.CheckCertificate); got.State != dossier.Unknown {
		t.Errorf("while it is read: %+v", got)
	}
	w.work(t)
	var view dossier.CertificateView
	w.send(t, server.RoleHolder, "GET", "/v1/certificates/"+c.ID, nil, http.StatusOK, &view)
	got := map[string]string{}
	for _, m := range view.Matches {
		got[m.Field] = m.State
	}
	if view.State != dossier.TextRead || view.By != "text" || got["registration_number"] != "match" || got["nice"] != "mismatch" || got["expires_on"] != "match" || !strings.Contains(view.Text, "VELMORA") {
		t.Errorf("%+v", view)
	}
	if got := w.check(t, server.RoleReviewer, right.ID, dossier.CheckCertificate); got.State != dossier.Failed || !strings.Contains(got.Sentence, "The form says 18 as the classes; the certificate shows 25.") {
		t.Errorf("a mismatch: %+v", got)
	}
	w.send(t, server.RoleOperator, "PUT", "/v1/marketplaces/alpha", object{"name": "Alpha", "territories": []string{"DE"}, "listing_url": "https://alpha.example/{id}"}, http.StatusOK, nil)
	var told docket.Precheck
	w.send(t, server.RoleHolder, "POST", "/v1/notices/precheck", aNotice(right.ID, "L1"), http.StatusOK, &told)
	if i := slices.IndexFunc(told.Facts, func(f docket.Fact) bool { return f.Code == docket.CertificateMismatch }); i < 0 || !strings.HasPrefix(told.Facts[i].Text, "The form says 18 as the classes; the certificate shows 25.") {
		t.Errorf("before filing the notifier hears %+v", told.Facts)
	}
	w.send(t, server.RoleHolder, "POST", at, object{"file": data}, http.StatusConflict, nil)
	for name, tc := range map[string]struct {
		data []byte
		says string
	}{"program": {[]byte("\x7fELF\x01"), "a program"}, "page": {[]byte("<html><script>alert(1)</script>"), "text/html"}, "archive": {[]byte("PK\x03\x04"), "an archive"}, "nothing": {nil, "send a PDF"}} {
		r := w.do(t, call{method: "POST", path: at, token: w.tokens[server.RoleHolder], body: bytes.NewReader(encoded(t, object{"file": tc.data}))})
		if wantProblem(t, r, http.StatusUnprocessableEntity, "body.file", tc.says); t.Failed() {
			t.Fatal(name)
		}
	}
	f := w.do(t, call{method: "GET", path: "/v1/files/" + c.File, token: w.tokens[server.RoleReviewer]})
	if f.status != http.StatusOK || !bytes.Equal(f.body, data) || f.header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(f.header.Get("Content-Disposition"), "attachment") ||
		f.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the file: %d %v", f.status, f.header)
	}
	w.send(t, server.RoleHolder, "DELETE", "/v1/certificates/"+c.ID, nil, http.StatusNoContent, nil)
	w.send(t, server.RoleHolder, "GET", "/v1/certificates/"+c.ID, nil, http.StatusNotFound, nil)
}

// TestVerification: a right that fails checks is verified only with a reason, rejected only for checks, and its holder hears of it.
func TestVerification(t *testing.T) {
	w := newWorld(t, nil, nil)
	_, right := w.owned(t, server.RoleHolder, "VELMORA")
	_, twin := w.owned(t, server.RoleOperator, "VELMORA")
	for _, id := range []string{right.ID, twin.ID} {
		w.send(t, server.RoleAdmin, "POST", "/v1/rights/"+id+"/references", object{"word": "Velmora"}, http.StatusCreated, nil)
		w.send(t, server.RoleAdmin, "POST", "/v1/rights/"+id+"/references", object{"picture": intaketest.Drawing(t, 7)}, http.StatusCreated, nil)
	}
	for code, want := range map[string]string{dossier.CheckNumber: dossier.Passed, dossier.CheckDates: dossier.Passed, dossier.CheckClasses: dossier.Passed, dossier.CheckTerritory: dossier.Passed,
		dossier.CheckRegistrant: dossier.Passed, dossier.CheckCertificate: dossier.Failed, dossier.CheckDuplicate: dossier.Failed, dossier.CheckElsewhere: dossier.Failed, dossier.CheckReferences: dossier.Passed,
		dossier.CheckLookalike: dossier.Doubt} {
		if got := w.check(t, server.RoleReviewer, right.ID, code); got.State != want || len(strings.Fields(got.Sentence)) < 4 {
			t.Errorf("%s: %+v, want %s", code, got, want)
		}
	}
	for _, code := range []string{dossier.CheckDuplicate, dossier.CheckElsewhere, dossier.CheckLookalike} {
		if got := w.check(t, server.RoleReviewer, right.ID, code); !slices.Contains(got.See, twin.ID) {
			t.Errorf("to a reviewer %s names %v", code, got.See)
		}
		if got := w.check(t, server.RoleHolder, right.ID, code); len(got.See) != 0 {
			t.Errorf("to a holder %s names %v", code, got.See)
		}
	}
	verify := "/v1/rights/" + right.ID + "/verify"
	r := w.do(t, call{method: "POST", path: verify, token: w.tokens[server.RoleReviewer], body: strings.NewReader(`{"state":"verified"}`)})
	wantProblem(t, r, http.StatusUnprocessableEntity, "body.note", "certificate")
	r = w.do(t, call{method: "POST", path: verify, token: w.tokens[server.RoleReviewer], body: strings.NewReader(`{"state":"rejected"}`)})
	wantProblem(t, r, http.StatusUnprocessableEntity, "body.reasons", "at least one check")
	r = w.do(t, call{method: "POST", path: verify, token: w.tokens[server.RoleReviewer], body: strings.NewReader(`{"state":"rejected","reasons":["because"]}`)})
	wantProblem(t, r, http.StatusUnprocessableEntity, "body.reasons[0]", "number_format")
	var out httpapi.Right
	for range 2 { // the second changes nothing
		w.send(t, server.RoleReviewer, "POST", verify, object{"state": "rejected", "reasons": []string{"certificate"}, "note": "Please send the certificate."}, http.StatusOK, &out)
	}
	if out.State != casework.StateRejected {
		t.Errorf("state %s", out.State)
	}
	w.send(t, server.RoleReviewer, "POST", verify, object{"state": "verified", "note": "The office's register was looked at."}, http.StatusOK, &out)
	var list dossier.RightChecklist
	w.send(t, server.RoleHolder, "GET", "/v1/rights/"+right.ID+"/checklist", nil, http.StatusOK, &list)
	if len(list.Verifications) != 2 || list.Verifications[0].Note != "Please send the certificate." || list.Verifications[0].By != "reviewer" || list.State != casework.StateVerified {
		t.Errorf("%+v", list.Verifications)
	}
	events, err := w.Store.Events(t.Context(), docket.EventQuery{Account: "holder", Limit: 10})
	if err != nil || len(events) != 2 || events[0].Kind != "right.rejected" || events[1].Kind != "right.verified" {
		t.Errorf("events %+v, %v", events, err)
	}
}

// TestPowerOfAttorney: an agent acts for a holder of another account as long as, and as far as, a power of attorney lets it; before,
// beyond and after it every route refuses, and what is refused for want of a power is in the audit log.
func TestPowerOfAttorney(t *testing.T) {
	w := newWorld(t, nil, nil)
	market := w.market(t)
	_ = market
	h, right := w.owned(t, server.RoleHolder, "VELMORA")
	w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+right.ID+"/state", object{"state": "verified"}, http.StatusOK, nil)
	tries := []struct {
		method, path string
		body         object
		ok           int
	}{
		{"GET", "/v1/holders/" + h.ID, nil, http.StatusOK},
		{"GET", "/v1/rights/" + right.ID, nil, http.StatusOK},
		{"GET", "/v1/rights/" + right.ID + "/checklist", nil, http.StatusOK},
		{"GET", "/v1/rights/" + right.ID + "/certificates", nil, http.StatusOK},
		{"POST", "/v1/rights/" + right.ID + "/references", object{"word": "Velmora"}, http.StatusCreated},
		{"POST", "/v1/rights/" + right.ID + "/authorized-sellers", object{"seller": "shop"}, http.StatusCreated},
		{"POST", "/v1/rights", object{"holder_id": h.ID, "name": "V", "type": "design", "territories": []string{"EU"}}, http.StatusCreated},
		{"POST", "/v1/notices", aNotice(right.ID, "L1"), http.StatusCreated},
		{"POST", "/v1/notices/precheck", aNotice(right.ID, "L1"), http.StatusOK},
	}
	all := func(when string, want func(ok int, method, path string) int) {
		t.Helper()
		for _, try := range tries {
			c := call{method: try.method, path: try.path, token: w.tokens[server.RoleAgent]}
			if try.body != nil {
				c.body = bytes.NewReader(encoded(t, try.body))
			}
			r := w.do(t, c)
			if want := want(try.ok, try.method, try.path); r.status != want && !(r.status == http.StatusConflict && want == http.StatusCreated) {
				t.Errorf("%s: %s %s answers %d, want %d: %.300s", when, try.method, try.path, r.status, want, r.body)
			}
		}
	}
	always := func(status int) func(int, string, string) int { return func(int, string, string) int { return status } }
	all("without a power", func(_ int, method, path string) int {
		if method == "POST" && path == "/v1/rights" {
			return http.StatusUnprocessableEntity // the holder in the body is not found
		}
		return http.StatusNotFound
	})

	var p httpapi.Power
	until := w.Clock().AddDate(0, 0, 10).UTC().Format(time.DateOnly)
	w.send(t, server.RoleHolder, "POST", "/v1/holders/"+h.ID+"/powers", object{"agent": "agent", "scopes": []string{"registry"}, "valid_to": until}, http.StatusCreated, &p)
	if p.State != dossier.PowerVerified || p.ValidTo != until {
		t.Errorf("%+v", p)
	}
	all("with one for the registry", func(ok int, _, path string) int {
		if strings.HasPrefix(path, "/v1/notices") {
			return http.StatusForbidden
		}
		return ok
	})
	w.send(t, server.RoleHolder, "POST", "/v1/holders/"+h.ID+"/powers", object{"agent": "agent", "scopes": []string{"notices"}, "territories": []string{"JP"}, "valid_to": until}, http.StatusCreated, nil)
	all("with one for notices elsewhere", func(ok int, _, path string) int {
		if strings.HasPrefix(path, "/v1/notices") {
			return http.StatusForbidden
		}
		return ok
	})
	w.send(t, server.RoleHolder, "POST", "/v1/holders/"+h.ID+"/powers", object{"agent": "agent", "scopes": []string{"notices"}, "valid_to": until}, http.StatusCreated, &p)
	all("with one for notices", func(ok int, _, _ string) int { return ok })
	var page httpapi.RightPage
	w.send(t, server.RoleAgent, "GET", "/v1/rights?holder="+h.ID, nil, http.StatusOK, &page)
	if len(page.Rights) == 0 {
		t.Error("the agent does not find the holder's rights")
	}
	var notices httpapi.NoticePage
	w.send(t, server.RoleAgent, "GET", "/v1/notices?holder="+h.ID, nil, http.StatusOK, &notices)
	if len(notices.Notices) != 1 || notices.Notices[0].Agent != "agent" {
		t.Errorf("%+v", notices.Notices)
	}

	w.send(t, server.RoleHolder, "POST", "/v1/powers/"+p.ID+"/revoke", object{"reason": "The mandate ended."}, http.StatusOK, &p)
	all("after it was revoked", func(ok int, _, path string) int {
		if strings.HasPrefix(path, "/v1/notices") {
			return http.StatusForbidden
		}
		return ok
	})
	w.Pass(12 * 24 * time.Hour)
	all("after all expired", always(http.StatusForbidden))
	w.send(t, server.RoleAgent, "GET", "/v1/rights?holder="+h.ID, nil, http.StatusOK, &page)
	if len(page.Rights) != 0 {
		t.Errorf("after it expired the agent lists %d rights", len(page.Rights))
	}
	refused := 0
	for after := int64(0); ; {
		rows, err := w.Store.Audits(t.Context(), "", after, 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			after = row.Seq
			if row.Action == "power.refused" && strings.HasPrefix(row.Actor, "agent:agent/") {
				refused++
			}
		}
		if len(rows) < 500 {
			break
		}
	}
	if want := 2 + 2 + 2 + len(tries); refused != want {
		t.Errorf("%d refusals in the audit log, want %d", refused, want)
	}
}

// TestAgentsOwnHolder: what an agent files for a holder that it keeps itself waits for a reviewer; until then notices on its rights are declined
// for want of a power, and afterwards not.
func TestAgentsOwnHolder(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.market(t)
	h, right := w.owned(t, server.RoleAgent, "VELMORA")
	w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+right.ID+"/state", object{"state": "verified"}, http.StatusOK, nil)
	powerless := func() bool {
		t.Helper()
		var p docket.Precheck
		w.send(t, server.RoleAgent, "POST", "/v1/notices/precheck", aNotice(right.ID, "L1"), http.StatusOK, &p)
		return slices.ContainsFunc(p.Facts, func(f docket.Fact) bool { return f.Code == docket.NotAuthorisedAgent })
	}
	if !powerless() {
		t.Error("a notice without any power is not spoken against")
	}
	at := "/v1/holders/" + h.ID + "/powers"
	r := w.do(t, call{method: "POST", path: at, token: w.tokens[server.RoleAgent], body: strings.NewReader(`{"scopes":["notices"]}`)})
	wantProblem(t, r, http.StatusUnprocessableEntity, "body.file", "power of attorney")
	var p httpapi.Power
	w.send(t, server.RoleAgent, "POST", at, object{"scopes": []string{"notices", "registry"}, "file": paper(t, "Power of attorney"), "name": "poa.pdf"}, http.StatusCreated, &p)
	if p.State != dossier.PowerPending || p.Agent != "agent" || !powerless() {
		t.Errorf("before it is verified: %+v", p)
	}
	w.send(t, server.RoleAgent, "POST", "/v1/powers/"+p.ID+"/decide", object{"state": "verified"}, http.StatusForbidden, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/powers/"+p.ID+"/decide", object{"state": "rejected"}, http.StatusUnprocessableEntity, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/powers/"+p.ID+"/decide", object{"state": "verified"}, http.StatusOK, &p)
	w.send(t, server.RoleReviewer, "POST", "/v1/powers/"+p.ID+"/decide", object{"state": "rejected", "reason": "No."}, http.StatusConflict, nil)
	if powerless() {
		t.Error("after it was verified a notice finds no power")
	}
	if got := w.check(t, server.RoleReviewer, right.ID, dossier.CheckPower); got.State != dossier.Passed {
		t.Errorf("%+v", got)
	}
	w.send(t, server.RoleAgent, "POST", "/v1/holders/"+h.ID+"/powers", object{"agent": "friend", "scopes": []string{"notices"}, "file": paper(t, "x")}, http.StatusForbidden, nil)
}
