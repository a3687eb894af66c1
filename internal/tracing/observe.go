package tracing

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"touchstone/internal/casework"
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

// Observe takes what a marketplace tells of a seller. Contacts that carry no information are left out and named in the answer. A store behind which a
// penalised person may be is flagged with it: its marketplace's feed is told once, and the audit log. Nothing is done to it.
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
	before, err := t.Risk(ctx, p.Marketplace, p.Seller.Seller)
	if err != nil {
		return out, err
	}
	if err := t.learn(ctx, Batch{Sellers: []Seller{p.Seller}, Traits: held(p.Name(), traits)}); err != nil {
		return out, err
	}
	if out.Risk, err = t.Risk(ctx, p.Marketplace, p.Seller.Seller); err != nil {
		return out, err
	}
	return out, t.flag(ctx, a, p.Seller, before, out.Risk)
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
