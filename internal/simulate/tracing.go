package simulate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"touchstone/internal/network"
)

// told is how a marketplace writes a contact, so that the service has something to normalise; "" for what marketplaces do not send.
func told(t network.Trait) string {
	h := fnv.New64a()
	h.Write([]byte(t.Value))
	n := h.Sum64()
	switch t.Kind {
	case network.Phone:
		return fmt.Sprintf("+49 151 %08d", n%100_000_000)
	case network.Email:
		return fmt.Sprintf("Box%d@mail%d.example", n%1_000_000_000, n%7)
	case network.Chat:
		return fmt.Sprintf("WeChat: shop_%x", n)
	case network.Address:
		return fmt.Sprintf("%d Harbour Street, %05d Town %x", n%90+1, n%100_000, n%4096)
	case network.Payee, network.Warehouse, network.Device:
		return fmt.Sprintf("%s %x", t.Kind, n)
	}
	return ""
}

// tell sends what the marketplace knows of its sellers, as it does when a store opens.
func (m *month) tell(ctx context.Context) error {
	m.hands = m.w.hands()
	for _, s := range slices.Sorted(maps.Keys(m.hands.of)) {
		var contacts []map[string]any
		for _, t := range m.hands.traits[s] {
			if v := told(t); v != "" {
				contacts = append(contacts, map[string]any{"kind": t.Kind, "value": v, "verified": t.Verified})
			}
		}
		in := map[string]any{"marketplace": Market, "seller": s, "country": "DE", "opened_at": m.w.P.Start.AddDate(0, -1, 0), "contacts": contacts}
		if err := m.pipeline.call(ctx, http.MethodPut, "/v1/sellers", in, nil); err != nil {
			return fmt.Errorf("seller %s: %w", s, err)
		}
	}
	return m.sightings(ctx)
}

// sightings records what was seen elsewhere: the pictures of each hand at its works, days before, at other wholesalers later, and some
// shipments. What stores show the service sees by itself.
func (m *month) sightings(ctx context.Context) error {
	r := m.w.source("sightings")
	start := m.w.P.Start
	for _, hand := range slices.Sorted(maps.Keys(m.hands.source)) {
		for _, key := range m.w.pool(hand) {
			b, err := m.w.album.JPEG(key)
			if err != nil {
				return err
			}
			sum := sha256.Sum256(b)
			see := func(ctx context.Context, node network.Node, at time.Time) error {
				return m.operator.call(ctx, http.MethodPost, "/v1/sightings", map[string]any{"node": node, "what": hex.EncodeToString(sum[:]), "at": at}, nil)
			}
			if r.Float64() < m.w.P.Links.Shown {
				if err := see(ctx, m.hands.source[hand], start.Add(-time.Duration(24*(1+20*r.Float64()))*time.Hour)); err != nil {
					return err
				}
			}
			if r.Float64() < 0.4 {
				node, at := network.Node{Place: network.Supplier, Name: fmt.Sprint("wholesale-", r.IntN(12))}, start.Add(time.Duration(24*5*r.Float64())*time.Hour)
				m.set(at, func(ctx context.Context) error { return see(ctx, node, at) })
			}
		}
	}
	for _, s := range m.w.sellers.copyists {
		source, ok := m.hands.source[m.hands.of[s]]
		if ok && r.Float64() < m.w.P.Links.Shipments {
			to := network.Node{Place: network.Store, Name: Market + "/" + s}
			if err := m.operator.call(ctx, http.MethodPost, "/v1/flows", map[string]any{"from": source, "to": to, "what": "shipment to " + s, "at": start.AddDate(0, 0, -2)}, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// ringsResult asks the service for its rings and their sources, and holds them against the truth.
func (m *month) ringsResult(ctx context.Context) (*Rings, error) {
	if m.hands == nil {
		return nil, nil
	}
	if err := m.operator.call(ctx, http.MethodPost, "/v1/rings/recompute", nil, nil); err != nil {
		return nil, err
	}
	var out Rings
	var rings [][]string
	known := map[string]bool{} // hands whose source was among those of one of their rings
	after := ""
	for {
		var page struct {
			Rings []struct {
				ID string `json:"id"`
			} `json:"rings"`
			Next string `json:"next"`
		}
		if err := m.operator.call(ctx, http.MethodGet, query("/v1/rings", "limit", "100", "after", after), nil, &page); err != nil {
			return nil, err
		}
		for _, ring := range page.Rings {
			members, err := m.members(ctx, ring.ID)
			if err != nil {
				return nil, err
			}
			rings = append(rings, members)
			if err := m.sourceOf(ctx, ring.ID, members, known); err != nil {
				return nil, err
			}
		}
		if after = page.Next; after == "" {
			break
		}
	}
	var err error
	out.pairs(m.hands.of, rings)
	for hand := range m.hands.source {
		out.Sources.add(known[hand])
	}
	out.Missed, err = m.missed(ctx, rings)
	return &out, err
}

// missed asks what the pairs of one hand share that are in no ring together.
func (m *month) missed(ctx context.Context, rings [][]string) (map[string]int, error) {
	ringOf, stores := map[string]int{}, map[string][]string{}
	for i, ring := range rings {
		for _, s := range ring {
			ringOf[s] = i + 1
		}
	}
	for s, hand := range m.hands.of {
		stores[hand] = append(stores[hand], s)
	}
	out := map[string]int{}
	for _, list := range stores {
		slices.Sort(list)
		for i, a := range list {
			apart := slices.DeleteFunc(slices.Clone(list[i+1:]), func(b string) bool { return ringOf[a] != 0 && ringOf[a] == ringOf[b] })
			if len(apart) == 0 {
				continue
			}
			links, err := m.linksOf(ctx, a)
			if err != nil {
				return nil, err
			}
			for _, b := range apart {
				out[cmp.Or(links[b], "nothing")]++
			}
		}
	}
	return out, nil
}

// linksOf are the sellers with whom one shares anything, each with the kinds of it.
func (m *month) linksOf(ctx context.Context, seller string) (map[string]string, error) {
	var view struct {
		Links []network.Link `json:"links"`
	}
	if err := m.operator.call(ctx, http.MethodGet, query("/v1/sellers", "marketplace", Market, "seller", seller, "limit", "200"), nil, &view); err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, l := range view.Links {
		var kinds []string
		for _, e := range l.Evidence {
			if e.Public {
				kinds = append(kinds, "("+string(e.Kind)+")")
			} else {
				kinds = append(kinds, string(e.Kind))
			}
		}
		other := storeName(l.A)
		if other == seller {
			other = storeName(l.B)
		}
		slices.Sort(kinds)
		out[other] = fmt.Sprintf("%s: %.2f", strings.Join(slices.Compact(kinds), " "), l.Probability)
	}
	return out, nil
}

func (m *month) members(ctx context.Context, ring string) ([]string, error) {
	var view struct {
		Members []struct {
			Name   string `json:"name"`
			Seller string `json:"seller"`
		} `json:"members"`
	}
	if err := m.operator.call(ctx, http.MethodGet, "/v1/rings/"+ring, nil, &view); err != nil {
		return nil, err
	}
	var out []string
	for _, x := range view.Members {
		out = append(out, storeName(x.Name))
	}
	return out, nil
}

// storeName is a seller's name without the marketplace.
func storeName(s string) string {
	if len(s) > len(Market) && s[:len(Market)+1] == Market+"/" {
		return s[len(Market)+1:]
	}
	return s
}

// sourceOf notes whether the true source of the ring's hand is among the three likeliest.
func (m *month) sourceOf(ctx context.Context, ring string, members []string, known map[string]bool) error {
	var list struct {
		Sources []struct {
			Node network.Node `json:"node"`
		} `json:"sources"`
	}
	if err := m.operator.call(ctx, http.MethodGet, query("/v1/rings/"+ring+"/sources", "limit", "3"), nil, &list); err != nil {
		return err
	}
	for _, s := range list.Sources {
		for _, member := range members {
			if hand := m.hands.of[member]; m.hands.source[hand] == s.Node {
				known[hand] = true
			}
		}
	}
	return nil
}
