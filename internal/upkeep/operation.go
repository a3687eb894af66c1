package upkeep

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/index"
)

// A Kind is what an operation does.
type Kind string

// The kinds of operations.
const (
	KindVerify   Kind = "verify"
	KindCompact  Kind = "compact"
	KindSnapshot Kind = "snapshot"
)

// A State is how far an operation is.
type State string

// The states of operations.
const (
	StateRunning State = "running"
	StateDone    State = "done"
	StateFailed  State = "failed"
)

// An Operation is one that was started, and what became of it.
type Operation struct {
	ID         string     `json:"id"`
	Kind       Kind       `json:"kind" enum:"verify,compact,snapshot"`
	Collection string     `json:"collection,omitempty" doc:"collection or alias; none for all"`
	State      State      `json:"state" enum:"running,done,failed"`
	StartedAt  time.Time  `json:"started_at"`
	EndedAt    *time.Time `json:"ended_at,omitempty"`
	Done       int        `json:"done" doc:"points that a snapshot holds so far"`
	All        int        `json:"all" doc:"points that there are; 0 = not known"`
	Probe      *Probe     `json:"probe,omitempty" doc:"what a verification found"`
	Note       string     `json:"note,omitempty" doc:"what a compaction did"`
	File       string     `json:"file,omitempty" doc:"name of a snapshot in the folder of snapshots"`
	Bytes      int64      `json:"bytes,omitempty" doc:"size of a snapshot"`
	Problem    string     `json:"problem,omitempty" doc:"why it failed"`
}

// mostOperations are remembered.
const mostOperations = 32

// StartVerify begins a verification of a collection or alias. Errors: index.ErrNotFound, ErrBusy.
func (u *Upkeep) StartVerify(ctx context.Context, target string, probes int) (Operation, error) {
	if err := u.there(ctx, target); err != nil {
		return Operation{}, err
	}
	return u.start(KindVerify, target, func(ctx context.Context, o *Operation) error {
		p, err := u.Verify(ctx, target, index.VerifyOptions{Probes: probes})
		u.change(func() { o.Probe = &p })
		return err
	})
}

// StartCompact begins to tidy up a collection or what an alias leads to. Errors: index.ErrNotFound, ErrBusy.
func (u *Upkeep) StartCompact(ctx context.Context, target string) (Operation, error) {
	if err := u.there(ctx, target); err != nil {
		return Operation{}, err
	}
	return u.start(KindCompact, target, func(ctx context.Context, o *Operation) error {
		note, err := u.cfg.Index.Compact(ctx, target)
		u.change(func() { o.Note = note })
		return err
	})
}

// StartSnapshot begins to write a collection, or with "" everything, to a new file in the folder of snapshots; with "" for the name it is
// named by the moment. Errors: ErrName, ErrNoFolder, index.ErrNotFound, ErrBusy.
func (u *Upkeep) StartSnapshot(ctx context.Context, target, name string) (Operation, error) {
	if target != "" {
		if err := u.there(ctx, target); err != nil {
			return Operation{}, err
		}
	}
	if name == "" {
		name = "index-" + u.cfg.Now().UTC().Format("20060102T150405Z") + ".snapshot"
	}
	if err := u.vacant(name); err != nil {
		return Operation{}, err
	}
	return u.start(KindSnapshot, target, func(ctx context.Context, o *Operation) error {
		size, err := u.snapshot(ctx, target, name, func(done, all int) { u.change(func() { o.Done, o.All = done, all }) })
		if err == nil {
			u.change(func() { o.File, o.Bytes = name, size })
		}
		return err
	})
}

// there says that the index has a collection or alias.
func (u *Upkeep) there(ctx context.Context, target string) error {
	name, err := u.resolve(ctx, target)
	if err != nil {
		return err
	}
	all, err := u.Status(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(c Collection) bool { return c.Name == name }) {
		return fmt.Errorf("%w: there is no collection or alias %q; GET /v1/index lists them", index.ErrNotFound, target)
	}
	return nil
}

// start runs one operation in the background.
func (u *Upkeep) start(kind Kind, target string, run func(context.Context, *Operation) error) (Operation, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if n := len(u.operations); n > 0 && u.operations[n-1].State == StateRunning {
		o := u.operations[n-1]
		return Operation{}, fmt.Errorf("%w: operation %s (%s) is running; wait for its end", ErrBusy, o.ID, o.Kind)
	}
	if u.ctx.Err() != nil {
		return Operation{}, fmt.Errorf("%w: the service is stopping", ErrBusy)
	}
	o := &Operation{ID: "iop_" + strings.ToLower(rand.Text()), Kind: kind, Collection: target, State: StateRunning, StartedAt: u.cfg.Now().UTC()}
	if u.operations = append(u.operations, o); len(u.operations) > mostOperations {
		u.operations = slices.Delete(u.operations, 0, 1)
	}
	u.background.Go(func() { u.finish(o, run(u.ctx, o)) })
	return *o, nil
}

// finish notes the end of an operation.
func (u *Upkeep) finish(o *Operation, err error) {
	u.change(func() {
		end := u.cfg.Now().UTC()
		o.State, o.EndedAt = StateDone, &end
		if err != nil {
			o.State, o.Problem = StateFailed, err.Error()
		}
	})
	if err != nil && !errors.Is(err, context.Canceled) {
		u.cfg.Log.Warn("an operation on the index failed", "operation", o.ID, "kind", string(o.Kind), "collection", o.Collection, "error", err)
	}
}

func (u *Upkeep) change(fn func()) {
	u.mu.Lock()
	defer u.mu.Unlock()
	fn()
}

// Operations lists the latest ones, the newest first.
func (u *Upkeep) Operations() []Operation {
	u.mu.Lock()
	defer u.mu.Unlock()
	all := make([]Operation, 0, len(u.operations))
	for _, o := range slices.Backward(u.operations) {
		all = append(all, *o)
	}
	return all
}

// Operation returns one of the latest; ErrUnknown if it is not among them.
func (u *Upkeep) Operation(id string) (Operation, error) {
	for _, o := range u.Operations() {
		if o.ID == id {
			return o, nil
		}
	}
	return Operation{}, fmt.Errorf("%w: there is no operation %q; the last %d since the start of the service are remembered", ErrUnknown, id, mostOperations)
}
