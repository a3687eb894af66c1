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
	err := m.holders[p.Right.Holder].call(ctx, http.MethodPost, "/v1/notices", in, &made)
	var refused *statusError
	if errors.As(err, &refused) && (refused.status == http.StatusForbidden || refused.status == http.StatusTooManyRequests) {
		m.refused(p)
		return nil
	}
	if err != nil {
		return err
	}
	m.notices[made.ID] = &filed{plan: p, at: m.clock.Now(), open: len(p.Items), auto: true}
	for i, it := range made.Items {
		item := p.Items[i]
		m.cases[it.Case] = &Record{Case: it.Case, Notice: made.ID, Kind: p.Right.Kind, Way: item.Truth.Way, Opened: m.clock.Now(), Truth: item.Truth, listing: item.Listing}
	}
	return m.host.Work(ctx, false)
}

// refused counts a notice that the service did not take.
func (m *month) refused(p *Plan) {
	m.tally.Refused++
	if p.Way == "" && !p.Abuse {
		m.tally.RefusedGood++
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

// hear takes one event in.
func (m *month) hear(ctx context.Context, e feedEvent) error {
	switch e.Kind {
	case "case.decided":
		var d decision
		if err := json.Unmarshal(e.Data, &d); err != nil {
			return fmt.Errorf("event %d: %w", e.Seq, err)
		}
		m.decided(e.Case, d)
	case "enforcement.asked":
		var f enforcement
		if err := json.Unmarshal(e.Data, &f); err != nil {
			return fmt.Errorf("event %d: %w", e.Seq, err)
		}
		return m.enforce(ctx, f)
	}
	return nil
}

// decided keeps the first decision on a case.
func (m *month) decided(id string, d decision) {
	rec := m.cases[id]
	if rec == nil || !rec.Decided.IsZero() {
		return
	}
	rec.Decided, rec.Outcome, rec.Code, rec.Automatic, rec.Chance, rec.Signal = d.At, d.Outcome, d.Code, d.Automatic == "full", d.Chance, d.Signal
	n := m.notices[rec.Notice]
	if n == nil {
		return
	}
	n.auto = n.auto && rec.Automatic
	if n.open--; n.open == 0 {
		m.tally.closed(n, d.At)
	}
}

// enforce takes a listing down, or puts it back, and confirms that it was done.
func (m *month) enforce(ctx context.Context, f enforcement) error {
	if l := m.listings[f.Listing]; l != nil {
		l.down = time.Time{}
		if f.Action == "remove" {
			l.down = m.clock.Now()
		}
	}
	err := m.pipeline.call(ctx, http.MethodPost, "/v1/enforcements/"+f.ID+"/confirm", nil, nil)
	var conflict *statusError
	if errors.As(err, &conflict) && conflict.status == http.StatusConflict {
		return nil // a later one took its place
	}
	return err
}
