package simulate

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// store is what the service ordered about a seller's store.
type store struct {
	frozen, closed bool
	everFrozen     bool
}

// order carries out what the service ordered about a store.
func (m *month) order(e feedEvent) error {
	var o struct {
		Seller string `json:"seller"`
		Order  string `json:"order"`
	}
	if err := json.Unmarshal(e.Data, &o); err != nil {
		return fmt.Errorf("event %d: %w", e.Seq, err)
	}
	s := m.stores[o.Seller]
	if s == nil {
		s = &store{}
		m.stores[o.Seller] = s
	}
	switch o.Order {
	case "freeze":
		s.frozen, s.everFrozen = true, true
	case "unfreeze":
		s.frozen = false
	case "close":
		s.closed = true
	case "reopen":
		s.closed = false
	}
	return nil
}

// strikeWindow is the time within which serious infringements are one occasion.
const strikeWindow = 72 * time.Hour

// offences is on how many occasions each copyist put up what is serious, and whether the last of the first three came early enough to
// be answered before the month was over.
func (m *month) offences() map[string]int {
	times := map[string][]time.Time{}
	for _, l := range m.offered {
		if l.Kind != kindHonest && l.Kind != kindKeyword && l.Kind != kindPicture {
			times[l.Seller] = append(times[l.Seller], l.PutUp)
		}
	}
	out := map[string]int{}
	for seller, list := range times {
		slices.SortFunc(list, time.Time.Compare)
		var first time.Time
		for _, at := range list {
			if (first.IsZero() || at.Sub(first) > strikeWindow) && at.Before(m.end.Add(-24*time.Hour)) {
				first = at
				out[seller]++
			}
		}
	}
	return out
}

// sellersResult counts repeat offenders and honest sellers.
func (m *month) sellersResult(r *Result) {
	offences := m.offences()
	for _, seller := range slices.Sorted(maps.Keys(offences)) {
		if offences[seller] >= 3 {
			s := m.stores[seller]
			r.Offenders.add(s != nil && s.closed)
		}
	}
	honest := map[string]bool{}
	for _, list := range append(slices.Collect(maps.Values(m.w.sellers.authorised)), m.w.sellers.honest) {
		for _, name := range list {
			honest[name] = true
		}
	}
	for name := range honest {
		s := m.stores[name]
		r.HonestFrozen.add(s != nil && (s.everFrozen || s.closed))
	}
}

// notifiersResult asks the service how each notifier stands.
func (m *month) notifiersResult(ctx context.Context, r *Result) error {
	for h := range m.w.P.Holders.Count {
		var view struct {
			Standing struct {
				Suspended  *string `json:"suspended"`
				Warned     *string `json:"warned"`
				DailyLimit int     `json:"daily_limit"`
				Weight     float64 `json:"weight"`
				All        struct {
					Upheld  int     `json:"upheld"`
					Decided float64 `json:"decided"`
				} `json:"all"`
			} `json:"standing"`
		}
		if err := m.operator.call(ctx, http.MethodGet, query("/v1/notifier-standing", "account", fmt.Sprintf("holder-%04d", h)), nil, &view); err != nil {
			return err
		}
		locked := view.Standing.Suspended != nil || m.tally.suspended[h]
		if m.w.Abusive[h] {
			if m.tally.filedBy[h] > 0 {
				r.AbusersLocked.add(locked)
				s := view.Standing
				r.Abusers = append(r.Abusers, Abuser{m.tally.filedBy[h], s.All.Decided, s.All.Upheld, s.Weight, s.Warned != nil, locked})
			}
			continue
		}
		r.GoodHindered.add(locked || m.tally.hindered[h])
	}
	return nil
}
