package network_test

import (
	"errors"
	"math"
	"testing"

	"touchstone/internal/network"
)

// TestLearn against values worked out by hand: of 40 pairs of one hand 30 share a phone that nobody else has, of 60 others 2; the
// ratio is (30.5/41)/(2.5/61).
func TestLearn(t *testing.T) {
	var pairs []network.LabelledPair
	add := func(n int, same bool, shared map[network.Kind]int, differ ...network.Kind) {
		for range n {
			pairs = append(pairs, network.LabelledPair{Features: network.Features{Shared: shared, Differ: differ}, Same: same})
		}
	}
	add(30, true, map[network.Kind]int{network.Phone: 0})
	add(10, true, map[network.Kind]int{network.Warehouse: 20}, network.Phone)
	add(2, false, map[network.Kind]int{network.Phone: 0})
	add(58, false, map[network.Kind]int{network.Warehouse: 80}, network.Phone)
	m, err := network.Learn("by hand", pairs)
	if err != nil {
		t.Fatal(err)
	}
	near := func(what string, got, want float64) {
		if math.Abs(got-want) > 1e-9 {
			t.Errorf("%s is %g, want %g", what, got, want)
		}
	}
	near("prior", m.Prior, math.Log(40.0/60))
	near("rare phone", m.Kinds[network.Phone].Shared[0], math.Log(30.5/41*61/2.5))
	near("different phones", m.Kinds[network.Phone].Differs, math.Log(10.5/41*61/58.5))
	near("common warehouse", m.Kinds[network.Warehouse].Shared[4], 0)
	if _, err := network.Learn("too few", pairs[:35]); !errors.Is(err, network.ErrLabels) {
		t.Errorf("35 pairs of one kind gave %v", err)
	}
}

func TestModelValidate(t *testing.T) {
	for name, m := range map[string]network.Model{
		"prior":   {Prior: math.NaN()},
		"kind":    {Kinds: map[network.Kind]network.KindModel{"shoe size": {}}},
		"rises":   {Kinds: map[network.Kind]network.KindModel{network.Phone: {Shared: [5]float64{1, 2}}}},
		"common":  {Kinds: map[network.Kind]network.KindModel{network.Phone: {Shared: [5]float64{2, 2, 2, 2, 2}}}},
		"differs": {Kinds: map[network.Kind]network.KindModel{network.Phone: {Differs: 1}}},
	} {
		if m.Validate() == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
