package network_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"touchstone/internal/network"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func store(name string) network.Node    { return network.Node{Place: network.Store, Name: name} }
func supplier(name string) network.Node { return network.Node{Place: network.Supplier, Name: name} }
func depot(name string) network.Node    { return network.Node{Place: network.Depot, Name: name} }

func record(t *testing.T, u *network.Upstream, from, to network.Node, known bool) {
	t.Helper()
	if err := u.Record(network.Flow{From: from, To: to, Known: known, What: "shipment"}); err != nil {
		t.Fatal(err)
	}
}

func see(t *testing.T, u *network.Upstream, n network.Node, what string, hours int) {
	t.Helper()
	if err := u.See(network.Sighting{Node: n, What: what, At: day0.Add(time.Duration(hours) * time.Hour)}); err != nil {
		t.Fatal(err)
	}
}

// TestSourceByRecords: a path of records leads through the depot to the factory, and the path says so.
func TestSourceByRecords(t *testing.T) {
	var u network.Upstream
	record(t, &u, supplier("factory"), depot("yard 7"), true)
	record(t, &u, depot("yard 7"), store("a"), true)
	record(t, &u, depot("yard 7"), store("b"), true)
	record(t, &u, supplier("other"), store("z"), true)
	got := u.Sources([]string{"a", "b"}, 3)
	if len(got) == 0 || got[0].Node != supplier("factory") || !got[0].Known || got[0].Stores != 2 || len(got[0].Paths[0]) != 2 {
		t.Fatalf("sources %+v", got)
	}
	if steps := got[0].Paths[0]; steps[0].From != supplier("factory") || steps[1].From != depot("yard 7") || !steps[0].Known {
		t.Errorf("path %+v", steps)
	}
}

// TestSourceByPictures: who shows the same pictures first is a likely source, inferred and not known, whatever the order in which
// it is seen; a stock photo is none.
func TestSourceByPictures(t *testing.T) {
	var u network.Upstream
	for i := range 6 {
		what := fmt.Sprint("picture ", i)
		see(t, &u, store("a"), what, 50+i)
		see(t, &u, supplier("page"), what, i)
		see(t, &u, store("b"), what, 60+i)
	}
	see(t, &u, supplier("stock agency"), "stock", 0)
	for i := range 300 {
		see(t, &u, store(fmt.Sprint("shop ", i)), "stock", 1+i)
	}
	see(t, &u, store("a"), "stock", 400)
	got := u.Sources([]string{"a", "b"}, 3)
	if len(got) != 1 || got[0].Node != supplier("page") || got[0].Known || got[0].Probability < 0.8 {
		t.Fatalf("sources %+v", got)
	}
}

// TestSourceWithCyclesAndClocks: stores that supply each other, and clocks that are out of order, neither hang nor turn the flow round.
func TestSourceWithCyclesAndClocks(t *testing.T) {
	var u network.Upstream
	record(t, &u, store("a"), store("b"), true)
	record(t, &u, store("b"), store("c"), true)
	record(t, &u, store("c"), store("a"), true)
	record(t, &u, supplier("factory"), store("c"), true)
	if err := u.See(network.Sighting{Node: store("a"), What: "p", At: day0}); err != nil {
		t.Fatal(err)
	}
	if err := u.See(network.Sighting{Node: supplier("late"), What: "p", At: day0.Add(30 * time.Second)}); err != nil {
		t.Fatal(err)
	}
	got := u.Sources([]string{"a"}, 5)
	if len(got) == 0 || got[0].Node != supplier("factory") {
		t.Fatalf("sources %+v", got)
	}
	for _, s := range got {
		if s.Node == supplier("late") {
			t.Error("half a minute made a source")
		}
	}
}

func TestFlowsRefused(t *testing.T) {
	var u network.Upstream
	for name, f := range map[string]network.Flow{
		"itself":   {From: store("a"), To: store("a")},
		"no place": {From: network.Node{Name: "a"}, To: store("b")},
		"no name":  {From: store(""), To: store("b")},
	} {
		if err := u.Record(f); !errors.Is(err, network.ErrFlow) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := u.See(network.Sighting{Node: store("a"), What: "p"}); !errors.Is(err, network.ErrFlow) {
		t.Errorf("a sighting without a time: %v", err)
	}
	if got := u.Sources([]string{"nobody"}, 3); len(got) != 0 {
		t.Errorf("sources of nobody: %+v", got)
	}
}
