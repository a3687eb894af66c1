package httpapi_test

import (
	"bytes"
	"fmt"
	"net/http"
	"testing"

	"touchstone/internal/guard"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/internal/server"
)

// TestSuppressAndLift is the way of a benign collision from its record to its end.
func TestSuppressAndLift(t *testing.T) {
	w := newWorld(t, nil, nil)
	design := w.right(t, w.holder(t).ID, "design", "Meander")
	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+design.ID+"/references", object{"picture": intaketest.Drawing(t, 1)}, http.StatusCreated, nil)
	w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+design.ID+"/state", object{"state": "verified"}, http.StatusOK, nil)
	score := func() (s httpapi.Scored) {
		t.Helper()
		w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": "L", "pictures": []object{{"data": intaketest.Drawing(t, 1)}}}, http.StatusOK, &s)
		return s
	}
	first := score()
	body := object{"right_id": design.ID, "picture": first.Report.Pictures[0].Hash, "reason": "A stock photograph of the maker's."}
	w.send(t, server.RolePipeline, "POST", "/v1/suppressions", body, http.StatusForbidden, nil)
	w.send(t, server.RoleHolder, "GET", "/v1/suppressions", nil, http.StatusForbidden, nil)
	var s guard.Suppression
	r := w.send(t, server.RoleReviewer, "POST", "/v1/suppressions", body, http.StatusCreated, &s)
	if r.header.Get("Location") != "/v1/suppressions/"+s.ID || s.By == "" {
		t.Errorf("%+v at %s", s, r.header.Get("Location"))
	}
	if got := score(); got.Outcome.Band != policy.BandClear || len(got.Report.Verdicts[0].Against) == 0 {
		t.Errorf("the suppressed picture is %s", got.Outcome.Band)
	}
	var page httpapi.SuppressionPage
	w.send(t, server.RoleReviewer, "GET", "/v1/suppressions?right="+design.ID, nil, http.StatusOK, &page)
	if len(page.Suppressions) != 1 {
		t.Errorf("%+v", page)
	}
	wantProblem(t, w.do(t, call{method: "POST", path: "/v1/suppressions/" + s.ID + "/lift", token: w.tokens[server.RoleReviewer], body: bytes.NewReader(encoded(t, object{"reason": ""}))}),
		http.StatusUnprocessableEntity, "body.reason", "needed")
	w.send(t, server.RoleReviewer, "POST", "/v1/suppressions/"+s.ID+"/lift", object{"reason": "It is a copy after all."}, http.StatusOK, &s)
	if s.LiftedAt == nil || s.LiftReason == "" || score().Outcome.Band == policy.BandClear {
		t.Errorf("lifted: %+v", s)
	}
	w.send(t, server.RoleReviewer, "POST", "/v1/suppressions/"+s.ID+"/lift", object{"reason": "again"}, http.StatusConflict, nil)
	w.send(t, server.RoleReviewer, "GET", "/v1/suppressions", nil, http.StatusOK, &page)
	if len(page.Suppressions) != 0 {
		t.Errorf("lifted ones are listed: %+v", page)
	}
	w.send(t, server.RoleReviewer, "GET", "/v1/suppressions?all=true", nil, http.StatusOK, &page)
	if len(page.Suppressions) != 1 {
		t.Errorf("what was lifted is forgotten: %+v", page)
	}
	w.send(t, server.RoleReviewer, "POST", "/v1/suppressions", object{"right_id": "rgt_none", "seller": "s", "reason": "x"}, http.StatusNotFound, nil)
}

// TestQuarantineIsShown: what was set aside is listed, confirmed and released by a reviewer.
func TestQuarantineIsShown(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.Guard.Rule = policy.Lookalike{References: 8}
	holder := w.holder(t)
	for i := range 8 {
		r := w.right(t, holder.ID, "design", fmt.Sprint("Ground ", i))
		w.send(t, server.RoleOperator, "POST", "/v1/rights/"+r.ID+"/references", object{"picture": intaketest.Drawing(t, 1)}, http.StatusCreated, nil)
	}
	var s httpapi.Scored
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"pictures": []object{{"data": intaketest.Drawing(t, 1)}}}, http.StatusOK, &s)
	var page httpapi.QuarantinePage
	w.send(t, server.RoleReviewer, "GET", "/v1/quarantine?state=open", nil, http.StatusOK, &page)
	if s.Outcome.Band != policy.BandClear || len(page.Quarantines) != 1 || page.Quarantines[0].Subject != s.Report.Pictures[0].Hash {
		t.Fatalf("%s, %+v", s.Outcome.Band, page)
	}
	at := "/v1/quarantine/" + page.Quarantines[0].ID
	w.send(t, server.RolePipeline, "POST", at+"/release", object{"reason": "x"}, http.StatusForbidden, nil)
	var q guard.Quarantine
	w.send(t, server.RoleReviewer, "POST", at+"/confirm", object{"reason": "A white ground."}, http.StatusOK, &q)
	if q.State != guard.StateConfirmed || q.By == "" || q.DecidedAt == nil {
		t.Errorf("confirmed: %+v", q)
	}
	w.send(t, server.RoleReviewer, "POST", at+"/release", object{"reason": "It is a pattern.", "days": 3}, http.StatusOK, &q)
	if q.State != guard.StateReleased || q.Until == nil {
		t.Errorf("released: %+v", q)
	}
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"pictures": []object{{"data": intaketest.Drawing(t, 1)}}}, http.StatusOK, &s)
	if s.Outcome.Band == policy.BandClear {
		t.Error("released, and still set aside")
	}
	w.send(t, server.RoleReviewer, "POST", "/v1/quarantine/qua_none/confirm", object{"reason": "x"}, http.StatusNotFound, nil)
}
