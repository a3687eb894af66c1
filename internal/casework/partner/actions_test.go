package partner_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/partner"
)

func TestAction(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	lead, watch := w.join(brand, partner.KindBrand, nil), w.join(police, partner.KindLawEnforcement, nil)
	out := w.join(rival, partner.KindBrand, nil)
	plan := partner.Plan{Kind: partner.ActionLitigation, Title: "Velmora ./. X", Request: "key", Partners: []partner.Invitation{{Partner: lead.ID, As: partner.PartLead}, {Partner: watch.ID, As: partner.PartObserver}}}
	x := must(w.Open(ctx, operator, plan))
	if again := must(w.Open(ctx, operator, plan)); again.ID != x.ID {
		t.Errorf("the same request opened %s beside %s", again.ID, x.ID)
	}
	hash := strings.Repeat("a", 64)
	must(w.Attach(ctx, brand, x.ID, hash, "order.pdf"))
	must(w.Record(ctx, brand, x.ID, partner.ActionEntry{What: "A raid", At: w.Now.AddDate(0, 0, -1), Who: "Customs", Outcome: "300 bags"}))
	for name, err := range map[string]error{
		"an observer records":       second(w.Record(ctx, police, x.ID, partner.ActionEntry{What: "A raid"})),
		"an observer attaches":      second(w.Attach(ctx, police, x.ID, strings.Repeat("p", 64), "")),
		"a partner moves it":        second(w.Move(ctx, brand, x.ID, partner.ActionFiled, "", "")),
		"a partner describes it":    second(w.Describe(ctx, brand, x.ID, plan)),
		"a partner invites":         second(w.Invite(ctx, brand, x.ID, partner.Invitation{Partner: out.ID, As: partner.PartMember})),
		"a partner links":           second(w.Link(ctx, brand, x.ID, partner.Links{})),
		"a partner opens":           second(w.Open(ctx, brand, plan)),
		"a reviewer reads":          second(w.Action(ctx, reviewer, x.ID)),
		"a holder reads":            second(w.Action(ctx, casework.Actor{Account: "acme", Role: "holder"}, x.ID)),
		"a reviewer lists":          second(w.Actions(ctx, reviewer, partner.ActionQuery{Limit: 1})),
		"a reviewer reads document": third(w.Document(ctx, reviewer, x.ID, hash)),
	} {
		is(t, name, err, casework.ErrForbidden)
	}
	for _, who := range []struct {
		by    casework.Actor
		own   string
		takes bool
	}{{operator, "", true}, {brand, partner.PartLead, true}, {police, partner.PartObserver, false}} {
		if got := must(w.Action(ctx, who.by, x.ID)); got.Own != who.own || got.Takes() != who.takes {
			t.Errorf("%s takes part as %q, may add: %t", who.by.Account, got.Own, got.Takes())
		}
	}
	for name, err := range map[string]error{
		"an outsider reads":      second(w.Action(ctx, rival, x.ID)),
		"an outsider's entries":  third(w.Entries(ctx, rival, x.ID, "", 1)),
		"an outsider records":    second(w.Record(ctx, rival, x.ID, partner.ActionEntry{What: "A raid"})),
		"an outsider's document": third(w.Document(ctx, rival, x.ID, hash)),
		"no such document":       third(w.Document(ctx, brand, x.ID, strings.Repeat("b", 64))),
		"who takes no part":      second(w.Dismiss(ctx, operator, x.ID, out.ID)),
	} {
		is(t, name, err, casework.ErrNotFound)
	}
	invalid(t, "another's file", second(w.Attach(ctx, brand, x.ID, strings.Repeat("r", 64), "")), "sha256")
	is(t, "the same document", second(w.Attach(ctx, brand, x.ID, hash, "")), casework.ErrConflict)
	invalid(t, "of tomorrow", second(w.Record(ctx, brand, x.ID, partner.ActionEntry{What: "A raid", At: w.Now.AddDate(0, 0, 3)})), "at")
	invalid(t, "internal", second(w.Record(ctx, brand, x.ID, partner.ActionEntry{What: "A raid", Internal: true})), "internal")
	invalid(t, "decided without an outcome", second(w.Move(ctx, operator, x.ID, partner.ActionDecided, "", "")), "outcome")
	is(t, "a step that there is not", second(w.Move(ctx, operator, x.ID, partner.ActionRunning, "", "")), casework.ErrConflict)
	invalid(t, "who takes part already", second(w.Invite(ctx, operator, x.ID, partner.Invitation{Partner: lead.ID, As: partner.PartMember})), "body.partner_id")
	invalid(t, "no ring", second(w.Link(ctx, operator, x.ID, partner.Links{Rings: []string{"none"}})), "rings[0]")

	// What lies outside of an agreement is not told, though the action is about it.
	inside, outside := w.aCase("alpha"), w.aCase("beta")
	must(w.Link(ctx, operator, x.ID, partner.Links{Rights: []string{w.right.ID, w.other.ID}, Cases: []string{inside.ID, outside.ID}}))
	seen := must(w.Action(ctx, brand, x.ID))
	if len(seen.Rights) != 1 || seen.Rights[0].ID != w.right.ID || len(seen.Cases) != 1 || seen.Cases[0].ID != inside.ID || seen.Documents[0].Account != "" {
		t.Errorf("the brand sees %+v", seen)
	}
	if _, data, err := w.Document(ctx, police, x.ID, hash); err != nil || len(data) == 0 {
		t.Errorf("the observer's document: %v", err)
	}
	for _, to := range []string{partner.ActionFiled, partner.ActionPending, partner.ActionDecided, partner.ActionConcluded} {
		w.Now = w.Now.Add(time.Hour)
		must(w.Move(ctx, operator, x.ID, to, "In favour of the claimant.", ""))
	}
	is(t, "recorded after its end", second(w.Record(ctx, brand, x.ID, partner.ActionEntry{What: "A raid"})), casework.ErrConflict)
	must(w.Dismiss(ctx, operator, x.ID, watch.ID))
	is(t, "after it left", second(w.Action(ctx, police, x.ID)), casework.ErrNotFound)
	if list := must(w.Actions(ctx, police, partner.ActionQuery{Limit: 9})); len(list) != 0 {
		t.Errorf("after it left it lists %+v", list)
	}
	entries, _, err := w.Entries(ctx, operator, x.ID, "", 100)
	states := []string{}
	for _, e := range entries {
		if e.State != "" {
			states = append(states, e.State)
		}
	}
	if want := []string{"planned", "filed", "pending", "decided", "concluded"}; err != nil || !slices.Equal(states, want) {
		t.Errorf("history %v, %v, want %v", states, err, want)
	}
}

// TestAddDocument: a file is looked into and kept for an action that its sender may change and that takes documents, and for no other.
func TestAddDocument(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	lead, watch := w.join(brand, partner.KindBrand, nil), w.join(police, partner.KindLawEnforcement, nil)
	w.join(rival, partner.KindBrand, nil)
	x := must(w.Open(ctx, operator, partner.Plan{Kind: partner.ActionJoint, Title: "A raid", Partners: []partner.Invitation{{Partner: lead.ID, As: partner.PartMember}, {Partner: watch.ID, As: partner.PartObserver}}}))
	add := func(a casework.Actor, data string) error {
		return second(w.AddDocument(ctx, a, x.ID, "order.pdf", []byte(data)))
	}
	is(t, "by an observer", add(police, "pdf"), casework.ErrForbidden)
	is(t, "by an outsider", add(rival, "pdf"), casework.ErrNotFound)
	is(t, "by a reviewer", add(reviewer, "pdf"), casework.ErrForbidden)
	invalid(t, "a program", add(brand, "program"), "file")
	if len(w.kept) != 0 {
		t.Errorf("kept although refused: %v", w.kept)
	}
	got := must(w.AddDocument(ctx, brand, x.ID, "order.pdf", []byte("pdf")))
	if d := got.Documents; len(d) != 1 || d[0].Name != "order.pdf" || d[0].By != lead.ID || d[0].Account != "" {
		t.Errorf("documents %+v", d)
	}
	if want := []string{"acme " + lead.ID}; !slices.Equal(w.kept, want) {
		t.Errorf("kept for %v, want %v", w.kept, want)
	}
	is(t, "the same again", add(brand, "pdf"), casework.ErrConflict)
	if rows := must(w.Store.Audits(ctx, x.ID, 0, 100)); !slices.ContainsFunc(rows, func(e audit.Entry) bool { return e.Action == "action.attach" && e.Actor == brand.Person() }) {
		t.Errorf("audit rows %+v", rows)
	}
	must(w.Move(ctx, operator, x.ID, partner.ActionAbandoned, "", ""))
	before := len(w.kept)
	is(t, "to what is abandoned", add(operator, "pdf"), casework.ErrConflict)
	if len(w.kept) != before {
		t.Error("kept although the action takes nothing any more")
	}
}

// TestStates: from every state something may follow, and nothing follows that there is not.
func TestStates(t *testing.T) {
	for _, kind := range partner.ActionKinds() {
		reached, work := map[string]bool{}, []string{partner.ActionPlanned}
		for len(work) > 0 {
			s := work[0]
			work = work[1:]
			if reached[s] {
				continue
			}
			reached[s] = true
			next := partner.Action{Kind: kind, State: s}.Next()
			if len(next) == 0 || !slices.Contains(partner.ActionStates(), s) {
				t.Errorf("%s: nothing follows %s", kind, s)
			}
			work = append(work, next...)
		}
		if !reached[partner.ActionConcluded] || !reached[partner.ActionAbandoned] {
			t.Errorf("%s: it cannot end: %v", kind, reached)
		}
	}
}
