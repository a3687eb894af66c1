// Package oidc signs people in by an identity provider that the operator trusts: OpenID Connect with the authorisation code flow, PKCE
// (RFC 7636), state and nonce.
package oidc

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"touchstone/internal/people"
)

// Config names a provider. All but Name and Client are required.
type Config struct {
	Issuer   string // its address, where /.well-known/openid-configuration is
	ID       string // of this service at the provider
	Secret   string
	Callback string // the address of this service that the provider sends people back to
	Name     string // on the button; default: the issuer's host
	Client   *http.Client
}

// Validate reports every fault at once.
func (c Config) Validate() error {
	var errs []error
	for name, address := range map[string]string{"issuer": c.Issuer, "callback": c.Callback} {
		if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "https" && !local(u) {
			errs = append(errs, fmt.Errorf("OpenID Connect: %s %q must be an https address", name, address))
		}
	}
	if c.ID == "" || c.Secret == "" {
		errs = append(errs, errors.New("OpenID Connect: the client's ID and secret are needed"))
	}
	return errors.Join(errs...)
}

func local(u *url.URL) bool { return u.Hostname() == "127.0.0.1" || u.Hostname() == "localhost" }

// ErrRefused: the provider, or what it sent, says no. The sentence is for the log.
var ErrRefused = errors.New("the identity provider did not vouch for them")

// Flow is one person on their way to the provider and back; the browser keeps it meanwhile.
type Flow struct {
	State    string `json:"s"`
	Nonce    string `json:"n"`
	Verifier string `json:"v"`
	Next     string `json:"t,omitempty"` // where they wanted to go
}

// Provider is an identity provider. It is asked what it can only when the first person comes, so that the service starts without it.
type Provider struct {
	cfg Config

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier
	oauth    *oauth2.Config
}

// New makes a Provider.
func New(cfg Config) (*Provider, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	if cfg.Name == "" {
		u, _ := url.Parse(cfg.Issuer) // Validate has read it
		cfg.Name = u.Host
	}
	if cfg.Client == nil {
		cfg.Client = &http.Client{Timeout: 10 * time.Second}
	}
	return &Provider{cfg: cfg}, nil
}

// Name is what its button says.
func (p *Provider) Name() string { return p.cfg.Name }

// discover asks the provider for its addresses and keys, once.
func (p *Provider) discover(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.verifier != nil {
		return p.oauth, p.verifier, nil
	}
	// The provider's keys are fetched later by this context, so it must outlive the request.
	found, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.cfg.Client), p.cfg.Issuer)
	if err != nil {
		return nil, nil, fmt.Errorf("ask the identity provider %s: %w", p.cfg.Issuer, err)
	}
	p.verifier = found.Verifier(&oidc.Config{ClientID: p.cfg.ID})
	p.oauth = &oauth2.Config{ClientID: p.cfg.ID, ClientSecret: p.cfg.Secret, Endpoint: found.Endpoint(), RedirectURL: p.cfg.Callback, Scopes: []string{oidc.ScopeOpenID, "email"}}
	return p.oauth, p.verifier, nil
}

// Begin is the address at the provider to send somebody to, and what the browser keeps until they come back.
func (p *Provider) Begin(ctx context.Context, next string) (string, Flow, error) {
	oauth, _, err := p.discover(ctx)
	if err != nil {
		return "", Flow{}, err
	}
	f := Flow{State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Next: next}
	return oauth.AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)), f, nil
}

// Finish reads what the provider sent back with somebody. The error wraps ErrRefused unless the provider could not be reached.
func (p *Provider) Finish(ctx context.Context, f Flow, query url.Values) (people.Identity, error) {
	var none people.Identity
	if f.State == "" || subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(f.State)) != 1 {
		return none, fmt.Errorf("%w: the answer belongs to no request of this browser", ErrRefused)
	}
	if code := query.Get("error"); code != "" {
		return none, fmt.Errorf("%w: %q", ErrRefused, code)
	}
	oauth, verifier, err := p.discover(ctx)
	if err != nil {
		return none, err
	}
	token, err := oauth.Exchange(oidc.ClientContext(ctx, p.cfg.Client), query.Get("code"), oauth2.VerifierOption(f.Verifier))
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) {
		return none, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if err != nil {
		return none, fmt.Errorf("exchange the code: %w", err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := verifier.Verify(oidc.ClientContext(ctx, p.cfg.Client), raw)
	if err != nil {
		return none, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	var claims struct {
		Email    string `json:"email"`
		Verified bool   `json:"email_verified"`
	}
	if err := id.Claims(&claims); err != nil {
		return none, fmt.Errorf("%w: %w", ErrRefused, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return none, fmt.Errorf("%w: the token was made for another request", ErrRefused)
	}
	return people.Identity{Issuer: id.Issuer, Subject: id.Subject, Email: claims.Email, Verified: claims.Verified}, nil
}
