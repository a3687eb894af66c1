package network

import (
	"cmp"
	"fmt"
	"slices"
)

// Member is a seller of a ring. Probability is that of its best link within the ring.
type Member struct {
	Seller      string  `json:"seller"`
	Probability float64 `json:"probability"`
	Decided     bool    `json:"decided,omitempty" doc:"a person said that it belongs here"`
}

// Ring is a cluster of linked sellers, with an identity that stays while most of it stays. Probability is the mean of its
// members' probabilities.
type Ring struct {
	ID          string   `json:"id"`
	Members     []Member `json:"members"`
	Probability float64  `json:"probability"`
}

// RingOf is the ring of a seller; false if it has none.
func (n *Network) RingOf(seller string) (Ring, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	s, ok := n.byName[seller]
	if !ok || n.sellers[s].ring == alone {
		return Ring{}, false
	}
	return n.ring(n.sellers[s].ring), true
}

// Rings are all rings with at least so many members, the largest first.
func (n *Network) Rings(atLeast int) []Ring {
	n.mu.RLock()
	defer n.mu.RUnlock()
	var all []Ring
	for r := range n.rings {
		if len(n.rings[r].members) >= max(1, atLeast) {
			all = append(all, n.ring(int32(r)))
		}
	}
	slices.SortFunc(all, func(a, b Ring) int {
		return cmp.Or(cmp.Compare(len(b.Members), len(a.Members)), cmp.Compare(a.ID, b.ID))
	})
	return all
}

func (n *Network) ring(r int32) Ring {
	node := n.rings[r]
	out := Ring{ID: node.id}
	best := map[int32]float64{}
	decided := map[int32]bool{}
	for _, s := range node.members {
		n.partners(s, func(o int32) {
			if n.sellers[o].ring != r || o < s {
				return
			}
			t := n.pair(s, o, nil)
			p := probability(n.logOdds(&t))
			best[s], best[o] = max(best[s], p), max(best[o], p)
		})
		for _, o := range n.sellers[s].must {
			decided[s] = decided[s] || n.sellers[o].ring == r
		}
	}
	sum := 0.0
	for _, s := range node.members {
		out.Members = append(out.Members, Member{n.sellers[s].name, best[s], decided[s]})
		sum += best[s]
	}
	out.Probability = sum / float64(len(node.members))
	slices.SortFunc(out.Members, func(a, b Member) int { return cmp.Compare(a.Seller, b.Seller) })
	return out
}

// partners are all that share a value with s which is not common, its own ring's among them.
func (n *Network) partners(s int32, yield func(int32)) {
	seen := map[int32]bool{s: true}
	for _, h := range n.sellers[s].held {
		if n.hands(h.value) >= common+2 {
			continue
		}
		for _, o := range n.values[h.value].sellers {
			if !seen[o] {
				seen[o] = true
				yield(o)
			}
		}
	}
}

// Links of a seller: all with whom it shares what few share, the likeliest first, at most limit. Those that are not Linked are
// suspicions.
func (n *Network) Links(seller string, limit int) ([]Link, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	s, err := n.known(seller)
	if err != nil {
		return nil, err
	}
	var pairs []scored
	n.partners(s, func(o int32) {
		t := n.pair(s, o, nil)
		pairs = append(pairs, scored{s, o, n.logOdds(&t)})
	})
	slices.SortFunc(pairs, strongest)
	links := make([]Link, 0, min(limit, len(pairs)))
	for _, p := range pairs[:min(limit, len(pairs))] {
		links = append(links, n.link(p.a, p.b))
	}
	return links, nil
}

// LinkOf two sellers, with all that they share.
func (n *Network) LinkOf(a, b string) (Link, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	x, err := n.known(a)
	if err != nil {
		return Link{}, err
	}
	y, err := n.known(b)
	if err != nil {
		return Link{}, err
	}
	if x == y {
		return Link{}, fmt.Errorf("%w: %q twice; a link is between two sellers", ErrSeller, a)
	}
	return n.link(x, y), nil
}

// FeaturesOf two sellers, to learn from once somebody has judged them.
func (n *Network) FeaturesOf(a, b string) (Features, error) {
	l, err := n.LinkOf(a, b)
	if err != nil {
		return Features{}, err
	}
	f := Features{Shared: map[Kind]int{}, Claimed: map[Kind]int{}, Differ: l.Differ}
	for _, e := range l.Evidence {
		of := f.Shared
		if e.Claimed {
			of = f.Claimed
		}
		if others, ok := of[e.Kind]; !ok || e.Others < others {
			of[e.Kind] = e.Others
		}
	}
	return f, nil
}

// Refused are merges that would have made a ring larger than MaxRing: a person decides.
func (n *Network) Refused() []Refusal {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return slices.Clone(n.refused)
}

// Stats are the size of the network. Stale: something is left to Recompute.
type Stats struct {
	Sellers int  `json:"sellers"`
	Values  int  `json:"values"`
	Traits  int  `json:"traits"`
	Rings   int  `json:"rings"`
	Stale   bool `json:"stale"`
}

// Stats counts.
func (n *Network) Stats() Stats {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return Stats{len(n.sellers), len(n.values), n.traits, len(n.rings) - len(n.free), n.stale}
}

// Identities are the rings by seller, to be kept and given to Adopt after a restart.
func (n *Network) Identities() map[string]string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	m := map[string]string{}
	for s, id := range n.assignments() {
		m[n.sellers[s].name] = id
	}
	return m
}

// Adopt puts sellers into rings as they were kept, before Recompute; those that are not known are left out.
func (n *Network) Adopt(identities map[string]string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	byID := map[string]int32{}
	for _, name := range sortedKeys(identities) {
		s, ok := n.byName[name]
		if !ok || n.sellers[s].ring != alone {
			continue
		}
		r, ok := byID[identities[name]]
		if !ok {
			r = n.place()
			n.rings[r].id = identities[name]
			byID[identities[name]] = r
		}
		n.rings[r].members = append(n.rings[r].members, s)
		n.sellers[s].ring = r
	}
	n.stale = true
}

func sortedKeys(m map[string]string) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Ring finds a ring by its identity.
func (n *Network) Ring(id string) (Ring, bool) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if r, ok := n.ringByID(id); ok {
		return n.ring(r), true
	}
	return Ring{}, false
}

func (n *Network) ringByID(id string) (int32, bool) {
	for r := range n.rings {
		if n.rings[r].id == id && len(n.rings[r].members) > 0 {
			return int32(r), true
		}
	}
	return alone, false
}
