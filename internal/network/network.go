package network

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// Network holds sellers, what they share, and their rings. It is safe for concurrent use.
type Network struct {
	mu    sync.RWMutex
	cfg   Config
	model Model
	graph
	kinds   []uint8 // of each value, by kindOrder
	refused []Refusal
	stale   bool
}

// Refusal is a merge that would have made a ring too large: a person decides.
type Refusal struct {
	A    string `json:"a"`
	B    string `json:"b"`
	Size int    `json:"size"`
}

// New makes an empty network.
func New(cfg Config, model Model) (*Network, error) {
	cfg = cfg.withDefaults()
	if err := errors.Join(cfg.Validate(), model.Validate()); err != nil {
		return nil, fmt.Errorf("network: %w", err)
	}
	return &Network{cfg: cfg, model: model, graph: newGraph()}, nil
}

// RingChange is what an observation did to the rings.
type RingChange struct {
	Ring   string   `json:"ring,omitempty"`   // of the seller, afterwards
	Merged []string `json:"merged,omitempty"` // rings that are part of another one now
	Split  []string `json:"split,omitempty"`  // rings of which parts left
}

// Observe adds traits of a seller and brings the rings up to date around it. All traits are refused, with ErrTrait or ErrSeller,
// when one cannot be used.
func (n *Network) Observe(seller string, traits ...Trait) (RingChange, error) {
	if err := check(seller, traits); err != nil {
		return RingChange{}, err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if s, ok := n.byName[seller]; ok && len(n.sellers[s].held)+len(traits) > MaxTraits {
		return RingChange{}, fmt.Errorf("%w: %q has %d traits; at most %d are kept", ErrSeller, seller, len(n.sellers[s].held), MaxTraits)
	}
	s := n.graph.seller(seller)
	shaken := map[int32]bool{} // rings that hold together by a value which more hands share now
	for _, t := range traits {
		n.observe(s, t, shaken)
	}
	return n.settle(shaken, s), nil
}

func check(seller string, traits []Trait) error {
	if err := validSeller(seller); err != nil {
		return err
	}
	if len(traits) > MaxTraits {
		return fmt.Errorf("%w: %d traits at once; at most %d are kept", ErrSeller, len(traits), MaxTraits)
	}
	for _, t := range traits {
		if err := t.validate(); err != nil {
			return err
		}
	}
	return nil
}

// observe adds one trait and notes the rings whose links it makes weaker.
func (n *Network) observe(s int32, t Trait, shaken map[int32]bool) {
	v, isNew, verified := n.put(s, t)
	// Sharers are counted as sellers here, not as hands: a ring that a common value has made would hide how common it is.
	after := len(n.values[v].sellers)
	if after < 3 || after > common+2 {
		return
	}
	asRare := !isNew || bucketOf(after-2) == bucketOf(after-3)
	owned := verified && kindRules[t.Kind].claimed // those who only claim it have copied it
	if asRare && !owned {
		return
	}
	for _, o := range n.values[v].sellers {
		if r := n.sellers[o].ring; r != alone && o != s {
			shaken[r] = true
		}
	}
}

func (n *Network) put(s int32, t Trait) (v int32, isNew, verified bool) {
	v, isNew, verified = n.hold(s, t)
	for len(n.kinds) < len(n.values) {
		n.kinds = append(n.kinds, uint8(kindNumber[n.values[len(n.kinds)].kind]))
	}
	return v, isNew, verified
}

// reclusterAtMost is the largest ring that is formed anew while its caller waits; larger ones wait for Recompute.
const reclusterAtMost = 200

// settle forms the shaken rings anew, links the sellers that are new to something, and names what came of it.
func (n *Network) settle(shaken map[int32]bool, sellers ...int32) RingChange {
	touched := map[int32]bool{}
	for _, s := range sellers {
		for _, m := range n.cluster(s) {
			touched[m] = true
		}
	}
	for r := range shaken {
		if len(n.rings[r].members) > reclusterAtMost {
			n.stale = true
			delete(shaken, r)
			continue
		}
		for _, m := range n.rings[r].members {
			touched[m] = true
		}
	}
	before, ids := map[int32]string{}, map[string]bool{}
	remember := func(s int32) {
		if r := n.sellers[s].ring; r != alone {
			before[s] = n.rings[r].id
			ids[n.rings[r].id] = true
		}
	}
	for _, s := range sellers {
		n.candidates(s, func(o int32) {
			for _, m := range n.cluster(o) {
				remember(m)
			}
		})
	}
	for m := range touched {
		remember(m)
	}
	var loose []int32
	for _, r := range sorted(shaken) {
		loose = append(loose, n.scatter(r)...)
	}
	slices.Sort(loose)
	n.recluster(loose)
	n.decree(sellers)
	for _, s := range sellers {
		n.relink(s)
	}
	return n.rename(before, ids, sellers)
}

func sorted[K cmp.Ordered](set map[K]bool) []K {
	keys := make([]K, 0, len(set))
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Load adds traits without forming rings: many at a start, then Recompute.
func (n *Network) Load(seller string, traits ...Trait) error {
	if err := check(seller, traits); err != nil {
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.graph.seller(seller)
	for _, t := range traits {
		n.put(s, t)
	}
	n.stale = true
	return nil
}

// Forget drops all traits of a seller and takes it out of its ring: for the erasure of personal data. Its name stays known to
// decisions alone. A seller that is not known is an error.
func (n *Network) Forget(seller string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	s, err := n.known(seller)
	if err != nil {
		return err
	}
	r := n.sellers[s].ring
	n.drop(s)
	if r == alone {
		return nil
	}
	if len(n.rings[r].members) > reclusterAtMost {
		n.leave(s, r)
		n.stale = true
		return nil
	}
	n.settle(map[int32]bool{r: true})
	return nil
}

// leave takes a seller out of a ring without looking at the rest.
func (n *Network) leave(s, r int32) {
	n.sellers[s].ring = alone
	n.rings[r].members = slices.DeleteFunc(n.rings[r].members, func(o int32) bool { return o == s })
}

// Answers of people about two sellers.
const (
	DecidedSame      = "same"
	DecidedDifferent = "different"
)

// Decide records a person's answer about two sellers: one hand, different hands, or "" to take an answer back. It binds every
// later computation.
func (n *Network) Decide(a, b, answer string) (RingChange, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	x, err := n.known(a)
	if err != nil {
		return RingChange{}, err
	}
	y, err := n.known(b)
	if err != nil {
		return RingChange{}, err
	}
	if x == y || answer != "" && answer != DecidedSame && answer != DecidedDifferent {
		return RingChange{}, fmt.Errorf("%w: an answer is %q, %q or empty, about two sellers; got %q about %q and %q", ErrSeller, DecidedSame, DecidedDifferent, answer, a, b)
	}
	for _, p := range [][2]int32{{x, y}, {y, x}} {
		node := &n.sellers[p[0]]
		is := func(o int32) bool { return o == p[1] }
		node.must, node.not = slices.DeleteFunc(node.must, is), slices.DeleteFunc(node.not, is)
		switch answer {
		case DecidedSame:
			node.must = append(node.must, p[1])
		case DecidedDifferent:
			node.not = append(node.not, p[1])
		}
	}
	shaken := map[int32]bool{}
	for _, s := range []int32{x, y} {
		if r := n.sellers[s].ring; r != alone && answer != DecidedSame {
			shaken[r] = true
		}
	}
	return n.settle(shaken, x, y), nil
}

func (n *Network) refuse(p scored, size int) {
	r := Refusal{n.sellers[p.a].name, n.sellers[p.b].name, size}
	if !slices.Contains(n.refused, r) && len(n.refused) < maxRefused {
		n.refused = append(n.refused, r)
	}
}

// maxRefused bounds the list of merges that wait for a person.
const maxRefused = 1000
