package simulate

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"time"
)

// reviewer is a person who judges cases in shifts.
type reviewer struct {
	no     int
	client client
	rand   *rand.Rand
	until  time.Time     // end of the shift
	owes   time.Duration // work for the rest of the market that is still to be done
	idle   bool          // has found nothing to do
	called bool          // and will look at what came since
	turn   int           // of looking into the queues: a later one takes the place of those set before
}

// How often a reviewer to whom nothing was given looks again: where something came meanwhile they see it after glance; to look in vain
// that often would only take time, so that else they do after idle.
const (
	glance = 2 * time.Minute
	idle   = 10 * time.Minute
)

// lease is how often a claim is renewed while a case is looked at.
const lease = 10 * time.Minute

// shift sets a reviewer's working days.
func (m *month) shift(r *reviewer) {
	p := m.w.P.Reviewers
	r.rand = m.w.source("reviewer", r.no)
	hour := p.Shifts[r.no%len(p.Shifts)]
	for day := range m.w.P.Days + graceDays {
		begin := m.w.P.Start.Truncate(24*time.Hour).AddDate(0, 0, day).Add(time.Duration(hour) * time.Hour)
		m.set(begin, func(ctx context.Context) error {
			r.until = begin.Add(time.Duration(p.Hours) * time.Hour)
			return m.rest(ctx, r)
		})
	}
}

// rest lets the reviewer do what the rest of the market gives them to do, and then take the next case. What a shift leaves is done in the
// next one.
func (m *month) rest(ctx context.Context, r *reviewer) error {
	now := m.clock.Now()
	free := now.Add(r.owes)
	if !free.Before(r.until) {
		if now.Before(r.until) {
			r.owes = free.Sub(r.until)
		}
		return nil
	}
	r.owes = 0
	if free.Equal(now) {
		return m.work(ctx, r)
	}
	m.set(free, func(ctx context.Context) error { return m.work(ctx, r) })
	return nil
}

// work takes the next case, looks at it for as long as that takes, and decides.
func (m *month) work(ctx context.Context, r *reviewer) error {
	now := m.clock.Now()
	if !now.Before(r.until) {
		return nil
	}
	c, err := m.next(ctx, r)
	if err != nil {
		return err
	}
	if r.idle, r.called = c == nil, false; r.idle {
		m.look(r, idle)
		return nil
	}
	more, err := m.alike(ctx, r, *c)
	if err != nil {
		return err
	}
	p := m.w.P.Reviewers
	takes := time.Duration((p.Minutes + p.MoreMinutes*float64(len(more))) * float64(time.Minute))
	for at := lease; at < takes; at += lease {
		m.set(now.Add(at), func(ctx context.Context) error { return m.renew(ctx, r, append([]caseView{*c}, more...)) })
	}
	m.set(now.Add(takes), func(ctx context.Context) error {
		m.tally.ReviewMinutes += takes.Minutes()
		if err := m.judge(ctx, r, *c, more); err != nil {
			return err
		}
		if err := m.notify(ctx); err != nil {
			return err
		}
		r.owes += time.Duration(p.elsewhere * float64(takes))
		return m.rest(ctx, r)
	})
	return nil
}

// look lets a reviewer who has nothing to do look again.
func (m *month) look(r *reviewer, after time.Duration) {
	r.turn++
	turn := r.turn
	m.set(m.clock.Now().Add(after), func(ctx context.Context) error {
		if r.turn != turn || !r.idle {
			return nil
		}
		r.called = false
		return m.work(ctx, r)
	})
}

// opened lets those who have nothing to do see what came.
func (m *month) opened() {
	for _, r := range m.reviewers {
		if r.idle && !r.called && m.clock.Now().Before(r.until) {
			r.called = true
			m.look(r, glance)
		}
	}
}

// next claims a case. Each reviewer begins with another queue, so that none is left over.
func (m *month) next(ctx context.Context, r *reviewer) (*caseView, error) {
	queues := []string{"express", "standard", "hard"}
	for i := range queues {
		var page struct {
			Cases []caseView `json:"cases"`
		}
		if err := r.client.call(ctx, http.MethodPost, "/v1/queue/claim", map[string]any{"queue": queues[(i+r.no)%len(queues)], "limit": 1}, &page); err != nil {
			return nil, err
		}
		if len(page.Cases) > 0 {
			return &page.Cases[0], nil
		}
	}
	return nil, nil
}

// alike are the other open cases of the same notice, which the reviewer claims and looks at together with the first.
func (m *month) alike(ctx context.Context, r *reviewer, c caseView) ([]caseView, error) {
	if c.Notice == "" || c.State != "open" {
		return nil, nil
	}
	if n := m.notices[c.Notice]; n == nil || len(n.plan.Items) == 1 {
		return nil, nil
	}
	var page struct {
		Cases []caseView `json:"cases"`
	}
	if err := r.client.call(ctx, http.MethodGet, query("/v1/cases", "notice", c.Notice, "state", "open", "limit", "100"), nil, &page); err != nil {
		return nil, err
	}
	var mine []caseView
	for _, o := range page.Cases {
		if o.ID == c.ID || o.Claim != nil {
			continue
		}
		switch err := r.client.call(ctx, http.MethodPost, "/v1/cases/"+o.ID+"/claim", nil, nil); {
		case err == nil:
			mine = append(mine, o)
		case ignoreConflict(err) != nil:
			return nil, err
		}
	}
	return mine, nil
}

// renew keeps the claims of what is being looked at.
func (m *month) renew(ctx context.Context, r *reviewer, cases []caseView) error {
	for _, c := range cases {
		if err := ignoreConflict(r.client.call(ctx, http.MethodPost, "/v1/cases/"+c.ID+"/claim", nil, nil)); err != nil {
			return err
		}
	}
	return nil
}

// ignoreConflict drops the error that says that somebody else was faster.
func ignoreConflict(err error) error {
	var s *statusError
	if errors.As(err, &s) && s.status == http.StatusConflict {
		return nil
	}
	return err
}

// verdict is what a reviewer answers.
type verdict struct{ outcome, code string }

// judge decides the cases as the reviewer sees them.
func (m *month) judge(ctx context.Context, r *reviewer, c caseView, more []caseView) error {
	if c.Opinion != nil {
		return ignoreConflict(r.client.call(ctx, http.MethodPost, "/v1/cases/"+c.ID+"/second-opinion", map[string]any{"agree": true}, nil))
	}
	v := m.see(r, c)
	in := map[string]any{"outcome": v.outcome}
	if v.code != "" {
		in["reason_code"] = v.code
	}
	if err := ignoreConflict(r.client.call(ctx, http.MethodPost, "/v1/cases/"+c.ID+"/decide", in, nil)); err != nil {
		return err
	}
	groups := map[verdict][]string{}
	var order []verdict
	for _, o := range more {
		v := m.see(r, o)
		if groups[v] == nil {
			order = append(order, v)
		}
		groups[v] = append(groups[v], o.ID)
	}
	for _, v := range order {
		in := map[string]any{"outcome": v.outcome, "cases": groups[v]}
		if v.code != "" {
			in["reason_code"] = v.code
		}
		if err := r.client.call(ctx, http.MethodPost, "/v1/cases/bulk-decide", in, nil); err != nil {
			return err
		}
	}
	return nil
}

// declineCodes are what a reviewer picks from in error.
var declineCodes = []string{"INSUFFICIENT_EVIDENCE", "LISTING_RIGHT_MISMATCH", "MARK_DIFFERS_FROM_REGISTRATION", "DESCRIPTIVE_OR_COMPATIBLE_USE", "WRONG_REASON_CODE"}

// see is what the reviewer makes of a case: the truth, but for human error.
func (m *month) see(r *reviewer, c caseView) verdict {
	truth := m.truthOf(c)
	p := m.w.P.Reviewers
	takeDown := truth.Infringes
	if r.rand.Float64() < p.Error {
		takeDown = !takeDown
	}
	no := verdict{outcomeDeclined, ""}
	if c.Notice == "" {
		no.outcome = outcomeNoAction
	}
	switch {
	case c.State == "contested" && takeDown:
		return verdict{outcome: outcomeUpheld}
	case c.State == "contested":
		return verdict{outcome: outcomeReinstated}
	case takeDown:
		return verdict{outcome: outcomeTakenDown}
	case c.Notice == "":
		return no
	}
	if len(truth.Codes) > 0 {
		no.code = truth.Codes[0]
	}
	if no.code == "" || r.rand.Float64() < p.ReasonError {
		no.code = one(r.rand, declineCodes)
	}
	return no
}

// truthOf is what is true of a case.
func (m *month) truthOf(c caseView) Truth {
	if rec := m.cases[c.ID]; rec != nil {
		return rec.Truth
	}
	l := m.listings[c.Listing]
	return Truth{Infringes: l != nil && l.infringes(m.rights[c.Right])}
}
