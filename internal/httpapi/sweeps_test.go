package httpapi_test

import (
	"fmt"
	"net/http"
	"testing"

	"touchstone/internal/httpapi"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
	"touchstone/internal/sweep"
)

// sweepNow brings what was scored to the index and runs the sweeps that are due.
func (w *world) sweepNow(t *testing.T) {
	t.Helper()
	if err := w.Keeper().Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for ran := true; ran; {
		var err error
		if ran, err = w.sweeps.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSweepOverTheAPI: two markets' listings are scored before a right is there. Its holder has it swept and sees what was
// found in both, a pipeline sees its own, and nobody else anything.
func TestSweepOverTheAPI(t *testing.T) {
	w := newWorld(t, nil, nil)
	tokens := map[string]string{}
	key := func(name string, r server.KeyRequest) {
		r.Name = "test"
		tokens[name] = w.issue(t, w.keys, r)
	}
	key("market A", server.KeyRequest{Account: "a", Role: server.RolePipeline})
	key("market B", server.KeyRequest{Account: "b", Role: server.RolePipeline})
	key("holder", server.KeyRequest{Account: "velmora", Role: server.RoleHolder})
	key("stranger", server.KeyRequest{Account: "norrby", Role: server.RoleHolder})
	as := func(who, method, path string, in any, want int, out any) {
		t.Helper()
		w.tokens["test"] = tokens[who]
		w.send(t, "test", method, path, in, want, out)
	}
	var originals [3]httpapi.Scored
	for i, market := range []string{"market A", "market B", "market B"} {
		as(market, "POST", "/v1/score", object{"id": fmt.Sprint(i), "seller": "s", "pictures": []object{{"data": intaketest.Drawing(t, 1)}}}, http.StatusOK, &originals[i])
		if originals[i].Entry == "" || originals[i].Reason != "" {
			t.Errorf("the scoring: %+v", originals[i])
		}
	}
	var h, r object
	as("holder", "POST", "/v1/holders", object{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, http.StatusCreated, &h)
	as("holder", "POST", "/v1/rights", object{"holder_id": h["id"], "name": "Meander", "type": "design", "territories": []string{"WW"}}, http.StatusCreated, &r)
	right := fmt.Sprint(r["id"])
	as("holder", "POST", "/v1/rights/"+right+"/references", object{"picture": intaketest.Drawing(t, 1)}, http.StatusCreated, nil)

	as("stranger", "POST", "/v1/rights/"+right+"/sweep", nil, http.StatusNotFound, nil)
	as("market A", "POST", "/v1/rights/"+right+"/sweep", nil, http.StatusForbidden, nil)
	var s sweep.Sweep
	as("holder", "POST", "/v1/rights/"+right+"/sweep", nil, http.StatusAccepted, &s)
	w.sweepNow(t)
	as("holder", "GET", "/v1/sweeps/"+s.ID, nil, http.StatusOK, &s)
	if s.State != sweep.StateDone || s.Found != 3 || s.RightID != right {
		t.Errorf("the sweep: %+v", s)
	}
	as("stranger", "GET", "/v1/sweeps/"+s.ID, nil, http.StatusNotFound, nil)
	as("market A", "GET", "/v1/sweeps/"+s.ID, nil, http.StatusForbidden, nil)
	for who, want := range map[string]int{"holder": 1, "stranger": 0} {
		var page httpapi.SweepPage
		as(who, "GET", "/v1/sweeps", nil, http.StatusOK, &page)
		if len(page.Sweeps) != want {
			t.Errorf("the %s sees %d sweeps, want %d", who, len(page.Sweeps), want)
		}
	}
	as("stranger", "GET", "/v1/sweeps?right="+right, nil, http.StatusNotFound, nil)

	findings := "/v1/sweeps/" + s.ID + "/findings"
	as("stranger", "GET", findings, nil, http.StatusNotFound, nil)
	var page httpapi.SweepFindingPage
	for who, want := range map[string]int{"holder": 3, "market A": 1, "market B": 2} {
		as(who, "GET", findings, nil, http.StatusOK, &page)
		if len(page.Findings) != want || len(page.Findings[0].Evidence) == 0 || page.Next != "" {
			t.Errorf("the %s sees %+v, want %d findings with evidence", who, page, want)
		}
	}
	as("market A", "GET", "/v1/sweep-findings", nil, http.StatusOK, &page)
	if len(page.Findings) != 1 || page.Findings[0].Original != originals[0].ID || page.Findings[0].Entry != originals[0].Entry {
		t.Fatalf("the feed of market A: %+v", page)
	}
	var report httpapi.KeptReport
	as("market A", "GET", "/v1/reports/"+page.Findings[0].ID, nil, http.StatusOK, &report)
	if report.Reason != intake.ReasonSweep || report.Sweep != s.ID || report.Original != originals[0].ID {
		t.Errorf("the report: %+v", report.Scored)
	}
	as("market B", "GET", "/v1/reports/"+page.Findings[0].ID, nil, http.StatusNotFound, nil)
	as("holder", "GET", "/v1/sweep-findings", nil, http.StatusForbidden, nil)

	seen := map[string]bool{}
	for after := ""; ; {
		page = httpapi.SweepFindingPage{}
		as("holder", "GET", findings+"?limit=1&after="+after, nil, http.StatusOK, &page)
		for _, f := range page.Findings {
			seen[f.ID] = true
		}
		if after = page.Next; after == "" {
			break
		}
	}
	if len(seen) != 3 {
		t.Errorf("page by page %d findings, want 3", len(seen))
	}
}

// TestSweepFaults: what is not there or no page.
func TestSweepFaults(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.try(t, server.RoleAdmin, []row{
		{"unknown right", post("/v1/rights/rgt_missing/sweep", ""), 404, "", "rgt_missing"},
		{"unknown sweep", call{method: "GET", path: "/v1/sweeps/swp_missing"}, 404, "", "swp_missing"},
		{"its findings", call{method: "GET", path: "/v1/sweeps/swp_missing/findings"}, 404, "", "swp_missing"},
		{"no page of sweeps", call{method: "GET", path: "/v1/sweeps?after=x"}, 422, "query.after", "swp_"},
		{"no page of findings", call{method: "GET", path: "/v1/sweep-findings?after=x"}, 422, "query.after", "rep_"},
		{"too large a page", call{method: "GET", path: "/v1/sweep-findings?limit=1000"}, 422, "query.limit", "100"},
	})
}
