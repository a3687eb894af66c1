package tracing

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"touchstone/internal/casework"
)

// A Trend is how much something is attacked now, held against before.
type Trend struct {
	Key      string    `json:"key" doc:"ID of a right, goods, or what a word was written as"`
	Word     string    `json:"word,omitempty" doc:"the registered word that a form stands for"`
	Now      int       `json:"now" doc:"listings in the span"`
	Before   int       `json:"before" doc:"listings in the span before, as long as eight of these"`
	Expected float64   `json:"expected" doc:"listings that the span before lets expect"`
	Surprise float64   `json:"surprise" doc:"-log10 of the probability of so many or more, were nothing new; 3 and more is a surge"`
	Sellers  int       `json:"sellers" doc:"different sellers now"`
	FirstAt  time.Time `json:"first_at"`
	Example  string    `json:"example,omitempty" doc:"entry of a listing"`
	New      bool      `json:"new" doc:"not seen in the span before"`
}

// Spans of trends: the span before is so many times as long as the one that is looked at.
const (
	beforeSpans   = 8
	maxTrendSpan  = 14 * 24 * time.Hour
	alertSpan     = time.Hour
	alertSurprise = 3.0
	alertSellers  = 2 // one seller with many listings is a case, not a trend
	alertLeast    = 5
	alertMarkets  = 200
	alertsADay    = 10 // of a right
	aliasSellers  = 2
)

// Trends lists what is attacked most: by is "right", "goods" or "form". right restricts it to one right. Holders see their own rights.
func (t *Tracer) Trends(ctx context.Context, a casework.Actor, by, right string, span time.Duration, limit int) ([]Trend, error) {
	if !slices.Contains([]string{"right", "goods", "form"}, by) {
		return nil, invalid("by", `use "right", "goods" or "form"`)
	}
	if span < time.Minute || span > maxTrendSpan {
		return nil, invalid("hours", fmt.Sprintf("use up to %d hours", int(maxTrendSpan.Hours())))
	}
	if right != "" {
		if _, err := t.Registry.Right(ctx, a, right); err != nil {
			return nil, err
		}
	} else if !a.SeesAll() {
		return nil, fmt.Errorf("%w: role %q sees trends of its own rights; name one", casework.ErrForbidden, a.Role)
	}
	return t.trends(ctx, by, right, span, t.Now(), limit)
}

func (t *Tracer) trends(ctx context.Context, by, right string, span time.Duration, now time.Time, limit int) ([]Trend, error) {
	from := now.Add(-span)
	counts, err := t.Store.CountAttacks(ctx, by, right, from.Add(-beforeSpans*span), from, now.Add(time.Second), limit)
	if err != nil {
		return nil, err
	}
	out := make([]Trend, 0, len(counts))
	for _, c := range counts {
		expected := (float64(c.Before) + prior) / (beforeSpans + priorSpans)
		out = append(out, Trend{Key: c.Key, Word: c.Word, Now: c.Now, Before: c.Before, Expected: expected,
			Surprise: surprise(c.Now, float64(c.Before)), Sellers: c.SellersNow, FirstAt: c.FirstAt, Example: c.Example, New: c.Before == 0})
	}
	return out, nil
}

// Prior of a rate: half a listing in one span.
const (
	prior      = 0.5
	priorSpans = 1.0
)

// surprise is -log10 of the probability of n or more in a span after so many in beforeSpans spans, the rate being as uncertain as that
// leaves it: a negative binomial (the gamma-Poisson posterior predictive).
func surprise(n int, before float64) float64 {
	if n == 0 {
		return 0
	}
	r := before + prior
	p := (beforeSpans + priorSpans) / (beforeSpans + priorSpans + 1)
	below := 0.0
	for k := range n {
		lg1, _ := math.Lgamma(r + float64(k))
		lg2, _ := math.Lgamma(r)
		lg3, _ := math.Lgamma(float64(k) + 1)
		below += math.Exp(lg1 - lg2 - lg3 + r*math.Log(p) + float64(k)*math.Log1p(-p))
	}
	if tail := 1 - below; tail > 1e-12 {
		return -math.Log10(tail)
	}
	return 12 // beyond what the sum resolves
}

// Watch looks for surges in the last hour and keeps an alert for each; one a right and day, and another when the attack reaches a marketplace that the day's
// alerts did not name, since who watches that one was told nothing. It says which are new.
func (t *Tracer) Watch(ctx context.Context) ([]Alert, error) {
	now := t.Now().UTC().Truncate(time.Microsecond)
	if err := t.Store.DropAttacks(ctx, now.AddDate(0, 0, -attackDays)); err != nil {
		return nil, err
	}
	trends, err := t.trends(ctx, "right", "", alertSpan, now, 200)
	if err != nil {
		return nil, err
	}
	var out []Alert
	for _, tr := range trends {
		if !tr.surges() {
			continue
		}
		earlier, err := t.Store.Alerts(ctx, []string{tr.Key}, now.AddDate(0, 0, -1), alertsADay)
		if err != nil {
			return out, err
		}
		markets, err := t.trends(ctx, "marketplace", tr.Key, alertSpan, now, alertMarkets)
		if err != nil {
			return out, err
		}
		if len(earlier) > 0 && (len(earlier) == alertsADay || !spreads(markets, earlier)) {
			continue
		}
		al := Alert{ID: casework.NewID("alt"), Right: tr.Key, At: now, From: now.Add(-alertSpan), Now: tr.Now, Expected: tr.Expected, Sellers: tr.Sellers}
		forms, err := t.trends(ctx, "form", tr.Key, alertSpan, now, 10)
		if err != nil {
			return out, err
		}
		for _, f := range forms {
			al.Forms = append(al.Forms, f.Key)
		}
		for _, m := range markets {
			al.Markets = append(al.Markets, Market{Marketplace: m.Key, Now: m.Now, Expected: m.Expected, Sellers: m.Sellers})
		}
		if t.Alert != nil { // before it is kept: what fails is tried again
			if err := t.Alert(ctx, al); err != nil {
				return out, err
			}
		}
		if err := t.Store.AddAlert(ctx, al); err != nil {
			return out, err
		}
		out = append(out, al)
	}
	return out, nil
}

// surges tells whether a trend is an attack and no chance.
func (tr Trend) surges() bool {
	return tr.Surprise >= alertSurprise && tr.Sellers >= alertSellers && tr.Now >= alertLeast
}

// spreads tells whether an attack surges on a marketplace that no earlier alert names.
func spreads(markets []Trend, earlier []Alert) bool {
	return slices.ContainsFunc(markets, func(m Trend) bool {
		return m.surges() && !slices.ContainsFunc(earlier, func(a Alert) bool {
			return slices.ContainsFunc(a.Markets, func(known Market) bool { return known.Marketplace == m.Key })
		})
	})
}

// Alerts of a right that the actor may see, or of all, newest first.
func (t *Tracer) Alerts(ctx context.Context, a casework.Actor, right string, since time.Time, limit int) ([]Alert, error) {
	if right != "" {
		if _, err := t.Registry.Right(ctx, a, right); err != nil {
			return nil, err
		}
		return t.Store.Alerts(ctx, []string{right}, since, limit)
	}
	if !a.SeesAll() {
		return nil, fmt.Errorf("%w: role %q sees alerts of its own rights; name one", casework.ErrForbidden, a.Role)
	}
	return t.Store.Alerts(ctx, nil, since, limit)
}

// An Alias is a way in which sellers write a registered word: a reference of kind word under it would find it exactly.
type Alias struct {
	Word    string    `json:"word"`
	Form    string    `json:"form"`
	Seen    int       `json:"seen" doc:"listings"`
	Sellers int       `json:"sellers"`
	FirstAt time.Time `json:"first_at"`
	Example string    `json:"example,omitempty"`
}

// Aliases suggests forms of a right's words that at least two sellers used in the last days.
func (t *Tracer) Aliases(ctx context.Context, a casework.Actor, right string, limit int) ([]Alias, error) {
	if _, err := t.Registry.Right(ctx, a, right); err != nil {
		return nil, err
	}
	forms, err := t.trends(ctx, "form", right, maxTrendSpan, t.Now(), 4*limit)
	if err != nil {
		return nil, err
	}
	out := []Alias{}
	for _, f := range forms {
		if f.Sellers >= aliasSellers && f.Key != f.Word && len(out) < limit {
			out = append(out, Alias{f.Word, f.Key, f.Now, f.Sellers, f.FirstAt, f.Example})
		}
	}
	return out, nil
}
