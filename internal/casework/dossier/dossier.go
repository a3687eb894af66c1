package dossier

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"touchstone/internal/audit"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/document"
	"touchstone/internal/jobs"
)

// Roles of actors, as internal/server names them.
const (
	roleHolder  = "holder"
	roleAgent   = "agent"
	roleSeller  = "seller"
	rolePartner = "partner"
)

// Registry is what a dossier asks of the registry; *casework.Registry is one.
type Registry interface {
	Holder(ctx context.Context, a casework.Actor, id string) (casework.Holder, error)
	Right(ctx context.Context, a casework.Actor, id string) (casework.Right, error)
	MayChange(ctx context.Context, a casework.Actor, rightID string) error
	Snapshot(ctx context.Context, rightIDs []string) (map[string]casework.RightView, error)
}

// Documents looks into files; *document.Reader is one.
type Documents interface {
	Inspect(ctx context.Context, data []byte) (document.Info, error)
	Read(ctx context.Context, data []byte) (document.Text, error)
}

// Files keeps bytes by hash; *blob.Store is one.
type Files interface {
	Put(ctx context.Context, class blob.Class, data []byte) (string, error)
	Get(ctx context.Context, hash string) ([]byte, error)
	// Hold renews a class's hold on bytes that are there; blob.ErrNotFound where they are not.
	Hold(ctx context.Context, class blob.Class, hash string) error
}

// Likeness finds rights of others that one resembles.
type Likeness interface {
	Alike(ctx context.Context, rightID string) (found []Alike, unchecked string, err error)
}

// Alike is a right of another holder that this one resembles.
type Alike struct {
	Right      string  `json:"right_id"`
	How        string  `json:"how" enum:"picture,word"`
	Word       string  `json:"word,omitempty"`
	Similarity float64 `json:"similarity"`
}

// States moves rights between states, in the registry and in the index.
type States interface {
	SetRightState(ctx context.Context, a casework.Actor, id string, state casework.State) (casework.Right, error)
}

// Parts are what a Dossier is made of. Log, Now, Wake and Likeness may be nil.
type Parts struct {
	Store     Store
	Registry  Registry
	States    States
	Documents Documents
	Files     Files
	Likeness  Likeness
	Wake      func() // called after work was queued
	Log       *slog.Logger
	Now       func() time.Time
}

// Dossier is the use cases of papers, powers and verification. It is safe for concurrent use.
type Dossier struct{ Parts }

// New makes a Dossier.
func New(p Parts) *Dossier {
	casework.Surroundings(&p.Log, &p.Now)
	if p.Wake == nil {
		p.Wake = func() {}
	}
	return &Dossier{p}
}

// moment is the time as stores keep it.
func (d *Dossier) moment() time.Time { return d.Now().UTC().Truncate(time.Microsecond) }

// update runs fn in a transaction of the docket's store.
func (d *Dossier) update(ctx context.Context, fn func(Tx) error) error {
	return d.Store.Update(ctx, func(tx docket.Tx) error {
		t, ok := tx.(Tx)
		if !ok {
			return fmt.Errorf("dossier: the store's transaction %T keeps no papers", tx)
		}
		return fn(t)
	})
}

// Handlers are the jobs of this package.
func (d *Dossier) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{JobRead: func(ctx context.Context, j jobs.Job) error {
		v, err := jobs.Decode[readJob](j)
		if err != nil {
			return err
		}
		return d.read(ctx, v.Certificate)
	}}
}

// entry makes an entry of the audit log about a payload.
func entry(at time.Time, actor, action, subject string, payload any) audit.Event {
	return audit.Event{At: at, Actor: actor, Action: action, Subject: subject}.Binding(encode(payload))
}

// faults gathers what is wrong, so that whoever sent it hears everything at once.
type faults []casework.FieldError

func (f *faults) check(ok bool, path, format string, args ...any) {
	if !ok {
		*f = append(*f, casework.FieldError{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// text checks a text of strangers: length in characters, UTF-8, nothing unseen but line ends and tabs.
func (f *faults) text(path, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	f.check(n >= least && n <= most, path, "must have %d to %d characters, not %d", least, most, n)
	f.check(utf8.ValidString(s), path, "must be valid UTF-8")
	f.check(!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }), path, "must not contain control characters")
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &casework.ValidationError{Fields: f}
}

// refusal turns what package document says of a file into a fault of the field.
func refusal(path string, err error) error {
	for _, kind := range []error{document.ErrKind, document.ErrActive, document.ErrTooLarge, document.ErrDamaged} {
		if errors.Is(err, kind) {
			_, says, _ := strings.Cut(err.Error(), kind.Error()+": ")
			return &casework.ValidationError{Fields: []casework.FieldError{{Path: path, Message: says}}}
		}
	}
	return err
}

// encode writes what an event carries; the types here always encode.
func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("dossier: encode %T: %v", v, err))
	}
	return b
}
