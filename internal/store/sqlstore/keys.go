package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/server"
)

var (
	_ server.KeyStore         = (*Store)(nil)
	_ server.IdempotencyStore = (*Store)(nil)
)

const keyColumns = `id, account, name, role, hash, subject, per_minute, per_day, created_at, expires_at, revoked_at`

func insertKey(ctx context.Context, t *tx, k server.Key) error {
	err := t.run(ctx, `INSERT INTO api_keys (`+keyColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, k.ID, k.Account, k.Name, string(k.Role),
		k.Hash, k.Subject, k.PerMinute, k.PerDay, stamp(k.CreatedAt), optStamp(k.ExpiresAt), optStamp(k.RevokedAt))
	if errors.Is(err, ErrUnique) {
		return fmt.Errorf("%w: %s", server.ErrKeyConflict, k.ID)
	}
	return err
}

func scanKey(row Rows) (server.Key, error) {
	var k server.Key
	var created int64
	var expires, revoked sql.NullInt64
	err := row.Scan(&k.ID, &k.Account, &k.Name, &k.Role, &k.Hash, &k.Subject, &k.PerMinute, &k.PerDay, &created, &expires, &revoked)
	if err != nil {
		return server.Key{}, err
	}
	k.CreatedAt, k.ExpiresAt, k.RevokedAt = moment(created), optMoment(expires), optMoment(revoked)
	return k, nil
}

// CreateKey implements server.KeyStore.
func (s *Store) CreateKey(ctx context.Context, k server.Key) error {
	return s.transact(ctx, func(t *tx) error { return insertKey(ctx, t, k) })
}

// Key implements server.KeyStore.
func (s *Store) Key(ctx context.Context, id string) (server.Key, error) {
	k, err := one(ctx, s.reader, "key", id, scanKey, `SELECT `+keyColumns+` FROM api_keys WHERE id = ?`, id)
	if errors.Is(err, casework.ErrNotFound) {
		return server.Key{}, fmt.Errorf("%w: %s", server.ErrKeyNotFound, id)
	}
	return k, err
}

// Keys implements server.KeyStore.
func (s *Store) Keys(ctx context.Context, account string) ([]server.Key, error) {
	return list(ctx, s.reader, scanKey, `SELECT `+keyColumns+` FROM api_keys WHERE ?1 = '' OR account = ?1 ORDER BY id`, account)
}

// RotateKey implements server.KeyStore.
func (s *Store) RotateKey(ctx context.Context, old string, oldExpires time.Time, next server.Key) error {
	return s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE api_keys SET expires_at = CASE WHEN expires_at < ?1 THEN expires_at ELSE ?1 END WHERE id = ?2`, stamp(oldExpires), old)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: %s", server.ErrKeyNotFound, old)
		}
		return insertKey(ctx, t, next)
	})
}

// RevokeKey implements server.KeyStore.
func (s *Store) RevokeKey(ctx context.Context, id string, at time.Time) error {
	return s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?`, stamp(at), id)
		if err == nil && n == 0 {
			return fmt.Errorf("%w: %s", server.ErrKeyNotFound, id)
		}
		return err
	})
}

// BeginIdempotent implements server.IdempotencyStore.
func (s *Store) BeginIdempotent(ctx context.Context, e server.IdempotencyEntry) (existing server.IdempotencyEntry, began bool, err error) {
	err = s.transact(ctx, func(t *tx) error {
		existing, began = server.IdempotencyEntry{}, false
		if err := t.lock(ctx, "idempotency "+e.Scope+" "+e.Key); err != nil {
			return err
		}
		old, err := one(ctx, t.reader, "request", e.Key, scanIdempotency, `SELECT scope, key, request_hash, owner, created_at, lease_until, expires_at, response
			FROM idempotency WHERE scope = ? AND key = ?`, e.Scope, e.Key)
		if err != nil && !errors.Is(err, casework.ErrNotFound) {
			return err
		}
		if err == nil && e.CreatedAt.Before(old.ExpiresAt) && (old.Response != nil || e.CreatedAt.Before(old.LeaseUntil)) {
			existing = old
			return nil
		}
		began = true
		return t.run(ctx, `INSERT INTO idempotency (scope, key, request_hash, owner, created_at, lease_until, expires_at, response)
			VALUES (?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT (scope, key) DO UPDATE SET request_hash = excluded.request_hash, owner = excluded.owner,
			created_at = excluded.created_at, lease_until = excluded.lease_until, expires_at = excluded.expires_at, response = NULL`, e.Scope, e.Key, e.RequestHash, e.Owner, stamp(e.CreatedAt), stamp(e.LeaseUntil), stamp(e.ExpiresAt))
	})
	return existing, began && err == nil, err
}

func scanIdempotency(row Rows) (server.IdempotencyEntry, error) {
	var e server.IdempotencyEntry
	var created, lease, expires int64
	var response []byte
	if err := row.Scan(&e.Scope, &e.Key, &e.RequestHash, &e.Owner, &created, &lease, &expires, &response); err != nil {
		return server.IdempotencyEntry{}, err
	}
	e.CreatedAt, e.LeaseUntil, e.ExpiresAt = moment(created), moment(lease), moment(expires)
	if response != nil {
		e.Response = &server.StoredResponse{}
		if err := json.Unmarshal(response, e.Response); err != nil {
			return server.IdempotencyEntry{}, fmt.Errorf("%w: stored response: %w", ErrCorrupt, err)
		}
	}
	return e, nil
}

// FinishIdempotent implements server.IdempotencyStore.
func (s *Store) FinishIdempotent(ctx context.Context, scope, key, owner string, r server.StoredResponse) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("store response: %w", err)
	}
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `UPDATE idempotency SET response = ? WHERE scope = ? AND key = ? AND owner = ? AND response IS NULL`, b, scope, key, owner)
	})
}

// AbandonIdempotent implements server.IdempotencyStore.
func (s *Store) AbandonIdempotent(ctx context.Context, scope, key, owner string) error {
	return s.transact(ctx, func(t *tx) error {
		return t.run(ctx, `DELETE FROM idempotency WHERE scope = ? AND key = ? AND owner = ? AND response IS NULL`, scope, key, owner)
	})
}

// ExpireIdempotent implements server.IdempotencyStore.
func (s *Store) ExpireIdempotent(ctx context.Context, before time.Time) (removed int, err error) {
	err = s.transact(ctx, func(t *tx) error {
		n, err := t.exec(ctx, `DELETE FROM idempotency WHERE expires_at < ?`, stamp(before))
		removed = int(n)
		return err
	})
	return removed, err
}
