package network

import (
	"cmp"
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
)

// scored is a candidate pair.
type scored struct {
	a, b int32
	odds float64
}

// strongest first; ties by number, so that the same input gives the same rings.
func strongest(x, y scored) int {
	return cmp.Or(cmp.Compare(y.odds, x.odds), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
}

// between is the log-odds that two clusters are one hand: what they share, each value once, less the penalty for the many pairs
// that could have shared it by chance.
func (n *Network) between(a, b int32) float64 {
	small, great := n.cluster(a), n.cluster(b)
	if len(small) > len(great) {
		small, great = great, small
	}
	other := n.hand(great[0])
	var t tally
	seen := map[int32]bool{}
	for _, s := range small {
		for _, h := range n.sellers[s].held {
			if seen[h.value] {
				continue
			}
			seen[h.value] = true
			if there := n.sharer(h.value, other); there.shared {
				here := n.sharer(h.value, n.hand(s))
				private, ratio, _ := n.weigh(h.value, s, there.who, [2]bool{here.verified, there.verified}, here.proven && there.proven)
				t.share(n.kinds[h.value], private, ratio)
			}
		}
	}
	return n.logOdds(&t) - n.cfg.ChainPenalty*math.Log(float64(len(small)*len(great)))
}

// sharing is how a hand holds a value: one seller that does, whether it is verified for any of the hand's, and whether one who holds it
// is known to infringe.
type sharing struct {
	who                      int32
	shared, verified, proven bool
}

func (n *Network) sharer(v, hand int32) (out sharing) {
	for _, s := range n.values[v].sellers {
		if n.hand(s) != hand {
			continue
		}
		h, _ := n.holding(s, v)
		out = sharing{s, true, out.verified || h.verified, out.proven || n.proven(s)}
	}
	return out
}

// suspicion is the log-odds from which a pair is looked at: what the two share may be little, and what their rings share enough.
var suspicion = logit(0.3)

// merge puts two sellers' clusters together if nothing speaks against it; it tells whether it did.
func (n *Network) merge(p scored) bool {
	if n.hand(p.a) == n.hand(p.b) || n.parted(p.a, p.b) {
		return false
	}
	a, b := n.cluster(p.a), n.cluster(p.b)
	if size := len(a) + len(b); size > n.cfg.MaxRing {
		n.refuse(p, size)
		return false
	}
	odds := p.odds
	if len(a)+len(b) > 2 {
		odds = n.between(p.a, p.b)
	}
	if odds < logit(n.cfg.Link) {
		return false
	}
	n.join(p.a, p.b)
	return true
}

// parted tells whether a person has said of two members that they are different hands.
func (n *Network) parted(a, b int32) bool {
	small, other := n.cluster(a), n.hand(b)
	if great := n.cluster(b); len(great) < len(small) {
		small, other = great, n.hand(a)
	}
	for _, s := range small {
		for _, x := range n.sellers[s].not {
			if n.hand(x) == other {
				return true
			}
		}
	}
	return false
}

// decree joins what people have said is one hand, of these sellers.
func (n *Network) decree(sellers []int32) {
	for _, s := range sellers {
		for _, o := range n.sellers[s].must {
			if n.hand(s) != n.hand(o) && !n.parted(s, o) {
				n.join(s, o)
			}
		}
	}
}

// relink looks for new links of one seller.
func (n *Network) relink(s int32) {
	var pairs []scored
	n.candidates(s, func(o int32) {
		t := n.pair(s, o, nil)
		if odds := n.logOdds(&t); odds >= suspicion {
			pairs = append(pairs, scored{s, o, odds})
		}
	})
	slices.SortFunc(pairs, strongest)
	for _, p := range pairs {
		n.merge(p)
	}
}

// recluster forms the rings of some sellers anew, out of themselves alone.
func (n *Network) recluster(sellers []int32) {
	n.decree(sellers)
	among := make(map[int32]bool, len(sellers))
	for _, s := range sellers {
		among[s] = true
	}
	for range maxRounds {
		var pairs []scored
		for _, s := range sellers {
			n.candidates(s, func(o int32) {
				if !among[o] || o < s {
					return
				}
				t := n.pair(s, o, nil)
				if odds := n.logOdds(&t); odds >= suspicion {
					pairs = append(pairs, scored{s, o, odds})
				}
			})
		}
		if !n.mergeAll(pairs) {
			return
		}
	}
}

func (n *Network) mergeAll(pairs []scored) bool {
	slices.SortFunc(pairs, strongest)
	any := false
	for _, p := range pairs {
		any = n.merge(p) || any
	}
	return any
}

// maxRounds bounds how often rings may grow by what the rings of the round before have made rarer.
const maxRounds = 4

// Recompute forms all rings anew from traits and decisions; rings keep the identity of what they mostly are. It stops early,
// with the rings as they were, when ctx ends.
func (n *Network) Recompute(ctx context.Context) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	before, ids := n.assignments(), n.ringIDs()
	saved := n.saveRings()
	for r := range n.rings {
		if len(n.rings[r].members) > 0 {
			n.scatter(int32(r))
		}
	}
	n.refused = nil
	all := make([]int32, len(n.sellers))
	for i := range all {
		all[i] = int32(i)
	}
	n.decree(all)
	for range maxRounds {
		pairs, err := n.allPairs(ctx)
		if err != nil {
			n.restoreRings(saved)
			return err
		}
		if !n.mergeAll(pairs) {
			break
		}
	}
	n.name(before, ids)
	n.stale = false
	return nil
}

// allPairs scores every candidate pair on all cores.
func (n *Network) allPairs(ctx context.Context) ([]scored, error) {
	workers := runtime.GOMAXPROCS(0)
	parts := make([][]scored, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for s := int32(w); int(s) < len(n.sellers); s += int32(workers) {
				if ctx.Err() != nil {
					return
				}
				n.candidates(s, func(o int32) {
					if o < s {
						return
					}
					t := n.pair(s, o, nil)
					if odds := n.logOdds(&t); odds >= suspicion {
						parts[w] = append(parts[w], scored{s, o, odds})
					}
				})
			}
		})
	}
	wg.Wait()
	return slices.Concat(parts...), ctx.Err()
}
