package followup_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
	"touchstone/internal/store/sqlite"
)

var (
	operator = casework.Actor{Account: "ops", Role: "operator"}
	judges   = []casework.Actor{{Account: "one", Role: "reviewer"}, {Account: "two", Role: "reviewer"}, {Account: "three", Role: "reviewer"}}
)

// world is a docket and what follows from it on a real store, with a clock that the test sets.
type world struct {
	store  *sqlite.Store
	docket *docket.Docket
	follow *followup.Followup
	jobs   *jobs.Runner
	now    time.Time

	registry *casework.Registry
	holder   casework.Actor
	right    casework.Right
	shop     string // seller of every listing that is notified now
}

// scorer says that every listing is the shop's.
type scorer struct{ w *world }

func (s scorer) Score(_ context.Context, t docket.Target) (docket.Score, error) {
	return docket.Score{Known: true, Seller: s.w.shop, Title: "Lamp " + t.Listing, Probability: 0.5}, nil
}

// fataler is a *testing.T or a *rapid.T.
type fataler interface {
	Helper()
	Fatal(args ...any)
	Fatalf(format string, args ...any)
}

// must gives a value; what fails here is a fault of the test's world, and its panic says where.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newWorld(t testing.TB) *world {
	t.Helper()
	ctx := context.Background()
	w := &world{now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	w.store = must(sqlite.Open(ctx, ""))
	t.Cleanup(func() { _ = w.store.Close() })
	registry := casework.NewRegistry(w.store, clock)
	w.registry = registry
	must(registry.PutMarketplace(ctx, operator, casework.Marketplace{ID: "alpha", Name: "Alpha", Territories: []string{"DE"}, ListingURL: "https://alpha.example/{id}"}))
	w.people(0)
	policies := policy.Set{"default": policy.Default()}
	w.follow = followup.New(followup.Parts{Store: w.store, Registry: registry, Policies: policies, Now: clock})
	w.docket = docket.New(docket.Parts{Store: w.store, Registry: registry, Policies: policies, Scorer: scorer{w}, Gate: w.follow, Observers: []docket.Observer{w.follow}, Now: clock})
	w.jobs = jobs.NewRunner(w.store, jobs.Config{}, "test", clock, nil)
	for _, all := range []map[string]jobs.Handler{w.docket.Handlers(), w.follow.Handlers()} {
		for kind, h := range all {
			w.jobs.Handle(kind, h)
		}
	}
	return w
}

// people are a holder with a right and a shop, of whom nothing was decided before.
func (w *world) people(n int) {
	ctx := context.Background()
	w.shop, w.holder = fmt.Sprint("shop", n), casework.Actor{Account: fmt.Sprint("velmora", n), Role: "holder"}
	h := must(w.registry.CreateHolder(ctx, w.holder, casework.Holder{LegalName: "Velmora", Country: "IT", Email: "ip@velmora.example"}))
	r := must(w.registry.CreateRight(ctx, w.holder, casework.Right{HolderID: h.ID, Name: "VELMORA", Type: casework.TrademarkWord, Office: "EUIPO", Territories: []string{"EU"}, RegistrationNumber: "018000001"}))
	w.right = must(w.registry.SetRightState(ctx, operator, r.ID, casework.StateVerified))
}

// notice is one about listings of the shop.
func (w *world) notice(reason string, listings ...string) docket.Notice {
	n := docket.Notice{Right: w.right.ID, Marketplace: "alpha", Reason: reason, Explanation: "The goods bear our registered mark, and they are not ours.", GoodFaith: true, Accuracy: true,
		Signature: "Ada Velmora", Notifier: docket.Notifier{Name: "Ada Velmora", Email: "ip@velmora.example"}}
	for _, l := range listings {
		n.Items = append(n.Items, docket.Item{Listing: l})
	}
	return n
}

// file files a notice and opens its cases.
func (w *world) file(t fataler, reason string, listings ...string) []string {
	t.Helper()
	n := must(w.docket.File(context.Background(), w.holder, w.notice(reason, listings...)))
	w.work(t)
	var out []string
	for _, it := range n.Items {
		out = append(out, it.Case)
	}
	return out
}

// work does every job that is due.
func (w *world) work(t fataler) {
	t.Helper()
	for {
		n, err := w.jobs.Once(context.Background(), 100)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			break
		}
	}
	if dead := must(w.store.DeadJobs(context.Background(), "", 10)); len(dead) > 0 {
		t.Fatalf("dead letters: %+v", dead)
	}
}

// decide lets a reviewer decide, and a second one agree where policy wants four eyes.
func (w *world) decide(t fataler, id, outcome, code string) docket.Case {
	t.Helper()
	ctx := context.Background()
	var c docket.Case
	for _, judge := range judges {
		if _, err := w.docket.Claim(ctx, judge, id); err != nil {
			continue // who made the decision that is contested decides no more
		}
		c = must(w.docket.Decide(ctx, judge, id, docket.Verdict{Outcome: outcome, Code: code}))
		break
	}
	if c.Opinion == nil {
		return c
	}
	for _, judge := range judges {
		if _, err := w.docket.Claim(ctx, judge, id); err == nil {
			return must(w.docket.Second(ctx, judge, id, true, ""))
		}
	}
	t.Fatalf("nobody may give the second opinion on %s", id)
	return c
}

// reinstate brings a listing back on the seller's complaint.
func (w *world) reinstate(t fataler, id string) docket.Case {
	t.Helper()
	must(w.docket.Appeal(context.Background(), sellerOf(w), id, docket.Objection{Statement: "These are our own goods, see the invoice."}))
	return w.decide(t, id, docket.OutcomeReinstated, "")
}

// sellerOf is who answers for the shop.
func sellerOf(w *world) casework.Actor {
	return casework.Actor{Account: "sellers", Role: "seller", Subject: "alpha/" + w.shop}
}

func (w *world) undo(t fataler, id string) docket.Case {
	t.Helper()
	return must(w.docket.Undo(context.Background(), operator, id, ""))
}

// events counts the feed by kind.
func (w *world) events(t fataler) map[string]int {
	t.Helper()
	out := map[string]int{}
	for _, e := range must(w.store.Events(context.Background(), docket.EventQuery{Limit: 10_000})) {
		out[e.Kind]++
	}
	return out
}
