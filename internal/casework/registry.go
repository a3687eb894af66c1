package casework

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Page sizes of lists.
const (
	DefaultPage = 50
	MaxPage     = 500
)

// Registry is the registry of rights over a Store. It is safe for concurrent
// use. Writes must go through the one Registry of a process, which drops what
// its snapshots hold of a changed right; another process on the same store
// would be seen only after that.
type Registry struct {
	store Store
	now   func() time.Time
	views viewCache
}

// NewRegistry makes a Registry over a store. A nil clock means time.Now.
func NewRegistry(s Store, clock func() time.Time) *Registry {
	if clock == nil {
		clock = time.Now
	}
	return &Registry{store: s, now: clock}
}

// moment is the time as stores keep it.
func (r *Registry) moment() time.Time { return r.now().UTC().Truncate(time.Microsecond) }

// CreateHolder registers a holder in the actor's account; only an operator may
// name another one. ID and CreatedAt are set here.
func (r *Registry) CreateHolder(ctx context.Context, a Actor, h Holder) (Holder, error) {
	if err := a.mayRegister(); err != nil {
		return Holder{}, err
	}
	if a.Subject != "" && !a.Operates() {
		return Holder{}, fmt.Errorf("%w: this key is bound to holder %q and cannot register another; use an unbound key of the account", ErrForbidden, a.Subject)
	}
	if !a.Operates() || h.Account == "" {
		h.Account = a.Account
	}
	h.ID, h.CreatedAt = NewID("hld"), r.moment()
	if err := validateHolder(h); err != nil {
		return Holder{}, err
	}
	if err := r.store.CreateHolder(ctx, h); err != nil {
		return Holder{}, fmt.Errorf("register holder: %w", err)
	}
	return h, nil
}

// Holder returns a holder that the actor may see.
func (r *Registry) Holder(ctx context.Context, a Actor, id string) (Holder, error) {
	h, err := r.store.Holder(ctx, id)
	if err != nil {
		return Holder{}, fmt.Errorf("holder: %w", err)
	}
	if err := a.sees("holder", id, h.Account, h.ID); err != nil {
		return Holder{}, err
	}
	return h, nil
}

// CreateRight registers a right of a holder of the actor's. ID, Account, State
// (pending) and CreatedAt are set here. ErrConflict when the account has the
// same type, office and registration number already.
func (r *Registry) CreateRight(ctx context.Context, a Actor, in Right) (Right, error) {
	in, err := r.CheckRight(ctx, a, in)
	if err != nil {
		return Right{}, err
	}
	if err := r.store.CreateRight(ctx, in); err != nil {
		return Right{}, fmt.Errorf("register right: %w", err)
	}
	return in, nil
}

// CheckRight is the right as CreateRight would store it, or why it would not; nothing is kept.
func (r *Registry) CheckRight(ctx context.Context, a Actor, in Right) (Right, error) {
	if err := a.mayRegister(); err != nil {
		return Right{}, err
	}
	in.ID, in.State, in.CreatedAt = NewID("rgt"), StatePending, r.moment()
	in.FiledOn, in.GrantedOn, in.ExpiresOn = stored(in.FiledOn), stored(in.GrantedOn), stored(in.ExpiresOn)
	in.Nice = plainClasses(in.Nice)
	if err := validateRight(in); err != nil {
		return Right{}, err
	}
	h, err := r.Holder(ctx, a, in.HolderID)
	if err != nil {
		return Right{}, err
	}
	if err := a.Permit(h.Account, h.ID, ScopeRegistry, in.Territories); err != nil {
		return Right{}, err
	}
	in.Account = h.Account
	return in, nil
}

// plainClasses writes Nice class "09" as "9".
func plainClasses(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = s
		if len(s) == 2 {
			out[i] = strings.TrimPrefix(s, "0")
		}
	}
	return out
}

// stored is a time as stores keep it: UTC, whole microseconds.
func stored(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC().Truncate(time.Microsecond)
	return &u
}

// Right returns a right that the actor may see.
func (r *Registry) Right(ctx context.Context, a Actor, id string) (Right, error) {
	right, err := r.store.Right(ctx, id)
	if err != nil {
		return Right{}, fmt.Errorf("right: %w", err)
	}
	if err := a.sees("right", id, right.Account, right.HolderID); err != nil {
		return Right{}, err
	}
	return right, nil
}

// RightPage is one page of rights. Next is the cursor of the page after, ""
// on the last one.
type RightPage struct {
	Rights []Right `json:"rights"`
	Next   string  `json:"next,omitempty"`
}

// Rights lists the rights that the actor may see. q.After is the Next of the
// page before.
func (r *Registry) Rights(ctx context.Context, a Actor, q RightQuery) (RightPage, error) {
	if !a.seesAll() {
		if a.Account == "" {
			return RightPage{}, fmt.Errorf("%w: this key belongs to no account", ErrForbidden)
		}
		var some bool
		if q.Account, q.HolderID, some = a.Reach(q.HolderID); !some {
			return RightPage{}, nil
		}
	}
	if q.Limit <= 0 {
		q.Limit = DefaultPage
	}
	q.Limit = min(q.Limit, MaxPage)
	want := q.Limit
	q.Limit++ // one more tells whether there is a next page
	rights, err := r.store.Rights(ctx, q)
	if err != nil {
		return RightPage{}, fmt.Errorf("list rights: %w", err)
	}
	if len(rights) <= want {
		return RightPage{Rights: rights}, nil
	}
	return RightPage{Rights: rights[:want], Next: rights[want-1].ID}, nil
}

// SetRightState moves a right to verified, rejected or expired; only operators
// and admins may. The state it has already is accepted. The references become
// unindexed, so that the caller writes them to the index afresh.
func (r *Registry) SetRightState(ctx context.Context, a Actor, id string, s State) (Right, error) {
	if err := a.mayOperate("decide on a right"); err != nil {
		return Right{}, err
	}
	if s != StateVerified && s != StateRejected && s != StateExpired {
		return Right{}, &ValidationError{Fields: []FieldError{{"state", fmt.Sprintf("must be verified, rejected or expired, not %q", clip(string(s)))}}}
	}
	right, err := r.Right(ctx, a, id)
	if err != nil || right.State == s {
		return right, err
	}
	defer r.views.drop(id)
	if err := r.store.SetRightState(ctx, id, s, r.moment()); err != nil {
		return Right{}, fmt.Errorf("set state of right: %w", err)
	}
	right.State = s
	return right, nil
}
