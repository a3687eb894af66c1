package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"
)

// ErrUnauthenticated: the token opens nothing. The error says no more than its
// owner may know: that it is unknown, or, when the secret is right, that it has
// expired or was revoked.
var ErrUnauthenticated = errors.New("not authenticated")

// ErrInvalidKey: a key that is asked for cannot be; the error says why.
var ErrInvalidKey = errors.New("invalid key")

// Keys issues, rotates, revokes and checks API keys. It is safe for concurrent
// use. Lookups are kept for a while (ttl), but a key that is revoked or rotated
// through this Keys is known to be so at once; another process sees it after
// the ttl.
type Keys struct {
	store KeyStore
	ttl   time.Duration
	now   func() time.Time

	mu         sync.Mutex
	generation uint64 // counts changes, so that a slow lookup cannot undo one
	cache      map[string]cachedKey
}

type cachedKey struct {
	key   Key
	until time.Time
}

// maxCachedKeys bounds the cache; beyond it the cache starts afresh.
const maxCachedKeys = 10_000

// NewKeys makes Keys over a store. ttl 0 means 30 seconds, a nil clock time.Now.
func NewKeys(store KeyStore, ttl time.Duration, clock func() time.Time) *Keys {
	if ttl <= 0 {
		ttl = 30 * time.Second
	}
	if clock == nil {
		clock = time.Now
	}
	return &Keys{store: store, ttl: ttl, now: clock, cache: map[string]cachedKey{}}
}

// KeyRequest is a key to issue.
type KeyRequest struct {
	Account   string
	Name      string // what it is for, for people
	Role      Role
	Subject   string // holder or seller to bind it to; "" = none
	PerMinute int    // 0 = no limit
	PerDay    int    // 0 = no limit
	ExpiresAt *time.Time
}

func (r KeyRequest) validate(now time.Time) error {
	var faults []string
	check := func(ok bool, format string, args ...any) {
		if !ok {
			faults = append(faults, fmt.Sprintf(format, args...))
		}
	}
	text := func(name, s string, least int) {
		n := utf8.RuneCountInString(s)
		check(utf8.ValidString(s) && n >= least && n <= 200, "%s must have %d to 200 characters", name, least)
	}
	text("account", r.Account, 1)
	text("name", r.Name, 1)
	text("subject", r.Subject, 0)
	check(slices.Contains(Roles(), r.Role), "role must be one of %v, not %q", Roles(), r.Role)
	check(r.PerMinute >= 0 && r.PerDay >= 0, "quotas must not be negative")
	check(r.ExpiresAt == nil || r.ExpiresAt.After(now), "the expiry must lie in the future")
	if len(faults) > 0 {
		return fmt.Errorf("%w: %s", ErrInvalidKey, strings.Join(faults, "; "))
	}
	return nil
}

// Issue makes a key. The token is returned this once; only its hash is kept.
func (k *Keys) Issue(ctx context.Context, r KeyRequest) (key Key, token string, err error) {
	if err := r.validate(k.now()); err != nil {
		return Key{}, "", err
	}
	key, token = k.fresh(r)
	if err := k.store.CreateKey(ctx, key); err != nil {
		return Key{}, "", fmt.Errorf("issue key: %w", err)
	}
	return key, token, nil
}

func (k *Keys) fresh(r KeyRequest) (Key, string) {
	id, token := newToken()
	key := Key{ID: id, Account: r.Account, Name: r.Name, Role: r.Role, Hash: hashToken(token), Subject: r.Subject,
		PerMinute: r.PerMinute, PerDay: r.PerDay, CreatedAt: k.now().UTC().Truncate(time.Microsecond)}
	if r.ExpiresAt != nil {
		e := r.ExpiresAt.UTC().Truncate(time.Microsecond)
		key.ExpiresAt = &e
	}
	return key, token
}

// Rotate issues a successor of a key with all that it may do, and lets the old
// one go on for a grace period (0 = none). The successor has the lifetime that
// the old key had.
func (k *Keys) Rotate(ctx context.Context, id string, grace time.Duration) (key Key, token string, err error) {
	if grace < 0 {
		return Key{}, "", fmt.Errorf("%w: the grace period must not be negative", ErrInvalidKey)
	}
	old, err := k.store.Key(ctx, id)
	if err != nil {
		return Key{}, "", fmt.Errorf("rotate key: %w", err)
	}
	now := k.now()
	if err := usable(old, now); err != nil {
		return Key{}, "", fmt.Errorf("%w: %w; issue a new one", ErrInvalidKey, err)
	}
	r := KeyRequest{Account: old.Account, Name: old.Name, Role: old.Role, Subject: old.Subject, PerMinute: old.PerMinute, PerDay: old.PerDay}
	if old.ExpiresAt != nil {
		e := now.Add(old.ExpiresAt.Sub(old.CreatedAt))
		r.ExpiresAt = &e
	}
	key, token = k.fresh(r)
	defer k.forget(id)
	if err := k.store.RotateKey(ctx, id, now.Add(grace), key); err != nil {
		return Key{}, "", fmt.Errorf("rotate key: %w", err)
	}
	return key, token, nil
}

// Revoke ends a key at once and for good.
func (k *Keys) Revoke(ctx context.Context, id string) error {
	defer k.forget(id)
	if err := k.store.RevokeKey(ctx, id, k.now()); err != nil {
		return fmt.Errorf("revoke key: %w", err)
	}
	return nil
}

// List returns the keys of an account, "" of all, by ID.
func (k *Keys) List(ctx context.Context, account string) ([]Key, error) {
	keys, err := k.store.Keys(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("list keys: %w", err)
	}
	return keys, nil
}

// Authenticate returns the key of a token, or ErrUnauthenticated.
func (k *Keys) Authenticate(ctx context.Context, token string) (Key, error) {
	id, ok := tokenID(token)
	if !ok {
		return Key{}, fmt.Errorf("%w: this is not an API key; one begins with %q and has %d characters",
			ErrUnauthenticated, tokenPrefix, len(tokenPrefix)+idLength+1+secretChars)
	}
	key, err := k.lookup(ctx, id)
	if err != nil && !errors.Is(err, ErrKeyNotFound) {
		return Key{}, fmt.Errorf("look up key: %w", err)
	}
	// An unknown ID is compared too, with nothing, and takes the same time.
	if !hashMatches(key.Hash, token) {
		return Key{}, fmt.Errorf("%w: this API key is not known", ErrUnauthenticated)
	}
	if err := usable(key, k.now()); err != nil {
		return Key{}, fmt.Errorf("%w: %w", ErrUnauthenticated, err)
	}
	return key, nil
}

// usable tells whether a key is neither revoked nor expired.
func usable(key Key, now time.Time) error {
	switch {
	case key.RevokedAt != nil:
		return errors.New("this API key was revoked")
	case key.ExpiresAt != nil && !now.Before(*key.ExpiresAt):
		return fmt.Errorf("this API key expired at %s", key.ExpiresAt.Format(time.RFC3339))
	}
	return nil
}

// lookup reads a key from the cache or the store.
func (k *Keys) lookup(ctx context.Context, id string) (Key, error) {
	now := k.now()
	k.mu.Lock()
	hit, ok := k.cache[id]
	generation := k.generation
	k.mu.Unlock()
	if ok && now.Before(hit.until) {
		return hit.key, nil
	}
	key, err := k.store.Key(ctx, id)
	if err != nil {
		return Key{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.generation == generation {
		if len(k.cache) >= maxCachedKeys {
			clear(k.cache)
		}
		k.cache[id] = cachedKey{key, now.Add(k.ttl)}
	}
	return key, nil
}

func (k *Keys) forget(id string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.generation++
	delete(k.cache, id)
}
