package simulate

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"touchstone/internal/network"
)

// Rings are how well linked sellers were found.
type Rings struct {
	Precision Share `json:"precision"` // pairs of one ring that are one hand
	Recall    Share `json:"recall"`    // pairs of one hand that are in one ring
	Sources   Share `json:"sources"`   // rings whose true source is among the three likeliest
	// Missed counts the pairs of one hand that are in no ring together by what the two share, as the service shows it: kinds, those that
	// anybody can copy in brackets.
	Missed map[string]int `json:"missed,omitempty"`
}

// hands is what is seen of the sellers, and who stands behind them.
type hands struct {
	of     map[string]string // seller to hand
	traits map[string][]network.Trait
	source map[string]network.Node // of a hand's goods
	rand   *rand.Rand
	w      *World
	serial int
}

// Hands draws what the marketplace sees of its sellers: contacts, payees, devices and warehouses, of which a hand reuses some between its
// stores, forwarders' addresses and stock photos that many share, and honest sellers' numbers that copyists show as theirs.
func (w *World) hands() *hands {
	h := &hands{of: map[string]string{}, traits: map[string][]network.Trait{}, source: map[string]network.Node{}, rand: w.source("hands"), w: w}
	for _, s := range w.sellers.honest {
		h.alone(s)
	}
	members := map[int][]string{}
	for _, s := range w.sellers.copyists {
		if ring, ok := w.sellers.ringOf[s]; ok {
			members[ring] = append(members[ring], s)
		} else {
			h.alone(s)
		}
	}
	for _, ring := range slices.Sorted(maps.Keys(members)) {
		h.ring(handOf(ring), members[ring])
	}
	return h
}

func (h *hands) fresh(k network.Kind) string { h.serial++; return fmt.Sprintf("%s-%d", k, h.serial) }

func (h *hands) add(seller string, k network.Kind, value string) {
	h.traits[seller] = append(h.traits[seller], network.Trait{Kind: k, Value: value, Verified: h.rand.Float64() < h.w.P.Links.Verified})
}

// contacts that every store has, in a fixed order.
var contacts = []network.Kind{network.Phone, network.Email, network.Payee, network.Device, network.Address}

func (h *hands) alone(seller string) {
	h.of[seller] = seller
	for _, k := range contacts {
		h.add(seller, k, h.fresh(k))
	}
	h.habits(seller)
}

// habits of everybody: forwarders' addresses, shared warehouses, stock photos, own pictures and words.
func (h *hands) habits(seller string) {
	p := h.w.P.Links
	if h.rand.Float64() < p.Common {
		n := len(h.w.sellers.honest) // a forwarder serves many, however small the market is
		h.add(seller, network.Address, fmt.Sprint("forwarder-", h.rand.IntN(1+n/150)))
		h.add(seller, network.Warehouse, fmt.Sprint("shared-", h.rand.IntN(1+n/120)))
		h.add(seller, network.Picture, fmt.Sprint("stock-", h.rand.IntN(1+n/60)))
	}
	for range 1 + h.rand.IntN(3) {
		h.add(seller, network.Picture, h.fresh(network.Picture))
		h.add(seller, network.Phrase, h.fresh(network.Phrase))
	}
}

// pools are how many values of a kind a hand has.
var pools = map[network.Kind]int{network.Phone: 3, network.Email: 4, network.Chat: 2, network.Payee: 2, network.Device: 3, network.Address: 2, network.Warehouse: 1,
	network.Picture: 12, network.Phrase: 8, network.Mistake: 3, network.PriceList: 2}

func (h *hands) ring(hand string, members []string) {
	own := map[network.Kind][]string{}
	for _, k := range slices.Sorted(maps.Keys(pools)) {
		for range pools[k] {
			own[k] = append(own[k], h.fresh(k))
		}
	}
	h.source[hand] = network.Node{Place: network.Supplier, Name: "works of " + hand}
	for _, s := range members {
		h.of[s] = hand
		for _, k := range slices.Sorted(maps.Keys(pools)) {
			value := h.fresh(k)
			if h.rand.Float64() < h.w.P.Links.Reuse[string(k)] {
				value = one(h.rand, own[k])
			}
			h.add(s, k, value)
		}
		h.add(s, network.Picture, one(h.rand, own[network.Picture]))
		h.habits(s)
		if h.rand.Float64() < h.w.P.Links.Planted { // the number and pictures of an honest seller, to frame them
			victim := one(h.rand, h.w.sellers.honest)
			for _, t := range h.traits[victim] {
				if t.Kind == network.Phone || t.Kind == network.Picture {
					t.Verified = false
					h.traits[s] = append(h.traits[s], t)
				}
			}
		}
	}
}

// upstream draws who showed the pictures of each hand first: its source, then other wholesalers, then the stores. Some shipments are on
// record; clocks differ by some hours.
func (h *hands) upstream() (*network.Upstream, error) {
	var u network.Upstream
	at := func(day float64) time.Time {
		return h.w.P.Start.Add(time.Duration((day + 0.3*(h.rand.Float64()-0.5)) * 24 * float64(time.Hour)))
	}
	see := func(n network.Node, what string, day float64) error {
		return u.See(network.Sighting{Node: n, What: what, At: at(day)})
	}
	for _, s := range slices.Sorted(maps.Keys(h.of)) {
		source, ok := h.source[h.of[s]]
		if !ok {
			continue
		}
		for _, t := range h.traits[s] {
			if t.Kind != network.Picture {
				continue
			}
			if h.rand.Float64() < h.w.P.Links.Shown {
				if err := see(source, t.Value, -20*h.rand.Float64()); err != nil {
					return nil, fmt.Errorf("upstream: %w", err)
				}
			}
			if h.rand.Float64() < 0.4 { // a wholesaler who took it over
				if err := see(network.Node{Place: network.Supplier, Name: fmt.Sprint("wholesale-", h.rand.IntN(12))}, t.Value, 5*h.rand.Float64()); err != nil {
					return nil, fmt.Errorf("upstream: %w", err)
				}
			}
			if err := see(network.Node{Place: network.Store, Name: s}, t.Value, 2+25*h.rand.Float64()); err != nil {
				return nil, fmt.Errorf("upstream: %w", err)
			}
		}
		if h.rand.Float64() < h.w.P.Links.Shipments {
			if err := u.Record(network.Flow{From: source, To: network.Node{Place: network.Store, Name: s}, Known: true, What: "shipment", At: at(0)}); err != nil {
				return nil, fmt.Errorf("upstream: %w", err)
			}
		}
	}
	return &u, nil
}

// MeasureRings holds what the library of linked sellers makes of a world against who stands behind the sellers, without a service: values
// come as they are normalised, pictures, words and prices as traits, and what copyists put up as taken down.
func MeasureRings(ctx context.Context, w *World) (*Rings, error) {
	h := w.hands()
	n, err := network.New(network.Config{}, network.DefaultModel())
	if err != nil {
		return nil, fmt.Errorf("rings: %w", err)
	}
	for _, s := range slices.Sorted(maps.Keys(h.of)) {
		if err := n.Load(s, h.traits[s]...); err != nil {
			return nil, fmt.Errorf("rings: %w", err)
		}
	}
	for _, l := range w.Offers() {
		if l.Kind == kindHonest {
			continue
		}
		if err := n.Load(l.Seller, network.Trait{Kind: network.Offence, Value: l.ID}); err != nil {
			return nil, fmt.Errorf("rings: %w", err)
		}
	}
	if err := n.Recompute(ctx); err != nil {
		return nil, fmt.Errorf("rings: %w", err)
	}
	var out Rings
	var rings [][]string
	for _, r := range n.Rings(2) {
		var names []string
		for _, m := range r.Members {
			names = append(names, m.Seller)
		}
		rings = append(rings, names)
	}
	out.pairs(h.of, rings)
	return &out, out.sources(h)
}

// pairs counts pairs of sellers that are in one ring, and pairs that are one hand.
func (out *Rings) pairs(hand map[string]string, rings [][]string) {
	sizes, both := map[string]int{}, 0
	for _, name := range hand {
		sizes[name]++
	}
	for _, ring := range rings {
		for i, a := range ring {
			for _, b := range ring[:i] {
				same := hand[a] == hand[b]
				out.Precision.add(same)
				if same {
					both++
				}
			}
		}
	}
	out.Recall.Count = both
	for _, n := range sizes {
		out.Recall.Of += n * (n - 1) / 2
	}
}

func (out *Rings) sources(h *hands) error {
	u, err := h.upstream()
	if err != nil {
		return err
	}
	stores := map[string][]string{}
	for _, s := range slices.Sorted(maps.Keys(h.of)) {
		stores[h.of[s]] = append(stores[h.of[s]], s)
	}
	for _, hand := range slices.Sorted(maps.Keys(h.source)) {
		out.Sources.add(slices.ContainsFunc(u.Sources(stores[hand], 3), func(s network.Source) bool { return s.Node == h.source[hand] }))
	}
	return nil
}
