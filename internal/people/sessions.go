package people

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// maxAgent is how much is kept of what a browser calls itself.
const maxAgent = 200

func clip(agent string) string {
	agent = strings.Join(strings.Fields(strings.ToValidUTF8(agent, "")), " ")
	for len(agent) > maxAgent || !utf8.ValidString(agent) {
		agent = agent[:min(len(agent)-1, maxAgent)]
	}
	return agent
}

// SessionView is a session as its person sees it. ID names it and opens nothing.
type SessionView struct {
	ID        string
	Agent     string
	CreatedAt time.Time
	SeenAt    time.Time
	Current   bool
}

func sessionID(token []byte) string { return hex.EncodeToString(token[:min(8, len(token))]) }

// Sessions of a person that have not ended, the last used first; token is that of the one that asks.
func (p *People) Sessions(ctx context.Context, person, token string) ([]SessionView, error) {
	list, err := p.store.Sessions(ctx, person)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	own, now := sessionID(digest(token)), p.now().UTC()
	var out []SessionView
	for _, s := range list {
		if now.Before(s.ExpiresAt) && now.Sub(s.CreatedAt) <= p.cfg.Longest {
			id := sessionID(s.Token)
			out = append(out, SessionView{id, s.Agent, s.CreatedAt, s.SeenAt, id == own})
		}
	}
	return out, nil
}

// EndSession ends one session of a person by its ID. One that is gone already is no error.
func (p *People) EndSession(ctx context.Context, person, id string) error {
	list, err := p.store.Sessions(ctx, person)
	for _, s := range list {
		if err == nil && sessionID(s.Token) == id {
			err = p.store.DropSession(ctx, s.Token)
		}
	}
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// Renew opens a new session for a person whose sessions have all been ended, by a change of their own.
func (p *People) Renew(ctx context.Context, person, agent string) (token string, err error) {
	who, err := p.store.Person(ctx, person)
	if err != nil {
		return "", fmt.Errorf("open session: %w", err)
	}
	return p.open(ctx, who, agent, p.now().UTC())
}

// Identity is who somebody is at an identity provider that the service trusts.
type Identity struct {
	Issuer, Subject string
	Email           string
	Verified        bool // the provider has checked the address
}

// SignInAs opens a session for somebody whom an identity provider vouches for: who is bound to that identity, or else has its address,
// if the provider has checked it, and is bound to it from then on. Nobody is made here: the error is ErrSignIn for others.
func (p *People) SignInAs(ctx context.Context, id Identity, agent string) (token string, who Person, err error) {
	external := id.Issuer + " " + id.Subject
	who, err = p.store.PersonByExternal(ctx, external)
	if errors.Is(err, ErrNotFound) {
		if who, err = p.bind(ctx, id, external); errors.Is(err, ErrNotFound) || errors.Is(err, ErrTaken) {
			return "", Person{}, ErrSignIn
		}
	}
	if err != nil {
		return "", Person{}, fmt.Errorf("sign in by an identity provider: %w", err)
	}
	if who.Disabled || who.Demo && p.cfg.Production {
		return "", Person{}, ErrSignIn
	}
	token, err = p.open(ctx, who, agent, p.now().UTC())
	return token, who, err
}

func (p *People) bind(ctx context.Context, id Identity, external string) (Person, error) {
	address, err := Address(id.Email)
	if err != nil || !id.Verified || id.Subject == "" {
		return Person{}, ErrNotFound
	}
	who, err := p.store.PersonByEmail(ctx, address)
	if err != nil {
		return Person{}, err
	}
	if who.External != "" { // bound to another identity already: an address can pass to somebody else
		return Person{}, ErrNotFound
	}
	return p.change(ctx, who.ID, "bind identity", func(who *Person) { who.External = external })
}

// Invite makes a person with a password of its own, which is told to them this once and which they must change.
func (p *People) Invite(ctx context.Context, person Person) (Person, string, error) {
	password := strings.ToLower(rand.Text()[:16])
	person.Provisional = true
	made, err := p.Add(ctx, person, password)
	return made, password, err
}

// Reset gives a person a new password that they must change, turns codes off and ends their sessions: for who lost both.
func (p *People) Reset(ctx context.Context, id string) (string, error) {
	password := strings.ToLower(rand.Text()[:16])
	hash, err := p.hash(ctx, password)
	if err != nil {
		return "", err
	}
	_, err = p.change(ctx, id, "reset", func(who *Person) {
		who.Password, who.Provisional, who.Secret, who.CodeAt, who.Recovery = hash, true, "", 0, nil
		who.Failures, who.LockedTo = 0, time.Time{}
	})
	if err != nil {
		return "", err
	}
	return password, p.signOutEverywhere(ctx, id)
}
