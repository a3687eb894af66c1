package dossier

import (
	"context"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
)

// EventRenewal is told when a right is to be renewed.
const EventRenewal = "right.renewal_due"

// reminders are how many months before the last day in force a holder is reminded, the nearest first.
var reminders = []int{1, 6}

// renewalPage is how many rights one step of Tick looks at.
const renewalPage = 200

// byClock is the machine that acts when time passes.
const byClock = "machine:clock"

// Reminder is a right's renewal, as it is told.
type Reminder struct {
	Right     string `json:"right_id"`
	Name      string `json:"name"`
	ExpiresOn string `json:"expires_on"`
	Months    int    `json:"months"` // before it, at most
}

// Tick does what time brings to verified rights: it reminds their holders 6 and 1 months before the last day in force, each once, and
// declares those expired whose last day is past. It says how much it did. What a stopped service missed is made good by the next Tick; of two
// reminders that are due at once the nearer is told.
func (d *Dossier) Tick(ctx context.Context) (int, error) {
	now := d.moment()
	done, err := d.expiring(ctx, now, now.AddDate(0, reminders[len(reminders)-1], 0), d.remind)
	if err != nil {
		return done, fmt.Errorf("renewals: %w", err)
	}
	past, err := d.expiring(ctx, time.Date(1700, 1, 1, 0, 0, 0, 0, time.UTC), now.AddDate(0, 0, -1).Add(time.Microsecond), d.expire)
	if err != nil {
		return done + past, fmt.Errorf("rights that expire: %w", err)
	}
	return done + past, nil
}

// expiring calls fn with every verified right whose last day lies in a period.
func (d *Dossier) expiring(ctx context.Context, from, to time.Time, fn func(context.Context, casework.Right) (bool, error)) (done int, err error) {
	var last casework.Right
	for {
		page, err := d.Store.Expiring(ctx, from, to, last, renewalPage)
		if err != nil {
			return done, err
		}
		for _, r := range page {
			ok, err := fn(ctx, r)
			if err != nil {
				return done, err
			}
			if ok {
				done++
			}
		}
		if len(page) < renewalPage {
			return done, nil
		}
		last = page[len(page)-1]
	}
}

// remind tells of a renewal, once for each of the reminders.
func (d *Dossier) remind(ctx context.Context, r casework.Right) (told bool, err error) {
	now := d.moment()
	err = d.update(ctx, func(t Tx) error {
		told = false
		for _, months := range reminders {
			if !now.Before(*r.ExpiresOn) || now.Before(r.ExpiresOn.AddDate(0, -months, 0)) {
				continue
			}
			first, err := t.AddReminder(ctx, r.ID, *r.ExpiresOn, months, now)
			if err != nil {
				return err
			}
			if !first || told { // told before, or by a nearer one
				told = told || !first
				continue
			}
			told = true
			data := Reminder{r.ID, r.Name, r.ExpiresOn.Format(time.DateOnly), months}
			t.AddEvent(docket.Event{Kind: EventRenewal, Account: r.Account, Holder: r.HolderID, At: now, Data: encode(data)})
			t.AddAudit(entry(now, byClock, EventRenewal, r.ID, data))
		}
		return nil
	})
	return told, err
}

// expire declares a right expired.
func (d *Dossier) expire(ctx context.Context, r casework.Right) (bool, error) {
	note := "The last day in force was " + r.ExpiresOn.Format(time.DateOnly) + "."
	_, err := d.rule(ctx, byClock, r, Ruling{State: casework.StateExpired, Note: note}, []Check{})
	return err == nil, err
}

// Run calls Tick until ctx ends.
func (d *Dossier) Run(ctx context.Context, every time.Duration) {
	tick := func(ctx context.Context) error {
		_, err := d.Tick(ctx)
		return err
	}
	jobs.Every(ctx, every, tick, func(err error) { d.Log.Error("reminders of renewals are late", "error", err) })
}
