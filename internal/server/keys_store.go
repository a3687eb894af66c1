package server

import (
	"context"
	"errors"
	"time"
)

// Role says what a key is for. Roles are not ranked: an operation lists those
// that may call it (Require).
type Role string

// The roles.
const (
	RolePipeline  Role = "pipeline"
	RoleReviewer  Role = "reviewer"
	RoleHolder    Role = "holder"
	RoleAgent     Role = "agent"
	RoleSeller    Role = "seller"
	RolePartner   Role = "partner"
	RoleScientist Role = "scientist"
	RoleOperator  Role = "operator"
	RoleAdmin     Role = "admin"
)

// Roles lists every role.
func Roles() []Role {
	return []Role{RolePipeline, RoleReviewer, RoleHolder, RoleAgent, RoleSeller, RolePartner, RoleScientist, RoleOperator, RoleAdmin}
}

// Key is an API key as it is stored: without the secret, of which Hash is the
// SHA-256. PerMinute and PerDay bound its requests; 0 means no limit.
type Key struct {
	ID        string     `json:"id"`
	Account   string     `json:"account"`
	Name      string     `json:"name"`
	Role      Role       `json:"role"`
	Hash      []byte     `json:"-"`
	Subject   string     `json:"subject,omitempty"` // holder or seller that the key is bound to
	PerMinute int        `json:"per_minute,omitempty"`
	PerDay    int        `json:"per_day,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
}

// Sentinels of the two stores.
var (
	// ErrKeyNotFound: no key has that ID.
	ErrKeyNotFound = errors.New("key not found")
	// ErrKeyConflict: a key with that ID is there already.
	ErrKeyConflict = errors.New("key already there")
)

// KeyStore keeps API keys. Each write is durable when it returns.
type KeyStore interface {
	// CreateKey: ErrKeyConflict when the ID is taken.
	CreateKey(ctx context.Context, k Key) error
	Key(ctx context.Context, id string) (Key, error)
	// Keys of an account by ID; "" means of all accounts.
	Keys(ctx context.Context, account string) ([]Key, error)
	// RotateKey creates next and lets the key old expire at a moment, both or
	// neither. An earlier expiry of old stays.
	RotateKey(ctx context.Context, old string, oldExpires time.Time, next Key) error
	// RevokeKey: the first revocation stays.
	RevokeKey(ctx context.Context, id string, at time.Time) error
}

// StoredResponse is the answer to a request that a retry gets again.
type StoredResponse struct {
	Status int                 `json:"status"`
	Header map[string][]string `json:"header,omitempty"` // content type, location and the like
	Body   []byte              `json:"body"`
}

// IdempotencyEntry is what is known of one idempotency key in its scope
// (account and route). Response is nil while the first request is at work;
// Owner tells that request from one that took over after its lease ended.
type IdempotencyEntry struct {
	Scope, Key  string
	RequestHash []byte // SHA-256
	Owner       string
	CreatedAt   time.Time
	LeaseUntil  time.Time // of the request at work
	ExpiresAt   time.Time // of the entry
	Response    *StoredResponse
}

// IdempotencyStore keeps idempotency entries. Each write is durable when it
// returns.
type IdempotencyStore interface {
	// BeginIdempotent stores the entry and answers began true, unless there is
	// one that is finished or under lease at e.CreatedAt: then that one comes
	// back. An expired entry, or one at work whose lease has ended, is replaced.
	BeginIdempotent(ctx context.Context, e IdempotencyEntry) (existing IdempotencyEntry, began bool, err error)
	// FinishIdempotent stores the response, if owner still holds the entry.
	FinishIdempotent(ctx context.Context, scope, key, owner string, r StoredResponse) error
	// AbandonIdempotent forgets an unfinished entry, if owner still holds it.
	AbandonIdempotent(ctx context.Context, scope, key, owner string) error
	// ExpireIdempotent removes what expired before a moment and counts it.
	ExpireIdempotent(ctx context.Context, before time.Time) (int, error)
}
