package simulate

import (
	"container/heap"
	"context"
	"fmt"
	"log/slog"
	"time"
)

// Rhythms of a simulated month.
const (
	slot      = 10 * time.Minute // listings and notices of one slot are brought together
	tickEvery = 5 * time.Minute  // deadlines and penalties
	feedEvery = 10 * time.Minute // the marketplace reads what was decided
)

// month is one run: a world, a service, and who acts when.
type month struct {
	w     *World
	host  Host
	clock *Clock
	log   *slog.Logger
	queue events
	end   time.Time
	steps int

	admin, operator, pipeline client
	holders                   map[int]client
	sellers                   map[string]client
	reviewers                 []*reviewer
	rights                    map[string]*Right
	listings                  map[string]*Listing
	cases                     map[string]*Record
	notices                   map[string]*filed
	lastSeq                   int64
	stores                    map[string]*store
	hands                     *hands
	offered                   []*Listing // put up for sale, beside those of scripted notices
	met                       []met      // removals, by what was scored
	tally                     Tally
	pack                      string // that scored, name@version
}

// filed is a notice at the service.
type filed struct {
	plan *Plan
	at   time.Time
	open int  // cases without a first decision
	auto bool // every case so far was decided without a person
}

// event is something that happens at a moment; those of one moment happen in the order in which they were set.
type event struct {
	at    time.Time
	order int
	do    func(ctx context.Context) error
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	if e[i].at.Equal(e[j].at) {
		return e[i].order < e[j].order
	}
	return e[i].at.Before(e[j].at)
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) } //nolint:forcetypeassert // only set pushes
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}

// set lets something happen at a moment, at the earliest now.
func (m *month) set(at time.Time, do func(ctx context.Context) error) {
	if now := m.clock.Now(); at.Before(now) {
		at = now
	}
	m.steps++
	heap.Push(&m.queue, event{at.Truncate(time.Microsecond), m.steps, do}) // as stores keep times
}

// every lets something happen again and again until the month is over.
func (m *month) every(apart time.Duration, do func(ctx context.Context) error) {
	var again func(ctx context.Context) error
	again = func(ctx context.Context) error {
		if err := do(ctx); err != nil {
			return err
		}
		m.set(m.clock.Now().Add(apart), again)
		return nil
	}
	m.set(m.clock.Now().Add(apart), again)
}

// graceDays go on behind the last day, so that what came late is decided as well. Nothing new comes then.
const graceDays = 2

// run lets the month pass.
func (m *month) run(ctx context.Context) error {
	m.end = m.w.P.Start.AddDate(0, 0, m.w.P.Days)
	if err := m.register(ctx); err != nil {
		return fmt.Errorf("register: %w", err)
	}
	if m.w.P.Listings.Count > 0 {
		if err := m.tell(ctx); err != nil {
			return fmt.Errorf("tell of sellers: %w", err)
		}
	}
	m.clock.Set(m.w.P.Start)
	m.every(tickEvery, func(ctx context.Context) error { return m.host.Work(ctx, true) })
	m.every(feedEvery, m.feed)
	for _, r := range m.reviewers {
		m.shift(r)
	}
	m.scripted()
	m.offers()
	until, day := m.end.AddDate(0, 0, graceDays), 0
	for m.queue.Len() > 0 {
		next := heap.Pop(&m.queue).(event) //nolint:forcetypeassert // only set pushes
		if next.at.After(until) {
			break
		}
		m.clock.Set(next.at)
		if d := int(next.at.Sub(m.w.P.Start).Hours() / 24); d > day {
			day = d
			m.log.Info("a day has passed", "day", day, "notices", len(m.notices), "cases", len(m.cases), "open", m.tally.waiting(m.notices))
		}
		if err := next.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", next.at.Format(time.DateTime), err)
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return m.feed(ctx)
}

// scripted sets the notices that were drawn beforehand, slot by slot: their listings are scored together, then each is filed at its time.
func (m *month) scripted() {
	plans := m.w.Plans()
	for i := 0; i < len(plans); {
		begin := plans[i].At.Truncate(slot)
		k := i
		for k < len(plans) && plans[k].At.Truncate(slot).Equal(begin) {
			k++
		}
		batch := plans[i:k]
		m.set(begin, func(ctx context.Context) error { return m.score(ctx, listingsOf(batch)) })
		for _, p := range batch {
			m.set(p.At, func(ctx context.Context) error { return m.file(ctx, p) })
		}
		i = k
	}
}

func listingsOf(plans []*Plan) []*Listing {
	var out []*Listing
	for _, p := range plans {
		for _, it := range p.Items {
			if it.Listing != nil {
				out = append(out, it.Listing)
			}
		}
	}
	return out
}
