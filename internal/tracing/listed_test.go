package tracing_test

import (
	"context"
	"errors"
	"testing"

	"touchstone/detect"
	"touchstone/internal/casework/docket"
	"touchstone/internal/listings"
	"touchstone/internal/network"
	"touchstone/internal/store/sqlite"
	"touchstone/internal/tracing"
)

// counted is a store that counts its batches, and refuses them while it is full.
type counted struct {
	*sqlite.Store
	batches int
	full    error
}

func (c *counted) Keep(ctx context.Context, b tracing.Batch) error {
	c.batches++
	if c.full != nil {
		return c.full
	}
	return c.Store.Keep(ctx, b)
}

// TestListedAtOnce: all that listings of several sellers add is one transaction, prices of the same seller are put together, and what could
// not be kept is not in the network either.
func TestListedAtOnce(t *testing.T) {
	w := newWorld(t)
	store := &counted{Store: w.store}
	tracer := must(tracing.New(tracing.Parts{Store: store, Stores: w.store, Penalties: w.follow, Registry: nil, Audit: docket.Auditor{Store: w.store}, Now: nil}))
	if err := tracer.Load(ctx); err != nil {
		t.Fatal(err)
	}
	shown := func(id, seller string, price float64) listings.Shown {
		return listings.Shown{
			Listing: listings.Listing{ID: id, Marketplace: "alpha", Listing: id, Seller: seller, Title: "walnut bowl, oiled by hand, with lid " + id, ScoredAt: w.now, Band: "clear",
				Content: listings.Content{Price: &detect.Money{Amount: price, Currency: "EUR"}}},
			Pictures: []listings.ShownPicture{{Hash: "picture of " + id}, {Hash: "picture of all"}},
		}
	}
	batch := []listings.Shown{shown("1", "one", 12.34), shown("2", "one", 56.78), shown("3", "two", 90)}
	store.full = errors.New("full")
	if err := tracer.Listed(ctx, batch); !errors.Is(err, store.full) {
		t.Fatalf("error %v, want that of the store", err)
	}
	if held := must(w.store.TraitsOf(ctx, "alpha/one")); len(held) > 0 {
		t.Errorf("kept although the store was full: %v", held)
	}
	store.full, store.batches = nil, 0
	if err := tracer.Listed(ctx, batch); err != nil {
		t.Fatal(err)
	}
	if store.batches != 1 {
		t.Errorf("%d batches for what three listings show, want 1", store.batches)
	}
	if all := must(w.store.Prices(ctx, "alpha/one", "EUR", 9)); len(all) != 2 {
		t.Errorf("prices %v, want both", all)
	}
	for _, name := range []string{"alpha/one", "alpha/two"} {
		kinds := map[network.Kind]int{}
		for _, h := range must(w.store.TraitsOf(ctx, name)) {
			kinds[h.Kind]++
		}
		if want := map[string]int{"alpha/one": 3, "alpha/two": 2}[name]; kinds[network.Picture] != want {
			t.Errorf("%s shows %d pictures, want %d", name, kinds[network.Picture], want)
		}
	}
}
