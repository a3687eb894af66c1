package tracing

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/listings"
	"touchstone/internal/network"
)

// A Contact is a value that a marketplace knows of a seller. Verified: the marketplace has seen it to be the seller's, by a code sent
// or money paid; a value that the seller only claims makes no link, since anybody can claim another's.
type Contact struct {
	Kind     network.Kind `json:"kind" enum:"phone,email,chat,address,payee,warehouse,device,session"`
	Value    string       `json:"value" minLength:"1" maxLength:"512"`
	Verified bool         `json:"verified,omitempty" doc:"the marketplace has seen that it is the seller's"`
}

// A Profile is what a marketplace tells of a seller, when a store opens or anything of it changes.
type Profile struct {
	Seller
	Contacts []Contact
}

// Observed is what came of a profile.
type Observed struct {
	// Unused are the contacts that carry no information, with why: placeholders, numbers that cannot be.
	Unused []string `json:"unused"`
	Risk   Risk     `json:"risk"`
}

// contactKinds are the kinds that a marketplace may send.
var contactKinds = []network.Kind{network.Phone, network.Email, network.Chat, network.Address, network.Payee, network.Warehouse, network.Device, network.Session}

// Observe takes what a marketplace tells of a seller. Contacts that carry no information are left out and named in the answer.
func (t *Tracer) Observe(ctx context.Context, a casework.Actor, p Profile) (Observed, error) {
	out := Observed{Unused: []string{}}
	if err := t.mayTell(a, p.Marketplace); err != nil {
		return out, err
	}
	if _, err := t.Registry.Marketplace(ctx, p.Marketplace); err != nil {
		return out, err
	}
	now := t.Now().UTC().Truncate(time.Microsecond)
	if err := validSeller(p.Seller, now); err != nil {
		return out, err
	}
	p.SeenAt = now
	var traits []network.Trait
	for i, c := range p.Contacts {
		if !slices.Contains(contactKinds, c.Kind) {
			return out, invalid(fmt.Sprintf("contacts[%d].kind", i), fmt.Sprintf("%q is not known; use one of %v", c.Kind, contactKinds))
		}
		value, err := network.Normalise(c.Kind, c.Value, p.Country)
		if err != nil { // without the value: it is somebody's
			out.Unused = append(out.Unused, fmt.Sprintf("contacts[%d] (%s) carries no information that can be compared", i, c.Kind))
			continue
		}
		traits = append(traits, network.Trait{Kind: c.Kind, Value: value, Verified: c.Verified, At: now})
	}
	if !p.OpenedAt.IsZero() {
		traits = append(traits, openedNear(p.Seller)...)
	}
	if err := t.Store.PutSeller(ctx, p.Seller); err != nil {
		return out, err
	}
	if err := t.observe(ctx, p.Name(), traits); err != nil {
		return out, err
	}
	risk, err := t.Risk(ctx, p.Marketplace, p.Seller.Seller)
	out.Risk = risk
	return out, err
}

// openedNear are the hours around the opening of a store, so that stores opened within an hour of each other share one.
func openedNear(s Seller) []network.Trait {
	hour := s.OpenedAt.Unix() / 3600
	var traits []network.Trait
	for _, h := range []int64{hour, hour + 1} {
		traits = append(traits, network.Trait{Kind: network.OpenedNear, Value: s.Marketplace + " " + strconv.FormatInt(h, 10), At: s.OpenedAt})
	}
	return traits
}

func validSeller(s Seller, now time.Time) error {
	switch {
	case s.Seller == "" || len(s.Seller) > 200:
		return invalid("seller", fmt.Sprintf("it has %d bytes; 1 to 200 are needed", len(s.Seller)))
	case s.Country != "" && len(s.Country) != 2:
		return invalid("country", "use two letters of ISO 3166-1, such as CN")
	case len(s.Region) > 100:
		return invalid("region", "at most 100 bytes")
	case s.OpenedAt.After(now.Add(time.Hour)):
		return invalid("opened_at", "it lies in the future; send when the store opened")
	}
	return nil
}

func invalid(path, message string) error {
	return &casework.ValidationError{Fields: []casework.FieldError{{Path: path, Message: message}}}
}

// observe keeps traits first and then brings the network up to date.
func (t *Tracer) observe(ctx context.Context, name string, traits []network.Trait) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(traits) == 0 {
		return nil
	}
	if err := t.Store.AddTraits(ctx, name, traits); err != nil {
		return err
	}
	if !t.ready { // Load reads it
		return nil
	}
	_, err := t.net.Observe(name, traits...)
	return problem(err)
}

// pricesAtMost is how many prices of a seller are held against those of others.
const pricesAtMost = 2000

// Listed takes what kept listings show: a listings.Watcher. Listings of no marketplace or seller say nothing. It can be repeated.
func (t *Tracer) Listed(ctx context.Context, batch []listings.Shown) error {
	names, err := t.pictureNames(ctx, batch)
	if err != nil {
		return err
	}
	for _, s := range batch {
		if err := t.listed(ctx, s, names); err != nil {
			return fmt.Errorf("listing %s: %w", s.Listing.ID, err)
		}
	}
	return nil
}

func (t *Tracer) listed(ctx context.Context, s listings.Shown, names map[string]string) error {
	l := s.Listing
	if t.Attacks != nil && l.Band != bandClear {
		found, err := t.Attacks(ctx, l.ReportID)
		if err != nil && !errors.Is(err, casework.ErrNotFound) {
			return err
		}
		for i := range found {
			found[i].Listing, found[i].Marketplace, found[i].Seller, found[i].At = l.ID, l.Marketplace, l.Seller, l.ScoredAt
			if len(l.Content.Goods) > 0 {
				found[i].Goods = l.Content.Goods[0]
			}
		}
		if err := t.Store.AddAttacks(ctx, found); err != nil {
			return err
		}
	}
	if !ofSeller(l) {
		return nil
	}
	seller := Seller{Marketplace: l.Marketplace, Seller: l.Seller, SeenAt: l.ScoredAt}
	if err := t.Store.PutSeller(ctx, seller); err != nil {
		return err
	}
	traits := t.textTraits(l)
	var sightings []network.Sighting
	node := network.Node{Place: network.Store, Name: seller.Name()}
	seen := map[string]bool{}
	for _, p := range s.Pictures {
		name := names[p.Hash]
		if name == "" || seen[name] || p.Common {
			continue
		}
		seen[name] = true
		traits = append(traits, network.Trait{Kind: network.Picture, Value: name, At: l.ScoredAt})
		sightings = append(sightings, network.Sighting{Node: node, What: name, At: l.ScoredAt})
	}
	priced, err := t.priceTraits(ctx, seller.Name(), l)
	if err != nil {
		return err
	}
	again, err := t.relisted(ctx, l, slices.Sorted(maps.Keys(seen)))
	if err != nil {
		return err
	}
	if err := t.Store.AddSightings(ctx, sightings); err != nil {
		return err
	}
	return t.observe(ctx, seller.Name(), slices.Concat(traits, priced, again))
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

func (t *Tracer) priceTraits(ctx context.Context, seller string, l listings.Listing) ([]network.Trait, error) {
	price := l.Content.Price
	if price == nil || price.Amount <= 0 {
		return nil, nil
	}
	all, err := t.Store.AddPrices(ctx, seller, price.Currency, []int64{minor(price.Amount)}, pricesAtMost)
	if err != nil {
		return nil, err
	}
	var traits []network.Trait
	for _, list := range network.PriceLists(price.Currency, all) {
		traits = append(traits, network.Trait{Kind: network.PriceList, Value: list, At: l.ScoredAt})
	}
	return traits, nil
}

// pictureNames gives each picture of a batch the name of the first file that showed it, the same or nearly: what the pictures of a
// group have in common.
func (t *Tracer) pictureNames(ctx context.Context, batch []listings.Shown) (map[string]string, error) {
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
		return nil, nil
	}
	slices.Sort(hashes)
	names, err := t.Store.PictureNames(ctx, slices.Compact(hashes))
	if err != nil {
		return nil, err
	}
	fresh := map[string]string{}
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
	if len(fresh) == 0 {
		return names, nil
	}
	return names, t.Store.PutPictureNames(ctx, fresh)
}
