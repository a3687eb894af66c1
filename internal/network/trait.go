package network

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Kind of trait.
type Kind string

// The kinds of trait.
const (
	Phone      Kind = "phone"
	Email      Kind = "email"
	Chat       Kind = "chat" // a handle on a messenger
	Address    Kind = "address"
	Payee      Kind = "payee" // who is paid: account or wallet
	Warehouse  Kind = "warehouse"
	Device     Kind = "device"
	Session    Kind = "session"
	Relisting  Kind = "relisting"  // offers again what was removed from another
	Picture    Kind = "picture"    // a cluster of the same picture
	Phrase     Kind = "phrase"     // a run of words that few others use
	Mistake    Kind = "mistake"    // a misspelling that few others make
	PriceList  Kind = "price_list" // several goods at the same odd prices
	OpenedNear Kind = "opened_near"

	// Offence is no trait that sellers share but a mark of one: a listing of its own that was taken down and not put back. Its value names
	// the case.
	Offence Kind = "offence"
)

// kindRule is what is fixed about a kind. public: anybody can copy it. claimed: the seller says so and nobody has checked, so that
// an unverified value counts as public. mark: it is of one seller alone.
type kindRule struct{ public, claimed, mark bool }

var kindRules = map[Kind]kindRule{
	Phone: {claimed: true}, Email: {claimed: true}, Chat: {claimed: true}, Address: {claimed: true},
	Payee: {}, Warehouse: {}, Device: {}, Session: {},
	Relisting: {public: true}, Picture: {public: true}, Phrase: {public: true}, Mistake: {public: true}, PriceList: {public: true},
	OpenedNear: {public: true},
	Offence:    {mark: true},
}

// Kinds lists every kind that sellers can share, in alphabetical order.
func Kinds() []Kind {
	var all []Kind
	for k, rule := range kindRules {
		if !rule.mark {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return all
}

// Trait is one thing known of a seller. Value is normalised (see Normalise) and at most MaxValue bytes; values of one kind that
// are equal are shared. Verified says that the marketplace itself has seen it to be the seller's: a code sent to the phone, money
// paid to the payee. At is when it was first seen, and may be zero.
type Trait struct {
	Kind     Kind      `json:"kind"`
	Value    string    `json:"value"`
	Verified bool      `json:"verified,omitempty"`
	At       time.Time `json:"at,omitzero"`
}

// MaxValue is the longest value of a trait, and MaxTraits how many a seller may have; both in what is accepted, not in what is
// kept. MaxSeller is the longest name of a seller in bytes.
const (
	MaxValue  = 512
	MaxTraits = 20_000
	MaxSeller = 256
)

// Errors of input.
var (
	// ErrTrait: the trait cannot be used; the sentence says why.
	ErrTrait = errors.New("unusable trait")
	// ErrSeller: the seller's name cannot be used, or the seller has too many traits.
	ErrSeller = errors.New("unusable seller")
)

func (t Trait) validate() error {
	if _, ok := kindRules[t.Kind]; !ok {
		return fmt.Errorf("%w: kind %q is not known; use one of %v", ErrTrait, t.Kind, Kinds())
	}
	if t.Value == "" || len(t.Value) > MaxValue {
		return fmt.Errorf("%w: a value of %d bytes for %s; it needs 1 to %d (normalise it first)", ErrTrait, len(t.Value), t.Kind, MaxValue)
	}
	return nil
}

func validSeller(seller string) error {
	if seller == "" || len(seller) > MaxSeller {
		return fmt.Errorf("%w: a name of %d bytes; it needs 1 to %d", ErrSeller, len(seller), MaxSeller)
	}
	return nil
}

// private tells whether a value of the kind that two sellers share can make a link by itself. verified: it is for both. proven: both are
// known to infringe; then a contact that only one of them may have claimed frames nobody honest. What copyists take from each other as
// they take it from anybody, pictures and words, stays public.
func (k Kind) private(verified, proven bool) bool {
	r := kindRules[k]
	return !r.public && (!r.claimed || verified || proven)
}
