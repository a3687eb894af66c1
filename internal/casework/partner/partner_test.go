package partner_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/partner"
)

// TestUsual: what agreements begin with are fields that there are, and every kind of partner has some.
func TestUsual(t *testing.T) {
	for _, kind := range partner.Kinds() {
		list := partner.Usual(kind)
		if len(list) == 0 {
			t.Errorf("%s begins with nothing", kind)
		}
		for _, f := range list {
			if !slices.Contains(partner.Catalogue(), f) {
				t.Errorf("%s begins with %q, which there is not", kind, f)
			}
			if f.Personal() && kind != partner.KindLawEnforcement && kind != partner.KindCourt {
				t.Errorf("%s begins with %s, which is about persons", kind, f)
			}
		}
	}
}

func TestMembership(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	p := partner.Partner{Name: "Acme", Kind: partner.KindBrand, Agreement: w.agreement(), Holders: []string{w.right.HolderID}, Request: "key"}
	made := must(w.Make(ctx, operator, p))
	if again := must(w.Make(ctx, operator, p)); again.ID != made.ID {
		t.Errorf("the same request made %s beside %s", again.ID, made.ID)
	}
	if made.State != partner.StateActive {
		t.Errorf("made: %+v", made)
	}
	is(t, "no member yet", second(w.Get(ctx, brand, made.ID)), casework.ErrForbidden)
	must(w.AddMember(ctx, operator, made.ID, "acme"))
	seen := must(w.Get(ctx, brand, made.ID))
	if seen.History != nil || seen.Members[0].AddedBy != "desk" {
		t.Errorf("a member sees the desk's people: %+v", seen)
	}
	bound := brand
	bound.Subject = "ptn_other"
	is(t, "a key bound to another partner", second(w.Get(ctx, bound, made.ID)), casework.ErrForbidden)
	twin := p
	twin.Holders, twin.Request = nil, ""
	other := must(w.Make(ctx, operator, twin))
	is(t, "an account of two partners", second(w.AddMember(ctx, operator, other.ID, "acme")), casework.ErrConflict)
	is(t, "another's", second(w.Get(ctx, brand, other.ID)), casework.ErrNotFound)
	if list := must(w.List(ctx, brand, partner.Query{Limit: 9})); len(list) != 1 || list[0].ID != made.ID {
		t.Errorf("a member lists %+v", list)
	}
	if list := must(w.List(ctx, operator, partner.Query{Limit: 9})); len(list) != 2 {
		t.Errorf("an operator lists %d", len(list))
	}
	for _, a := range []casework.Actor{reviewer, brand, {Account: "acme", Role: "holder"}} {
		is(t, a.Role+" makes", second(w.Make(ctx, a, p)), casework.ErrForbidden)
		is(t, a.Role+" agrees", second(w.Agree(ctx, a, made.ID, partner.Edit{})), casework.ErrForbidden)
		is(t, a.Role+" suspends", second(w.Suspend(ctx, a, made.ID, "a reason")), casework.ErrForbidden)
		is(t, a.Role+" adds a member", second(w.AddMember(ctx, a, made.ID, "x")), casework.ErrForbidden)
		is(t, a.Role+" makes a bundle", second(w.Bundle(ctx, a, partner.Order{Partner: made.ID, Case: "c", Purpose: "for the file"})), casework.ErrForbidden)
	}
	must(w.End(ctx, operator, made.ID, "It was agreed so."))
	is(t, "after the end", second(w.Get(ctx, brand, made.ID)), casework.ErrForbidden)
	is(t, "changed after the end", second(w.Resume(ctx, operator, made.ID)), casework.ErrConflict)
	must(w.AddMember(ctx, operator, other.ID, "acme")) // the account is free again
	rows := must(w.Store.Audits(ctx, made.ID, 0, 100))
	if len(rows) != 3 {
		t.Errorf("%d audit rows, want make, member, end", len(rows))
	}
}

func TestFaults(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	for path, change := range map[string]func(p *partner.Partner){
		"name":                      func(p *partner.Partner) { p.Name = " " },
		"kind":                      func(p *partner.Partner) { p.Kind = "friend" },
		"country":                   func(p *partner.Partner) { p.Country = "Germany" },
		"email":                     func(p *partner.Partner) { p.Email = "<script>" },
		"own_holders":               func(p *partner.Partner) { p.Kind, p.Holders = partner.KindCourt, []string{w.right.HolderID} },
		"own_holders[0]":            func(p *partner.Partner) { p.Holders = []string{"hld_none"} },
		"agreement.reference":       func(p *partner.Partner) { p.Agreement.Reference = "" },
		"agreement.until":           func(p *partner.Partner) { p.Agreement.Until = p.Agreement.From },
		"agreement.territories[0]":  func(p *partner.Partner) { p.Agreement.Territories = []string{"Mars"} },
		"agreement.marketplaces[0]": func(p *partner.Partner) { p.Agreement.Marketplaces = []string{"none"} },
		"agreement.rights[0]":       func(p *partner.Partner) { p.Agreement.Rights = []string{"rgt_none"} },
		"agreement.holders":         func(p *partner.Partner) { p.Agreement.Holders = []string{partner.All} },
		"agreement.fields[1]":       func(p *partner.Partner) { p.Agreement.Fields = []partner.Field{partner.AlertRight, "alert.*"} },
		"agreement.shares[1]": func(p *partner.Partner) {
			p.Agreement.Shares = []partner.Field{partner.AlertRight, partner.AlertRight}
		},
	} {
		p := partner.Partner{Name: "Acme", Kind: partner.KindBrand, Agreement: w.agreement()}
		change(&p)
		invalid(t, path, second(w.Make(ctx, operator, p)), path)
	}
}

// TestNothingOutsideOfTheAgreementsTime: before it begins, while it is suspended, after it has run out or ended, a partner sees nothing, and each refusal is
// told to the audit log.
func TestNothingOutsideOfTheAgreementsTime(t *testing.T) {
	ctx := context.Background()
	for state, bring := range map[string]func(w *world, id string){
		partner.StatePending:   func(w *world, _ string) { w.Now = w.Now.AddDate(0, -2, 0) },
		partner.StateExpired:   func(w *world, _ string) { w.Now = w.Now.AddDate(1, 0, 0) },
		partner.StateSuspended: func(w *world, id string) { must(w.Suspend(ctx, operator, id, "They are looked into.")) },
		partner.StateEnded:     func(w *world, id string) { must(w.End(ctx, operator, id, "It is over.")) },
		"removed":              func(w *world, id string) { must(w.RemoveMember(ctx, operator, id, "acme")) },
	} {
		t.Run(state, func(t *testing.T) {
			w := newWorld(t)
			p := w.join(brand, partner.KindBrand, nil)
			x := must(w.Open(ctx, operator, partner.Plan{Kind: partner.ActionJoint, Title: "A sweep", Partners: []partner.Invitation{{Partner: p.ID, As: partner.PartLead}}}))
			must(w.Attach(ctx, operator, x.ID, strings.Repeat("d", 64), ""))
			w.content.Right.ID, w.content.Listing.Marketplace = w.right.ID, "alpha"
			b := must(w.Bundle(ctx, operator, partner.Order{Partner: p.ID, Case: w.aCase("alpha").ID, Purpose: "for the file", Days: 365}))
			w.surge(t, "alpha")
			alerts, _, err := w.Alerts(ctx, brand, partner.AlertQuery{Limit: 9})
			if err != nil || len(alerts) != 1 {
				t.Fatalf("before: %+v, %v", alerts, err)
			}
			bring(w, p.ID)
			w.refused = nil
			token := strings.TrimPrefix(b.Link, partner.PathPrefix)
			calls := map[string]error{
				"partner":     second(w.Get(ctx, brand, p.ID)),
				"partners":    second(w.List(ctx, brand, partner.Query{Limit: 9})),
				"alerts":      third(w.Alerts(ctx, brand, partner.AlertQuery{Limit: 9})),
				"alert":       second(w.Alert(ctx, brand, alerts[0].ID)),
				"acknowledge": second(w.Acknowledge(ctx, brand, alerts[0].ID, "")),
				"raise":       second(w.Raise(ctx, brand, partner.Raise{Right: w.right.ID, Title: "A copy", Text: "It is sold everywhere."})),
				"actions":     second(w.Actions(ctx, brand, partner.ActionQuery{Limit: 9})),
				"action":      second(w.Action(ctx, brand, x.ID)),
				"entries":     third(w.Entries(ctx, brand, x.ID, "", 9)),
				"record":      second(w.Record(ctx, brand, x.ID, partner.ActionEntry{What: "A raid"})),
				"document":    third(w.Document(ctx, brand, x.ID, strings.Repeat("d", 64))),
				"attach":      second(w.Attach(ctx, brand, x.ID, strings.Repeat("a", 64), "")),
				"bundles":     second(w.Bundles(ctx, brand, partner.BundleQuery{Limit: 9})),
				"bundle":      second(w.Bundled(ctx, brand, b.ID)),
				"fetch":       third(w.Fetch(ctx, brand, b.ID)),
			}
			for name, err := range calls {
				is(t, name, err, casework.ErrForbidden)
			}
			if len(w.refused) < len(calls) {
				t.Errorf("%d refusals told for %d calls: %v", len(w.refused), len(calls), w.refused)
			}
			if state != "removed" && state != partner.StatePending { // the link is the partner's, whoever its members are
				is(t, "the link", third(w.Follow(ctx, token)), partner.ErrLink)
			}
			if who := must(w.Acting(ctx, brand)); who.Partner != "" {
				t.Errorf("it acts for %s", who.Partner)
			}
			before := len(must(w.Store.Events(ctx, docket.EventQuery{Account: p.ID, Limit: 100})))
			w.Now = w.Now.Add(48 * time.Hour)
			w.surge(t, "alpha")
			if after := len(must(w.Store.Events(ctx, docket.EventQuery{Account: p.ID, Limit: 100}))); state != "removed" && after != before {
				t.Error("it was told of an attack")
			}
		})
	}
}

func third[A, B any](_ A, _ B, err error) error { return err }
