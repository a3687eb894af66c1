package httpapi_test

import (
	"net/http"
	"slices"
	"testing"

	"touchstone/detect"
	"touchstone/internal/caseload"
	"touchstone/internal/casework/docket"
	"touchstone/internal/httpapi"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/server"
)

// TestWhatWasDecidedIsMetAgain: a picture that a listing was removed for is found on another seller's listing although the reference is
// gone, and its seller's next listing is more suspicious; once the removal is taken back neither is.
func TestWhatWasDecidedIsMetAgain(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.History = caseload.Past{Followup: w.follow}
	w.market(t)
	design := w.right(t, w.holder(t).ID, "design", "Meander")
	w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+design.ID+"/state", object{"state": "verified"}, http.StatusOK, nil)
	var ref struct {
		ID string `json:"id"`
	}
	shown, harmless := intaketest.Drawing(t, 1), intaketest.Drawing(t, 77)
	w.send(t, server.RoleAdmin, "POST", "/v1/rights/"+design.ID+"/references", object{"picture": shown}, http.StatusCreated, &ref)

	listing := func(id, seller string, pictures ...[]byte) httpapi.Scored {
		var got httpapi.Scored
		list := []object{}
		for _, p := range pictures {
			list = append(list, object{"data": p})
		}
		w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": id, "marketplace": "alpha", "seller": seller, "title": "Vase " + id, "pictures": list}, http.StatusOK, &got)
		return got
	}
	first := listing("L1", "shop-7", shown, harmless)
	if relisted(first) != nil {
		t.Fatal("nothing was removed yet")
	}
	var page httpapi.CasePage
	w.send(t, server.RoleReviewer, "GET", "/v1/cases?right="+design.ID, nil, http.StatusOK, &page)
	id := page.Cases[0].ID
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/claim", nil, http.StatusOK, nil)
	var decided docket.Case
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/decide", object{"outcome": "taken_down"}, http.StatusOK, &decided)
	w.send(t, server.RoleAdmin, "DELETE", "/v1/references/"+ref.ID, nil, http.StatusNoContent, nil)

	again := listing("L2", "shop-8", harmless, shown)
	f := relisted(again)
	if f == nil || f.Picture.Index != 1 || f.Relisted.Listing != "L1" || f.Relisted.Entry != id || f.Relisted.Decision != decided.Decision.ID || f.Right != design.ID {
		t.Fatalf("shown again: %+v", again.Report.Findings)
	}
	if relisted(listing("L3", "shop-8", harmless)) != nil {
		t.Error("a picture beside it was not what the listing was removed for")
	}
	history := func(got httpapi.Scored) *detect.Finding { return foundBy(got, detect.SignalSellerHistory) }
	if h := history(listing("L4", "shop-7", shown)); h == nil || h.Seller.Removed != 1 || h.Seller.Strikes != 1 || !slices.Contains(h.Seller.OfRights, design.ID) || h.Score <= 0 {
		t.Errorf("the seller's history: %+v", h)
	}
	if h := history(again); h != nil {
		t.Errorf("of another seller nothing was decided: %+v", h.Seller)
	}
	w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+id+"/undo", object{}, http.StatusOK, nil)
	last := listing("L5", "shop-7", shown)
	if relisted(last) != nil || history(last) != nil {
		t.Errorf("taken back: %+v", last.Report.Findings)
	}
}

func relisted(s httpapi.Scored) *detect.Finding { return foundBy(s, detect.SignalRelisting) }

func foundBy(s httpapi.Scored, signal string) *detect.Finding {
	if i := slices.IndexFunc(s.Report.Findings, func(f detect.Finding) bool { return f.Signal == signal }); i >= 0 {
		return &s.Report.Findings[i]
	}
	return nil
}
