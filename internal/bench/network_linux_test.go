//go:build bench

package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"testing"
	"time"

	"touchstone/internal/network"
)

// TestBenchNetwork links a million sellers with five million values: all anew, and one more observation at a time.
func TestBenchNetwork(t *testing.T) {
	const sellers, perSeller = 1_000_000, 5
	r := rand.New(rand.NewPCG(7, 7))
	n, err := network.New(network.Config{}, network.DefaultModel())
	must(t, err)
	kinds := []network.Kind{network.Phone, network.Email, network.Payee, network.Device, network.Picture}
	before := heap()
	for i := range sellers {
		must(t, n.Load(fmt.Sprintf("shop-%07d", i), traitsOf(r, i, kinds)...))
	}
	loaded := heap()
	begin, err := usageOf(os.Getpid())
	must(t, err)
	start := time.Now()
	must(t, n.Recompute(t.Context()))
	wall := time.Since(start)
	end, err := usageOf(os.Getpid())
	must(t, err)
	var times []time.Duration
	for i := range 2000 {
		one := time.Now()
		_, err := n.Observe(fmt.Sprintf("shop-%07d", r.IntN(sellers)), traitsOf(r, sellers+i, kinds)...)
		must(t, err)
		times = append(times, time.Since(one))
	}
	slowest, sum := time.Duration(0), time.Duration(0)
	for _, d := range times {
		slowest, sum = max(slowest, d), sum+d
	}
	s := n.Stats()
	table := figures.table("Linked sellers", "sellers", "values", "traits", "rings", "recompute s", "CPU s", "heap MB", "observe ms, mean", "observe ms, most")
	table.note("One in twenty belongs to a ring of eight that shares contact values; a hundredth of all values are common ones of thousands of sellers.")
	table.add(s.Sellers, s.Values, s.Traits, s.Rings, wall.Seconds(), (end.cpu - begin.cpu).Seconds(), float64(loaded-before)/1e6,
		sum.Seconds()*1000/float64(len(times)), slowest.Seconds()*1000)
}

// traitsOf a drawn seller: own values, those of its ring, and now and then a common one.
func traitsOf(r *rand.Rand, i int, kinds []network.Kind) []network.Trait {
	out := make([]network.Trait, 0, len(kinds))
	ring := i / 8
	for _, k := range kinds {
		value := fmt.Sprintf("%s-%d", k, i)
		switch {
		case ring%20 == 0 && r.IntN(2) == 0:
			value = fmt.Sprintf("%s-ring-%d-%d", k, ring, r.IntN(2))
		case r.IntN(100) == 0:
			value = fmt.Sprintf("%s-common-%d", k, r.IntN(10))
		}
		out = append(out, network.Trait{Kind: k, Value: value, Verified: true})
	}
	return out
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
