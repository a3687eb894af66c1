package httpapi_test

import (
	"net/http"
	"slices"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
)

func TestReplay(t *testing.T) {
	w := newWorld(t, nil, nil)
	design := w.right(t, w.holder(t).ID, "design", "Meander")
	var ref casework.Reference
	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+design.ID+"/references", object{"picture": intaketest.Drawing(t, 1)}, http.StatusCreated, &ref)
	var s httpapi.Scored
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"title": "Bag", "pictures": []object{{"data": intaketest.Drawing(t, 1)}}}, http.StatusOK, &s)
	var r intake.Replay
	w.send(t, server.RoleReviewer, "POST", "/v1/reports/"+s.ID+"/replay", nil, http.StatusOK, &r)
	if !r.Identical || len(r.Changes) != 0 || r.Report != s.ID {
		t.Errorf("replay at once: %+v", r)
	}
	w.send(t, server.RoleOperator, "DELETE", "/v1/references/"+ref.ID, nil, http.StatusNoContent, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/reports/"+s.ID+"/replay", nil, http.StatusOK, &r)
	if !r.Identical || !slices.ContainsFunc(r.Changes, func(c intake.Change) bool { return c.Code == intake.ReferenceDeleted && c.Subject == ref.ID }) {
		t.Errorf("replay after the deletion: %+v", r.Changes)
	}
	w.send(t, server.RolePipeline, "POST", "/v1/reports/"+s.ID+"/replay", nil, http.StatusForbidden, nil)
	wantProblem(t, w.do(t, call{method: "POST", path: "/v1/reports/rep_none/replay", token: w.tokens[server.RoleReviewer]}), http.StatusNotFound, "", "rep_none")
}
