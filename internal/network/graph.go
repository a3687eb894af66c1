package network

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// alone is the ring of a seller that has none.
const alone = int32(-1)

// sellerNode is a seller and what it holds, in the order of values.
type sellerNode struct {
	name string
	held []held
	ring int32 // index into Network.rings, or alone
	must []int32
	not  []int32

	offences int32
}

// held is one value of a seller.
type held struct {
	value    int32
	verified bool
	at       int64 // microseconds since 1970; 0 is not known
}

// valueNode is a value and who holds it, in the order in which they came.
type valueNode struct {
	kind    Kind
	key     string
	sellers []int32
}

// ringNode is a ring; a free place has no members.
type ringNode struct {
	id      string
	members []int32
}

// graph holds sellers and values by number, so that a million sellers with five million values fit in memory.
type graph struct {
	sellers []sellerNode
	values  []valueNode
	byName  map[string]int32
	byKey   map[string]int32 // kind, a zero byte, value
	rings   []ringNode
	free    []int32
	traits  int
}

func newGraph() graph { return graph{byName: map[string]int32{}, byKey: map[string]int32{}} }

func (g *graph) seller(name string) int32 {
	if s, ok := g.byName[name]; ok {
		return s
	}
	s := int32(len(g.sellers))
	g.sellers = append(g.sellers, sellerNode{name: name, ring: alone})
	g.byName[name] = s
	return s
}

func (g *graph) value(k Kind, key string) int32 {
	full := string(k) + "\x00" + key
	if v, ok := g.byKey[full]; ok {
		return v
	}
	v := int32(len(g.values))
	g.values = append(g.values, valueNode{kind: k, key: full[len(k)+1:]})
	g.byKey[full] = v
	return v
}

// hold gives the seller a value; it tells whether that is new, and whether it is verified for the first time. What is known longer or better
// of a value is kept.
func (g *graph) hold(s int32, t Trait) (v int32, isNew, verified bool) {
	v = g.value(t.Kind, t.Value)
	node := &g.sellers[s]
	at := int64(0)
	if !t.At.IsZero() {
		at = t.At.UnixMicro()
	}
	i, there := slices.BinarySearchFunc(node.held, v, byValue)
	if there {
		h := &node.held[i]
		verified = t.Verified && !h.verified
		h.verified = h.verified || t.Verified
		if at != 0 && (h.at == 0 || at < h.at) {
			h.at = at
		}
		return v, false, verified
	}
	node.held = slices.Insert(node.held, i, held{v, t.Verified, at})
	g.values[v].sellers = append(g.values[v].sellers, s)
	if t.Kind == Offence {
		node.offences++
	}
	g.traits++
	return v, true, t.Verified
}

func byValue(h held, v int32) int { return cmp.Compare(h.value, v) }

func (g *graph) holding(s, v int32) (held, bool) {
	i, ok := slices.BinarySearchFunc(g.sellers[s].held, v, byValue)
	if !ok {
		return held{}, false
	}
	return g.sellers[s].held[i], true
}

// drop forgets all values of a seller.
func (g *graph) drop(s int32) {
	for _, h := range g.sellers[s].held {
		v := &g.values[h.value]
		v.sellers = slices.DeleteFunc(v.sellers, func(o int32) bool { return o == s })
		g.traits--
	}
	g.sellers[s].held, g.sellers[s].offences = nil, 0
}

// offencesProve is how many listings of a seller's own must have been taken down for it to be known to infringe: one may be a mistake.
const offencesProve = 2

func (g *graph) proven(s int32) bool { return g.sellers[s].offences >= offencesProve }

// hand is what counts as one among those who share: a ring, or a seller alone.
func (g *graph) hand(s int32) int32 {
	if r := g.sellers[s].ring; r != alone {
		return r
	}
	return -2 - s
}

// hands counts the hands that share a value, and stops when it is common whatever two of them are.
func (g *graph) hands(v int32) int {
	var seen [common + 2]int32
	n := 0
	for _, s := range g.values[v].sellers {
		h := g.hand(s)
		if slices.Contains(seen[:n], h) {
			continue
		}
		seen[n] = h
		if n++; n == len(seen) {
			break
		}
	}
	return n
}

// others counts the hands that share a value beside those of a and b.
func (g *graph) others(v int32, a, b int32) int {
	if g.hand(a) == g.hand(b) {
		return max(0, g.hands(v)-1)
	}
	return max(0, g.hands(v)-2)
}

// join puts the members of both hands into one ring, that of the greater.
func (g *graph) join(a, b int32) {
	ra, rb := g.sellers[a].ring, g.sellers[b].ring
	switch {
	case ra == alone && rb == alone:
		r := g.place()
		g.rings[r].members = append(g.rings[r].members, a, b)
		g.sellers[a].ring, g.sellers[b].ring = r, r
	case ra == alone:
		g.rings[rb].members = append(g.rings[rb].members, a)
		g.sellers[a].ring = rb
	case rb == alone:
		g.join(b, a)
	default:
		if len(g.rings[ra].members) < len(g.rings[rb].members) {
			ra, rb = rb, ra
		}
		for _, s := range g.rings[rb].members {
			g.sellers[s].ring = ra
		}
		g.rings[ra].members = append(g.rings[ra].members, g.rings[rb].members...)
		g.clear(rb)
	}
}

// place is an empty ring.
func (g *graph) place() int32 {
	if n := len(g.free); n > 0 {
		r := g.free[n-1]
		g.free = g.free[:n-1]
		return r
	}
	g.rings = append(g.rings, ringNode{})
	return int32(len(g.rings) - 1)
}

func (g *graph) clear(r int32) {
	g.rings[r] = ringNode{}
	g.free = append(g.free, r)
}

// scatter makes all members of a ring alone and gives them back.
func (g *graph) scatter(r int32) []int32 {
	members := g.rings[r].members
	for _, s := range members {
		g.sellers[s].ring = alone
	}
	g.clear(r)
	return members
}

// cluster is the ring of a seller, or the seller alone.
func (g *graph) cluster(s int32) []int32 {
	if r := g.sellers[s].ring; r != alone {
		return g.rings[r].members
	}
	return []int32{s}
}

// number of a seller by name.
func (g *graph) known(name string) (int32, error) {
	s, ok := g.byName[name]
	if !ok {
		return 0, fmt.Errorf("%w: %q is not known here", ErrSeller, name)
	}
	return s, nil
}

func (h held) since() time.Time {
	if h.at == 0 {
		return time.Time{}
	}
	return time.UnixMicro(h.at).UTC()
}
