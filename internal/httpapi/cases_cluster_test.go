package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
	"touchstone/internal/sweep"
)

// TestSweepFindingsBecomeCasesOfOneCluster: listings on sale before the right is there are found by a sweep, wait as cases in the queues, each once,
// and are decided together as the cluster that they are.
func TestSweepFindingsBecomeCasesOfOneCluster(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.market(t)
	var entries []string
	for i := range 3 {
		var s httpapi.Scored
		w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": fmt.Sprint("L", i), "marketplace": "alpha", "seller": fmt.Sprint("shop-", i),
			"title": "Bag", "pictures": []object{{"data": intaketest.Drawing(t, 1)}}}, http.StatusOK, &s)
		entries = append(entries, s.Entry)
	}
	var c httpapi.CasePage
	w.send(t, server.RoleReviewer, "GET", "/v1/cases", nil, http.StatusOK, &c)
	if len(c.Cases) != 0 {
		t.Fatalf("cases before the right: %+v", c.Cases)
	}
	var r casework.Right
	var h casework.Holder
	w.send(t, server.RoleHolder, "POST", "/v1/holders", object{"legal_name": "Orla GmbH", "country": "DE", "email": "ip@orla.example"}, http.StatusCreated, &h)
	w.send(t, server.RoleHolder, "POST", "/v1/rights", object{"holder_id": h.ID, "name": "Orla", "type": "design", "territories": []string{"EU"}, "registration_number": "2"}, http.StatusCreated, &r)
	w.send(t, server.RoleHolder, "POST", "/v1/rights/"+r.ID+"/references", object{"picture": intaketest.Drawing(t, 1)}, http.StatusCreated, nil)
	w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+r.ID+"/state", object{"state": "verified"}, http.StatusOK, nil)
	w.Pass(2 * sweep.Settle)
	w.sweepNow(t)
	w.send(t, server.RoleReviewer, "GET", "/v1/cases?right="+r.ID, nil, http.StatusOK, &c)
	if len(c.Cases) != 3 {
		t.Fatalf("%d cases of 3 findings", len(c.Cases))
	}
	for _, one := range c.Cases {
		if one.Origin != docket.OriginProactive || one.Report == "" || one.Effect != docket.EffectNone || one.State != docket.StateOpen {
			t.Errorf("case %+v", one)
		}
	}
	var again sweep.Sweep
	w.send(t, server.RoleHolder, "POST", "/v1/rights/"+r.ID+"/sweep", nil, http.StatusAccepted, &again)
	w.Pass(2 * sweep.Settle)
	w.sweepNow(t)
	w.send(t, server.RoleReviewer, "GET", "/v1/cases?right="+r.ID, nil, http.StatusOK, &c)
	if len(c.Cases) != 3 {
		t.Errorf("%d cases after the same sweep twice", len(c.Cases))
	}

	var cluster httpapi.Cluster
	w.send(t, server.RoleReviewer, "GET", "/v1/listings/"+entries[0]+"/cluster", nil, http.StatusOK, &cluster)
	path := "/v1/clusters/" + cluster.ID + "/decide"
	decision := object{"outcome": "taken_down", "right_id": r.ID}
	w.send(t, server.RoleHolder, "POST", path, decision, http.StatusForbidden, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/clusters/cls_none/decide", decision, http.StatusNotFound, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+c.Cases[0].ID+"/claim", nil, http.StatusOK, nil)
	var out httpapi.ClusterDecision
	w.send(t, server.RoleOperator, "POST", path, decision, http.StatusOK, &out)
	status := map[int]int{}
	for _, d := range out.Decided {
		status[d.Status]++
	}
	if status[http.StatusOK] != 2 || status[http.StatusConflict] != 1 || out.More {
		t.Errorf("two free cases and one of another reviewer's: %+v", out)
	}
	w.send(t, server.RoleReviewer, "POST", path, decision, http.StatusOK, &out)
	if len(out.Decided) != 1 || out.Decided[0].Case == nil || out.Decided[0].Case.Effect != docket.EffectRemoved {
		t.Errorf("the rest: %+v", out)
	}
	w.send(t, server.RoleReviewer, "POST", path, decision, http.StatusOK, &out)
	if len(out.Decided) != 0 {
		t.Errorf("decided again: %+v", out)
	}
}
