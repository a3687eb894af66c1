package tracing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"touchstone/internal/casework"
	"touchstone/internal/listings"
	"touchstone/internal/network"
)

// pricesAtMost is how many prices of a seller are held against those of others.
const pricesAtMost = 2000

// Listed takes what kept listings show: a listings.Watcher. Listings of no marketplace or seller say nothing. All that a batch adds is one
// transaction; it can be repeated.
func (t *Tracer) Listed(ctx context.Context, batch []listings.Shown) error {
	names, fresh, err := t.pictureNames(ctx, batch)
	if err != nil {
		return err
	}
	g := gathered{Batch: Batch{Names: fresh}, names: names, asked: map[Price][]int64{}}
	for _, s := range batch {
		if err := t.listed(ctx, s, &g); err != nil {
			return fmt.Errorf("listing %s: %w", s.Listing.ID, err)
		}
	}
	return t.learn(ctx, g.Batch)
}

// gathered is what the listings of a batch add, before it is kept.
type gathered struct {
	Batch
	names map[string]string // of the pictures
	asked map[Price][]int64 // by seller and currency: the prices that are known, with those of this batch
}

func (t *Tracer) listed(ctx context.Context, s listings.Shown, g *gathered) error {
	l := s.Listing
	if err := t.attacked(ctx, l, g); err != nil || !ofSeller(l) {
		return err
	}
	seller := Seller{Marketplace: l.Marketplace, Seller: l.Seller, SeenAt: l.ScoredAt}
	g.Sellers = append(g.Sellers, seller)
	traits := t.textTraits(l)
	node := network.Node{Place: network.Store, Name: seller.Name()}
	seen := map[string]bool{}
	for _, p := range s.Pictures {
		name := g.names[p.Hash]
		if name == "" || seen[name] || p.Common {
			continue
		}
		seen[name] = true
		traits = append(traits, network.Trait{Kind: network.Picture, Value: name, At: l.ScoredAt})
		g.Sightings = append(g.Sightings, network.Sighting{Node: node, What: name, At: l.ScoredAt})
	}
	priced, err := t.priceTraits(ctx, seller.Name(), l, g)
	if err != nil {
		return err
	}
	again, err := t.relisted(ctx, l, slices.Sorted(maps.Keys(seen)))
	g.Traits = append(g.Traits, held(seller.Name(), slices.Concat(traits, priced, again))...)
	return err
}

// attacked adds the rights that a listing may infringe.
func (t *Tracer) attacked(ctx context.Context, l listings.Listing, g *gathered) error {
	if t.Attacks == nil || l.Band == bandClear {
		return nil
	}
	found, err := t.Attacks(ctx, l.ReportID)
	if err != nil && !errors.Is(err, casework.ErrNotFound) {
		return err
	}
	for _, a := range found {
		a.Listing, a.Marketplace, a.Seller, a.At = l.ID, l.Marketplace, l.Seller, l.ScoredAt
		if len(l.Content.Goods) > 0 {
			a.Goods = l.Content.Goods[0]
		}
		g.Attacks = append(g.Attacks, a)
	}
	return nil
}

// ofSeller tells whether a listing says who offers it.
func ofSeller(l listings.Listing) bool {
	return l.Marketplace != "" && l.Seller != "" && len(l.Seller) <= 200
}

// bandClear is the band of listings that nothing was found on.
const bandClear = "clear"

// textTraits are the phrases of a listing and its mistakes.
func (t *Tracer) textTraits(l listings.Listing) []network.Trait {
	text := l.Title + "\n" + l.Content.Description
	var traits []network.Trait
	for _, p := range network.Phrases(text) {
		traits = append(traits, network.Trait{Kind: network.Phrase, Value: p, At: l.ScoredAt})
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if name := NameOf(l.Marketplace, l.Seller); !t.spelt[name] {
		t.spelt[name] = true
		t.spelling.Add(text)
	}
	for _, m := range t.spelling.Mistakes(text) {
		traits = append(traits, network.Trait{Kind: network.Mistake, Value: m, At: l.ScoredAt})
	}
	return traits
}

func (t *Tracer) priceTraits(ctx context.Context, seller string, l listings.Listing, g *gathered) ([]network.Trait, error) {
	price := l.Content.Price
	if price == nil || price.Amount <= 0 {
		return nil, nil
	}
	p := Price{Seller: seller, Currency: price.Currency}
	all, known := g.asked[p]
	if !known {
		var err error
		if all, err = t.Store.Prices(ctx, seller, price.Currency, pricesAtMost); err != nil {
			return nil, err
		}
	}
	amount := minor(price.Amount)
	if at, there := slices.BinarySearch(all, amount); !there {
		all = slices.Insert(all, at, amount)
		all = all[:min(len(all), pricesAtMost)]
	}
	g.asked[p] = all
	g.Prices = append(g.Prices, Price{seller, price.Currency, amount})
	var traits []network.Trait
	for _, list := range network.PriceLists(price.Currency, all) {
		traits = append(traits, network.Trait{Kind: network.PriceList, Value: list, At: l.ScoredAt})
	}
	return traits, nil
}

// pictureNames gives each picture of a batch the name of the first file that showed it, the same or nearly: what the pictures of a
// group have in common. Fresh are the names that are to be kept.
func (t *Tracer) pictureNames(ctx context.Context, batch []listings.Shown) (names, fresh map[string]string, err error) {
	var hashes []string
	for _, s := range batch {
		if !ofSeller(s.Listing) {
			continue // nobody shows it
		}
		for _, p := range s.Pictures {
			hashes = append(append(hashes, p.Hash), p.Near...)
		}
	}
	if len(hashes) == 0 {
		return nil, nil, nil
	}
	slices.Sort(hashes)
	if names, err = t.Store.PictureNames(ctx, slices.Compact(hashes)); err != nil {
		return nil, nil, err
	}
	fresh = map[string]string{}
	for _, s := range batch {
		for _, p := range s.Pictures {
			if p.Hash == "" || names[p.Hash] != "" || !ofSeller(s.Listing) {
				continue
			}
			name := p.Hash
			for _, near := range p.Near {
				if names[near] != "" {
					name = names[near]
					break
				}
			}
			names[p.Hash], fresh[p.Hash] = name, name
		}
	}
	return names, fresh, nil
}
