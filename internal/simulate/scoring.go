package simulate

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// batchLines bounds how many listings go in one request.
const batchLines = 500

// line is a listing as it is sent to be scored.
type line struct {
	ID          string           `json:"id"`
	Marketplace string           `json:"marketplace"`
	Seller      string           `json:"seller"`
	Title       string           `json:"title"`
	Goods       []string         `json:"goods"`
	Price       map[string]any   `json:"price"`
	Pictures    []map[string]any `json:"pictures"`
	Profile     string           `json:"profile"`
}

// score has the service score those listings that it has not seen.
func (m *month) score(ctx context.Context, list []*Listing) error {
	var fresh []*Listing
	for _, l := range list {
		if !l.scored {
			l.scored = true
			fresh = append(fresh, l)
		}
	}
	for len(fresh) > 0 {
		n := min(batchLines, len(fresh))
		if err := m.scoreBatch(ctx, fresh[:n]); err != nil {
			return err
		}
		fresh = fresh[n:]
	}
	return nil
}

func (m *month) scoreBatch(ctx context.Context, list []*Listing) error {
	var body bytes.Buffer
	enc := json.NewEncoder(&body)
	for _, l := range list {
		b, err := m.w.album.JPEG(l.picture)
		if err != nil {
			return err
		}
		m.listings[l.ID] = l
		if err := enc.Encode(line{l.ID, Market, l.Seller, l.Title, []string{l.Goods}, map[string]any{"amount": l.Price, "currency": "EUR"}, []map[string]any{{"data": b}}, m.w.P.Profile}); err != nil {
			return fmt.Errorf("score: %w", err)
		}
	}
	answer, err := m.pipeline.send(ctx, http.MethodPost, "/v1/score/batch", "application/x-ndjson", &body)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	in := bufio.NewReader(answer.Body)
	for _, l := range list {
		raw, err := in.ReadBytes('\n')
		if err != nil && (err != io.EOF || len(raw) == 0) {
			return fmt.Errorf("score: the answer broke off before listing %s: %w", l.ID, err)
		}
		var s scored
		if err := json.Unmarshal(raw, &s); err != nil {
			return fmt.Errorf("score: %w", err)
		}
		if s.Result == nil {
			return fmt.Errorf("score: listing %s: status %d: %s", l.ID, s.Status, s.Problem)
		}
		l.band, l.hold = s.Result.Outcome.Band, s.Result.Outcome.Action == "hold"
		m.tally.Scored++
		m.pack = s.Result.Report.Pack.Name + "@" + s.Result.Report.Pack.Version
		m.weigh(l, s)
		m.meet(l, s)
	}
	return nil
}

// weigh holds what the signals say of a listing against the truth. Each right counts once for a signal, by the best of its findings.
func (m *month) weigh(l *Listing, s scored) {
	type key struct{ signal, right string }
	best := map[key]float64{}
	for _, f := range s.Result.Report.Findings {
		if !f.Support && !f.Excused {
			k := key{f.Signal, f.Right}
			best[k] = max(best[k], f.Probability)
		}
	}
	for _, v := range s.Result.Report.Verdicts {
		best[key{fused, v.Right}] = v.Probability
	}
	for k, chance := range best {
		if right := m.rights[k.right]; right != nil {
			l.hear(right, k.signal, chance)
			m.tally.signal(k.signal, chance, l.infringes(right))
		}
	}
}
