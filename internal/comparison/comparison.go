// Package comparison weighs two packs against each other on a labelled set, in the background of a running service: the same figures,
// intervals and verdicts as the command touchstone models compare prints.
//
// Sets lie in a folder of the service, one folder each, in the evaluation format. A comparison is a file, written anew whenever it comes a step
// further; what a stop of the service cuts off is told as failed and is asked for again.
package comparison

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/eval"
	"touchstone/models"
)

// Errors that callers branch on; what is returned wraps one with a sentence that says what to do.
var (
	ErrBusy  = errors.New("comparison: busy")         // another one is under way
	ErrSet   = errors.New("comparison: unusable set") // there is no such set, or it is broken
	ErrState = errors.New("comparison: at its end")   // it cannot be stopped any more
	errCut   = errors.New("the service was stopped")  // why a comparison failed that a stop cut off
	nameForm = regexp.MustCompile(`^[A-Za-z0-9_-]+$`) // of sets and of IDs: never a path
)

// Where a comparison stands.
const (
	Running = "running"
	Done    = "done"
	Failed  = "failed"
	Stopped = "stopped"
)

// A Comparison is one as it stands.
type Comparison struct {
	ID        string          `json:"id"`
	A         string          `json:"a" doc:"name@version"`
	B         string          `json:"b" doc:"name@version"`
	DigestA   string          `json:"digest_a" doc:"SHA-256 of the manifest"`
	DigestB   string          `json:"digest_b" doc:"SHA-256 of the manifest"`
	Set       string          `json:"set"`
	State     string          `json:"state" enum:"running,done,failed,stopped"`
	Pack      string          `json:"pack,omitempty" doc:"the one that is at work"`
	Step      string          `json:"step,omitempty" doc:"what it does: register or score"`
	Done      int             `json:"done" doc:"references registered or listings scored, in this step"`
	All       int             `json:"all"`
	Problem   string          `json:"problem,omitempty" doc:"why it failed"`
	By        string          `json:"by" doc:"account"`
	StartedAt time.Time       `json:"started_at"`
	EndedAt   *time.Time      `json:"ended_at,omitempty"`
	Result    json.RawMessage `json:"result,omitempty" doc:"by signal: the figures of both with 95 % intervals, the differences B minus A from a paired bootstrap and whether they are real, and the listings that only one of the two gets right"`
}

// Open says whether it is under way.
func (c Comparison) Open() bool { return c.EndedAt == nil }

// A Trial scores a set with a pack and gives its thresholds. Progress may be told often.
type Trial func(ctx context.Context, p *models.Pack, set *eval.Set, progress func(step string, done, all int)) (*eval.Run, map[string]float64, error)

// Parts are what a Manager works with.
type Parts struct {
	Dir  string // where comparisons are kept
	Sets string // folder of the sets
	Pack func(id string) (*models.Pack, error)
	Try  Trial
	Log  *slog.Logger     // nil: nothing is logged
	Now  func() time.Time // nil: time.Now
}

// Manager runs comparisons, one at a time. Its methods may be called by several goroutines.
type Manager struct {
	Parts
	wake chan struct{}

	mu      sync.Mutex
	current *task
}

// task is the comparison that is under way.
type task struct {
	Comparison
	packs [2]*models.Pack
	set   *eval.Set
	stop  context.CancelFunc // nil before its work begins
}

// New makes a Manager over what is kept: a comparison that was cut off is failed. Run does the work.
func New(p Parts) (*Manager, error) {
	casework.Surroundings(&p.Log, &p.Now)
	m := &Manager{Parts: p, wake: make(chan struct{}, 1)}
	if err := os.MkdirAll(p.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("comparison: %w", err)
	}
	all, err := m.List()
	if err != nil {
		return nil, err
	}
	for _, c := range all {
		if c.Open() {
			m.end(&c, Failed, errCut)
			if err := m.save(c); err != nil {
				return nil, err
			}
		}
	}
	return m, nil
}

// SetNames lists the sets that are there.
func (m *Manager) SetNames() ([]string, error) {
	entries, err := os.ReadDir(m.Sets)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("comparison: %w", err)
	}
	names := []string{}
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(m.Sets, e.Name(), "set.json")); err == nil && nameForm.MatchString(e.Name()) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Start asks for a comparison. Errors: ErrBusy, ErrSet, and what Parts.Pack says of packs that are not there.
func (m *Manager) Start(by, a, b, set string) (Comparison, error) {
	t := &task{Comparison: Comparison{ID: casework.NewID("cmp"), A: a, B: b, Set: set, State: Running, By: by, StartedAt: m.now()}}
	for i, id := range []string{a, b} {
		p, err := m.Pack(id)
		if err != nil {
			return Comparison{}, err
		}
		t.packs[i] = p
	}
	t.DigestA, t.DigestB = t.packs[0].Digest(), t.packs[1].Digest()
	var err error
	if t.set, err = m.read(set); err != nil {
		return Comparison{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current != nil {
		return Comparison{}, fmt.Errorf("%w: comparison %s is under way; await its end or stop it", ErrBusy, m.current.ID)
	}
	if err := m.save(t.Comparison); err != nil {
		return Comparison{}, err
	}
	m.current = t
	select {
	case m.wake <- struct{}{}:
	default:
	}
	return t.Comparison, nil
}

func (m *Manager) read(name string) (*eval.Set, error) {
	names, err := m.SetNames()
	if err != nil {
		return nil, err
	}
	if !slices.Contains(names, name) {
		return nil, fmt.Errorf("%w: there is no set %q; there are: %s. Put a folder in the evaluation format into the service's folder of sets", ErrSet, name, cmp.Or(strings.Join(names, ", "), "none"))
	}
	set, err := eval.Read(filepath.Join(m.Sets, name))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSet, err)
	}
	return set, nil
}

// Get gives one as it stands; casework.ErrNotFound where there is none.
func (m *Manager) Get(id string) (Comparison, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current != nil && m.current.ID == id {
		return m.current.Comparison, nil
	}
	return m.load(id)
}

// List gives all of them, the newest first.
func (m *Manager) List() ([]Comparison, error) {
	paths, err := filepath.Glob(filepath.Join(m.Dir, "*.json"))
	if err != nil {
		return nil, fmt.Errorf("comparison: %w", err)
	}
	all := []Comparison{}
	for _, p := range paths {
		c, err := m.Get(strings.TrimSuffix(filepath.Base(p), ".json"))
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b Comparison) int {
		return cmp.Or(b.StartedAt.Compare(a.StartedAt), strings.Compare(b.ID, a.ID))
	})
	return all, nil
}

// Stop gives up one that is under way. Errors: casework.ErrNotFound, ErrState.
func (m *Manager) Stop(id string) (Comparison, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.current == nil || m.current.ID != id {
		c, err := m.load(id)
		if err != nil {
			return c, err
		}
		return c, fmt.Errorf("%w: comparison %s is %s", ErrState, id, c.State)
	}
	t := m.current
	m.end(&t.Comparison, Stopped, nil)
	if t.stop != nil {
		t.stop()
	}
	m.current = nil
	return t.Comparison, m.save(t.Comparison)
}

// end marks a comparison's end.
func (m *Manager) end(c *Comparison, state string, err error) {
	at := m.now()
	c.State, c.EndedAt, c.Pack, c.Step = state, &at, "", ""
	if err != nil {
		c.Problem = err.Error()
	}
}

func (m *Manager) now() time.Time { return m.Now().UTC().Truncate(time.Microsecond) }

func (m *Manager) load(id string) (Comparison, error) {
	var c Comparison
	if !nameForm.MatchString(id) {
		return c, fmt.Errorf("%w: comparison %q", casework.ErrNotFound, id)
	}
	data, err := os.ReadFile(filepath.Join(m.Dir, id+".json"))
	if errors.Is(err, os.ErrNotExist) {
		return c, fmt.Errorf("%w: comparison %s", casework.ErrNotFound, id)
	}
	if err != nil {
		return c, fmt.Errorf("comparison: %w", err)
	}
	if err := json.Unmarshal(data, &c); err != nil {
		return c, fmt.Errorf("comparison %s: %w", id, err)
	}
	return c, nil
}

// save writes the file in one step.
func (m *Manager) save(c Comparison) error {
	data, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("comparison %s: %w", c.ID, err)
	}
	path := filepath.Join(m.Dir, c.ID+".json")
	if err := os.WriteFile(path+".part", data, 0o600); err != nil {
		return fmt.Errorf("comparison: %w", err)
	}
	if err := os.Rename(path+".part", path); err != nil {
		return fmt.Errorf("comparison: %w", err)
	}
	return nil
}
