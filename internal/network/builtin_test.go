package network_test

import (
	"encoding/json"
	"flag"
	"os"
	"testing"

	"touchstone/internal/network"
)

var update = flag.Bool("update", false, "learn the built-in model anew and write model.json")

// TestDefaultModel: the built-in model is whole. With -update it is learned from drawn marketplaces anew.
func TestDefaultModel(t *testing.T) {
	model := network.DefaultModel()
	if *update {
		learnDefault(t, model)
		return
	}
	if err := model.Validate(); err != nil {
		t.Error(err)
	}
	for _, k := range network.Kinds() {
		if model.Kinds[k].Shared[0] <= 0 {
			t.Errorf("a rare %s in common says nothing: %+v", k, model.Kinds[k])
		}
	}
}

// learnDefault learns in rounds, since how many unrelated hands share a value depends on the rings of the model before. Each market is
// looked at as it is before there is a ring, and once all are formed: both are what the model is asked about. Of one of them alone the
// rounds would not settle, as a kind that has formed its rings seems rare, and one that has not seems common.
func learnDefault(t *testing.T, model network.Model) {
	for range 3 {
		model = learnRound(t, model)
	}
	b, err := json.MarshalIndent(model, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("model.json", append(b, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}

func learnRound(t *testing.T, model network.Model) network.Model {
	var pairs []network.LabelledPair
	for i, size := range []int{300, 300, 300, 300, 400, 400, 400, 800, 800, 1600, 1600, 3000, 3000} { // what is common depends on the market's size
		h := usual
		h.sellers = size
		m := draw(h, 100+uint64(i))
		n := m.fill(t, model)
		pairs = append(pairs, m.judged(t, n)...)
		if err := n.Recompute(t.Context()); err != nil {
			t.Fatal(err)
		}
		pairs = append(pairs, m.judged(t, n)...)
	}
	learned, err := network.Learn("drawn markets of 300 to 3000 sellers", pairs)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range []network.Kind{network.Session, network.Relisting, network.OpenedNear} { // not drawn: half of what their nearest kin say
		kin := map[network.Kind]network.Kind{network.Session: network.Device, network.Relisting: network.Picture, network.OpenedNear: network.PriceList}[k]
		km := learned.Kinds[kin]
		for b := range km.Shared {
			km.Shared[b] /= 2 // km is a copy
		}
		learned.Kinds[k] = network.KindModel{Shared: km.Shared}
	}
	t.Logf("%d pairs; prior %.2f, warehouse %.2f", len(pairs), learned.Prior, learned.Kinds[network.Warehouse].Shared)
	return learned
}
