package rollout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/models"
)

// Models are the models of an opened pack.
type Models interface {
	intake.Embedder
	Close() error
}

// Parts are what a Manager works with.
type Parts struct {
	Store  Store
	Intake *intake.Service
	Shelf  Shelf
	// Open starts the models of a pack, which runs the golden vectors.
	Open func(*models.Pack) (Models, error)
	// InUse is the pack that the service was started with, and Models its models, which the Manager closes once they are out of use.
	InUse  *models.Pack
	Models Models
	// Yield, if not nil, is called before a shadow runs its models; it waits while live scoring needs the machine.
	Yield func(context.Context) error
	Log   *slog.Logger
	Now   func() time.Time // nil = time.Now
}

// Manager runs rollouts. Its methods may be called by several goroutines.
type Manager struct {
	Parts
	wake chan struct{}

	mu      sync.Mutex
	current *Rollout // the one that Run is at, as it stands; nil when there is none
	inUse   *models.Pack
	models  Models             // of the pack in use
	stop    context.CancelFunc // of the one that Run is at

	shadow   atomic.Pointer[shadow] // nil while there is none
	retiring sync.WaitGroup         // models that are going out of use
}

// NewManager makes a Manager. Run does the work.
func NewManager(p Parts) *Manager {
	casework.Surroundings(&p.Log, &p.Now)
	return &Manager{Parts: p, wake: make(chan struct{}, 1), inUse: p.InUse, models: p.Models}
}

// Actor is who asks for something.
type Actor struct {
	Account string
	Key     string // ID of the key
}

func (a Actor) audit(at time.Time, action, subject string, payload any) audit.Event {
	data, _ := json.Marshal(payload) // plain structures: cannot fail
	return audit.Event{At: at, Actor: "user:" + a.Account, Action: action, Subject: subject, Payload: audit.Open(data).Hash()}
}

// machine is the service itself, in the audit log.
func machine(at time.Time, action, subject string, payload any) audit.Event {
	e := Actor{}.audit(at, action, subject, payload)
	e.Actor = "machine:rollout"
	return e
}

// Listed is a pack that the service has.
type Listed struct {
	*models.Pack
	InUse bool
}

// Packs lists the packs on the shelf and the one in use, by name and version. Damaged ones are left out and logged.
func (m *Manager) Packs() ([]Listed, error) {
	held, err := m.Shelf.List()
	if err != nil {
		return nil, err
	}
	use := m.PackInUse()
	all := []Listed{{use, true}}
	for _, h := range held {
		switch {
		case h.Err != nil:
			m.Log.Warn("a pack on the shelf cannot be used", "folder", h.Dir, "error", h.Err)
		case PackOf(h.Pack) != PackOf(use):
			all = append(all, Listed{h.Pack, false})
		}
	}
	slices.SortFunc(all, func(a, b Listed) int { return strings.Compare(PackOf(a.Pack).ID(), PackOf(b.Pack).ID()) })
	return all, nil
}

// PackInUse is the pack in use.
func (m *Manager) PackInUse() *models.Pack {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.inUse
}

// Pack finds one by "name@version": the one in use, or one on the shelf. Otherwise it is ErrUnknown.
func (m *Manager) Pack(id string) (*models.Pack, error) {
	if use := m.PackInUse(); PackOf(use).ID() == id {
		return use, nil
	}
	return m.Shelf.Open(id)
}

// Import takes in a pack that comes as Archive writes one, of no more than limit bytes, after its check. Errors: ErrRefused, ErrTaken.
func (m *Manager) Import(ctx context.Context, by Actor, r io.Reader, limit int64) (*models.Pack, error) {
	if err := m.keep(ctx); err != nil { // its version is taken, wherever it lies
		return nil, err
	}
	p, err := m.Shelf.Receive(ctx, r, limit)
	if err != nil {
		return nil, err
	}
	return p, m.Store.Audit(ctx, by.audit(m.now(), "pack.imported", PackOf(p).ID(), PackOf(p)))
}

// keep puts the pack in use on the shelf, which needs no check, so that there is something to go back to.
func (m *Manager) keep(ctx context.Context) error {
	if _, err := (Shelf{Dir: m.Shelf.Dir}).Add(ctx, m.PackInUse().Dir()); err != nil {
		return fmt.Errorf("keep the pack in use: %w", err)
	}
	return nil
}

// Request asks for a rollout.
type Request struct {
	Kind  string
	Pack  string  // "name@version"; of a rollback none
	Share float64 // of a shadow: of scored listings, above 0 to 1
}

// Start begins a rollout. Errors: ErrBusy while another is open, ErrUnknown, and ErrState where there is nothing to do.
func (m *Manager) Start(ctx context.Context, by Actor, q Request) (Rollout, error) {
	to, err := m.target(ctx, q)
	if err != nil {
		return Rollout{}, err
	}
	use := m.PackInUse()
	if PackOf(to) == PackOf(use) {
		return Rollout{}, fmt.Errorf("%w: %s is in use already", ErrState, PackOf(use).ID())
	}
	if PackOf(to).ID() == PackOf(use).ID() {
		return Rollout{}, fmt.Errorf("%w: %s is in use with other files, and their vectors must never meet: give the pack a version of its own", ErrTaken, PackOf(use).ID())
	}
	r := Rollout{ID: casework.NewID("rol"), Kind: q.Kind, From: PackOf(use), To: PackOf(to), State: StateFilling, By: by.Account, StartedAt: m.now()}
	if q.Kind == KindShadow {
		r.Share, r.Shadowed = q.Share, &Shadowed{Bands: map[string]int{}}
	} else if err := m.keep(ctx); err != nil {
		return Rollout{}, err
	}
	if err := m.Store.CreateRollout(ctx, r, by.audit(r.StartedAt, "rollout.started", r.ID, r)); err != nil {
		return Rollout{}, err
	}
	m.nudge()
	return r, nil
}

// target finds the pack that a request is about.
func (m *Manager) target(ctx context.Context, q Request) (*models.Pack, error) {
	if q.Kind != KindRollback {
		return m.Pack(q.Pack)
	}
	last, ok, err := m.Store.LastCut(ctx)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, fmt.Errorf("%w: no pack was in use before this one", ErrState)
	}
	return m.same(last.From)
}

// same opens a pack of the shelf and demands that it still is the one that is meant.
func (m *Manager) same(p Pack) (*models.Pack, error) {
	pack, err := m.Shelf.Open(p.ID())
	if err != nil {
		return nil, err
	}
	if PackOf(pack) != p {
		return nil, fmt.Errorf("%w: the files of %s on the shelf are others than when it was last in use; import the right ones", ErrState, p.ID())
	}
	return pack, nil
}

// Stop ends a rollout that is under way before its pack has come into use; a shadow ends well. ErrState when it is too late.
func (m *Manager) Stop(ctx context.Context, by Actor, id string) (Rollout, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r, err := m.Store.Rollout(ctx, id)
	if err != nil {
		return Rollout{}, err
	}
	if m.current != nil && m.current.ID == id {
		r = *m.current
	}
	if !r.Open() || r.CutAt != nil {
		return r, fmt.Errorf("%w: rollout %s is %s; a pack that is in use is left by a rollback", ErrState, id, r.State)
	}
	end := m.now()
	r.State, r.EndedAt = StateStopped, &end
	if err := m.Store.SaveRollout(ctx, r, by.audit(end, "rollout.stopped", r.ID, r)); err != nil {
		return r, err
	}
	if m.current != nil && m.current.ID == id {
		*m.current = r
		m.stop()
	}
	return r, nil
}

// Rollout gives one as it stands.
func (m *Manager) Rollout(ctx context.Context, id string) (Rollout, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current != nil && m.current.ID == id {
		return m.current.copy(), nil
	}
	return m.Store.Rollout(ctx, id)
}

// Current gives the rollout that is at work here; false when there is none.
func (m *Manager) Current() (Rollout, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current == nil {
		return Rollout{}, false
	}
	return m.current.copy(), true
}

// Rollouts lists them, the newest first, from behind the ID before.
func (m *Manager) Rollouts(ctx context.Context, before string, limit int) ([]Rollout, error) {
	all, err := m.Store.Rollouts(ctx, before, limit)
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range all {
		if m.current != nil && all[i].ID == m.current.ID {
			all[i] = m.current.copy()
		}
	}
	return all, err
}

func (r Rollout) copy() Rollout {
	if r.Shadowed != nil {
		s := *r.Shadowed
		s.Bands = map[string]int{}
		for k, n := range r.Shadowed.Bands {
			s.Bands[k] = n
		}
		r.Shadowed = &s
	}
	return r
}

func (m *Manager) nudge() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

func (m *Manager) now() time.Time { return m.Now().UTC().Truncate(time.Microsecond) }

// Close waits for models that are going out of use, and closes those in use. Call it once, after Run and the last request.
func (m *Manager) Close() error {
	m.retiring.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.models == nil {
		return nil
	}
	err := m.models.Close()
	m.models = nil
	return err
}

var errStopped = errors.New("rollout: stopped")
