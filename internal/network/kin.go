package network

import (
	"cmp"
	"slices"
)

// rareTo is the number of unrelated sharers up to which a value that two sellers share is nearly theirs alone.
const rareTo = 2

// Kin of a seller: those with whom it shares something that nobody can copy and hardly anybody else has (a verified contact, a payee, a warehouse,
// a device), whether that suffices for a link or not; the likeliest first, at most limit, without those that a person called different. Two stores that share one
// verified telephone number and nothing else are no ring, but kin.
func (n *Network) Kin(seller string, limit int) ([]Link, error) {
	n.mu.RLock()
	defer n.mu.RUnlock()
	s, err := n.known(seller)
	if err != nil {
		return nil, err
	}
	seen := map[int32]bool{s: true}
	out := []Link{}
	for _, h := range n.sellers[s].held {
		v := &n.values[h.value]
		if len(v.sellers) < 2 || n.hands(h.value) >= common+2 {
			continue
		}
		for _, o := range v.sellers {
			other, ok := n.holding(o, h.value)
			if seen[o] || !ok || !n.own(h, other, s, o) {
				continue
			}
			seen[o] = true
			if l := n.link(s, o); l.Decided != DecidedDifferent {
				out = append(out, l)
			}
		}
	}
	slices.SortFunc(out, func(x, y Link) int {
		return cmp.Or(cmp.Compare(y.Probability, x.Probability), cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B))
	})
	return out[:min(limit, len(out))], nil
}

// own tells whether a value that a and b hold is one that nobody can copy and that few hands beside theirs have.
func (n *Network) own(x, y held, a, b int32) bool {
	private, ratio, others := n.weigh(x.value, a, b, [2]bool{x.verified, y.verified}, n.proven(a) && n.proven(b))
	return private && ratio > 0 && others <= rareTo
}

// Own tells whether the value that the evidence is about is one that nobody can copy and that few others have.
func (e LinkEvidence) Own() bool { return !e.Public && e.LogLR > 0 && e.Others <= rareTo }
