package network_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/network"
)

// TestRings holds rings of marketplaces that the model has not seen against the truth.
func TestRings(t *testing.T) {
	const seeds = 3
	sum := 0.0
	for seed := range uint64(seeds) {
		m := draw(usual, 500+seed)
		n := m.load(t, network.DefaultModel())
		precision, recall, found := m.pairwise(n)
		t.Logf("seed %d: precision %.3f, recall %.3f over %d pairs; %+v", 500+seed, precision, recall, found, n.Stats())
		if precision < 0.97 {
			t.Errorf("seed %d: pairwise precision %.3f; 0.97 is asked", 500+seed, precision)
		}
		sum += recall
	}
	if sum/seeds < 0.8 { // some members share nothing but what anybody can copy
		t.Errorf("pairwise recall %.3f; 0.80 is asked", sum/seeds)
	}
}

// TestCommonValue: a value of very many sellers links nobody and costs nothing.
func TestCommonValue(t *testing.T) {
	n := fresh(t)
	for i := range 100_000 {
		if err := n.Load(fmt.Sprint("shop ", i), network.Trait{Kind: network.Address, Value: "freight forwarder", Verified: true}); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.Recompute(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := n.Rings(1); len(got) != 0 {
		t.Errorf("%d rings", len(got))
	}
	c := observe(t, n, "one more", network.Trait{Kind: network.Address, Value: "freight forwarder", Verified: true})
	if diff := cmp.Diff(network.RingChange{}, c); diff != "" {
		t.Error(diff)
	}
}

// TestChain: a chain of single weak links does not swallow the market.
func TestChain(t *testing.T) {
	n := fresh(t)
	for i := range 400 {
		for _, side := range []int{i, i + 1} { // neighbours share one address, and nothing else
			if err := n.Load(fmt.Sprint("shop ", side), network.Trait{Kind: network.Address, Value: fmt.Sprint("yard ", i), Verified: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := n.Recompute(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, r := range n.Rings(2) {
		if len(r.Members) > 100 {
			t.Errorf("a chain of weak links made a ring of %d", len(r.Members))
		}
	}
}

// TestDecisions: what people say binds, and can be taken back.
func TestDecisions(t *testing.T) {
	n := fresh(t)
	strong := func(v string) []network.Trait {
		return []network.Trait{{Kind: network.Payee, Value: v}, {Kind: network.Device, Value: v}, {Kind: network.Phone, Value: v, Verified: true}}
	}
	observe(t, n, "a", strong("x")...)
	observe(t, n, "b", strong("x")...)
	observe(t, n, "c", strong("y")...)
	id := ringID(t, n, "a")
	if ringID(t, n, "b") != id || ringID(t, n, "c") != "" {
		t.Fatal("a and b share much, c nothing")
	}
	decide(t, n, "b", "c", network.DecidedSame)
	if ringID(t, n, "c") != id {
		t.Error("c was decided to be of the ring")
	}
	decide(t, n, "a", "b", network.DecidedDifferent)
	if ringID(t, n, "a") == ringID(t, n, "b") {
		t.Error("a and b were decided to be different hands")
	}
	if err := n.Recompute(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ringID(t, n, "a") != "" || ringID(t, n, "b") == "" || ringID(t, n, "b") != ringID(t, n, "c") {
		t.Error("decisions did not outlive a full computation")
	}
	decide(t, n, "a", "b", "")
	if ringID(t, n, "a") != ringID(t, n, "b") {
		t.Error("a decision that was taken back still binds")
	}
	if _, err := n.Decide("a", "nobody", network.DecidedSame); !errors.Is(err, network.ErrSeller) {
		t.Errorf("a decision about nobody gave %v", err)
	}
}

// TestForget: nothing is left of a seller, and its ring goes on without it.
func TestForget(t *testing.T) {
	n := fresh(t)
	for _, s := range []string{"a", "b", "c"} {
		observe(t, n, s, network.Trait{Kind: network.Payee, Value: "p"}, network.Trait{Kind: network.Device, Value: "d"})
	}
	id := ringID(t, n, "a")
	if err := n.Forget("b"); err != nil {
		t.Fatal(err)
	}
	if r, ok := n.RingOf("a"); !ok || r.ID != id || len(r.Members) != 2 {
		t.Errorf("the ring is %+v, was %s", r, id)
	}
	if links, err := n.Links("b", 10); err != nil || len(links) != 0 {
		t.Errorf("links of the forgotten: %v, %v", links, err)
	}
}

// TestIncrementalAgreesWithFull: rings that grew one observation at a time are near those computed at once, and identities stay.
func TestIncrementalAgreesWithFull(t *testing.T) {
	small := usual
	small.sellers = 800
	m := draw(small, 900)
	n := fresh(t)
	for _, s := range m.order {
		observe(t, n, s, m.traits[s]...)
	}
	precision, recall, _ := m.pairwise(n)
	before := n.Identities()
	if err := n.Recompute(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, atOnce, _ := m.pairwise(n)
	if precision < 0.97 || recall < atOnce-0.1 {
		t.Errorf("grown one by one: precision %.3f, recall %.3f; computed at once %.3f", precision, recall, atOnce)
	}
	kept, all := 0, 0
	for s, id := range n.Identities() {
		if old, ok := before[s]; ok {
			all++
			if old == id {
				kept++
			}
		}
	}
	if kept*100 < all*95 {
		t.Errorf("%d of %d sellers kept their ring's identity over a full computation", kept, all)
	}
	again := n.Identities()
	if err := n.Recompute(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(again, n.Identities()); diff != "" {
		t.Errorf("the same computation twice gives other rings: %s", diff)
	}
	restarted, err := network.New(network.Config{}, network.DefaultModel())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range m.order {
		if err := restarted.Load(s, m.traits[s]...); err != nil {
			t.Fatal(err)
		}
	}
	restarted.Adopt(again)
	if err := restarted.Recompute(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(again, restarted.Identities()); diff != "" {
		t.Errorf("identities after a restart: %s", diff)
	}
	t.Logf("incremental: precision %.3f, recall %.3f, %d of %d identities kept", precision, recall, kept, all)
}

// TestBadInput: each fault is told, and nothing of it is kept.
func TestBadInput(t *testing.T) {
	n := fresh(t)
	long := string(make([]byte, network.MaxValue+1))
	for name, c := range map[string]struct {
		seller string
		trait  network.Trait
		want   error
	}{
		"no seller":    {"", network.Trait{Kind: network.Phone, Value: "x"}, network.ErrSeller},
		"unknown kind": {"a", network.Trait{Kind: "shoe size", Value: "x"}, network.ErrTrait},
		"empty value":  {"a", network.Trait{Kind: network.Phone}, network.ErrTrait},
		"long value":   {"a", network.Trait{Kind: network.Phone, Value: long}, network.ErrTrait},
	} {
		if _, err := n.Observe(c.seller, network.Trait{Kind: network.Phone, Value: "good"}, c.trait); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s := n.Stats(); s.Sellers+s.Values+s.Traits != 0 {
		t.Errorf("refused input left %+v", s)
	}
	if _, err := network.New(network.Config{Link: 2}, network.DefaultModel()); err == nil {
		t.Error("a link probability of 2 was taken")
	}
}

func TestRefusesTheGreatRing(t *testing.T) {
	n, err := network.New(network.Config{MaxRing: 3}, network.DefaultModel())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		observe(t, n, fmt.Sprint("shop ", i), network.Trait{Kind: network.Payee, Value: "p"}, network.Trait{Kind: network.Device, Value: "d"}, network.Trait{Kind: network.Phone, Value: "t", Verified: true})
	}
	if rings := n.Rings(2); len(rings) == 0 || len(rings[0].Members) > 3 {
		t.Errorf("rings %+v", rings)
	}
	if len(n.Refused()) == 0 {
		t.Error("no merge was put before a person")
	}
}

func fresh(t *testing.T) *network.Network {
	t.Helper()
	n, err := network.New(network.Config{}, network.DefaultModel())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func observe(t *testing.T, n *network.Network, seller string, traits ...network.Trait) network.RingChange {
	t.Helper()
	c, err := n.Observe(seller, traits...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func decide(t *testing.T, n *network.Network, a, b, answer string) {
	t.Helper()
	if _, err := n.Decide(a, b, answer); err != nil {
		t.Fatal(err)
	}
}

func ringID(t *testing.T, n *network.Network, seller string) string {
	t.Helper()
	r, _ := n.RingOf(seller)
	return r.ID
}
