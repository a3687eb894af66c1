// Package rollout is the life of a model pack in a running service: it takes a stranger's pack in after a check in a limited process,
// makes it ready beside the one that serves, lets it score a share of the traffic that nobody sees, brings it into use, and goes back.
//
// There is at most one rollout at a time, and it is a row: what a kill cuts off goes on at the next start where it was. The pack in use is
// that of the last rollout that was cut over; before there is one, it is the pack that the service was started with.
package rollout

import (
	"context"
	"errors"
	"time"

	"touchstone/detect"
	"touchstone/internal/audit"
	"touchstone/models"
)

// The errors callers branch on. What is returned wraps one of them with a sentence that says what to do.
var (
	// ErrBusy: another rollout is under way.
	ErrBusy = errors.New("rollout: busy")
	// ErrUnknown: there is no such pack.
	ErrUnknown = errors.New("rollout: unknown pack")
	// ErrRefused: the pack failed its check; nothing was kept of it.
	ErrRefused = errors.New("rollout: pack refused")
	// ErrTaken: a pack of this name and version is there with other files.
	ErrTaken = errors.New("rollout: version taken")
	// ErrState: what was asked for does not fit what is there: the pack is in use already, or there is nothing to go back to.
	ErrState = errors.New("rollout: not now")
)

// What a rollout does.
const (
	KindActivate = "activate" // brings a pack into use
	KindRollback = "rollback" // brings the pack before into use again
	KindShadow   = "shadow"   // scores a share of the traffic with a second pack
)

// Where a rollout stands.
const (
	StateFilling = "filling" // references are embedded for the pack
	StateShadow  = "shadowing"
	StateCutting = "cutting" // the pack is in use; what comes after is tidied
	StateDone    = "done"
	StateFailed  = "failed"
	StateStopped = "stopped"
)

// A Pack names one, with the checksum of its manifest, which holds those of all its files.
type Pack struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	Digest  string `json:"digest" doc:"SHA-256 of the manifest"`
}

// PackOf names an opened pack.
func PackOf(p *models.Pack) Pack {
	m := p.Manifest()
	return Pack{m.Name, m.Version, p.Digest()}
}

// ID is the pack's name and version, as commands and the API write it.
func (p Pack) ID() string { return p.Name + "@" + p.Version }

// A Rollout is one as it stands.
type Rollout struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind" enum:"activate,rollback,shadow"`
	From      Pack       `json:"from" doc:"in use when it began"`
	To        Pack       `json:"to"`
	State     string     `json:"state" enum:"filling,shadowing,cutting,done,failed,stopped"`
	Done      int        `json:"done" doc:"references looked at"`
	All       int        `json:"all" doc:"references"`
	Failed    int        `json:"failed" doc:"references that the pack could not embed; each says why under problem once the pack is in use"`
	Share     float64    `json:"share,omitempty" doc:"of scored listings that the shadow scores as well"`
	Shadowed  *Shadowed  `json:"shadowed,omitempty" doc:"what the shadow has seen"`
	Problem   string     `json:"problem,omitempty" doc:"why it failed or waits"`
	By        string     `json:"by" doc:"account"`
	StartedAt time.Time  `json:"started_at"`
	CutAt     *time.Time `json:"cut_at,omitempty" doc:"when the pack came into use"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
}

// Open says whether the rollout is under way.
func (r Rollout) Open() bool { return r.EndedAt == nil }

// Shadowed counts what a shadow has seen.
type Shadowed struct {
	Listings  int            `json:"listings" doc:"scored by both packs"`
	Dropped   int            `json:"dropped" doc:"left out because the machine had other work"`
	Bands     map[string]int `json:"bands" doc:"listings by what both packs make of them: the band in use, an arrow, the shadow's band"`
	Differing int            `json:"differing" doc:"listings on which the packs differ; see the differences"`
}

// What two packs can differ in.
const (
	DifferBand        = "band"        // the outcome
	DifferRight       = "right"       // which right is infringed
	DifferProbability = "probability" // how likely it is, by a quarter or more
)

// A Disagreement is a listing on which the shadow and the pack in use differ.
type Disagreement struct {
	ID      string        `json:"id"`
	Rollout string        `json:"rollout"`
	At      time.Time     `json:"at"`
	Listing string        `json:"listing,omitempty" doc:"the marketplace's ID"`
	Report  string        `json:"report" doc:"of the pack in use"`
	What    string        `json:"what" enum:"band,right,probability"`
	InUse   Judged        `json:"in_use"`
	Shadow  Judged        `json:"shadow"`
	Remade  detect.Report `json:"remade" doc:"the report that the shadow would have given"`
}

// Judged is what one pack makes of a listing.
type Judged struct {
	Band        string  `json:"band"`
	Right       string  `json:"right,omitempty" doc:"of the strongest verdict"`
	Probability float64 `json:"probability" doc:"of the strongest verdict"`
}

// A Store keeps rollouts and what shadows found. Each write is durable when it returns, with its audit rows in one transaction. What is not
// there is casework.ErrNotFound.
type Store interface {
	// CreateRollout keeps a new one, and is ErrBusy while another is open.
	CreateRollout(ctx context.Context, r Rollout, events ...audit.Event) error
	SaveRollout(ctx context.Context, r Rollout, events ...audit.Event) error
	Rollout(ctx context.Context, id string) (Rollout, error)
	// Rollouts lists them, the newest first, from behind the ID before; "" = from the newest.
	Rollouts(ctx context.Context, before string, limit int) ([]Rollout, error)
	// OpenRollout gives the one under way; false when there is none.
	OpenRollout(ctx context.Context) (Rollout, bool, error)
	// LastCut gives the one that brought the pack in use into use; false when none did.
	LastCut(ctx context.Context) (Rollout, bool, error)
	AddDisagreement(ctx context.Context, d Disagreement) error
	// Disagreements pages through those of a rollout in the order of their IDs, from behind after.
	Disagreements(ctx context.Context, rollout, after string, limit int) ([]Disagreement, error)
	Disagreement(ctx context.Context, rollout, id string) (Disagreement, error)
	// Audit keeps audit rows alone.
	Audit(ctx context.Context, events ...audit.Event) error
}

// InUse gives the pack that was brought into use last; false before any was.
func InUse(ctx context.Context, s Store) (Pack, bool, error) {
	r, ok, err := s.LastCut(ctx)
	return r.To, ok, err
}
