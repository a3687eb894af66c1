package simulate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// file files a notice with the key of its holder.
func (m *month) file(ctx context.Context, p *Plan) error {
	if !m.clock.Now().Before(m.end) {
		return nil
	}
	items := []map[string]string{}
	for _, it := range p.Items {
		items = append(items, map[string]string{"listing": it.id()})
	}
	in := map[string]any{"right_id": p.Right.id, "marketplace": Market, "reason": p.Reason, "items": items, "good_faith": true, "accuracy": true,
		"explanation": fmt.Sprintf("Notice %d: the listings use our right %s without our leave.", p.No, p.Right.look.name["latin"]),
		"signature":   "A. Holder", "notifier": map[string]string{"name": "A. Holder", "email": fmt.Sprintf("holder-%04d@holders.example", p.Right.Holder)}}
	if p.TestBuy {
		in["test_buy"] = map[string]string{"order": fmt.Sprint("T-", p.No), "bought_on": p.At.AddDate(0, 0, -3).Format(time.DateOnly), "result": "The goods are not ours."}
	}
	var made struct {
		ID    string `json:"id"`
		Items []struct {
			Case string `json:"case_id"`
		} `json:"items"`
	}
	m.tally.filedBy[p.Right.Holder]++
	err := m.holders[p.Right.Holder].call(ctx, http.MethodPost, "/v1/notices", in, &made)
	var refused *statusError
	if errors.As(err, &refused) && (refused.status == http.StatusForbidden || refused.status == http.StatusTooManyRequests) {
		m.refused(p, refused.status == http.StatusForbidden)
		return nil
	}
	if err != nil {
		return err
	}
	m.notices[made.ID] = &filed{plan: p, at: m.clock.Now(), open: len(p.Items), auto: true}
	for i, it := range made.Items {
		item := p.Items[i]
		m.cases[it.Case] = &Record{Case: it.Case, Notice: made.ID, Kind: p.Right.Kind, Way: item.Truth.Way, Opened: m.clock.Now(), Truth: item.Truth, listing: item.Listing, right: p.Right}
	}
	m.opened()
	return m.host.Work(ctx, false)
}

// refused counts a notice that the service did not take.
func (m *month) refused(p *Plan, suspended bool) {
	m.tally.Refused++
	if suspended {
		m.tally.suspended[p.Right.Holder] = true
	}
	if p.Way == "" && !m.w.Abusive[p.Right.Holder] {
		m.tally.RefusedGood++
		m.tally.hindered[p.Right.Holder] = true
	}
}

// feed reads what happened and does what a marketplace does then.
func (m *month) feed(ctx context.Context) error {
	for {
		var page struct {
			Events []feedEvent `json:"events"`
			Last   int64       `json:"last"`
		}
		if err := m.operator.call(ctx, http.MethodGet, query("/v1/events", "after", fmt.Sprint(m.lastSeq), "limit", "500"), nil, &page); err != nil {
			return err
		}
		for _, e := range page.Events {
			if err := m.hear(ctx, e); err != nil {
				return err
			}
		}
		m.lastSeq = page.Last
		if len(page.Events) < 500 {
			return nil
		}
	}
}

// notify lets the marketplace hear at once, as by a webhook.
func (m *month) notify(ctx context.Context) error {
	if err := m.host.Work(ctx, false); err != nil {
		return err
	}
	return m.feed(ctx)
}

// hear takes one event in.
func (m *month) hear(ctx context.Context, e feedEvent) error {
	switch e.Kind {
	case "case.decided":
		var d decision
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return fmt.Errorf("event %d: %w", e.Seq, err)
		}
		return m.decided(ctx, e.Case, d)
	case "enforcement.asked":
		var f enforcement
		if err := json.Unmarshal(e.Data, &f); err != nil {
			return fmt.Errorf("event %d: %w", e.Seq, err)
		}
		return m.enforce(ctx, e.Case, f)
	case "store.freeze", "store.unfreeze", "store.close", "store.reopen":
		return m.order(e)
	}
	return nil
}

// decided keeps the first decision on a case, and how a contest of it ended.
func (m *month) decided(ctx context.Context, id string, d decision) error {
	rec := m.cases[id]
	if rec == nil {
		var err error
		if rec, err = m.found(ctx, id); err != nil {
			return err
		}
	}
	if !rec.Decided.IsZero() {
		if d.Outcome == outcomeUpheld || d.Outcome == outcomeReinstated {
			rec.Contest = d.Outcome
		}
		return nil
	}
	rec.Decided, rec.Outcome, rec.Code, rec.Automatic, rec.Chance, rec.Signal = d.At, d.Outcome, d.Code, d.Automatic == "full", d.Chance, d.Signal
	if d.Outcome == outcomeTakenDown {
		m.contest(rec)
	}
	n := m.notices[rec.Notice]
	if n == nil {
		return nil
	}
	n.auto = n.auto && rec.Automatic
	if n.open--; n.open == 0 {
		m.tally.closed(n, d.At)
	}
	return nil
}

// found is the record of a case that scoring opened.
func (m *month) found(ctx context.Context, id string) (*Record, error) {
	var c caseView
	if err := m.operator.call(ctx, http.MethodGet, "/v1/cases/"+id, nil, &c); err != nil {
		return nil, err
	}
	l, right := m.listings[c.Listing], m.rights[c.Right]
	if l == nil || right == nil {
		return nil, fmt.Errorf("case %s is about listing %q and right %q, which nobody here made", id, c.Listing, c.Right)
	}
	rec := &Record{Case: id, Kind: right.Kind, Way: l.Like, Opened: c.OpenedAt, Truth: Truth{Infringes: l.infringes(right)}, Proactive: true, listing: l, right: right}
	m.cases[id] = rec
	return rec, nil
}

// enforce takes a listing down, holds it back or puts it on sale, and confirms that it was done.
func (m *month) enforce(ctx context.Context, id string, f enforcement) error {
	if l := m.listings[f.Listing]; l != nil {
		l.down, l.held = time.Time{}, false
		switch f.Action {
		case "remove":
			l.down = m.clock.Now()
			if rec := m.cases[id]; rec != nil && rec.Proactive && !l.proactive {
				l.proactive, l.tooLate, l.stoppedAt = true, l.sold, l.down
			}
			m.relist(l)
		case "hold":
			l.held = true
		}
	}
	err := m.pipeline.call(ctx, http.MethodPost, "/v1/enforcements/"+f.ID+"/confirm", nil, nil)
	return ignoreConflict(err) // a conflict: a later one took its place
}
