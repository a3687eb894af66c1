package sellerlink

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/signing"
)

func links(t testing.TB) *Links {
	t.Helper()
	key, err := signing.New()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	return &Links{Key: key, Now: func() time.Time { return now }}
}

// FuzzToken: nothing but what was signed here is read, whatever strangers send.
func FuzzToken(f *testing.F) {
	s := links(f)
	good := s.token(Link{ID: "lnk_1", ExpiresAt: s.moment().Add(time.Hour)})
	f.Add(good)
	f.Add("")
	f.Add(good[:len(good)-2])
	f.Add(strings.Repeat("A", 200))
	raw, err := base64.RawURLEncoding.DecodeString(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, token string) {
		id, ends, err := s.read(token)
		if err != nil {
			if !errors.Is(err, ErrLink) {
				t.Errorf("%v", err)
			}
			return
		}
		if got, _ := base64.RawURLEncoding.DecodeString(token); string(got) != string(raw) || id != "lnk_1" || !ends.Equal(s.moment().Add(time.Hour)) {
			t.Errorf("%q is read as %s until %v", token, id, ends)
		}
	})
}

// TestTokenBits: no single bit of a token can be changed.
func TestTokenBits(t *testing.T) {
	s := links(t)
	raw, err := base64.RawURLEncoding.DecodeString(s.token(Link{ID: "lnk_1", ExpiresAt: s.moment().Add(time.Hour)}))
	if err != nil {
		t.Fatal(err)
	}
	for i := range raw {
		for bit := range 8 {
			raw[i] ^= 1 << bit
			if _, _, err := s.read(base64.RawURLEncoding.EncodeToString(raw)); !errors.Is(err, ErrLink) {
				t.Fatalf("byte %d, bit %d: %v", i, bit, err)
			}
			raw[i] ^= 1 << bit
		}
	}
	if _, _, err := links(t).read(base64.RawURLEncoding.EncodeToString(raw)); !errors.Is(err, ErrLink) {
		t.Errorf("another service's link: %v", err)
	}
}

func TestConcerns(t *testing.T) {
	d := &docket.Decision{}
	for name, c := range map[string]struct {
		c  docket.Case
		ok bool
	}{
		"open":           {docket.Case{Seller: "s"}, false},
		"declined":       {docket.Case{Seller: "s", Decision: d, Outcome: docket.OutcomeDeclined}, false},
		"taken down":     {docket.Case{Seller: "s", Decision: d, Outcome: docket.OutcomeTakenDown, Effect: docket.EffectRemoved}, true},
		"put back":       {docket.Case{Seller: "s", Decision: d, Outcome: docket.OutcomeReinstated}, true},
		"unknown seller": {docket.Case{Decision: d, Outcome: docket.OutcomeTakenDown, Effect: docket.EffectRemoved}, false},
	} {
		if err := Concerns(c.c); (err == nil) != c.ok || err != nil && !errors.Is(err, casework.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
