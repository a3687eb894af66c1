package oidc_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/people"
	"touchstone/internal/people/oidc"
	"touchstone/internal/people/oidc/oidctest"
)

func provider(t *testing.T) (*oidc.Provider, *oidctest.Provider) {
	t.Helper()
	there := oidctest.New(t)
	there.Email, there.Verified = "ada@example.com", true
	p, err := oidc.New(oidc.Config{Issuer: there.URL, ID: oidctest.Client, Secret: oidctest.Secret, Callback: "http://127.0.0.1/sign-in/callback"})
	if err != nil {
		t.Fatal(err)
	}
	return p, there
}

// visit goes to the provider as a browser does, and gives what it sends back with.
func visit(t *testing.T, address string) url.Values {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	back, err := res.Location()
	if err != nil {
		t.Fatal(err)
	}
	return back.Query()
}

func TestFlow(t *testing.T) {
	p, there := provider(t)
	address, flow, err := p.Begin(t.Context(), "/queue")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(address, "code_challenge_method=S256") || strings.Contains(address, flow.Verifier) {
		t.Errorf("%s", address)
	}
	back := visit(t, address)
	got, err := p.Finish(t.Context(), flow, back)
	want := people.Identity{Issuer: there.URL, Subject: "7", Email: "ada@example.com", Verified: true}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if _, err := p.Finish(t.Context(), flow, back); !errors.Is(err, oidc.ErrRefused) {
		t.Errorf("a code was taken twice: %v", err)
	}
}

// TestRefused: tokens for another, of another time, answers to another's request.
func TestRefused(t *testing.T) {
	for name, change := range map[string]func(map[string]any){
		"for another service": func(c map[string]any) { c["aud"] = "other" },
		"of another provider": func(c map[string]any) { c["iss"] = "https://evil.example" },
		"too old":             func(c map[string]any) { c["exp"] = time.Now().Add(-time.Hour).Unix() },
		"of another request":  func(c map[string]any) { c["nonce"] = "x" },
	} {
		t.Run(name, func(t *testing.T) {
			p, there := provider(t)
			there.Change = change
			address, flow, err := p.Begin(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Finish(t.Context(), flow, visit(t, address)); !errors.Is(err, oidc.ErrRefused) {
				t.Errorf("%v", err)
			}
		})
	}
	p, _ := provider(t)
	address, flow, err := p.Begin(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	back := visit(t, address)
	for name, c := range map[string]struct {
		flow oidc.Flow
		back url.Values
	}{
		"no cookie": {oidc.Flow{}, back}, "another state": {oidc.Flow{State: "x"}, back}, "no state": {flow, url.Values{"code": back["code"]}},
		"they said no": {flow, url.Values{"state": {flow.State}, "error": {"access_denied"}}}, "another verifier": {oidc.Flow{State: flow.State, Nonce: flow.Nonce, Verifier: "x"}, back},
	} {
		if _, err := p.Finish(t.Context(), c.flow, c.back); !errors.Is(err, oidc.ErrRefused) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAway(t *testing.T) {
	p, err := oidc.New(oidc.Config{Issuer: "http://127.0.0.1:1", ID: "x", Secret: "y", Callback: "http://localhost/sign-in/callback"})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := p.Begin(t.Context(), ""); err == nil || errors.Is(err, oidc.ErrRefused) {
		t.Errorf("a provider that is away: %v", err)
	}
}

func TestConfig(t *testing.T) {
	_, err := oidc.New(oidc.Config{Issuer: "http://id.example", Callback: "ip.example.com"})
	for _, word := range []string{"issuer", "callback", "secret"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("%v says nothing of %s", err, word)
		}
	}
}
