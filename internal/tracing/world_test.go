package tracing_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/followup"
	"touchstone/internal/listings"
	"touchstone/internal/network"
	"touchstone/internal/policy"
	"touchstone/internal/store/sqlite"
	"touchstone/internal/tracing"
)

var (
	ctx      = context.Background()
	operator = casework.Actor{Account: "ops", Role: "operator", Key: "key_o"}
	reviewer = casework.Actor{Account: "desk", Role: "reviewer", Subject: "ann"}
	pipeline = casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}
	holder   = casework.Actor{Account: "acme", Role: "holder"}
)

// world is a tracer on real stores, with a clock that the test sets.
type world struct {
	path   string
	store  *sqlite.Store
	follow *followup.Followup
	tracer *tracing.Tracer
	right  casework.Right
	now    time.Time
	found  map[string][]tracing.Attack // by report
	handed []tracing.Alert
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{path: filepath.Join(t.TempDir(), "touchstone.db"), now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC), found: map[string][]tracing.Attack{}}
	w.open(t)
	registry := casework.NewRegistry(w.store, nil)
	for _, id := range []string{"alpha", "beta"} {
		must(registry.PutMarketplace(ctx, operator, casework.Marketplace{ID: id, Name: id, Territories: []string{"DE"}, ListingURL: "https://" + id + ".example/{id}"}))
	}
	h := must(registry.CreateHolder(ctx, holder, casework.Holder{LegalName: "Acme", Country: "DE", Email: "ip@acme.example"}))
	w.right = must(registry.CreateRight(ctx, holder, casework.Right{HolderID: h.ID, Type: casework.TrademarkWord, Name: "QUILLON", Office: "EUIPO", RegistrationNumber: "018000001", Territories: []string{"EU"}}))
	return w
}

func (w *world) open(t *testing.T) {
	t.Helper()
	w.store = must(sqlite.Open(ctx, w.path))
	t.Cleanup(func() { _ = w.store.Close() })
	clock := func() time.Time { return w.now }
	registry := casework.NewRegistry(w.store, nil)
	w.follow = followup.New(followup.Parts{Store: w.store, Registry: registry, Policies: policy.Set{"default": policy.Default()}, Now: clock})
	w.tracer = must(tracing.New(tracing.Parts{Store: w.store, Stores: w.store, Penalties: w.follow, Registry: registry, Audit: docket.Auditor{Store: w.store, Now: clock}, Now: clock,
		Attacks: func(_ context.Context, report string) ([]tracing.Attack, error) { return w.found[report], nil },
		Alert: func(_ context.Context, a tracing.Alert) error {
			w.handed = append(w.handed, a)
			return nil
		}}))
	if err := w.tracer.Load(ctx); err != nil {
		t.Fatal(err)
	}
}

// again closes everything and opens it as a new process would.
func (w *world) again(t *testing.T) {
	t.Helper()
	if _, err := w.tracer.Recompute(ctx, operator); err != nil { // keeps the rings, as Run does
		t.Fatal(err)
	}
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	w.open(t)
}

// tell registers a seller with a payee that the marketplace has verified, and a phone.
func (w *world) tell(t *testing.T, seller, payee, phone string) tracing.Observed {
	t.Helper()
	p := tracing.Profile{Seller: tracing.Seller{Marketplace: "alpha", Seller: seller, Country: "CN"}}
	if payee != "" {
		p.Contacts = append(p.Contacts, tracing.Contact{Kind: network.Payee, Value: payee, Verified: true})
	}
	if phone != "" {
		p.Contacts = append(p.Contacts, tracing.Contact{Kind: network.Phone, Value: phone, Verified: true})
	}
	o, err := w.tracer.Observe(ctx, pipeline, p)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// crowd are sellers with nothing in common, so that the network knows what is common.
func (w *world) crowd(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		w.tell(t, fmt.Sprintf("honest-%d", i), fmt.Sprintf("DE8937040044%010d", i), fmt.Sprintf("+86 138 %04d %04d", i/10, 1000+i))
	}
}

// strike puts a serious infringement into a store's ledger, as a decision does.
func (w *world) strike(t *testing.T, seller, id string, at time.Time) {
	t.Helper()
	err := w.store.Update(ctx, func(tx docket.Tx) error {
		return tx.(followup.Tx).AddLedger(ctx, "alpha", seller, enforce.LedgerEntry{ID: id, At: at, Kind: enforce.Serious, Case: "cas_" + id})
	})
	if err == nil {
		err = w.follow.Reckon(ctx, "alpha", []string{seller})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// listed has a listing with pictures, by hash, and what is near them.
func (w *world) listed(t *testing.T, seller, id string, near map[string][]string, change func(*listings.Listing)) listings.Listing {
	t.Helper()
	s := listings.Shown{Listing: listings.Listing{ID: "lst_" + id, Account: "alpha", Marketplace: "alpha", Listing: id, Seller: seller, Title: "a bag " + id, ReportID: "rep_" + id, Band: "clear", ScoredAt: w.now}}
	for _, hash := range slices.Sorted(mapKeys(near)) {
		s.Pictures = append(s.Pictures, listings.ShownPicture{Hash: hash, Near: near[hash]})
		s.Listing.Pictures = append(s.Listing.Pictures, hash)
	}
	if change != nil {
		change(&s.Listing)
	}
	if err := w.tracer.Listed(ctx, []listings.Shown{s}); err != nil {
		t.Fatal(err)
	}
	return s.Listing
}

func mapKeys(m map[string][]string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (w *world) ringOf(t *testing.T, seller string) string {
	t.Helper()
	r, err := w.tracer.Risk(ctx, "alpha", seller)
	if err != nil {
		t.Fatal(err)
	}
	return r.Ring
}

const payee = "GB29NWBK60161331926819"
