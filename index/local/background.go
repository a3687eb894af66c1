package local

import (
	"context"
	"errors"
	"time"
)

// tend begins a checkpoint in the background when enough has come to the log since the last one.
func (d *driver) tend() {
	if d.fresh.Load() < d.due.Load() || d.ctx.Err() != nil || !d.tending.TryLock() {
		return
	}
	d.background.Go(func() {
		defer d.tending.Unlock()
		d.checkpointed(d.checkpoint())
		if err := d.measure(); err != nil && !errors.Is(err, context.Canceled) {
			d.cfg.Logger.Warn("index: how well the sketches of a collection find was measured but could not be kept", "folder", d.files.dir, "error", err)
		}
	})
}

// checkpointed says when the next checkpoint is due, and what became of the last one. A failure is no failure of any change: the
// log holds everything, and when as much has come to it again the next one is tried.
func (d *driver) checkpointed(err error) {
	d.due.Store(d.fresh.Load() + d.cfg.checkpointAt)
	if err == nil {
		d.due.Store(d.cfg.checkpointAt)
	} else if errors.Is(err, errRenamed) {
		d.log.poison(err)
	} else if !errors.Is(err, context.Canceled) {
		d.cfg.Logger.Warn("index: the log could not be brought into segments and goes on growing", "folder", d.files.dir, "error", err)
	}
}

// ebb holds up a writer while a checkpoint is far behind, so that what is not yet in segments stays bounded.
func (d *driver) ebb() {
	for d.fresh.Load() > d.due.Load()+7*d.cfg.checkpointAt && d.ctx.Err() == nil {
		if d.tending.TryLock() { // none is under way, so there is nothing to wait for
			d.tending.Unlock()
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// idle waits for what goes on in the background. Tests look at files then.
func (d *driver) idle() { d.background.Wait() }
