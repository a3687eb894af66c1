package network

import (
	"cmp"
	"crypto/sha256"
	"encoding/base32"
	"slices"
	"strconv"
)

// assignments is the ring of each seller that has one.
func (n *Network) assignments() map[int32]string {
	m := map[int32]string{}
	for _, r := range n.rings {
		for _, s := range r.members {
			m[s] = r.id
		}
	}
	return m
}

func (n *Network) ringIDs() map[string]bool {
	ids := map[string]bool{}
	for _, r := range n.rings {
		if len(r.members) > 0 {
			ids[r.id] = true
		}
	}
	return ids
}

// saveRings and restoreRings keep the rings as they are while others are computed.
func (n *Network) saveRings() []ringNode {
	saved := make([]ringNode, len(n.rings))
	for i, r := range n.rings {
		saved[i] = ringNode{r.id, slices.Clone(r.members)}
	}
	return saved
}

func (n *Network) restoreRings(saved []ringNode) {
	for i := range n.sellers {
		n.sellers[i].ring = alone
	}
	n.rings, n.free = saved, nil
	for r := range n.rings {
		if len(n.rings[r].members) == 0 {
			n.free = append(n.free, int32(r))
		}
		for _, s := range n.rings[r].members {
			n.sellers[s].ring = int32(r)
		}
	}
}

// claim says that a ring holds so many members of one that was there before.
type claim struct {
	ring   int32
	id     string
	shared int
}

// name gives every ring an identity: that of the ring before with which it shares most members, the greatest overlaps first, so
// that each identity goes to one ring; a ring without one gets a new identity, made of its members.
func (n *Network) name(before map[int32]string, ids map[string]bool) {
	var live []int32
	for r := range n.rings {
		if len(n.rings[r].members) > 0 {
			live = append(live, int32(r))
		}
	}
	n.nameRings(live, before, ids)
}

func (n *Network) nameRings(live []int32, before map[int32]string, ids map[string]bool) {
	var claims []claim
	for _, r := range live {
		shares := map[string]int{}
		for _, s := range n.rings[r].members {
			if id := before[s]; id != "" {
				shares[id]++
			}
		}
		for id, c := range shares {
			claims = append(claims, claim{r, id, c})
		}
		n.rings[r].id = ""
	}
	slices.SortFunc(claims, func(x, y claim) int {
		return cmp.Or(cmp.Compare(y.shared, x.shared), cmp.Compare(x.id, y.id), cmp.Compare(x.ring, y.ring))
	})
	given := map[string]bool{}
	for _, c := range claims {
		if n.rings[c.ring].id == "" && !given[c.id] {
			n.rings[c.ring].id, given[c.id] = c.id, true
		}
	}
	for _, r := range live {
		if n.rings[r].id == "" {
			n.rings[r].id = n.newID(n.rings[r].members, ids)
			ids[n.rings[r].id] = true
		}
	}
}

var ringEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// newID is made of the names of the members, so that the same input gives the same identities.
func (n *Network) newID(members []int32, taken map[string]bool) string {
	names := make([]string, len(members))
	for i, s := range members {
		names[i] = n.sellers[s].name
	}
	slices.Sort(names)
	for again := 0; ; again++ {
		h := sha256.New()
		for _, name := range names {
			h.Write([]byte(strconv.Itoa(len(name)) + ":" + name))
		}
		h.Write([]byte(strconv.Itoa(again)))
		if id := "ring_" + ringEncoding.EncodeToString(h.Sum(nil)[:10]); !taken[id] {
			return id
		}
	}
}

// rename names the rings around some sellers after a local change, and tells what became of those before.
func (n *Network) rename(before map[int32]string, ids map[string]bool, sellers []int32) RingChange {
	touched := map[int32]bool{}
	for s := range before {
		if r := n.sellers[s].ring; r != alone {
			touched[r] = true
		}
	}
	for _, s := range sellers {
		if r := n.sellers[s].ring; r != alone {
			touched[r] = true
		}
	}
	n.nameRings(sorted(touched), before, ids)
	var c RingChange
	now := map[string]map[string]bool{} // ring before: where its members are now
	for s, id := range before {
		to := ""
		if r := n.sellers[s].ring; r != alone {
			to = n.rings[r].id
		}
		if now[id] == nil {
			now[id] = map[string]bool{}
		}
		now[id][to] = true
	}
	for id, to := range now {
		if len(to) > 1 {
			c.Split = append(c.Split, id)
		}
		if !to[id] {
			c.Merged = append(c.Merged, id)
		}
	}
	slices.Sort(c.Split)
	slices.Sort(c.Merged)
	if len(sellers) > 0 {
		if r := n.sellers[sellers[0]].ring; r != alone {
			c.Ring = n.rings[r].id
		}
	}
	return c
}
