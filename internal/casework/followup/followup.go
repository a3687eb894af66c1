// Package followup does what follows from decisions, in their transaction: strikes and freezes of stores, the standing of notifiers,
// statements of reasons, figures for the transparency report and labels for the models.
//
// It is an Observer and the Gate of a docket. What it keeps is brought in line with the case as it now is, whichever way it got there:
// a decision that is undone or reversed, and undone again, leaves what would be there had nothing happened.
package followup

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/standing"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

// Kinds of event that this package adds to the feed; store orders are "store." and an order of package enforce.
const (
	EventStore     = "store."
	EventWarned    = "notifier.warned"
	EventSuspended = "notifier.suspended"
	EventFrozen    = EventStore + enforce.OrderFreeze
	EventClosed    = EventStore + enforce.OrderClose
)

// Registry is what statements ask of the registry; *casework.Registry is one.
type Registry interface {
	Snapshot(ctx context.Context, rightIDs []string) (map[string]casework.RightView, error)
	Marketplace(ctx context.Context, id string) (casework.Marketplace, error)
}

// Parts are what a Followup is made of. Store, Registry and Policies are required.
type Parts struct {
	Store    Store
	Registry Registry
	Policies policy.Set
	Measured *threshold.Book // brought to what is kept; nil: nothing is measured here
	Pack     func() string   // name@version in use; nil: cases must name one
	Log      *slog.Logger
	Now      func() time.Time // nil: time.Now
}

// Followup is safe for concurrent use.
type Followup struct{ Parts }

var (
	_ docket.Gate          = (*Followup)(nil)
	_ docket.Observer      = (*Followup)(nil)
	_ docket.SalesObserver = (*Followup)(nil)
)

// New makes a Followup.
func New(p Parts) *Followup {
	casework.Surroundings(&p.Log, &p.Now)
	return &Followup{p}
}

func (f *Followup) moment() time.Time { return f.Now().UTC().Truncate(time.Microsecond) }

// own is the docket's transaction with what this package keeps; a store that lacks it is wired wrongly.
func own(tx docket.Tx) (Tx, error) {
	t, ok := tx.(Tx)
	if !ok {
		return nil, fmt.Errorf("followup: the store's transaction %T keeps no strikes and statements", tx)
	}
	return t, nil
}

// Decided implements docket.Observer.
func (f *Followup) Decided(ctx context.Context, tx docket.Tx, c docket.Case, d docket.Decision) error {
	t, err := own(tx)
	if err != nil {
		return err
	}
	if err := f.verdict(ctx, t, c, d); err != nil {
		return fmt.Errorf("what became of case %s: %w", c.ID, err)
	}
	if d.Outcome == docket.OutcomeTakenDown && d.Undoes == "" {
		if err := f.asksStatement(ctx, t, c, d); err != nil {
			return fmt.Errorf("statement on case %s: %w", c.ID, err)
		}
	}
	if err := f.past(ctx, t, c); err != nil {
		return fmt.Errorf("what later listings meet of case %s: %w", c.ID, err)
	}
	if err := f.strike(ctx, t, c); err != nil {
		return fmt.Errorf("strikes of case %s: %w", c.ID, err)
	}
	return nil
}

// strike brings the ledger of the seller's store in line with the case: one infringement while the listing is down, none otherwise.
func (f *Followup) strike(ctx context.Context, t Tx, c docket.Case) error {
	if c.Seller == "" {
		return nil
	}
	kin, err := f.lock(ctx, t, c.Marketplace, c.Seller)
	if err != nil {
		return err
	}
	ledger, err := t.Ledger(ctx, c.Marketplace, c.Seller)
	if err != nil {
		return err
	}
	p := *f.Policies.Rules(c.Policy).Penalties
	standing := live(ledger, c.ID)
	down := c.Effect == docket.EffectRemoved && c.Decision != nil
	now := f.moment()
	var add []enforce.LedgerEntry
	switch {
	case down && len(standing) == 0:
		if e, ok := infringement(p, c); ok {
			add = append(add, e)
		}
	case !down:
		for _, id := range standing {
			add = append(add, enforce.LedgerEntry{ID: casework.NewID("led"), At: now, Kind: enforce.Reversal, Undoes: id, Case: c.ID})
		}
	}
	if len(add) == 0 {
		return nil
	}
	for _, e := range add {
		t.AddAudit(row(now, byPenalties, "ledger."+string(e.Kind), c.ID, e))
		if err := t.AddLedger(ctx, c.Marketplace, c.Seller, e); err != nil {
			return err
		}
	}
	for _, seller := range append([]string{c.Seller}, kin...) {
		all, err := counting(ctx, t, p, c.Marketplace, seller)
		if err != nil {
			return err
		}
		of := c
		of.Seller = seller
		if err := f.reckon(ctx, t, of, enforce.Fold(p, all, now), add[0].ID); err != nil {
			return err
		}
	}
	return nil
}

// lock keeps other transactions from the ledgers of a store and its family, in the order of their names, and gives the family.
func (f *Followup) lock(ctx context.Context, t Tx, marketplace, seller string) ([]string, error) {
	kin, err := t.Kin(ctx, marketplace, seller)
	if err != nil {
		return nil, err
	}
	for _, s := range slices.Sorted(slices.Values(append([]string{seller}, kin...))) {
		if err := t.LockStorefront(ctx, marketplace, s); err != nil {
			return nil, err
		}
	}
	return kin, nil
}

// counting is what counts for a store's penalties: its own ledger and, where policy says so, those of its family.
func counting(ctx context.Context, t Reader, p policy.Penalties, marketplace, seller string) ([]enforce.LedgerEntry, error) {
	kin, err := t.Kin(ctx, marketplace, seller)
	if err != nil {
		return nil, err
	}
	if !p.Families {
		kin = nil
	}
	var all []enforce.LedgerEntry
	for _, s := range append([]string{seller}, kin...) {
		ledger, err := t.Ledger(ctx, marketplace, s)
		if err != nil {
			return nil, err
		}
		if s != seller { // a fresh start is for the store that got it
			ledger = slices.DeleteFunc(ledger, func(e enforce.LedgerEntry) bool { return e.Kind == enforce.Reopening })
		}
		all = append(all, ledger...)
	}
	return all, nil
}

// Reckon reckons stores of a marketplace anew, once what counts for them has changed: a family was approved or ended.
func (f *Followup) Reckon(ctx context.Context, marketplace string, sellers []string) error {
	for _, s := range sellers {
		if err := f.again(ctx, Storefront{Marketplace: marketplace, Seller: s}, nil, byPenalties); err != nil {
			return fmt.Errorf("store %s on %s: %w", s, marketplace, err)
		}
	}
	return nil
}

// infringement is what a take-down counts for; false when its reason has no penalty. It is dated by the decision that stands, so that
// a take-down which is brought back counts from when it was made.
func infringement(p policy.Penalties, c docket.Case) (enforce.LedgerEntry, bool) {
	reason := c.Decision.Code
	if !slices.Contains(docket.Reasons(), reason) {
		reason = c.Reason
	}
	e := enforce.LedgerEntry{ID: casework.NewID("led"), At: c.Decision.At, Kind: enforce.Serious, Case: c.ID}
	if !slices.Contains(p.Serious, reason) {
		e.Kind, e.Points = enforce.Minor, p.Points[reason]
	}
	return e, e.Kind == enforce.Serious || e.Points > 0
}

// live are the infringements of a case that were not reversed.
func live(ledger []enforce.LedgerEntry, caseID string) []string {
	undone := map[string]bool{}
	for _, e := range ledger {
		undone[e.Undoes] = true
	}
	var out []string
	for _, e := range ledger {
		if e.Case == caseID && (e.Kind == enforce.Serious || e.Kind == enforce.Minor) && !undone[e.ID] {
			out = append(out, e.ID)
		}
	}
	return out
}

// reckon keeps the new state of a store, tells its marketplace what changed, and asks for statements on the freezes and closures that the
// entry of that ID brought.
func (f *Followup) reckon(ctx context.Context, t Tx, c docket.Case, after enforce.State, entry string) error {
	s, err := storefront(ctx, t, c.Marketplace, c.Seller)
	if err != nil {
		return err
	}
	for _, o := range enforce.Orders(s.State, after) {
		if err := f.order(ctx, t, c, o, after.At); err != nil {
			return err
		}
	}
	for _, m := range after.Measures {
		bites := m.Kind == policy.MeasureClosure || m.Kind == policy.MeasureFreeze && after.At.Before(m.Until) // a take-down that is brought back may freeze the past
		if m.Event == entry && bites && c.Decision != nil {
			if err := f.asksMeasure(ctx, t, c, m); err != nil {
				return err
			}
		}
	}
	s.State = after
	return t.PutStorefront(ctx, s)
}

// storeOrder is the data of an event about a store.
type storeOrder struct {
	Seller      string `json:"seller"`
	Enforcement string `json:"enforcement_id,omitempty"` // to be confirmed; a warning is told and no more
	enforce.Order
}

// Machines that act.
const (
	byPenalties = "machine:penalties"
	byStanding  = "machine:standing"
)

// row makes an entry of the audit log about a payload.
func row(at time.Time, actor, action, subject string, payload any) audit.Event {
	return audit.Event{At: at, Actor: actor, Action: action, Subject: subject}.Binding(encode(payload))
}

// subject is what a row about a store names: the case that brought it, or the store.
func subject(c docket.Case) string {
	if c.ID != "" {
		return c.ID
	}
	return casework.IDOf("sto", c.Marketplace, c.Seller)
}

// order tells a marketplace what to do with a store. What it has to carry out is an enforcement: it is chased until confirmed.
func (f *Followup) order(ctx context.Context, t Tx, c docket.Case, o enforce.Order, at time.Time) error {
	data := storeOrder{Seller: c.Seller, Order: o}
	t.AddAudit(row(at, byPenalties, EventStore+o.Order, subject(c), data))
	if o.Order != enforce.OrderWarn && o.Order != enforce.OrderUnwarn {
		e := docket.Enforcement{Case: c.ID, Marketplace: c.Marketplace, Action: o.Order, Target: docket.TargetStorefront, Seller: c.Seller, ToldAt: at}
		if c.Decision != nil {
			e.Decision = c.Decision.ID
		}
		if !o.Until.IsZero() {
			e.Until = &o.Until
		}
		e, err := docket.Order(ctx, t, f.Policies.For(c.Policy).Cases(), e)
		if err != nil {
			return err
		}
		data.Enforcement = e.ID
	}
	t.AddEvent(docket.Event{Kind: EventStore + o.Order, Case: c.ID, Notice: c.Notice, Account: c.Account, Holder: c.Holder, Marketplace: c.Marketplace,
		Seller: c.Seller, At: at, Data: encode(data)})
	return nil
}

// Tick does what time brings: freezes that end, strikes that expire, standing to be reckoned again, thresholds that another process has
// measured. It says how much it did.
func (f *Followup) Tick(ctx context.Context) (int, error) {
	now := f.moment()
	due, err := f.Store.DueStorefronts(ctx, now, tickPage)
	if err != nil {
		return 0, fmt.Errorf("look for stores that change: %w", err)
	}
	for _, s := range due {
		if err := f.again(ctx, s, nil, byPenalties); err != nil {
			return 0, fmt.Errorf("store %s on %s: %w", s.Seller, s.Marketplace, err)
		}
	}
	stale, err := f.Store.StaleNotifiers(ctx, tickPage)
	if err != nil {
		return 0, fmt.Errorf("look for standing to reckon: %w", err)
	}
	for _, id := range stale {
		if err := f.Store.Update(ctx, func(tx docket.Tx) error {
			t, err := own(tx)
			if err == nil {
				_, err = f.assess(ctx, t, id, standing.DayOf(now))
			}
			return err
		}); err != nil {
			return 0, fmt.Errorf("standing of %s: %w", id, err)
		}
	}
	return len(due) + len(stale), f.Refresh(ctx)
}

// tickPage is how many stores and notifiers one Tick looks at.
const tickPage = 200

// again reckons a store anew, after adding an entry to its ledger if there is one.
func (f *Followup) again(ctx context.Context, s Storefront, e *enforce.LedgerEntry, by string) error {
	return f.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		if _, err := f.lock(ctx, t, s.Marketplace, s.Seller); err != nil {
			return err
		}
		if e != nil {
			t.AddAudit(row(e.At, by, "ledger."+string(e.Kind), casework.IDOf("sto", s.Marketplace, s.Seller), e))
			if err := t.AddLedger(ctx, s.Marketplace, s.Seller, *e); err != nil {
				return err
			}
		}
		m, err := f.Registry.Marketplace(ctx, s.Marketplace)
		if err != nil {
			return err
		}
		p := *f.Policies.Rules(m.Policy).Penalties
		ledger, err := counting(ctx, t, p, s.Marketplace, s.Seller)
		if err != nil {
			return err
		}
		after := enforce.Fold(p, ledger, f.moment())
		return f.reckon(ctx, t, docket.Case{Marketplace: s.Marketplace, Seller: s.Seller}, after, "")
	})
}

// Run calls Tick until ctx ends.
func (f *Followup) Run(ctx context.Context, every time.Duration) {
	tick := func(ctx context.Context) error {
		_, err := f.Tick(ctx)
		return err
	}
	jobs.Every(ctx, every, tick, func(err error) { f.Log.Error("penalties are late", "error", err) })
}
