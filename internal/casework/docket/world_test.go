package docket_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/policy"
	"touchstone/internal/store/sqlite"
	"touchstone/internal/threshold"
)

var t0 = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) // a Monday

var (
	holder   = casework.Actor{Account: "acme", Role: "holder", Key: "k-holder"}
	stranger = casework.Actor{Account: "other", Role: "holder", Key: "k-other"}
	ann      = casework.Actor{Account: "desk", Role: "reviewer", Key: "k-ann"}
	bob      = casework.Actor{Account: "desk", Role: "reviewer", Key: "k-bob"}
	operator = casework.Actor{Account: "desk", Role: "operator", Key: "k-op"}
	shop     = casework.Actor{Account: "shops", Role: "seller", Subject: "alpha/shop-7"}
	market   = casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}
)

// registry is one marketplace and some rights of the account acme.
type registry struct {
	rights map[string]casework.RightView
}

func (r registry) Right(_ context.Context, a casework.Actor, id string) (casework.Right, error) {
	v, ok := r.rights[id]
	if !ok || !a.SeesAll() && !a.Owns(v.Right.Account, v.Right.HolderID) {
		return casework.Right{}, fmt.Errorf("%w: there is no right %q in this account", casework.ErrNotFound, id)
	}
	return v.Right, nil
}

func (r registry) Snapshot(_ context.Context, ids []string) (map[string]casework.RightView, error) {
	out := map[string]casework.RightView{}
	for _, id := range ids {
		if v, ok := r.rights[id]; ok {
			out[id] = v
		}
	}
	return out, nil
}

func (r registry) Marketplace(_ context.Context, id string) (casework.Marketplace, error) {
	if id != "alpha" {
		return casework.Marketplace{}, fmt.Errorf("%w: there is no marketplace %q", casework.ErrNotFound, id)
	}
	return casework.Marketplace{ID: "alpha", Territories: []string{"DE"}, Policy: "default"}, nil
}

// scores answers by listing.
type scores map[string]docket.Score

func (s scores) Score(_ context.Context, t docket.Target) (docket.Score, error) {
	return s[t.Listing], nil
}

// desk is a docket on a real store, with a clock of its own.
type desk struct {
	*docket.Docket
	store  *sqlite.Store
	scores scores
	rights registry
	mu     sync.Mutex
	now    time.Time
}

func (d *desk) clock() time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.now
}

func (d *desk) pass(by time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.now = d.now.Add(by)
}

func aRight(id string, kind casework.RightType) casework.RightView {
	return casework.RightView{Right: casework.Right{ID: id, HolderID: "hld_1", Account: "acme", Name: id, Type: kind, Territories: []string{"EU"}, State: casework.StateVerified, Nice: []string{"18"}}}
}

// policies with and without four eyes; thresholds are set, so that triage decides what is certain.
func policies(eyes ...string) policy.Set {
	p := policy.Default()
	t := policy.DefaultTriage()
	t.TakeDown, t.DeclineBelow, t.FourEyes = map[string]float64{"near_copy": 0.99}, 0.01, eyes
	p.Triage = &t
	return policy.Set{"default": p}
}

// logger is what a test and a property have in common.
type logger interface {
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Errorf(format string, args ...any)
	Helper()
}

func newDesk(t testing.TB, set policy.Set) *desk {
	t.Helper()
	s, err := sqlite.Open(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return deskOn(s, set)
}

func deskOn(s *sqlite.Store, set policy.Set) *desk {
	d := &desk{store: s, scores: scores{}, now: t0, rights: registry{map[string]casework.RightView{"word": aRight("word", casework.TrademarkWord), "design": aRight("design", casework.Design)}}}
	measured := threshold.NewBook()
	measured.AddPack("", map[string]threshold.Curve{"near_copy": threshold.Sample{Infringing: slices.Repeat([]float64{1}, 1000), Innocent: make([]float64, 1000)}.Curve()})
	d.Docket = docket.New(docket.Parts{Store: s, Measured: measured, Registry: d.rights, Policies: set, Scorer: d.scores, Now: d.clock})
	return d
}

func notice(listings ...string) docket.Notice {
	n := docket.Notice{Right: "word", Marketplace: "alpha", Reason: docket.ReasonMarkOnPage, Explanation: "The title names our mark for other goods.", GoodFaith: true, Accuracy: true,
		Signature: "Ada Velmora", Notifier: docket.Notifier{Name: "Ada Velmora", Email: "ip@velmora.example"}}
	for _, l := range listings {
		n.Items = append(n.Items, docket.Item{Listing: l})
	}
	return n
}

// file files a notice and opens its cases, which come in the order of its listings.
func (d *desk) file(t logger, n docket.Notice) []docket.Case {
	t.Helper()
	ctx := context.Background()
	n, err := d.File(ctx, holder, n)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.OpenCases(ctx, n.ID); err != nil {
		t.Fatal(err)
	}
	var out []docket.Case
	for _, it := range n.Items {
		out = append(out, d.get(t, it.Case))
	}
	return out
}

func (d *desk) get(t logger, id string) docket.Case {
	t.Helper()
	c, err := d.store.Case(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// decide claims a case and decides it.
func (d *desk) decide(t logger, by casework.Actor, id string, v docket.Verdict) docket.Case {
	t.Helper()
	if _, err := d.Claim(context.Background(), by, id); err != nil {
		t.Fatal(err)
	}
	c, err := d.Decide(context.Background(), by, id, v)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (d *desk) tick(t logger) {
	t.Helper()
	if _, err := d.Tick(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// queued lists every waiting case by reading all queues page by page.
func (d *desk) queued(t logger) []string {
	t.Helper()
	var ids []string
	for _, q := range policy.Queues() {
		query := docket.QueueQuery{Queue: q, Limit: 3}
		for {
			page, err := d.store.Queue(context.Background(), query)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				ids = append(ids, e.Case.ID)
			}
			if len(page) < query.Limit {
				break
			}
			query.AfterRank, query.AfterID = page[len(page)-1].Rank, page[len(page)-1].Case.ID
		}
	}
	slices.Sort(ids)
	return ids
}

var takeDown = docket.Verdict{Outcome: docket.OutcomeTakenDown}
var objection = docket.Objection{Statement: "The goods are genuine and were bought from the holder.", Sworn: true, Signature: "Shop Seven"}
