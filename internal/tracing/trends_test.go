package tracing_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/listings"
	"touchstone/internal/network"
	"touchstone/internal/tracing"
)

func TestSourcesUpstream(t *testing.T) {
	w := newWorld(t)
	w.crowd(t, 40)
	w.tell(t, "a", payee, "")
	w.tell(t, "b", payee, "")
	page := network.Node{Place: network.Supplier, Name: "wholesale-77"}
	if err := w.tracer.See(ctx, reviewer, network.Sighting{Node: page, What: "p1", At: w.now.AddDate(0, -1, 0)}); err != nil {
		t.Fatal(err)
	}
	w.listed(t, "a", "1", map[string][]string{"p1": nil}, nil)
	w.listed(t, "b", "2", map[string][]string{"p2": {"p1"}}, nil)
	depot := network.Node{Place: network.Depot, Name: "yard 4"}
	for _, f := range []network.Flow{{From: depot, To: network.Node{Place: network.Store, Name: "alpha/a"}, Known: true, What: "parcel 1"}, {From: page, To: depot, Known: true, What: "truck 9"},
		{From: network.Node{Place: network.Store, Name: "alpha/a"}, To: page, What: "a cycle"}} {
		must(w.tracer.Record(ctx, operator, f))
	}
	got := must(w.tracer.Sources(ctx, reviewer, w.ringOf(t, "a"), 5))
	if len(got) != 2 || got[0].Node != page || got[0].Stores != 2 || !got[0].Known || got[1].Node != depot {
		t.Errorf("sources: %+v", got)
	}
	var invalid *casework.ValidationError
	if _, err := w.tracer.Record(ctx, operator, network.Flow{From: page, To: page, What: "x"}); !errors.As(err, &invalid) {
		t.Errorf("to itself: %v", err)
	}
	later := w.now.Add(2 * time.Hour)
	if _, err := w.tracer.Record(ctx, operator, network.Flow{From: page, To: depot, What: "truck 10", At: later}); !errors.As(err, &invalid) {
		t.Errorf("goods that went there in two hours: %v", err)
	}
	if err := w.tracer.See(ctx, reviewer, network.Sighting{Node: page, What: "p9", At: later}); !errors.As(err, &invalid) {
		t.Errorf("a picture seen in two hours: %v", err)
	}
	if again := must(w.tracer.Sources(ctx, reviewer, w.ringOf(t, "a"), 5)); !cmp.Equal(got, again) {
		t.Errorf("what was refused changed the sources: %s", cmp.Diff(got, again))
	}
}

func TestTrendsAndAlerts(t *testing.T) {
	w := newWorld(t)
	attack := func(seller, id, form string) {
		w.found["rep_"+id] = []tracing.Attack{{Right: w.right.ID, Signal: "keyword_misuse", Word: "QUILLON", Form: form}}
		w.listed(t, seller, id, nil, func(l *listings.Listing) {
			l.Band = "urgent"
			l.Content = listings.Content{Goods: []string{"9"}, Price: &detect.Money{Amount: 12.5, Currency: "USD"}}
		})
	}
	for i := range 8 { // one an hour before
		attack("usual", fmt.Sprintf("u%d", i), "quillon")
		w.now = w.now.Add(time.Hour)
	}
	if got := must(w.tracer.Watch(ctx)); len(got) != 0 {
		t.Errorf("the usual is an alert: %+v", got)
	}
	for i := range 9 {
		attack(fmt.Sprintf("ring-%d", i%3), fmt.Sprintf("r%d", i), "qu1ll0n")
	}
	w.now = w.now.Add(time.Minute)
	got := must(w.tracer.Watch(ctx))
	if len(got) != 1 || got[0].Right != w.right.ID || got[0].Now < 9 || !slices.Contains(got[0].Forms, "qu1ll0n") {
		t.Fatalf("alerts: %+v", got)
	}
	if diff := cmp.Diff(got, w.handed); diff != "" {
		t.Error("handed on:", diff)
	}
	if again := must(w.tracer.Watch(ctx)); len(again) != 0 {
		t.Errorf("a second alert of the day: %+v", again)
	}
	if m := got[0].Markets; len(m) != 1 || m[0].Marketplace != "alpha" || m[0].Now != got[0].Now || m[0].Sellers != got[0].Sellers {
		t.Errorf("by marketplace: %+v of %+v", m, got[0])
	}
	elsewhere := []tracing.Attack{}
	for i := range 6 {
		elsewhere = append(elsewhere, tracing.Attack{Right: w.right.ID, Listing: fmt.Sprintf("lst_b%d", i), Signal: "keyword_misuse", Marketplace: "beta", Seller: fmt.Sprint("far-", i%3), At: w.now})
	}
	if err := w.store.Keep(ctx, tracing.Batch{Attacks: elsewhere}); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(time.Minute)
	if spread := must(w.tracer.Watch(ctx)); len(spread) != 1 || len(spread[0].Markets) != 2 {
		t.Errorf("the attack reached another marketplace: %+v", spread)
	}
	if again := must(w.tracer.Watch(ctx)); len(again) != 0 {
		t.Errorf("told of it twice: %+v", again)
	}
	aliases := must(w.tracer.Aliases(ctx, holder, w.right.ID, 10))
	if len(aliases) != 1 || aliases[0].Form != "qu1ll0n" || aliases[0].Sellers != 3 {
		t.Errorf("aliases: %+v", aliases)
	}
	if goods := must(w.tracer.Trends(ctx, reviewer, "goods", "", 24*time.Hour, 10)); len(goods) != 1 || goods[0].Key != "9" || goods[0].Now != 17 {
		t.Errorf("goods: %+v", goods)
	}
	stranger := casework.Actor{Account: "other", Role: "holder"}
	if _, err := w.tracer.Trends(ctx, stranger, "right", w.right.ID, time.Hour, 10); !errors.Is(err, casework.ErrNotFound) {
		t.Errorf("another's right: %v", err)
	}
	if _, err := w.tracer.Trends(ctx, holder, "right", "", time.Hour, 10); !errors.Is(err, casework.ErrForbidden) {
		t.Errorf("all rights: %v", err)
	}
}
