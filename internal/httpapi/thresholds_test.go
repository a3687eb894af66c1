package httpapi_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"touchstone/internal/httpapi"
	"touchstone/internal/server"
	"touchstone/internal/threshold"
)

// period is a day around the world's now, as query parameters.
func (w *world) period(more url.Values) string {
	v := url.Values{"from": {w.Clock().AddDate(0, 0, -1).Format(time.RFC3339)}, "to": {w.Clock().AddDate(0, 0, 1).Format(time.RFC3339)}}
	for k, list := range more {
		v[k] = list
	}
	return "?" + v.Encode()
}

// TestThresholdsOnHistory: one listing was taken down by a person and one let go; what a threshold would have done is told, and once an
// operator has measured it, the next listing's outcome goes by it.
func TestThresholdsOnHistory(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.found(t)
	score := object{"id": "L2", "marketplace": "alpha", "seller": "shop-8", "title": "VELMORA leather purse"}
	var scored httpapi.Scored
	w.send(t, server.RolePipeline, "POST", "/v1/score", score, http.StatusOK, &scored)
	if scored.Outcome.Proof == nil || !scored.Outcome.Proof.Shown || scored.Outcome.Band != "block" {
		t.Fatalf("the pack's held-out set shows enough: %+v", scored.Outcome)
	}
	w.send(t, server.RoleScientist, "GET", "/v1/thresholds"+w.period(nil), nil, http.StatusUnprocessableEntity, nil) // nothing innocent yet
	w.send(t, server.RoleOperator, "POST", "/v1/measured-thresholds", w.body(), http.StatusConflict, nil)
	var page httpapi.CasePage
	w.send(t, server.RoleReviewer, "GET", "/v1/cases?state=open", nil, http.StatusOK, &page)
	id := page.Cases[0].ID
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/claim", nil, http.StatusOK, nil)
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/decide", object{"outcome": "no_action"}, http.StatusOK, nil)

	var got httpapi.Thresholds
	w.send(t, server.RoleScientist, "GET", "/v1/thresholds"+w.period(url.Values{"marketplace": {"alpha"}, "precision": {"0.01,0.9"}}), nil, http.StatusOK, &got)
	if got.Kind != threshold.KindReviewed || got.Guilty != 1 || got.Innocent != 1 || got.History.Cases != 2 || got.Prior != 0.5 || len(got.Cuts) == 0 || got.Cuts[0].Taken.Count != 1 ||
		got.Recommended[0].Cut == nil || got.Recommended[1].Cut != nil {
		t.Errorf("history %+v: %+v", got.History, got.Simulation)
	}
	var kept threshold.Kept
	w.send(t, server.RoleOperator, "POST", "/v1/measured-thresholds", w.body(), http.StatusOK, &kept)
	score["id"] = "L3"
	w.send(t, server.RolePipeline, "POST", "/v1/score", score, http.StatusOK, &scored)
	if scored.Outcome.Band != "urgent" || scored.Outcome.Action != "queue" || scored.Outcome.Proof == nil || scored.Outcome.Proof.Shown || scored.Outcome.Proof.Source != kept.Curve.Source {
		t.Errorf("half of this market's cases were wrong: %+v", scored.Outcome)
	}
	var list httpapi.MeasuredList
	w.send(t, server.RoleReviewer, "GET", "/v1/measured-thresholds", nil, http.StatusOK, &list)
	if len(list.Measured) != 2 || list.Measured[1].Key != kept.Key {
		t.Errorf("measured %+v", list)
	}
}

// body asks for a day around the world's now to be measured.
func (w *world) body() object {
	return object{"marketplace": "alpha", "from": w.Clock().AddDate(0, 0, -1), "to": w.Clock().AddDate(0, 0, 1)}
}

func TestThresholdsOnLabels(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.found(t)
	var scored httpapi.Scored
	w.send(t, server.RoleScientist, "POST", "/v1/score", object{"title": "VELMORA leather purse"}, http.StatusOK, &scored)
	report, right := scored.ID, scored.Report.Verdicts[0].Right
	var others httpapi.Scored
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"title": "VELMORA leather purse"}, http.StatusOK, &others)
	for _, tt := range []struct {
		name   string
		labels []object
		status int
		taken  int // at the lowest threshold
		wrong  int
	}{
		{"probabilities", []object{{"probability": 0.9, "infringes": true}, {"probability": 0.2}}, http.StatusOK, 1, 1},
		{"a report", []object{{"report_id": report, "rights": []string{right}}, {"probability": 0}}, http.StatusOK, 1, 0},
		{"a report of an innocent listing", []object{{"probability": 0.1, "infringes": true}, {"report_id": report}}, http.StatusOK, 1, 1},
		{"another right than was found", []object{{"report_id": report, "rights": []string{"rgt_other"}}, {"probability": 0.5}}, http.StatusOK, 0, 1},
		{"both", []object{{"report_id": report, "probability": 0.9}, {"probability": 0}}, http.StatusUnprocessableEntity, 0, 0},
		{"neither", []object{{"infringes": true}, {"probability": 0}}, http.StatusUnprocessableEntity, 0, 0},
		{"rights without a report", []object{{"rights": []string{right}, "probability": 1}, {"probability": 0}}, http.StatusUnprocessableEntity, 0, 0},
		{"nothing innocent", []object{{"probability": 0.9, "infringes": true}, {"probability": 0.8, "infringes": true}}, http.StatusUnprocessableEntity, 0, 0},
		{"too few", []object{{"probability": 0.9, "infringes": true}}, http.StatusUnprocessableEntity, 0, 0},
		{"a report of another account", []object{{"report_id": others.ID, "rights": []string{right}}, {"probability": 0}}, http.StatusNotFound, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got httpapi.Thresholds
			w.send(t, server.RoleScientist, "POST", "/v1/thresholds", object{"labels": tt.labels, "base_rate": 0.1}, tt.status, &got)
			if tt.status == http.StatusOK && (got.Cuts[0].Taken.Count != tt.taken || got.Cuts[0].Wrong.Count != tt.wrong || got.Prior != 0.1 || len(got.Recommended) != 3) {
				t.Errorf("%+v", got.Simulation)
			}
		})
	}
	for _, bad := range []object{{"precision": []float64{1}}, {"base_rate": 1}, {"rows": 5000}, {"signal": 7}} {
		bad["labels"] = []object{{"probability": 0.9, "infringes": true}, {"probability": 0.2}}
		w.send(t, server.RoleScientist, "POST", "/v1/thresholds", bad, http.StatusUnprocessableEntity, nil)
	}
}

// TestAdoptThresholds: what was measured elsewhere, as a simulated month writes it, counts for the next listing, and is said to be from who let it
// count; one that is no measurement changes nothing.
func TestAdoptThresholds(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.found(t)
	pack := w.follow.Pack()
	curve := func(guilty, innocent int) object {
		return object{"kind": "labelled", "source": "a simulated month", "infringing": 400, "innocent": 20_000, "steps": []object{{"at": 0.01, "taken": guilty, "wrong": innocent}, {"at": 1, "taken": guilty, "wrong": 0}}}
	}
	entry := func(signal string, curve object) object {
		return object{"pack": pack, "marketplace": "alpha", "population": "listings", "signal": signal, "curve": curve, "by": "somebody else", "kept_at": "2001-01-01T00:00:00Z"}
	}
	good := entry("infringement", curve(390, 20_000))
	var list httpapi.MeasuredList
	w.send(t, server.RoleAdmin, "GET", "/v1/measured-thresholds", nil, http.StatusOK, &list)
	before := len(list.Measured)
	other := entry("infringement", curve(390, 1))
	other["population"] = "shops"
	for name, bad := range map[string]object{
		"nothing": {"measured": []object{}}, "no curve": {"measured": []object{{"pack": pack, "marketplace": "alpha", "population": "listings", "signal": "near_copy"}}},
		"more right than there are": {"measured": []object{good, entry("near_copy", curve(401, 1))}}, "another population": {"measured": []object{good, other}},
		"too many": {"measured": slices.Repeat([]object{good}, 101)}, "a field that is not known": {"measured": []object{good}, "more": 1},
	} {
		if r := w.send(t, server.RoleOperator, "PUT", "/v1/measured-thresholds", bad, http.StatusUnprocessableEntity, nil); r.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, r.status)
		}
	}
	w.send(t, server.RoleAdmin, "GET", "/v1/measured-thresholds", nil, http.StatusOK, &list)
	if len(list.Measured) != before {
		t.Fatalf("kept of what was refused: %+v", list)
	}
	for range 2 { // asking again changes nothing
		w.send(t, server.RoleOperator, "PUT", "/v1/measured-thresholds", object{"measured": []object{good}}, http.StatusOK, &list)
		if len(list.Measured) != before+1 {
			t.Fatalf("%d curves, want one more than %d", len(list.Measured), before)
		}
	}
	i := slices.IndexFunc(list.Measured, func(k threshold.Kept) bool { return k.Marketplace == "alpha" })
	if k := list.Measured[i]; k.By == "" || k.By == "somebody else" || k.KeptAt.Year() == 2001 || k.Curve.Source != "a simulated month" {
		t.Errorf("%+v", k)
	}
	var scored httpapi.Scored
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": "L9", "marketplace": "alpha", "seller": "shop-9", "title": "VELMORA leather purse"}, http.StatusOK, &scored)
	if p := scored.Outcome.Proof; p == nil || p.Source != "a simulated month" {
		t.Errorf("the next listing goes by %+v", p)
	}
}

// TestThresholdsByRole: who judges, models or runs the service may weigh; only who runs it decides what automation goes by.
func TestThresholdsByRole(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.market(t)
	labels := object{"labels": []object{{"probability": 0.9, "infringes": true}, {"probability": 0.2}}}
	weigh, run := []server.Role{server.RoleScientist, server.RoleReviewer, server.RoleOperator, server.RoleAdmin}, []server.Role{server.RoleOperator, server.RoleAdmin}
	for _, role := range server.Roles() {
		status := func(may []server.Role, ok int) int {
			if slices.Contains(may, role) {
				return ok
			}
			return http.StatusForbidden
		}
		w.send(t, role, "POST", "/v1/thresholds", labels, status(weigh, http.StatusOK), nil)
		w.send(t, role, "GET", "/v1/thresholds"+w.period(nil), nil, status(weigh, http.StatusUnprocessableEntity), nil) // nothing was decided
		w.send(t, role, "GET", "/v1/thresholds"+w.period(url.Values{"marketplace": {"none"}}), nil, status(weigh, http.StatusNotFound), nil)
		w.send(t, role, "GET", "/v1/measured-thresholds", nil, status(weigh, http.StatusOK), nil)
		w.send(t, role, "POST", "/v1/measured-thresholds", w.body(), status(run, http.StatusConflict), nil)
		w.send(t, role, "PUT", "/v1/measured-thresholds", object{"measured": []object{{"pack": "p@1", "marketplace": "alpha", "population": "listings", "signal": "near_copy",
			"curve": object{"kind": "labelled", "source": "s", "infringing": 1, "innocent": 1, "steps": []object{{"at": 0.5, "taken": 1, "wrong": 1}}}}}}, status(run, http.StatusOK), nil)
	}
	w.send(t, server.RoleOperator, "POST", "/v1/measured-thresholds", object{"marketplace": "none", "from": w.Clock().Add(-time.Hour), "to": w.Clock()}, http.StatusNotFound, nil)
}
