package network_test

import (
	"fmt"
	"slices"
	"testing"

	"touchstone/internal/network"
)

// TestFraming: what anybody can copy never links, however much of it is planted.
func TestFraming(t *testing.T) {
	n := fresh(t)
	honest := []network.Trait{{Kind: network.Phone, Value: "+4915112345678"}, {Kind: network.Payee, Value: "iban1"}}
	for i := range 30 {
		honest = append(honest, network.Trait{Kind: network.Picture, Value: fmt.Sprint("own picture ", i)}, network.Trait{Kind: network.Phrase, Value: fmt.Sprint("own words ", i)})
	}
	observe(t, n, "honest", honest...)
	for i := range 5 {
		planted := []network.Trait{{Kind: network.Payee, Value: "iban2", Verified: true}, {Kind: network.Device, Value: "device2"}}
		planted = append(planted, honest...)
		planted = slices.DeleteFunc(planted, func(t network.Trait) bool { return t.Value == "iban1" })
		observe(t, n, fmt.Sprint("forger ", i), planted...)
	}
	if r, ok := n.RingOf("honest"); ok {
		t.Errorf("the honest seller was put into %+v", r)
	}
	if r, ok := n.RingOf("forger 0"); !ok || len(r.Members) != 5 {
		t.Errorf("the forgers' ring is %+v", r)
	}
	l, err := n.LinkOf("honest", "forger 3")
	if err != nil || l.Linked || l.Probability > 0.8+1e-9 || len(l.Evidence) < 30 {
		t.Errorf("link is %+v (%v); the evidence must be shown and must not link", l, err)
	}
}

// TestProven: a contact that is only claimed links two stores once both are known to infringe, by two listings of their own each. It never
// links one of whom that is not known, whatever is planted, and pictures and words link nobody still. What was put back is forgotten.
func TestProven(t *testing.T) {
	n := fresh(t)
	offend := func(s string, times int) {
		for i := range times {
			observe(t, n, s, network.Trait{Kind: network.Offence, Value: fmt.Sprint("case ", s, i)})
		}
	}
	claims := []network.Trait{{Kind: network.Chat, Value: "lucky_88"}, {Kind: network.Email, Value: "box@mail.example"}}
	copied := []network.Trait{{Kind: network.Picture, Value: "p1"}, {Kind: network.Picture, Value: "p2"}, {Kind: network.Phrase, Value: "w1"}, {Kind: network.Mistake, Value: "qualtiy"}}
	observe(t, n, "honest", append(slices.Clone(claims), network.Trait{Kind: network.Payee, Value: "iban1"})...)
	offend("honest", 1) // a mistake
	observe(t, n, "copyist", copied...)
	offend("copyist", 3)
	for _, s := range []string{"forger", "second"} {
		observe(t, n, s, slices.Concat(claims, copied)...)
	}
	offend("forger", 2)
	if r, ok := n.RingOf("forger"); ok {
		t.Fatalf("one of whom it is known is in %+v", r)
	}
	offend("second", 2)
	if id := ringID(t, n, "forger"); id == "" || id != ringID(t, n, "second") || ringID(t, n, "honest") != "" || ringID(t, n, "copyist") != "" {
		t.Errorf("rings: %+v", n.Rings(2))
	}
	l, err := n.LinkOf("forger", "second")
	if err != nil || l.Evidence[0].Public || !l.Evidence[0].Claimed {
		t.Errorf("%+v, %v", l, err)
	}
	if f, err := n.FeaturesOf("forger", "second"); err != nil || len(f.Claimed) != 2 || f.Shared[network.Chat] != 0 {
		t.Errorf("%+v, %v", f, err)
	}
	if err := n.Forget("second"); err != nil {
		t.Fatal(err)
	}
	observe(t, n, "second", slices.Concat(claims, copied)...)
	if ringID(t, n, "forger") != "" {
		t.Error("what was taken down by mistake still links")
	}
}

// TestClaimOfAnothersNumber: two stores that are known to infringe and show a number that is verified for a third are not linked by it, whoever
// frames whom; without the third they are, and until it is verified.
func TestClaimOfAnothersNumber(t *testing.T) {
	for name, owned := range map[string]bool{"nobody's": false, "verified for a third": true} {
		n := fresh(t)
		shown := []network.Trait{{Kind: network.Chat, Value: "lucky_88"}, {Kind: network.Email, Value: "box@mail.example"}}
		observe(t, n, "bystander", shown...)
		observe(t, n, "third", shown...)
		for _, s := range []string{"one", "another"} {
			observe(t, n, s, append(slices.Clone(shown), network.Trait{Kind: network.Offence, Value: s + " 1"}, network.Trait{Kind: network.Offence, Value: s + " 2"})...)
		}
		if ringID(t, n, "one") == "" {
			t.Errorf("%s: not linked by what no hand was verified to have", name)
		}
		third := slices.Clone(shown)
		for i := range third {
			third[i].Verified = owned
		}
		observe(t, n, "third", third...)
		for _, when := range []string{"as it was seen", "computed anew"} {
			l, err := n.LinkOf("one", "another")
			if err != nil || l.Linked == owned || l.Evidence[0].Public != owned || (ringID(t, n, "one") == "") != owned || ringID(t, n, "third") != "" {
				t.Errorf("%s, %s: %+v, %v, rings %+v", name, when, l, err, n.Rings(2))
			}
			if err := n.Recompute(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestPublicAlone: what anybody can copy links nobody, even by a model that was learned from pairs of whom most were one hand.
func TestPublicAlone(t *testing.T) {
	model := network.DefaultModel()
	model.Prior = 6
	n, err := network.New(network.Config{}, model)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"one", "another"} {
		observe(t, n, s, network.Trait{Kind: network.Picture, Value: "p1"}, network.Trait{Kind: network.PriceList, Value: "EUR 889 1237 2000 4511"})
	}
	if l, err := n.LinkOf("one", "another"); err != nil || l.Probability > 0.8+1e-9 || ringID(t, n, "one") != "" {
		t.Errorf("%+v, %v", l, err)
	}
}

// TestTogether: what a store shares with each member of a ring is too little, and what it shares with all of them is enough; half of that is
// not, and what anybody can copy never is, however many members show it.
func TestTogether(t *testing.T) {
	n := fresh(t)
	is := func(k network.Kind, v string) network.Trait { return network.Trait{Kind: k, Value: v, Verified: true} }
	public := []network.Trait{{Kind: network.Picture, Value: "p1"}, {Kind: network.Phrase, Value: "w1"}, {Kind: network.Phone, Value: "+4915100000003"}}
	observe(t, n, "first", append(slices.Clone(public), is(network.Payee, "iban"), is(network.Phone, "+4915100000001"))...)
	observe(t, n, "second", append(slices.Clone(public), is(network.Payee, "iban"), is(network.Session, "s-1"))...)
	observe(t, n, "third", append(slices.Clone(public), is(network.Payee, "iban"))...)
	observe(t, n, "half", is(network.Phone, "+4915100000001"))
	observe(t, n, "framed", is(network.Phone, "+4915100000003"), is(network.Picture, "p1"), is(network.Phrase, "w1"), is(network.Payee, "own"))
	if ringID(t, n, "half") != "" || ringID(t, n, "framed") != "" {
		t.Fatalf("rings: %+v", n.Rings(2))
	}
	observe(t, n, "whole", is(network.Phone, "+4915100000001"), is(network.Session, "s-1"))
	for _, when := range []string{"as it was seen", "computed anew"} {
		for _, member := range []string{"first", "second"} {
			if l, err := n.LinkOf("whole", member); err != nil || l.Linked {
				t.Errorf("%s: with %s alone: %+v, %v", when, member, l, err)
			}
		}
		if id := ringID(t, n, "whole"); id == "" || id != ringID(t, n, "third") || ringID(t, n, "half") != "" || ringID(t, n, "framed") != "" {
			t.Errorf("%s: rings: %+v", when, n.Rings(2))
		}
		if err := n.Recompute(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
