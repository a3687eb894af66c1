package casework

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var (
	ctx      = context.Background()
	noon     = time.Date(2026, 3, 1, 12, 0, 0, 999, time.UTC)
	acme     = Actor{Account: "acme", Role: "holder"}
	agent    = Actor{Account: "acme", Role: "agent"}
	other    = Actor{Account: "other", Role: "holder"}
	operator = Actor{Account: "house", Role: "operator"}
	reviewer = Actor{Account: "house", Role: "reviewer"}
	pipeline = Actor{Account: "acme", Role: "pipeline"}
)

func must[T any](t *testing.T, v T, err error) T {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// filled is a registry with a holder and a right of acme.
func filled(t *testing.T) (*Registry, *memory, Holder, Right) {
	t.Helper()
	m := newMemory()
	r := NewRegistry(m, func() time.Time { return noon })
	h, err := r.CreateHolder(ctx, acme, goodHolder())
	must(t, h, err)
	in := goodRight()
	in.HolderID = h.ID
	right, err := r.CreateRight(ctx, acme, in)
	return r, m, h, must(t, right, err)
}

func TestCreate(t *testing.T) {
	r, m, h, right := filled(t)
	if h.Account != "acme" || !h.CreatedAt.Equal(noon.Truncate(time.Microsecond)) || m.holders[h.ID] != h {
		t.Errorf("holder %+v, stored %+v", h, m.holders[h.ID])
	}
	want := goodRight()
	want.ID, want.HolderID, want.Account, want.State, want.CreatedAt = right.ID, h.ID, "acme", StatePending, h.CreatedAt
	if d := cmp.Diff(want, m.rights[right.ID]); d != "" {
		t.Errorf("right as stored (-want +got):\n%s", d)
	}
	sneaky := goodRight()
	sneaky.HolderID, sneaky.State, sneaky.ID, sneaky.Account, sneaky.Nice = h.ID, StateVerified, "mine", "other", []string{"09"}
	got, err := r.CreateRight(ctx, acme, sneaky)
	if must(t, got, err); got.State != StatePending || got.ID == "mine" || got.Account != "acme" || got.Nice[0] != "9" {
		t.Errorf("what the registry sets was taken from the input: %+v", got)
	}
	named := goodHolder()
	named.Account = "third"
	if h, err := r.CreateHolder(ctx, operator, named); err != nil || h.Account != "third" {
		t.Errorf("an operator names the account: %+v, %v", h, err)
	}
	if h, err := r.CreateHolder(ctx, other, named); err != nil || h.Account != "other" {
		t.Errorf("a holder cannot: %+v, %v", h, err)
	}
}

// TestOwnership goes through every operation with every kind of actor.
func TestOwnership(t *testing.T) {
	bound := Actor{Account: "acme", Role: "holder", Subject: "hld_another"}
	operations := map[string]func(*Registry, Actor, Holder, Right, Reference) error{
		"read holder": func(r *Registry, a Actor, h Holder, _ Right, _ Reference) error {
			_, err := r.Holder(ctx, a, h.ID)
			return err
		},
		"read right": func(r *Registry, a Actor, _ Holder, x Right, _ Reference) error {
			_, err := r.Right(ctx, a, x.ID)
			return err
		},
		"read reference": func(r *Registry, a Actor, _ Holder, _ Right, f Reference) error {
			_, err := r.Reference(ctx, a, f.ID)
			return err
		},
		"list references": func(r *Registry, a Actor, _ Holder, x Right, _ Reference) error {
			_, err := r.References(ctx, a, x.ID)
			return err
		},
		"list sellers": func(r *Registry, a Actor, _ Holder, x Right, _ Reference) error {
			_, err := r.AuthorizedSellers(ctx, a, x.ID)
			return err
		},
		"create right": func(r *Registry, a Actor, h Holder, _ Right, _ Reference) error {
			in := goodRight()
			in.HolderID = h.ID
			_, err := r.CreateRight(ctx, a, in)
			return err
		},
		"add reference": func(r *Registry, a Actor, _ Holder, x Right, _ Reference) error {
			in := goodReference()
			in.RightID = x.ID
			_, err := r.AddReference(ctx, a, in)
			return err
		},
		"delete reference": func(r *Registry, a Actor, _ Holder, _ Right, f Reference) error {
			return r.DeleteReference(ctx, a, f.ID)
		},
		"add seller": func(r *Registry, a Actor, _ Holder, x Right, _ Reference) error {
			in := goodSeller()
			in.RightID = x.ID
			_, err := r.AddAuthorizedSeller(ctx, a, in)
			return err
		},
		"set state": func(r *Registry, a Actor, _ Holder, x Right, _ Reference) error {
			_, err := r.SetRightState(ctx, a, x.ID, StateVerified)
			return err
		},
		"put marketplace": func(r *Registry, a Actor, _ Holder, _ Right, _ Reference) error {
			_, err := r.PutMarketplace(ctx, a, goodMarketplace())
			return err
		},
	}
	reads := map[string]bool{"read holder": true, "read right": true, "read reference": true, "list references": true, "list sellers": true}
	operates := map[string]bool{"set state": true, "put marketplace": true}
	want := func(who, what string) error {
		switch {
		case who == "operator":
			return nil
		case operates[what]:
			return ErrForbidden
		case who == "holder", who == "agent", who == "reviewer" && reads[what], who == "pipeline" && reads[what]:
			return nil
		case who == "reviewer", who == "pipeline":
			return ErrForbidden
		}
		return ErrNotFound // other, bound, nobody: it is as if it were not there
	}
	actors := map[string]Actor{"holder": acme, "agent": agent, "other": other, "operator": operator, "reviewer": reviewer, "pipeline": pipeline, "bound": bound}
	for who, a := range actors {
		for what, do := range operations {
			r, _, h, right := filled(t)
			in := goodReference()
			in.RightID = right.ID
			f, err := r.AddReference(ctx, acme, in)
			must(t, f, err)
			if err := do(r, a, h, right, f); !errors.Is(err, want(who, what)) {
				t.Errorf("%s, %s: error %v, want %v", who, what, err, want(who, what))
			}
		}
	}
	r, _, _, _ := filled(t)
	if _, err := r.CreateHolder(ctx, bound, goodHolder()); !errors.Is(err, ErrForbidden) {
		t.Errorf("a bound key registers a holder: %v", err)
	}
	if _, err := r.Rights(ctx, Actor{Role: "holder"}, RightQuery{}); !errors.Is(err, ErrForbidden) {
		t.Errorf("a key without account lists rights: %v", err)
	}
}

func TestRightPages(t *testing.T) {
	r, _, h, first := filled(t)
	ids := []string{first.ID}
	for range 4 {
		in := goodRight()
		in.HolderID = h.ID
		x, err := r.CreateRight(ctx, acme, in)
		ids = append(ids, must(t, x, err).ID)
	}
	pages := func(a Actor, q RightQuery) (out []string, n int) {
		for {
			page, err := r.Rights(ctx, a, q)
			must(t, page, err)
			n++
			for _, x := range page.Rights {
				out = append(out, x.ID)
			}
			if page.Next == "" {
				return out, n
			}
			q.After = page.Next
		}
	}
	tests := []struct {
		name  string
		actor Actor
		q     RightQuery
		want  []string
		pages int
	}{
		{"pages of two", acme, RightQuery{Limit: 2}, ids, 3},
		{"exactly one page", acme, RightQuery{Limit: 5}, ids, 1},
		{"default", operator, RightQuery{}, ids, 1},
		{"beyond the largest page", reviewer, RightQuery{Limit: 1 << 30}, ids, 1},
		{"another account", other, RightQuery{}, nil, 1},
		{"another account asks for ours", other, RightQuery{Account: "acme"}, nil, 1},
		{"bound to the holder", Actor{Account: "acme", Role: "holder", Subject: h.ID}, RightQuery{}, ids, 1},
		{"bound to another", Actor{Account: "acme", Role: "holder", Subject: "hld_x"}, RightQuery{HolderID: h.ID}, nil, 1},
	}
	for _, tc := range tests {
		if got, n := pages(tc.actor, tc.q); cmp.Diff(tc.want, got) != "" || n != tc.pages {
			t.Errorf("%s: %v on %d pages, want %v on %d", tc.name, got, n, tc.want, tc.pages)
		}
	}
}

func TestSetRightState(t *testing.T) {
	r, m, _, right := filled(t)
	for _, s := range []State{StateVerified, StateVerified, StateRejected, StateExpired} {
		got, err := r.SetRightState(ctx, operator, right.ID, s)
		if must(t, got, err); got.State != s || m.rights[right.ID].State != s {
			t.Errorf("state %s, stored %s, want %s", got.State, m.rights[right.ID].State, s)
		}
	}
	for _, s := range []State{StatePending, "", "great"} {
		if _, err := r.SetRightState(ctx, operator, right.ID, s); paths(t, err) != "state" {
			t.Errorf("state %q: %v", s, err)
		}
	}
	if _, err := r.SetRightState(ctx, operator, "rgt_none", StateVerified); !errors.Is(err, ErrNotFound) {
		t.Errorf("unknown right: %v", err)
	}
}

func TestIsAuthorised(t *testing.T) {
	at := time.Date(2026, 1, 1, 15, 0, 0, 0, time.UTC)
	base := AuthorizedSeller{RightID: "r", Seller: "shop"}
	tests := []struct {
		name        string
		change      func(*AuthorizedSeller)
		marketplace string
		want        bool
	}{
		{"everywhere, always", func(*AuthorizedSeller) {}, "bazaar-1", true},
		{"on an unknown marketplace", func(*AuthorizedSeller) {}, "unknown", true},
		{"another seller", func(a *AuthorizedSeller) { a.Seller = "x" }, "bazaar-1", false},
		{"another right", func(a *AuthorizedSeller) { a.RightID = "x" }, "bazaar-1", false},
		{"this marketplace", func(a *AuthorizedSeller) { a.Marketplace = "bazaar-1" }, "bazaar-1", true},
		{"another marketplace", func(a *AuthorizedSeller) { a.Marketplace = "x" }, "bazaar-1", false},
		{"last day", func(a *AuthorizedSeller) { a.ValidTo = day("2026-01-01") }, "bazaar-1", true},
		{"over", func(a *AuthorizedSeller) { a.ValidTo = day("2025-12-31") }, "bazaar-1", false},
		{"first day", func(a *AuthorizedSeller) { a.ValidFrom = day("2026-01-01") }, "bazaar-1", true},
		{"not yet", func(a *AuthorizedSeller) { a.ValidFrom = day("2026-01-02") }, "bazaar-1", false},
		{"territory", func(a *AuthorizedSeller) { a.Territories = []string{"EU"} }, "bazaar-1", true},
		{"another territory", func(a *AuthorizedSeller) { a.Territories = []string{"US"} }, "bazaar-1", false},
		{"territory, unknown marketplace", func(a *AuthorizedSeller) { a.Territories = []string{"EU"} }, "unknown", false},
	}
	for _, tc := range tests {
		m := newMemory()
		r := NewRegistry(m, nil)
		m.marketplaces["bazaar-1"] = goodMarketplace()
		a := base
		tc.change(&a)
		m.sellers = []AuthorizedSeller{a}
		got, err := r.IsAuthorised(ctx, []string{"r", "s"}, "shop", tc.marketplace, at)
		if must(t, got, err); got["r"] != tc.want || got["s"] {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

func TestSnapshot(t *testing.T) {
	r, m, _, right := filled(t)
	in := goodReference()
	in.RightID = right.ID
	ref, err := r.AddReference(ctx, acme, in)
	must(t, ref, err)
	get := func() RightView {
		t.Helper()
		views, err := r.Snapshot(ctx, []string{right.ID, "rgt_none", right.ID})
		if must(t, views, err); len(views) != 1 {
			t.Fatalf("%d rights", len(views))
		}
		return views[right.ID]
	}
	want := RightView{Right: m.rights[right.ID], References: []Reference{ref}}
	if d := cmp.Diff(want, get()); d != "" {
		t.Errorf("snapshot (-want +got):\n%s", d)
	}
	views, err := r.Snapshot(ctx, []string{right.ID})
	if must(t, views, err); m.reads != 1 || cmp.Diff(want, views[right.ID]) != "" {
		t.Errorf("the second snapshot read the store: %d reads", m.reads)
	}

	seller := goodSeller()
	seller.RightID = right.ID
	seller, err = r.AddAuthorizedSeller(ctx, acme, seller)
	must(t, seller, err)
	_, err = r.SetRightState(ctx, operator, right.ID, StateVerified)
	must(t, 0, err)
	must(t, 0, r.DeleteReference(ctx, acme, ref.ID))
	want.Right.State, want.References, want.AuthorizedSellers = StateVerified, nil, []AuthorizedSeller{seller}
	if d := cmp.Diff(want, get()); d != "" {
		t.Errorf("after writes (-want +got):\n%s", d)
	}
}

// TestSnapshotDuringWrite: a snapshot that was read before a write must not
// stay behind it.
func TestSnapshotDuringWrite(t *testing.T) {
	r, m, _, right := filled(t)
	m.onRead = func() {
		m.onRead = nil
		_, err := r.SetRightState(ctx, operator, right.ID, StateVerified)
		must(t, 0, err)
	}
	_, err := r.Snapshot(ctx, []string{right.ID})
	must(t, 0, err)
	views, err := r.Snapshot(ctx, []string{right.ID})
	if must(t, views, err); views[right.ID].Right.State != StateVerified {
		t.Errorf("the snapshot says %s", views[right.ID].Right.State)
	}
}
