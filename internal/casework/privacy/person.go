// Package privacy is what people may ask about their personal data: a copy of it, and its erasure. It also ends what has been kept for as
// long as policy says.
//
// Erasure takes out of closed cases and settled inquiries who somebody is and what they wrote; what open cases need is kept until they
// close, told with its reason, and erased then. The audit log stays whole: what it binds is bound under salts, which go.
package privacy

import (
	"fmt"
	"net/mail"
	"strings"
	"time"

	"touchstone/internal/casework"
)

// Kinds of person.
const (
	KindSeller   = "seller"   // of a marketplace, by its ID there
	KindNotifier = "notifier" // who filed notices for an account, by e-mail address
	KindUser     = "user"     // who signs in here: reviewers and operators too
)

// Person is somebody whose data is asked for.
type Person struct {
	Kind        string `json:"kind" enum:"seller,notifier,user"`
	Marketplace string `json:"marketplace,omitempty" maxLength:"64" doc:"of a seller"`
	Seller      string `json:"seller,omitempty" maxLength:"256" doc:"the marketplace's ID"`
	Account     string `json:"account,omitempty" maxLength:"64" doc:"of a notifier"`
	Email       string `json:"email,omitempty" maxLength:"254" doc:"of a notifier"`
	User        string `json:"user,omitempty" maxLength:"64" doc:"ID of who signs in here"`
}

// Validate reports every fault.
func (p Person) Validate() error {
	var f casework.Faults
	f.One("kind", p.Kind, []string{KindSeller, KindNotifier, KindUser})
	f.Check((p.Kind == KindSeller) == (p.Marketplace != "" && p.Seller != ""), "seller", "marketplace and seller name a seller, and nobody else")
	f.Check((p.Kind == KindNotifier) == (p.Account != "" && p.Email != ""), "email", "account and email name a notifier, and nobody else")
	f.Check((p.Kind == KindUser) == (p.User != ""), "user", "names who signs in, and nobody else")
	if p.Email != "" {
		a, err := mail.ParseAddress(p.Email)
		f.Check(err == nil && a.Address == p.Email, "email", "must be one e-mail address")
	}
	return f.Err()
}

// is tells whether an e-mail address is the person's; addresses do not tell capitals apart.
func (p Person) is(email string) bool { return strings.EqualFold(p.Email, email) }

// Erased stands where something was erased.
const Erased = "erased"

// States of an erasure.
const (
	StateOpen = "open" // something is kept for now; it goes on by itself
	StateDone = "done"
)

// ErasedCount is how many things of a kind were erased.
type ErasedCount struct {
	What   string `json:"what"`
	Number int    `json:"number"`
}

// Withheld is something that is kept, and why. Until is when it is looked at again; zero: it stays.
type Withheld struct {
	What  string    `json:"what"`
	ID    string    `json:"id,omitempty"`
	Why   string    `json:"why"`
	Until time.Time `json:"until,omitzero"`
}

// mostKept is how many kept things an erasure lists; More counts the others.
const mostKept = 200

// Erasure is a request for erasure and what became of it. Once it is done it does not name the person any more.
type Erasure struct {
	ID        string        `json:"id"`
	Person    Person        `json:"person"`
	Pseudonym string        `json:"pseudonym"` // stands for the person from now on; nothing leads back from it
	AskedBy   string        `json:"asked_by"`
	AskedAt   time.Time     `json:"asked_at"`
	Reason    string        `json:"reason,omitempty"`
	State     string        `json:"state"`
	NextAt    time.Time     `json:"next_at,omitzero"` // when it goes on
	DoneAt    *time.Time    `json:"done_at,omitempty"`
	Erased    []ErasedCount `json:"erased"`
	Kept      []Withheld    `json:"kept"`
	More      int           `json:"kept_beyond,omitempty"`
}

func (e *Erasure) count(what string, n int) {
	if n == 0 {
		return
	}
	for i := range e.Erased {
		if e.Erased[i].What == what {
			e.Erased[i].Number += n
			return
		}
	}
	e.Erased = append(e.Erased, ErasedCount{what, n})
}

// keep notes what is kept; the earliest Until is when the erasure goes on.
func (e *Erasure) keep(k Withheld) {
	if !k.Until.IsZero() && (e.NextAt.IsZero() || k.Until.Before(e.NextAt)) {
		e.NextAt = k.Until
	}
	if len(e.Kept) == mostKept {
		e.More++
		return
	}
	e.Kept = append(e.Kept, k)
}

// forget takes the person out of a finished erasure.
func (e *Erasure) forget() {
	p := Person{Kind: e.Person.Kind, Marketplace: e.Person.Marketplace, Account: e.Person.Account}
	switch e.Person.Kind {
	case KindSeller:
		p.Seller = e.Pseudonym
	case KindNotifier:
		p.Email = Erased
	case KindUser:
		p.User = e.Person.User // an ID of ours, which leads to nobody any more
	}
	e.Person = p
}

func notFound(what, id string) error {
	return fmt.Errorf("%w: there is no %s %q", casework.ErrNotFound, what, id)
}
