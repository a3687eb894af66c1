package httpapi_test

import (
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/index/qdrant"
	"touchstone/index/qdrant/qdranttest"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/internal/server"
)

// TestIndexIncomplete: while the engine of the index is away, slow or answers in part, a listing is answered all the same: what was not
// searched is listed as unchecked, and nothing is cleared. When the engine is back, the same listing is cleared or not by its merits.
func TestIndexIncomplete(t *testing.T) {
	var slow atomic.Bool
	engine := &qdranttest.Server{Fail: func(method string) error {
		if slow.Load() && method == "QueryBatch" {
			time.Sleep(3 * time.Second) // more than the index waits
		}
		return nil
	}}
	if err := engine.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(engine.Stop)
	x, err := qdrant.Open(t.Context(), qdrant.Config{Host: engine.Host(), Port: engine.Port(), Timeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = x.Close() })
	service := intaketest.OpenOn(t, t.TempDir(), x, intaketest.Pack(t, "1"), nil)
	if err := service.Prepare(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	w := newWorldOn(t, service, nil)
	holder := w.holder(t)
	design, word := w.right(t, holder.ID, "design", "Meander"), w.right(t, holder.ID, "trademark_word", "VELMORA")
	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+design.ID+"/references", object{"picture": intaketest.Drawing(t, 1)}, http.StatusCreated, nil)
	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+word.ID+"/references", object{"word": "Velmora"}, http.StatusCreated, nil)

	harmless := object{"title": "a chair of oak", "pictures": []object{{"data": intaketest.Drawing(t, 7)}}}
	score := func(listing object) (s httpapi.Scored) {
		t.Helper()
		w.send(t, server.RolePipeline, "POST", "/v1/score", listing, http.StatusOK, &s)
		return s
	}
	if s := score(harmless); s.Outcome.Band != policy.BandClear || s.Report.Incomplete() {
		t.Fatalf("while all is well: %+v", s.Outcome)
	}
	for _, fault := range []struct {
		name       string
		begin, end func()
	}{
		{"away", engine.Stop, func() {
			if err := engine.Start(); err != nil {
				t.Fatal(err)
			}
		}},
		{"slow", func() { slow.Store(true) }, func() { slow.Store(false) }},
	} {
		fault.begin()
		s := score(harmless)
		if s.Outcome.Band != policy.BandReview || s.Outcome.Action != policy.ActionQueue || len(s.Outcome.Reasons) != 1 {
			t.Errorf("%s: outcome %+v, want review", fault.name, s.Outcome)
		}
		missing := map[string]string{}
		for _, u := range s.Report.Unchecked {
			missing[u.Signal] = u.Code
		}
		// The pack of the tests cannot look for marks, whether the index is there or not.
		want := map[string]string{detect.SignalNearCopy: detect.UncheckedIndex, detect.SignalKeywordMisuse: detect.UncheckedIndex, detect.SignalLogoInScene: ""}
		if diff := cmp.Diff(want, missing); diff != "" {
			t.Errorf("%s: unchecked (-want +got):\n%s", fault.name, diff)
		}
		// what needs no index is found still
		if s := score(object{"title": "V\u200belmora style bag"}); finding(s, detect.SignalKeywordMisuse, word.ID) < 0 || !s.Report.Incomplete() {
			t.Errorf("%s: a word in memory is not found: %+v", fault.name, s.Report.Findings)
		}
		fault.end()
		for s = score(harmless); s.Report.Incomplete(); s = score(harmless) { // until the connection and the circuit breaker have recovered
			time.Sleep(50 * time.Millisecond)
		}
		if s.Outcome.Band != policy.BandClear {
			t.Errorf("after %s: %+v, want clear", fault.name, s.Outcome)
		}
	}
}
