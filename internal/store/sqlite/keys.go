package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/server"
)

var (
	_ server.KeyStore         = (*Store)(nil)
	_ server.IdempotencyStore = (*Store)(nil)
)

const keyColumns = `id, account, name, role, hash, subject, per_minute, per_day, created_at, expires_at, revoked_at`

func insertKey(t *tx, k server.Key) error {
	err := t.exec(`INSERT INTO api_keys (`+keyColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`, k.ID, k.Account, k.Name, string(k.Role),
		k.Hash, k.Subject, k.PerMinute, k.PerDay, micros(k.CreatedAt), optMicros(k.ExpiresAt), optMicros(k.RevokedAt))
	if isUnique(err) {
		return fmt.Errorf("%w: %s", server.ErrKeyConflict, k.ID)
	}
	return err
}

func scanKey(row scanner) (server.Key, error) {
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
	return s.write.do(ctx, func(_ context.Context, t *tx) error { return insertKey(t, k) })
}

// Key implements server.KeyStore.
func (s *Store) Key(ctx context.Context, id string) (server.Key, error) {
	k, err := scanKey(s.often.row(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE id = ?`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return server.Key{}, fmt.Errorf("%w: %s", server.ErrKeyNotFound, id)
	}
	return k, plain(err)
}

// Keys implements server.KeyStore.
func (s *Store) Keys(ctx context.Context, account string) ([]server.Key, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+keyColumns+` FROM api_keys WHERE ?1 = '' OR account = ?1 ORDER BY id`, account)
	return collect(rows, err, scanKey)
}

// RotateKey implements server.KeyStore.
func (s *Store) RotateKey(ctx context.Context, old string, oldExpires time.Time, next server.Key) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		n, err := t.execCount(`UPDATE api_keys SET expires_at = min(?1, coalesce(expires_at, ?1)) WHERE id = ?2`, micros(oldExpires), old)
		if err != nil {
			return err
		}
		if n == 0 {
			return fmt.Errorf("%w: %s", server.ErrKeyNotFound, old)
		}
		return insertKey(t, next)
	})
}

// RevokeKey implements server.KeyStore.
func (s *Store) RevokeKey(ctx context.Context, id string, at time.Time) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		n, err := t.execCount(`UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ?`, micros(at), id)
		if err == nil && n == 0 {
			return fmt.Errorf("%w: %s", server.ErrKeyNotFound, id)
		}
		return err
	})
}

// BeginIdempotent implements server.IdempotencyStore. The one writer makes
// looking and inserting one step.
func (s *Store) BeginIdempotent(ctx context.Context, e server.IdempotencyEntry) (existing server.IdempotencyEntry, began bool, err error) {
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		existing, began = server.IdempotencyEntry{}, false
		old, err := scanIdempotency(t.row(`SELECT scope, key, request_hash, owner, created_at, lease_until, expires_at, response
			FROM idempotency WHERE scope = ? AND key = ?`, e.Scope, e.Key))
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err == nil && e.CreatedAt.Before(old.ExpiresAt) && (old.Response != nil || e.CreatedAt.Before(old.LeaseUntil)) {
			existing = old
			return nil
		}
		began = true
		return t.exec(`INSERT OR REPLACE INTO idempotency (scope, key, request_hash, owner, created_at, lease_until, expires_at, response)
			VALUES (?, ?, ?, ?, ?, ?, ?, NULL)`, e.Scope, e.Key, e.RequestHash, e.Owner, micros(e.CreatedAt), micros(e.LeaseUntil), micros(e.ExpiresAt))
	})
	return existing, began && err == nil, err
}

func scanIdempotency(row scanner) (server.IdempotencyEntry, error) {
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
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		return t.exec(`UPDATE idempotency SET response = ? WHERE scope = ? AND key = ? AND owner = ? AND response IS NULL`, b, scope, key, owner)
	})
}

// AbandonIdempotent implements server.IdempotencyStore.
func (s *Store) AbandonIdempotent(ctx context.Context, scope, key, owner string) error {
	return s.write.do(ctx, func(_ context.Context, t *tx) error {
		return t.exec(`DELETE FROM idempotency WHERE scope = ? AND key = ? AND owner = ? AND response IS NULL`, scope, key, owner)
	})
}

// ExpireIdempotent implements server.IdempotencyStore.
func (s *Store) ExpireIdempotent(ctx context.Context, before time.Time) (removed int, err error) {
	err = s.write.do(ctx, func(_ context.Context, t *tx) error {
		n, err := t.execCount(`DELETE FROM idempotency WHERE expires_at < ?`, micros(before))
		removed = int(n)
		return err
	})
	return removed, err
}
