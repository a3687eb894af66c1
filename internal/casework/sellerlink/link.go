package sellerlink

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/signing"
)

// Bounds of how long a link holds. The default outlives the six months in which a decision can be complained of, by the time that a
// complaint takes.
const (
	DefaultDays = 210
	MaxDays     = 400
)

// maxLinks is how many links of one case are listed, and how many may be open at a time.
const maxLinks = 100

// PathPrefix is where the pages of links are.
const PathPrefix = "/seller/"

// ErrLink reports a link that is not ours, has ended or was taken back. It is one error, so that trying tells nothing.
var ErrLink = errors.New("this link is not valid, has ended or was taken back")

// Link opens one case to its seller until it ends or is revoked.
type Link struct {
	ID        string     `json:"id"`
	Case      string     `json:"case_id"`
	Seller    string     `json:"seller"` // MARKETPLACE/SELLER, as it was when the link was made
	Language  string     `json:"language,omitempty"`
	MadeBy    string     `json:"made_by"`
	MadeAt    time.Time  `json:"made_at"`
	ExpiresAt time.Time  `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	RevokedBy string     `json:"revoked_by,omitempty"`
}

// Open tells whether the link works at a moment.
func (l Link) Open(at time.Time) bool { return l.RevokedAt == nil && at.Before(l.ExpiresAt) }

// Actor is the seller as the use cases know them.
func (l Link) Actor() casework.Actor {
	return casework.Actor{Account: "seller-link", Role: "seller", Subject: l.Seller, Key: l.ID}
}

// Reader reads links. What is not there is casework.ErrNotFound.
type Reader interface {
	SellerLink(ctx context.Context, id string) (Link, error)
	// SellerLinks of a case, newest first.
	SellerLinks(ctx context.Context, caseID string, limit int) ([]Link, error)
}

// Tx writes them in the docket's transaction. Put replaces.
type Tx interface {
	docket.Tx
	Reader
	PutSellerLink(ctx context.Context, l Link) error
}

// Store keeps links beside the docket.
type Store interface {
	Reader
	docket.Store
}

// Links makes, opens and revokes links. All but Now are required.
type Links struct {
	Store  Store
	Docket *docket.Docket
	Key    signing.Signer
	Now    func() time.Time
}

func (s *Links) moment() time.Time {
	if s.Now == nil {
		return time.Now().UTC().Truncate(time.Microsecond)
	}
	return s.Now().UTC().Truncate(time.Microsecond)
}

// mayHandOut: the marketplace, which knows how to reach the seller, and those who judge or run the service.
func mayHandOut(a casework.Actor) error {
	if a.SeesAll() || a.Role == "pipeline" {
		return nil
	}
	return fmt.Errorf("%w: role %q may not handle links for sellers; use a key of the marketplace's pipeline, a reviewer or an operator", casework.ErrForbidden, a.Role)
}

// Issue makes a link to a case for its seller, which holds for so many days (0: DefaultDays). There is
// none to a case that restricts nothing, or whose seller is not known: casework.ErrConflict.
func (s *Links) Issue(ctx context.Context, a casework.Actor, caseID, language string, days int) (Link, error) {
	if err := mayHandOut(a); err != nil {
		return Link{}, err
	}
	if days == 0 {
		days = DefaultDays
	}
	if days < 1 || days > MaxDays {
		return Link{}, &casework.ValidationError{Fields: []casework.FieldError{{Path: "days", Message: fmt.Sprintf("must be 1 to %d", MaxDays)}}}
	}
	c, _, err := s.Docket.Case(ctx, a, caseID)
	if err != nil {
		return Link{}, err
	}
	if err := Concerns(c); err != nil {
		return Link{}, err
	}
	now := s.moment()
	l := Link{ID: casework.NewID("lnk"), Case: c.ID, Seller: c.Marketplace + "/" + c.Seller, Language: language, MadeBy: a.Person(), MadeAt: now,
		ExpiresAt: now.AddDate(0, 0, days).Truncate(time.Second)}
	err = s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		all, err := t.SellerLinks(ctx, c.ID, maxLinks)
		if err != nil {
			return err
		}
		if len(all) == maxLinks {
			return fmt.Errorf("%w: case %s has %d links already; hand out one of these", casework.ErrConflict, c.ID, maxLinks)
		}
		if err := t.PutSellerLink(ctx, l); err != nil {
			return err
		}
		t.AddAudit(audit.Event{At: now, Actor: l.MadeBy, Action: "seller_link.make", Subject: c.ID, Payload: audit.Open([]byte(l.ID)).Hash()})
		return nil
	})
	if err != nil {
		return Link{}, fmt.Errorf("make a link for the seller: %w", err)
	}
	return l, nil
}

// Concerns is nil where a case is something to its seller: a restriction that stands, or one that was contested. Else it is
// casework.ErrConflict and says why not.
func Concerns(c docket.Case) error {
	told := []string{docket.OutcomeTakenDown, docket.OutcomeUpheld, docket.OutcomeReinstated}
	switch {
	case c.Decision == nil || c.Effect != docket.EffectRemoved && !slices.Contains(told, c.Outcome):
		return fmt.Errorf("%w: case %s restricts nothing of the seller's, so there is nothing to tell them", casework.ErrConflict, c.ID)
	case c.Seller == "":
		return fmt.Errorf("%w: the seller of case %s is not known here", casework.ErrConflict, c.ID)
	}
	return nil
}

// List is the links of a case, newest first.
func (s *Links) List(ctx context.Context, a casework.Actor, caseID string) ([]Link, error) {
	if err := mayHandOut(a); err != nil {
		return nil, err
	}
	if _, _, err := s.Docket.Case(ctx, a, caseID); err != nil {
		return nil, err
	}
	list, err := s.Store.SellerLinks(ctx, caseID, maxLinks)
	if err != nil {
		return nil, fmt.Errorf("links of case %s: %w", caseID, err)
	}
	return list, nil
}

// Revoke ends a link of a case at once. One that has ended already stays as it is.
func (s *Links) Revoke(ctx context.Context, a casework.Actor, caseID, id string) (Link, error) {
	if err := mayHandOut(a); err != nil {
		return Link{}, err
	}
	if _, _, err := s.Docket.Case(ctx, a, caseID); err != nil {
		return Link{}, err
	}
	var out Link
	err := s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		if out, err = t.SellerLink(ctx, id); err != nil {
			return err
		}
		if out.Case != caseID {
			return fmt.Errorf("%w: there is no link %q to case %s", casework.ErrNotFound, id, caseID)
		}
		now := s.moment()
		if !out.Open(now) {
			return nil
		}
		out.RevokedAt, out.RevokedBy = &now, a.Person()
		t.AddAudit(audit.Event{At: now, Actor: out.RevokedBy, Action: "seller_link.revoke", Subject: caseID, Payload: audit.Open([]byte(id)).Hash()})
		return t.PutSellerLink(ctx, out)
	})
	if err != nil {
		return Link{}, fmt.Errorf("revoke a link: %w", err)
	}
	return out, nil
}

// Follow is the link that a token belongs to. The error is ErrLink for every token that opens nothing.
func (s *Links) Follow(ctx context.Context, token string) (Link, error) {
	id, ends, err := s.read(token)
	if err != nil || !s.moment().Before(ends) {
		return Link{}, ErrLink
	}
	l, err := s.Store.SellerLink(ctx, id)
	if errors.Is(err, casework.ErrNotFound) || err == nil && !l.Open(s.moment()) {
		return Link{}, ErrLink
	}
	if err != nil {
		return Link{}, fmt.Errorf("follow a link: %w", err)
	}
	return l, nil
}

// Path is where a link leads on this service; "" when it opens nothing any more. The token in it is made of the link alone, so that it can be
// shown again to those who may hand it out.
func (s *Links) Path(l Link) string {
	if l.ID == "" || !l.Open(s.moment()) {
		return ""
	}
	return PathPrefix + s.token(l)
}

func (s *Links) token(l Link) string {
	return signing.Token(s.Key, signing.PurposeSellerLink, l.ID, l.ExpiresAt)
}

func (s *Links) read(token string) (id string, ends time.Time, err error) {
	if id, ends, err = signing.ReadToken(s.Key, signing.PurposeSellerLink, token); err != nil {
		return "", time.Time{}, ErrLink
	}
	return id, ends, nil
}

// own is the docket's transaction with the links in it; a store that lacks it is wired wrongly.
func own(tx docket.Tx) (Tx, error) {
	t, ok := tx.(Tx)
	if !ok {
		return nil, fmt.Errorf("sellerlink: the store's transaction %T keeps no links", tx)
	}
	return t, nil
}
