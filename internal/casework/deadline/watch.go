package deadline

import "time"

// Watch guards deadlines against a system clock that jumps. It is shown, again and again, what the system clock says and how much
// time has really passed since the process started (a monotonic clock), and gives a time to go by.
//
// While the two agree, that is the system clock. After a jump it goes on by the time that really passed, until the system clock has
// kept to its new course for Settle; then that is believed, be it earlier or later. So a clock that was wrong for minutes lets no
// deadline pass and takes none back, and one that was put right is followed soon enough. A Watch is not safe for concurrent use.
type Watch struct {
	Tolerance time.Duration // how far the clocks may drift apart between two looks; 0 is 2 s
	Settle    time.Duration // 0 is 10 min

	now      time.Time     // last time given
	wall     time.Time     // last reading of the system clock
	elapsed  time.Duration // at the last look
	steadyAt time.Duration // since when the system clock has run evenly
	off      bool          // the time given and the system clock differ
}

// Resume begins with the last time that an earlier process gave: a clock that was set back between the two is doubted like any jump.
func (w *Watch) Resume(last time.Time) { w.now = last }

// Look takes a reading and gives the time to go by. Steady is false after a jump, until the clock has settled: worth a warning.
func (w *Watch) Look(wall time.Time, elapsed time.Duration) (now time.Time, steady bool) {
	wall = wall.Round(0) // drops the runtime's own monotonic reading
	if w.wall.IsZero() { // the first look has nothing to compare with but the time of an earlier process
		w.off, w.steadyAt = wall.Before(w.now), elapsed
		w.now = later(w.now, wall)
	} else {
		w.follow(wall, elapsed)
	}
	w.wall, w.elapsed = wall, elapsed
	return w.now, !w.off
}

func (w *Watch) follow(wall time.Time, elapsed time.Duration) {
	passed := max(elapsed-w.elapsed, 0)
	if drift := wall.Sub(w.wall) - passed; drift.Abs() > w.tolerance() {
		w.off, w.steadyAt = true, elapsed
	}
	if w.off && elapsed-w.steadyAt < w.settle() {
		w.now = w.now.Add(passed)
		return
	}
	w.off, w.now = false, wall
}

func (w *Watch) tolerance() time.Duration {
	if w.Tolerance > 0 {
		return w.Tolerance
	}
	return 2 * time.Second
}

func (w *Watch) settle() time.Duration {
	if w.Settle > 0 {
		return w.Settle
	}
	return 10 * time.Minute
}
