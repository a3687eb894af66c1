package evidence

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Ring is linked stores, for partners and authorities: a bundle is about a case or a ring. What the agreement with the receiver does not
// allow to be told is withheld: equal values have equal numbers, and their holders cannot be read from them.
type Ring struct {
	ID          string   `json:"id"`
	Probability float64  `json:"probability"`
	Stores      []Store  `json:"stores"`
	Links       []Link   `json:"links"`
	Sources     []Source `json:"sources,omitempty"`
	Told        []string `json:"told,omitempty"` // kinds of contact value that are told in full
}

// Store is a member of a ring.
type Store struct {
	Marketplace string    `json:"marketplace"`
	Seller      string    `json:"seller"`
	Country     string    `json:"country,omitempty"`
	OpenedAt    time.Time `json:"opened_at,omitzero"`
	Probability float64   `json:"probability"`
	Strikes     int       `json:"strikes,omitempty"`
	Closed      bool      `json:"closed,omitempty"`
}

// Link is what two stores share.
type Link struct {
	A           string   `json:"a"`
	B           string   `json:"b"`
	Probability float64  `json:"probability"`
	Decided     string   `json:"decided,omitempty"`
	Shared      []Shared `json:"shared"`
}

// Shared is a value that two stores share. Weight is in natural log-odds.
type Shared struct {
	Kind     string  `json:"kind"`
	Value    string  `json:"value"`
	Withheld bool    `json:"withheld,omitempty"`
	Personal bool    `json:"-"` // somebody's: a contact, an address, an account
	Others   int     `json:"others"`
	Weight   float64 `json:"weight"`
}

// Source is where goods are likely to come from, with the best path to each store.
type Source struct {
	Place       string   `json:"place"`
	Name        string   `json:"name"`
	Probability float64  `json:"probability"`
	Known       bool     `json:"known"`
	Paths       []string `json:"paths"`
}

const (
	maxStores = 10_000
	maxLinks  = 20_000
)

func (r Ring) validate() error {
	var errs []error
	if r.ID == "" || len(r.Stores) == 0 || len(r.Stores) > maxStores || len(r.Links) > maxLinks {
		errs = append(errs, fmt.Errorf("ring: it needs an ID, 1 to %d stores and at most %d links", maxStores, maxLinks))
	}
	for i, s := range r.Stores {
		if s.Marketplace == "" || s.Seller == "" {
			errs = append(errs, fmt.Errorf("ring.stores[%d]: marketplace and seller are needed", i))
		}
	}
	return errors.Join(errs...)
}

func (p page) ring(c Content) {
	r := c.Ring
	p.SetFont("go", "B", 18)
	p.SetTextColor(20, 20, 20)
	p.MultiCell(width, 9, "Linked stores", "", "L", false)
	told := "no contact values; they are numbered"
	if len(r.Told) > 0 {
		told = strings.Join(r.Told, ", ") + "; other contact values are numbered"
	}
	p.rows([][2]string{{"Bundle", c.ID}, {"Ring", r.ID}, {"Made", moment(c.MadeAt)}, {"Made for", c.MadeFor}})
	p.receiver(c)
	p.rows([][2]string{{"Mean probability", share(r.Probability)}, {"Told in full", told}})
	p.heading("Stores")
	for _, s := range r.Stores {
		words := []string{"probability " + share(s.Probability)}
		if s.Country != "" {
			words = append(words, s.Country)
		}
		if !s.OpenedAt.IsZero() {
			words = append(words, "opened "+moment(s.OpenedAt))
		}
		if s.Strikes > 0 {
			words = append(words, fmt.Sprintf("%d strikes", s.Strikes))
		}
		if s.Closed {
			words = append(words, "closed")
		}
		p.rows([][2]string{{s.Marketplace, s.Seller + "  " + strings.Join(words, ", ")}})
	}
	p.heading("Links and what they rest on")
	for _, l := range r.Links {
		said := share(l.Probability)
		if l.Decided != "" {
			said += ", judged " + l.Decided + " by a person"
		}
		p.rows([][2]string{{"Link", l.A + " – " + l.B + "  " + said}})
		for _, s := range l.Shared {
			p.rows([][2]string{{"  " + s.Kind, fmt.Sprintf("%s  (%d unrelated others have it, weight %+.1f)", s.Value, s.Others, s.Weight)}})
		}
	}
	if len(r.Sources) > 0 {
		p.heading("Likely sources")
	}
	for _, s := range r.Sources {
		how := "inferred"
		if s.Known {
			how = "on record"
		}
		p.rows([][2]string{{s.Place, s.Name + "  " + share(s.Probability) + ", " + how}})
		for _, path := range s.Paths {
			p.rows([][2]string{{"", path}})
		}
	}
}

// about names what a bundle is about.
func (c Content) about() string {
	if c.Ring != nil {
		return "ring " + c.Ring.ID
	}
	return "case " + c.Case
}

func share(p float64) string { return fmt.Sprintf("%.1f %%", 100*p) }
