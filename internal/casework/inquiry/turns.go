package inquiry

import (
	"time"

	"touchstone/internal/casework/deadline"
	"touchstone/internal/policy"
)

// terms are the rules that an inquiry runs under, with the calendar that counts.
type terms struct {
	policy.Inquiries
	calendars deadline.Calendars
}

// reckon sets the deadlines from the clock and the priority. The one to the first answer began with the inquiry and never stands still.
func (i *Inquiry) reckon(t terms) {
	due := func(rule policy.Deadline, c deadline.Clock) time.Time {
		return deadline.Of(rule, t.calendars.Calendar(rule, i.Territories...), c).At
	}
	i.RespondBy = due(t.Response[i.Priority], deadline.Start(i.OpenedAt))
	i.ResolveBy = due(t.Resolution[i.Priority], i.Clock)
}

// open begins an inquiry.
func (i *Inquiry) open(t terms, now time.Time) {
	i.State, i.OpenedAt, i.UpdatedAt, i.Clock = StateOpen, now, now, deadline.Start(now)
	if i.Priority = t.Topics[i.Topic]; i.Priority == "" {
		i.Priority = policy.PriorityNormal
	}
	i.reckon(t)
}

// asked is a message of who asked: the desk's turn. A settled inquiry is taken up again, if it is not too late; its clock goes on.
func (i *Inquiry) asked(t terms, now time.Time) error {
	if i.State == StateResolved {
		if i.Outcome == OutcomeEscalated {
			return conflict("inquiry %s went on as case %s; what is new belongs there, or into an inquiry of its own", i.ID, i.Escalated)
		}
		if i.ReopenUntil == nil || !now.Before(*i.ReopenUntil) {
			return conflict("inquiry %s is settled for too long to be taken up again; ask anew and name it", i.ID)
		}
	}
	i.State, i.Outcome, i.ResolvedAt, i.ReopenUntil, i.SilentAt, i.UpdatedAt = StateOpen, "", nil, nil, nil, now
	i.Clock = i.Clock.Resume(now)
	i.reckon(t)
	return nil
}

// answered is a message of the desk to who asked. With wait the inquiry then waits for them, and its clock stands still.
func (i *Inquiry) answered(t terms, now time.Time, wait bool) error {
	if i.State == StateResolved {
		return conflict("inquiry %s is settled: reopen it first", i.ID)
	}
	if i.RespondedAt == nil {
		i.RespondedAt = &now
		i.LateResponse = !now.Before(i.RespondBy)
	}
	i.UpdatedAt = now
	if wait && i.State == StateOpen {
		silent := now.AddDate(0, 0, t.SilentDays)
		i.State, i.SilentAt, i.Clock = StateWaiting, &silent, i.Clock.Pause(now)
		i.reckon(t)
	}
	return nil
}

// settle ends the inquiry. The clock stands still from then on, so that one that is taken up again has the time that was left.
func (i *Inquiry) settle(t terms, outcome string, now time.Time) error {
	if i.State == StateResolved {
		return conflict("inquiry %s is settled already: %s", i.ID, i.Outcome)
	}
	if i.State == StateOpen && !i.ResolveBy.IsZero() && !now.Before(i.ResolveBy) {
		i.LateEnd = true
	}
	if i.RespondedAt == nil && !now.Before(i.RespondBy) {
		i.LateResponse = true
	}
	until := now.AddDate(0, 0, t.ReopenDays)
	i.State, i.Outcome, i.ResolvedAt, i.ReopenUntil, i.SilentAt, i.UpdatedAt = StateResolved, outcome, &now, &until, nil, now
	i.Clock = i.Clock.Pause(now)
	i.reckon(t)
	return nil
}

// sort gives the inquiry another topic or priority; its clocks are reckoned anew from their beginnings.
func (i *Inquiry) sort(t terms, topic, priority string, now time.Time) error {
	if i.State == StateResolved {
		return conflict("inquiry %s is settled: reopen it first", i.ID)
	}
	if topic != "" {
		i.Topic = topic
	}
	if priority != "" {
		i.Priority = priority
	}
	i.UpdatedAt = now
	i.reckon(t)
	return nil
}

// What time can bring to an inquiry.
const (
	rangResponse = "inquiry.response_overdue"
	rangEnd      = "inquiry.resolution_overdue"
	rangSilent   = "inquiry.silent"
)

// ring does what is due, and says what it was.
func (i *Inquiry) ring(t terms, now time.Time) ([]string, error) {
	var rang []string
	if i.Open() && i.RespondedAt == nil && !i.LateResponse && !now.Before(i.RespondBy) {
		i.LateResponse = true
		rang = append(rang, rangResponse)
	}
	if i.State == StateOpen && !i.LateEnd && !i.ResolveBy.IsZero() && !now.Before(i.ResolveBy) {
		i.LateEnd = true
		rang = append(rang, rangEnd)
	}
	if i.State == StateWaiting && i.SilentAt != nil && !now.Before(*i.SilentAt) {
		rang = append(rang, rangSilent)
		return rang, i.settle(t, OutcomeSilent, now)
	}
	return rang, nil
}
