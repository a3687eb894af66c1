package tracing_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
	"touchstone/internal/listings"
	"touchstone/internal/network"
	"touchstone/internal/tracing"
)

func TestStoreThatOpensIsLinkedWithWhatWasClosed(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "old", payee, "+8613900001111")
	for i := range 3 {
		w.strike(t, "old", fmt.Sprintf("led_%d", i), w.now.AddDate(0, 0, 10*(i-3)))
	}
	o := w.tell(t, "new", payee, "+8613900001111")
	if o.Risk.Ring == "" || o.Risk.Members != 2 || o.Risk.Closed+o.Risk.Struck != 1 || o.Risk.Points == 0 {
		t.Errorf("risk of the new store: %+v", o.Risk)
	}
	if raise := w.tracer.Raise(ctx, "alpha", "new"); raise != o.Risk.Points {
		t.Errorf("its cases are raised by %d, not %d", raise, o.Risk.Points)
	}
	if w.ringOf(t, "honest-3") != "" || w.tracer.Raise(ctx, "alpha", "honest-3") != 0 {
		t.Error("an honest store is in a ring")
	}
	before := o.Risk.Ring
	w.again(t)
	if got := w.ringOf(t, "new"); got != before {
		t.Errorf("after a restart the ring is %q, was %q", got, before)
	}
	v := must(w.tracer.SellerView(ctx, reviewer, "alpha", "new", 10))
	if len(v.Links) == 0 || !v.Links[0].Linked || len(v.Links[0].Evidence) < 2 {
		t.Errorf("links: %+v", v.Links)
	}
}

// TestThePersonBehindANewStore: a store that opens with one verified contact of a closed one is no ring of it, but flagged, once, to its marketplace and the audit
// log; one that only claims the contact, or has one that many have, is not.
func TestThePersonBehindANewStore(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	phone, shared := "+8613900001111", "+8613900002222"
	for _, seller := range []string{"old", "shop-1", "shop-2", "shop-3", "shop-4"} {
		w.tell(t, seller, "", shared)
	}
	w.tell(t, "old", "", phone)
	for i := range 3 {
		w.strike(t, "old", fmt.Sprintf("led_%d", i), w.now.AddDate(0, 0, 10*(i-3)))
	}
	w.tell(t, "shop-5", "", shared)
	flags := func() (list []docket.Event) {
		for _, e := range must(w.store.Events(ctx, docket.EventQuery{Limit: 1000})) {
			if e.Kind == tracing.EventFlagged {
				list = append(list, e)
			}
		}
		return list
	}
	claims := must(w.tracer.Observe(ctx, pipeline, tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: "claims"}, Contacts: []tracing.Contact{{Kind: network.Phone, Value: phone}}}))
	if claims.Risk.Flagged() || len(flags()) != 0 {
		t.Fatalf("flagged by what anybody can claim, or by what many have: %+v, %+v", claims.Risk, flags())
	}
	o := w.tell(t, "new", "", phone)
	want := tracing.Risk{Kin: 1, KinClosed: 1, Shares: []network.Kind{network.Phone}, Points: 12}
	if diff := cmp.Diff(want, o.Risk); diff != "" {
		t.Errorf("risk (-want +got):\n%s", diff)
	}
	if raise := w.tracer.Raise(ctx, "alpha", "new"); raise != want.Points {
		t.Errorf("its cases are raised by %d, not %d", raise, want.Points)
	}
	kin := must(w.tracer.Kin(ctx, reviewer, "alpha", "new"))
	if diff := cmp.Diff([]tracing.Kin{{Seller: "alpha/old", Shares: []network.Kind{network.Phone}, Closed: true}}, kin); diff != "" {
		t.Errorf("kin (-want +got):\n%s", diff)
	}
	if _, err := w.tracer.Kin(ctx, pipeline, "alpha", "new"); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a pipeline reads who: %v", err)
	}
	w.tell(t, "new", "", phone) // the same again
	told := flags()
	if len(told) != 1 || told[0].Marketplace != "alpha" || !strings.Contains(string(told[0].Data), `"seller":"new"`) || strings.Contains(string(told[0].Data), "old") || strings.Contains(string(told[0].Data), phone) {
		t.Errorf("events %+v", told)
	}
	if rows := must(w.store.Audits(ctx, "alpha/new", 0, 10)); len(rows) != 1 || rows[0].Action != tracing.EventFlagged {
		t.Errorf("audit rows %+v", rows)
	}
	must(w.tracer.Judge(ctx, reviewer, tracing.Judgement{A: "alpha/old", B: "alpha/new", Answer: network.DecidedDifferent}))
	if r := must(w.tracer.Risk(ctx, "alpha", "new")); r.Flagged() || r.Points != 0 {
		t.Errorf("after a person said that it is another's: %+v", r)
	}
}

func TestContactsThatSayNothing(t *testing.T) {
	w := newWorld(t)
	o := must(w.tracer.Observe(ctx, pipeline, tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: "s"}, Contacts: []tracing.Contact{
		{Kind: network.Phone, Value: "00000000"}, {Kind: network.Email, Value: "n/a"}, {Kind: network.Email, Value: "real@example.org"}}}))
	if len(o.Unused) != 2 || strings.Contains(strings.Join(o.Unused, " "), "0000") {
		t.Errorf("unused: %q", o.Unused)
	}
	var invalid *casework.ValidationError
	for name, p := range map[string]tracing.Profile{
		"kind":    {Seller: tracing.Seller{Marketplace: "alpha", Seller: "s"}, Contacts: []tracing.Contact{{Kind: "picture", Value: "h"}}},
		"seller":  {Seller: tracing.Seller{Marketplace: "alpha"}},
		"country": {Seller: tracing.Seller{Marketplace: "alpha", Seller: "s", Country: "DEU"}},
		"future":  {Seller: tracing.Seller{Marketplace: "alpha", Seller: "s", OpenedAt: w.now.AddDate(1, 0, 0)}},
	} {
		if _, err := w.tracer.Observe(ctx, pipeline, p); !errors.As(err, &invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.tracer.Observe(ctx, pipeline, tracing.Profile{Seller: tracing.Seller{Marketplace: "beta", Seller: "s"}}); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("another marketplace's seller: %v", err)
	}
	if _, err := w.tracer.Observe(ctx, holder, tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: "s"}}); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("a holder tells: %v", err)
	}
}

// TestPlantedPicture: showing another's pictures, words and phone number makes no link.
func TestPlantedPicture(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "victim", payee, "+8613900002222")
	w.listed(t, "victim", "1", map[string][]string{"p1": nil, "p2": nil}, nil)
	p := tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: "framer"}, Contacts: []tracing.Contact{{Kind: network.Phone, Value: "+8613900002222"}}}
	must(w.tracer.Observe(ctx, pipeline, p))
	w.listed(t, "framer", "2", map[string][]string{"p1": nil, "q9": {"p2"}}, func(l *listings.Listing) { l.Title = "a bag 1" })
	if w.ringOf(t, "victim") != "" || w.ringOf(t, "framer") != "" {
		t.Error("what anybody can copy has made a ring")
	}
	v := must(w.tracer.SellerView(ctx, reviewer, "alpha", "victim", 10))
	i := slices.IndexFunc(v.Links, func(l network.Link) bool { return l.A == "alpha/framer" || l.B == "alpha/framer" })
	if i < 0 || v.Links[i].Linked || v.Links[i].Probability > 0.8 {
		t.Fatalf("the suspicion: %+v", v.Links)
	}
	pictures := 0
	for _, e := range v.Links[i].Evidence {
		if e.Kind == network.Picture {
			pictures++
		}
	}
	if pictures != 2 {
		t.Errorf("%d shared pictures, one of them saved again; want 2: %+v", pictures, v.Links[i].Evidence)
	}
}

// TestRelisting: what was taken down and is offered again says who offers it; a reinstatement takes that back.
func TestRelisting(t *testing.T) {
	w := newWorld(t)
	l := w.listed(t, "first", "1", map[string][]string{"p1": nil}, nil)
	c := docket.Case{ID: "cas_1", Marketplace: "alpha", Seller: "first", Report: "rep_1", Effect: docket.EffectRemoved, Decision: &docket.Decision{At: w.now.Add(time.Hour)}}
	handle := func() {
		t.Helper()
		h := w.tracer.Handlers(func(context.Context, string) (docket.Case, error) { return c, nil }, func(context.Context, docket.Case) (listings.Listing, error) { return l, nil })
		j := must(jobs.New("job_1", tracing.JobRemoved, map[string]string{"case_id": c.ID}, w.now))
		if err := h[tracing.JobRemoved](ctx, j); err != nil {
			t.Fatal(err)
		}
	}
	handle()
	w.listed(t, "early", "2", map[string][]string{"p1": nil}, nil) // before it was taken down
	w.now = w.now.Add(2 * time.Hour)
	w.listed(t, "late", "3", map[string][]string{"p7": {"p1"}}, nil)
	relisted := func(seller string) bool {
		held := must(w.store.TraitsOf(ctx, "alpha/"+seller))
		return slices.ContainsFunc(held, func(h tracing.Held) bool { return h.Kind == network.Relisting })
	}
	if relisted("early") || !relisted("late") || !relisted("first") {
		t.Errorf("early %v, late %v, first %v", relisted("early"), relisted("late"), relisted("first"))
	}
	offences := func() int {
		held := must(w.store.TraitsOf(ctx, "alpha/first"))
		return len(slices.DeleteFunc(held, func(h tracing.Held) bool { return h.Kind != network.Offence }))
	}
	if offences() != 1 {
		t.Errorf("%d listings of it count as taken down, want 1", offences())
	}
	c.Effect = docket.EffectNone
	handle()
	if relisted("first") || offences() != 0 {
		t.Error("a reinstatement leaves the mark")
	}
}
