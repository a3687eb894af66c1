package network_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"touchstone/internal/network"
)

// market is a drawn marketplace: who stands behind each seller (hand), and what is seen of the sellers.
type market struct {
	hand   map[string]string
	traits map[string][]network.Trait
	order  []string
}

// habits are how a drawn marketplace behaves; probabilities unless said otherwise.
type habits struct {
	sellers  int
	inRings  float64                  // share of sellers that belong to a ring
	reuse    map[network.Kind]float64 // a ring member reuses a value of its ring rather than taking a new one
	verified float64                  // of contact values
	stolen   float64                  // an honest seller uses pictures or texts of another
	recycled float64                  // an honest seller's phone or device was another's before
	copyists float64                  // sellers that infringe alone, added to the others; 0: nothing was taken down of anybody
	planted  float64                  // a ring member shows the phone number or pictures of an honest seller
}

var usual = habits{sellers: 3000, inRings: 0.12, verified: 0.6, stolen: 0.15, recycled: 0.01, planted: 0.1,
	reuse: map[network.Kind]float64{network.Payee: 0.6, network.Warehouse: 0.6, network.Device: 0.4, network.Phone: 0.4, network.Email: 0.3,
		network.Chat: 0.4, network.Address: 0.4, network.Picture: 0.7, network.Phrase: 0.5, network.Mistake: 0.4, network.PriceList: 0.3}}

// draw makes a marketplace of its own for each seed.
func draw(h habits, seed uint64) *market {
	r := rand.New(rand.NewPCG(seed, 17))
	m := &market{hand: map[string]string{}, traits: map[string][]network.Trait{}}
	serial := 0
	fresh := func(prefix string) string { serial++; return fmt.Sprintf("%s-%d-%d", prefix, seed, serial) }
	add := func(seller string, k network.Kind, value string) {
		m.traits[seller] = append(m.traits[seller], network.Trait{Kind: k, Value: value, Verified: r.Float64() < h.verified})
	}
	forwarders, stock, storage := pool(fresh, "forwarder", 12), pool(fresh, "stock", 60), pool(fresh, "3pl", 15)
	pick := func(p []string) string { return p[r.IntN(len(p))] }
	var honest []string
	for len(m.order) < h.sellers {
		if r.Float64() >= h.inRings/8 { // a ring brings eight sellers on average
			s := fresh("shop")
			honest, m.order, m.hand[s] = append(honest, s), append(m.order, s), s
			for _, k := range []network.Kind{network.Phone, network.Email, network.Payee, network.Device, network.Address} {
				add(s, k, fresh(string(k)))
			}
			m.habits(r, s, add, fresh, pick, forwarders, stock, storage)
			if len(honest) > 1 && r.Float64() < h.stolen {
				victim := honest[r.IntN(len(honest)-1)]
				for _, t := range m.traits[victim] {
					if (t.Kind == network.Picture || t.Kind == network.Phrase) && r.Float64() < 0.5 {
						add(s, t.Kind, t.Value)
					}
				}
			}
			if len(honest) > 1 && r.Float64() < h.recycled {
				victim := honest[r.IntN(len(honest)-1)]
				add(s, m.traits[victim][0].Kind, m.traits[victim][0].Value)
			}
			continue
		}
		m.ring(r, h, add, fresh, pick, honest, forwarders, stock, storage)
	}
	m.copyists(h, seed)
	return m
}

func pool(fresh func(string) string, prefix string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = fresh(prefix)
	}
	return all
}

// habits of everybody: common addresses, stock photos, own pictures and words.
func (m *market) habits(r *rand.Rand, s string, add func(string, network.Kind, string), fresh func(string) string, pick func([]string) string, forwarders, stock, storage []string) {
	if r.Float64() < 0.2 {
		add(s, network.Address, pick(forwarders))
	}
	if r.Float64() < 0.4 {
		add(s, network.Warehouse, pick(storage))
	}
	for range r.IntN(3) {
		add(s, network.Picture, pick(stock))
	}
	for range 1 + r.IntN(4) {
		add(s, network.Picture, fresh("picture"))
		add(s, network.Phrase, fresh("phrase"))
	}
}

// ring draws one hand behind several stores: each takes some of its values from what the ring has.
func (m *market) ring(r *rand.Rand, h habits, add func(string, network.Kind, string), fresh func(string) string, pick func([]string) string, honest, forwarders, stock, storage []string) {
	hand := fresh("hand")
	size := 2 + int(r.ExpFloat64()*6)
	kinds := map[network.Kind]int{network.Phone: 3, network.Email: 4, network.Chat: 2, network.Payee: 2, network.Device: 3, network.Address: 2, network.Warehouse: 1,
		network.Picture: 12, network.Phrase: 8, network.Mistake: 3, network.PriceList: 2}
	own := map[network.Kind][]string{}
	for _, k := range network.Kinds() {
		if n := kinds[k]; n > 0 {
			own[k] = pool(fresh, string(k), n)
		}
	}
	for range size {
		s := fresh("shop")
		m.order, m.hand[s] = append(m.order, s), hand
		for _, k := range network.Kinds() {
			if kinds[k] == 0 {
				continue
			}
			if r.Float64() < h.reuse[k] {
				add(s, k, pick(own[k]))
			} else {
				add(s, k, fresh(string(k)))
			}
		}
		for range 2 {
			add(s, network.Picture, pick(own[network.Picture]))
		}
		m.habits(r, s, add, fresh, pick, forwarders, stock, storage)
		if len(honest) > 0 && r.Float64() < h.planted {
			m.plant(r, s, honest[r.IntN(len(honest))])
		}
	}
}

// plant frames an honest seller: its phone number, unverified, its pictures and its words.
func (m *market) plant(r *rand.Rand, s, victim string) {
	for _, t := range m.traits[victim] {
		switch t.Kind {
		case network.Phone, network.Picture, network.Phrase:
			t.Verified = false
			m.traits[s] = append(m.traits[s], t)
		}
	}
}

// load puts the whole marketplace into a network and computes its rings.
func (m *market) load(t testing.TB, model network.Model) *network.Network {
	t.Helper()
	n := m.fill(t, model)
	if err := n.Recompute(t.Context()); err != nil {
		t.Fatal(err)
	}
	return n
}

// fill puts the whole marketplace into a network without rings.
func (m *market) fill(t testing.TB, model network.Model) *network.Network {
	t.Helper()
	n, err := network.New(network.Config{}, model)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range m.order {
		if err := n.Load(s, m.traits[s]...); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// pairwise precision and recall of the rings against the hands.
func (m *market) pairwise(n *network.Network) (precision, recall float64, found int) {
	truth := map[string]int{}
	for _, s := range m.order {
		truth[m.hand[s]]++
	}
	all, right := 0, 0
	for _, size := range truth {
		all += size * (size - 1) / 2
	}
	for _, ring := range n.Rings(2) {
		for i, a := range ring.Members {
			for _, b := range ring.Members[:i] {
				found++
				if m.hand[a.Seller] == m.hand[b.Seller] {
					right++
				}
			}
		}
	}
	return float64(right) / float64(max(1, found)), float64(right) / float64(max(1, all)), found
}

// judged are candidate pairs with the truth, as people would have judged them.
func (m *market) judged(t testing.TB, n *network.Network) []network.LabelledPair {
	t.Helper()
	var pairs []network.LabelledPair
	for _, s := range m.order {
		links, err := n.Links(s, 40)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range links {
			if l.A != s { // each pair once
				continue
			}
			f, err := n.FeaturesOf(l.A, l.B)
			if err != nil {
				t.Fatal(err)
			}
			pairs = append(pairs, network.LabelledPair{Features: f, Same: m.hand[l.A] == m.hand[l.B]})
		}
	}
	return pairs
}
