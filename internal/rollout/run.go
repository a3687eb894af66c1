package rollout

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"touchstone/embed"
	"touchstone/index"
	"touchstone/internal/audit"
	"touchstone/internal/intake"
	"touchstone/models"
)

// Rhythms of Run.
const (
	pollEvery = 5 * time.Second
	saveEvery = time.Second // progress
	busyPause = 2 * time.Second
)

// Run works until ctx ends. A rollout that is cut off goes on at the next start.
func (m *Manager) Run(ctx context.Context) {
	if err := m.Shelf.tidy(m.now()); err != nil {
		m.Log.Warn("the shelf of packs could not be tidied", "error", err)
	}
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		if err := m.Once(ctx); err != nil && ctx.Err() == nil {
			m.Log.Warn("a rollout waits", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-m.wake:
		}
	}
}

// Once brings the open rollout, if there is one, as far as it goes: to its end, or until ctx ends.
func (m *Manager) Once(ctx context.Context) error {
	r, ok, err := m.Store.OpenRollout(ctx)
	if err != nil || !ok {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	m.mu.Lock()
	m.current, m.stop = &r, cancel
	m.mu.Unlock()
	defer func() {
		m.mu.Lock()
		m.current, m.stop = nil, nil
		m.mu.Unlock()
	}()
	if r.CutAt != nil { // the end of a process came between the cut-over and its note
		return m.end(ctx, StateDone, "")
	}
	err = m.work(ctx)
	switch {
	case err == nil || m.ended() || ctx.Err() != nil:
		return nil
	case waits(err):
		m.change(func(r *Rollout) { r.Problem = "It waits: " + err.Error() })
		return errors.Join(err, m.save(ctx))
	}
	m.Log.Error("a rollout failed; the pack in use serves on", "rollout", r.ID, "pack", r.To.ID(), "error", err)
	return m.end(ctx, StateFailed, strings.ReplaceAll(err.Error(), m.Shelf.Dir+string(filepath.Separator), ""))
}

// waits says whether an error is of a moment and not of the pack.
func waits(err error) bool {
	return errors.Is(err, index.ErrUnavailable) || errors.Is(err, index.ErrFull) || errors.Is(err, embed.ErrBusy) || errors.Is(err, intake.ErrBusy)
}

func (m *Manager) work(ctx context.Context) error {
	r := m.standing()
	pack, err := m.same(r.To)
	if err != nil {
		return err
	}
	opened, err := m.Open(pack)
	if err != nil {
		return fmt.Errorf("pack %s: %w", r.To.ID(), err)
	}
	c, err := m.Intake.Candidate(ctx, pack, opened)
	if err != nil {
		return errors.Join(err, opened.Close())
	}
	used, err := m.with(ctx, c, pack, opened)
	if used {
		return err
	}
	// A shadow's collections stay for an activation to come; those of what failed or was given up are not wanted.
	r = m.standing()
	drop := !r.Open() && r.Kind != KindShadow || err != nil && ctx.Err() == nil && !waits(err)
	return errors.Join(err, c.Close(context.WithoutCancel(ctx), drop), opened.Close())
}

// with makes a candidate ready and does with it what the rollout is about; used says that it is the pack in use now.
func (m *Manager) with(ctx context.Context, c *intake.Candidate, pack *models.Pack, opened Models) (used bool, err error) {
	all, err := m.Intake.CountReferences(ctx)
	if err != nil {
		return false, err
	}
	m.change(func(r *Rollout) { r.All, r.Problem = all, "" })
	saved := m.now()
	err = c.Fill(ctx, func(done int) {
		m.change(func(r *Rollout) { r.Done, r.All, r.Failed = done, max(r.All, done), c.Failed() })
		if now := m.now(); now.Sub(saved) >= saveEvery {
			saved = now
			if err := m.save(ctx); err != nil && ctx.Err() == nil {
				m.Log.Warn("progress of a rollout is not kept", "error", err)
			}
		}
	})
	if err != nil {
		return false, err
	}
	if m.standing().Kind == KindShadow {
		return false, m.shadowing(ctx, c)
	}
	return m.cut(ctx, c, pack, opened)
}

// cut brings the candidate into use and notes it.
func (m *Manager) cut(ctx context.Context, c *intake.Candidate, pack *models.Pack, opened Models) (used bool, err error) {
	m.mu.Lock()
	former := m.models
	m.mu.Unlock()
	commit := func(ctx context.Context) error {
		m.mu.Lock()
		defer m.mu.Unlock()
		if !m.current.Open() {
			return errStopped
		}
		at := m.now()
		next := m.current.copy()
		if next.CutAt == nil {
			next.State, next.CutAt = StateCutting, &at
		}
		if err := m.Store.SaveRollout(ctx, next, machine(at, "pack.activated", next.To.ID(), next)); err != nil {
			return err
		}
		*m.current = next
		return nil
	}
	m.retiring.Add(1)
	defer func() {
		if !used {
			m.retiring.Done()
		}
	}()
	// From the note on the pack is in use, whatever happens to this process: what remains is done, and not given up.
	for {
		err = c.Cut(context.WithoutCancel(ctx), commit, func() {
			defer m.retiring.Done()
			if err := former.Close(); err != nil {
				m.Log.Warn("models that are out of use could not be closed", "error", err)
			}
		})
		if m.standing().CutAt == nil {
			return false, err
		}
		if c.InUse() {
			break
		}
		m.Log.Warn("the aliases of a pack wait for the index", "error", err)
		select {
		case <-ctx.Done():
			return false, ctx.Err() // the next start finishes it
		case <-time.After(busyPause):
		}
	}
	if err != nil {
		m.Log.Warn("a pack is in use, and something is left to be tidied", "error", err)
	}
	m.mu.Lock()
	m.inUse, m.models = pack, opened
	m.mu.Unlock()
	m.Log.Info("a pack came into use", "pack", PackOf(pack).ID())
	return true, m.end(ctx, StateDone, "")
}

// end notes the end of the rollout, even when the service is stopping.
func (m *Manager) end(ctx context.Context, state, problem string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.current.Open() {
		return nil
	}
	at := m.now()
	m.current.State, m.current.Problem, m.current.EndedAt = state, problem, &at
	var events []audit.Event
	if state == StateFailed {
		events = append(events, machine(at, "rollout.failed", m.current.ID, m.current))
	}
	return m.Store.SaveRollout(context.WithoutCancel(ctx), *m.current, events...)
}

func (m *Manager) save(ctx context.Context) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.current.Open() {
		return nil
	}
	return m.Store.SaveRollout(ctx, *m.current)
}

func (m *Manager) change(fn func(*Rollout)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	fn(m.current)
}

// standing is the rollout at work as it stands.
func (m *Manager) standing() Rollout {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.current.copy()
}

func (m *Manager) ended() bool { return !m.standing().Open() }
