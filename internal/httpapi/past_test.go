package httpapi_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"

	"touchstone/detect"
	"touchstone/internal/caseload"
	"touchstone/internal/casework"
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

// TestSharedPictureIsNoRelisting: a holder registers a stock picture that sellers share, and a reviewer takes it for a copy. The others who show it
// are met as likely as they share it, and nobody is for a removal that rests on words.
func TestSharedPictureIsNoRelisting(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.History = caseload.Past{Followup: w.follow}
	w.market(t)
	stock := intaketest.Drawing(t, 5)
	score := func(id, seller, title string) httpapi.Scored {
		var got httpapi.Scored
		w.send(t, server.RolePipeline, "POST", "/v1/score", object{"id": id, "marketplace": "alpha", "seller": seller, "title": title, "pictures": []object{{"data": stock}}}, http.StatusOK, &got)
		return got
	}
	for i := range 3 {
		score(fmt.Sprint("S", i), fmt.Sprint("honest-", i), "Teller")
	}
	takenDown := func(right casework.Right) {
		var page httpapi.CasePage
		w.send(t, server.RoleReviewer, "GET", "/v1/cases?right="+right.ID, nil, http.StatusOK, &page)
		if len(page.Cases) != 1 {
			t.Fatalf("%d cases", len(page.Cases))
		}
		w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+page.Cases[0].ID+"/claim", nil, http.StatusOK, nil)
		w.send(t, server.RoleReviewer, "POST", "/v1/cases/"+page.Cases[0].ID+"/decide", object{"outcome": "taken_down"}, http.StatusOK, nil)
	}
	verified := func(kind, name, form string, reference any) casework.Right {
		right := w.right(t, w.holder(t).ID, kind, name)
		w.send(t, server.RoleAdmin, "POST", "/v1/rights/"+right.ID+"/references", object{form: reference}, http.StatusCreated, nil)
		w.send(t, server.RoleOperator, "PUT", "/v1/rights/"+right.ID+"/state", object{"state": "verified"}, http.StatusOK, nil)
		return right
	}
	word := verified("trademark_word", "Velmora", "word", "Velmora")
	score("W", "abuser", "Velmora Teller")
	takenDown(word)
	if f := relisted(score("S3", "honest-3", "Teller")); f != nil {
		t.Errorf("words were taken down, and the picture beside them is met: %+v", f)
	}
	design := verified("design", "Meander", "picture", stock)
	score("L", "copyist", "Teller neu")
	takenDown(design)
	f := relisted(score("S9", "honest-9", "Teller"))
	if f == nil || f.Relisted.Standing != 5 || f.Relisted.Removals != 1 || f.Relisted.Unconfirmed || f.Probability > 0.35 ||
		!slices.ContainsFunc(f.Against, func(n detect.Note) bool { return n.Code == "shown_by_others" }) {
		t.Errorf("%+v of %+v", f, f.Relisted)
	}
}

func relisted(s httpapi.Scored) *detect.Finding { return foundBy(s, detect.SignalRelisting) }

func foundBy(s httpapi.Scored, signal string) *detect.Finding {
	if i := slices.IndexFunc(s.Report.Findings, func(f detect.Finding) bool { return f.Signal == signal }); i >= 0 {
		return &s.Report.Findings[i]
	}
	return nil
}
