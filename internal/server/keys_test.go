package server

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTokens(t *testing.T) {
	seen := map[string]bool{}
	for range 200 {
		id, token := newToken()
		got, ok := tokenID(token)
		if !ok || got != id || len(token) != 63 || seen[token] || seen[id] {
			t.Fatalf("token %q of key %q reads as %q, %v", token, id, got, ok)
		}
		seen[token], seen[id] = true, true
		if !hashMatches(hashToken(token), token) || hashMatches(hashToken(token), token[:62]+"!") || hashMatches(nil, token) {
			t.Fatal("hashes do not tell tokens apart")
		}
	}
	tests := map[string][]byte{"00000000": {0, 0}, "0000001z": {0, 123}, "000000H1": {4, 31}} // 123 = 1*62+61; 1055 = 17*62+1
	for want, in := range tests {
		if got := base62Text(in, 8); got != want {
			t.Errorf("base62Text(%v) = %s, want %s", in, got, want)
		}
	}
}

func FuzzTokenID(f *testing.F) {
	_, token := newToken()
	for _, s := range []string{"", "ts_", token, token + "x", strings.Replace(token, "_", "é", 2), "ts_" + strings.Repeat("_", 60)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if id, ok := tokenID(s); ok && (len(s) != 63 || len(id) != idLength || !strings.HasPrefix(s, "ts_"+id+"_")) {
			t.Errorf("%q passes as a token with ID %q", s, id)
		}
	})
}

func TestKeyLife(t *testing.T) {
	ctx := context.Background()
	store, clock := newMemory(), newClock()
	keys := NewKeys(store, time.Minute, clock.now)
	expires := clock.now().Add(time.Hour)
	key, token, err := keys.Issue(ctx, KeyRequest{Account: "acme", Name: "n", Role: RoleHolder, Subject: "h1", PerMinute: 3, PerDay: 4, ExpiresAt: &expires})
	if err != nil {
		t.Fatal(err)
	}
	accepts := func(what, token, says string) {
		t.Helper()
		_, err := keys.Authenticate(ctx, token)
		if says == "" && err != nil || says != "" && (!errors.Is(err, ErrUnauthenticated) || !strings.Contains(err.Error(), says)) {
			t.Errorf("%s: error %v, want one that says %q", what, err, says)
		}
	}
	accepts("fresh", token, "")
	if got, _ := keys.Authenticate(ctx, token); cmp.Diff(key, got) != "" || store.lookups != 1 {
		t.Errorf("got key %+v after %d lookups, want %+v after one", got, store.lookups, key)
	}
	accepts("wrong secret", token[:62]+flip(token[62]), "not known")

	clock.add(10 * time.Minute)
	next, nextToken, err := keys.Rotate(ctx, key.ID, 5*time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	want := key
	want.ID, want.Hash, want.CreatedAt = next.ID, next.Hash, clock.now()
	later := clock.now().Add(time.Hour)
	want.ExpiresAt = &later
	if d := cmp.Diff(want, next); d != "" {
		t.Errorf("successor (-want +got):\n%s", d)
	}
	accepts("old within grace", token, "")
	accepts("new", nextToken, "")
	clock.add(5 * time.Minute)
	accepts("old after grace", token, "expired at 2026-03-01T12:15:00Z")
	if _, _, err := keys.Rotate(ctx, key.ID, 0); !errors.Is(err, ErrInvalidKey) {
		t.Errorf("an expired key was rotated: %v", err)
	}
	if err := keys.Revoke(ctx, next.ID); err != nil {
		t.Fatal(err)
	}
	accepts("revoked, though it was cached", nextToken, "revoked")
	if err := keys.Revoke(ctx, "none"); !errors.Is(err, ErrKeyNotFound) {
		t.Errorf("revoke nothing: %v", err)
	}
	if list, err := keys.List(ctx, "acme"); err != nil || len(list) != 2 {
		t.Errorf("list: %d keys, %v", len(list), err)
	}
}

func flip(c byte) string {
	if c == 'a' {
		return "b"
	}
	return "a"
}

// TestRevokedWhileLookedUp: a lookup that began before a revocation must not
// put the old key back into the cache.
func TestRevokedWhileLookedUp(t *testing.T) {
	ctx := context.Background()
	store, clock := &slowStore{memory: newMemory(), began: make(chan struct{}), goOn: make(chan struct{})}, newClock()
	keys := NewKeys(store, time.Hour, clock.now)
	key, token, err := keys.Issue(ctx, KeyRequest{Account: "a", Name: "n", Role: RoleAdmin})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	group.Go(func() { _, _ = keys.Authenticate(ctx, token) })
	<-store.began
	if err := keys.Revoke(ctx, key.ID); err != nil {
		t.Fatal(err)
	}
	close(store.goOn)
	group.Wait()
	if _, err := keys.Authenticate(ctx, token); !errors.Is(err, ErrUnauthenticated) {
		t.Errorf("a revoked key opens: %v", err)
	}
}

// slowStore hands out the first key late, as it was when it was read.
type slowStore struct {
	*memory
	once        sync.Once
	began, goOn chan struct{}
}

func (s *slowStore) Key(ctx context.Context, id string) (Key, error) {
	k, err := s.memory.Key(ctx, id)
	s.once.Do(func() {
		close(s.began)
		<-s.goOn
	})
	return k, err
}

func TestIssueRefuses(t *testing.T) {
	clock := newClock()
	past := clock.now()
	_, _, err := NewKeys(newMemory(), 0, clock.now).Issue(context.Background(), KeyRequest{Role: "king", Subject: strings.Repeat("x", 201), PerDay: -1, ExpiresAt: &past})
	if !errors.Is(err, ErrInvalidKey) {
		t.Fatalf("got %v", err)
	}
	for _, part := range []string{"account", "name", "subject", "king", "quotas", "expiry"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not name %s: %v", part, err)
		}
	}
}
