package followup

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/threshold"
)

// fused is the signal that the verdict of all signals goes by.
const fused = "infringement"

// HistoryQuery selects decided cases to weigh thresholds on.
type HistoryQuery struct {
	Marketplace string // "" is all of them together
	Population  string // threshold.Listings (what scoring found) or threshold.Notices; "" is listings
	Signal      string // "" is the fused verdict
	Pack        string // name@version whose probabilities are weighed; "" is the one in use
	From, To    time.Time
}

// History is what people decided, as thresholds see it, and what of the period could not be used.
type History struct {
	Sample    threshold.Sample `json:"-"`
	Pack      string           `json:"pack"`
	Cases     int              `json:"cases" doc:"decided cases that count"`
	OtherPack int              `json:"other_pack" doc:"left out: scored with another pack"`
	Unscored  int              `json:"unscored" doc:"left out: the listing was not scored here, or not by this signal"`
	Machine   int              `json:"machine" doc:"left out: decided by policy alone, and nobody reversed it"`
}

// Reviewed gathers decided cases of a period of at most a year. A case counts by what holds now: what was reversed on a complaint is
// innocent, whatever was decided first. Where policy decided alone, only what was reversed counts, and that as wrong: a decision that nobody
// looked at proves nothing. Cases on one listing are one listing.
func (f *Followup) Reviewed(ctx context.Context, a casework.Actor, q HistoryQuery) (History, error) {
	if !a.SeesAll() && a.Role != "scientist" {
		return History{}, notForRole(a)
	}
	q, err := f.checked(q)
	if err != nil {
		return History{}, err
	}
	h := History{Pack: q.Pack, Sample: threshold.Sample{Kind: threshold.KindReviewed}}
	if h.Sample.Floor, err = f.floor(ctx, q); err != nil {
		return History{}, err
	}
	seen := map[string]listing{}
	for v, err := range f.all(ctx, q.From, q.To) {
		if err != nil {
			return History{}, fmt.Errorf("decided cases: %w", err)
		}
		if v.Decided && q.selects(v) {
			h.take(v, q.Signal, seen)
		}
	}
	for _, l := range seen {
		if l.infringes {
			h.Sample.Infringing = append(h.Sample.Infringing, l.guilty)
		} else {
			h.Sample.Innocent = append(h.Sample.Innocent, l.any)
		}
	}
	return h, nil
}

// floor is the probability from which on people see what scoring finds; of notices they see all.
func (f *Followup) floor(ctx context.Context, q HistoryQuery) (float64, error) {
	if q.Population == threshold.Notices {
		return 0, nil
	}
	policies := []string{"default"}
	if q.Marketplace == "" {
		policies = slices.Collect(maps.Keys(f.Policies))
	} else {
		m, err := f.Registry.Marketplace(ctx, q.Marketplace)
		if err != nil {
			return 0, err
		}
		policies[0] = m.Policy
	}
	floor := 0.0
	for _, name := range policies {
		floor = max(floor, f.Policies.For(name).Infringement.Review)
	}
	return floor, nil
}

// listing is what was decided of one: the highest probability of a right that it infringes, and of any.
type listing struct {
	infringes   bool
	guilty, any float64
}

func (q HistoryQuery) selects(v Verdict) bool {
	population := threshold.Listings
	if v.Origin == docket.OriginNotice {
		population = threshold.Notices
	}
	return population == q.Population && (q.Marketplace == "" || v.Marketplace == q.Marketplace)
}

func (h *History) take(v Verdict, signal string, seen map[string]listing) {
	p, scored := v.Signals[signal]
	switch {
	case v.Pack == "" || !scored:
		h.Unscored++
		return
	case v.Pack != h.Pack:
		h.OtherPack++
		return
	case v.Automation == docket.AutomationFull && !v.Reversed:
		h.Machine++
		return
	}
	h.Cases++
	key := v.Marketplace + "\n" + cmp.Or(v.Listing, v.Case)
	l := seen[key]
	l.any = max(l.any, p)
	if v.Removed {
		l.infringes, l.guilty = true, max(l.guilty, p)
	}
	seen[key] = l
}

func (f *Followup) pack() string {
	if f.Pack == nil {
		return ""
	}
	return f.Pack()
}

// checked fills in defaults and refuses what cannot be answered.
func (f *Followup) checked(q HistoryQuery) (HistoryQuery, error) {
	q.Population, q.Signal, q.Pack = cmp.Or(q.Population, threshold.Listings), cmp.Or(q.Signal, fused), cmp.Or(q.Pack, f.pack())
	var faults []casework.FieldError
	if !q.From.Before(q.To) || q.To.Sub(q.From) > maxReport {
		faults = append(faults, casework.FieldError{Path: "to", Message: "must be after from, and at most a year after it"})
	}
	if !slices.Contains([]string{threshold.Listings, threshold.Notices}, q.Population) {
		faults = append(faults, casework.FieldError{Path: "population", Message: "must be listings or notices"})
	}
	if len(faults) > 0 {
		return q, &casework.ValidationError{Fields: faults}
	}
	return q, nil
}

// Measure takes the thresholds' precision on a marketplace from its decided cases, with the pack in use, and lets it count from now on in
// the place of what the pack brought. Only those who run the service may; it is audited.
func (f *Followup) Measure(ctx context.Context, a casework.Actor, q HistoryQuery) (threshold.Kept, error) {
	if !a.Operates() {
		return threshold.Kept{}, notForRole(a)
	}
	if _, err := f.Registry.Marketplace(ctx, q.Marketplace); err != nil {
		return threshold.Kept{}, err
	}
	q.Pack = ""
	h, err := f.Reviewed(ctx, a, q)
	if err != nil {
		return threshold.Kept{}, err
	}
	if len(h.Sample.Infringing) == 0 || len(h.Sample.Innocent) == 0 {
		return threshold.Kept{}, fmt.Errorf("%w: %d listings of this history infringe and %d do not; both are needed to measure a threshold", casework.ErrConflict, len(h.Sample.Infringing), len(h.Sample.Innocent))
	}
	kept := threshold.Kept{Key: threshold.Key{Pack: h.Pack, Marketplace: q.Marketplace, Population: cmp.Or(q.Population, threshold.Listings), Signal: cmp.Or(q.Signal, fused)},
		Curve: h.Sample.Curve(), KeptAt: f.moment(), By: a.Person()}
	kept.Curve.From, kept.Curve.To = q.From.UTC(), q.To.UTC()
	kept.Curve.Source = fmt.Sprintf("%d listings of %s decided from %s to %s", len(h.Sample.Infringing)+len(h.Sample.Innocent), q.Marketplace, day(q.From), day(q.To))
	err = f.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		t.AddAudit(audit.Event{At: kept.KeptAt, Actor: kept.By, Action: "threshold.measure", Subject: q.Marketplace, Payload: audit.Open(encode(kept)).Hash()})
		return t.PutCurve(ctx, kept)
	})
	if err != nil {
		return threshold.Kept{}, fmt.Errorf("keep what was measured: %w", err)
	}
	return kept, f.Refresh(ctx)
}

// maxSource bounds what a curve says of where it was measured.
const maxSource = 500

// Adopt lets what was measured elsewhere count, each in the place of what has its key: on labelled listings of a marketplace, or in its
// months before this service. Only those who run the service may; it is audited. What says not when it was kept is kept now.
func (f *Followup) Adopt(ctx context.Context, a casework.Actor, list ...threshold.Kept) error {
	if !a.Operates() {
		return notForRole(a)
	}
	var faults []casework.FieldError
	for i, k := range list {
		if err := k.Curve.Validate(); err != nil {
			faults = append(faults, casework.FieldError{Path: fmt.Sprintf("[%d].curve", i), Message: err.Error()})
		}
		if len(k.Curve.Source) > maxSource || !utf8.ValidString(k.Curve.Source) || len(k.Curve.Steps) > threshold.MaxSteps {
			faults = append(faults, casework.FieldError{Path: fmt.Sprintf("[%d].curve", i), Message: fmt.Sprintf("has %d steps and a source of %d bytes: use %d steps at most, and %d bytes of UTF-8", len(k.Curve.Steps), len(k.Curve.Source), threshold.MaxSteps, maxSource)})
		}
		if k.Pack == "" || k.Marketplace == "" || k.Signal == "" || !slices.Contains([]string{threshold.Listings, threshold.Notices}, k.Population) {
			faults = append(faults, casework.FieldError{Path: fmt.Sprintf("[%d]", i), Message: "needs a pack (name@version), a marketplace, a signal, and a population: listings or notices"})
		}
	}
	if len(faults) > 0 {
		return &casework.ValidationError{Fields: faults}
	}
	err := f.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		for _, k := range list {
			if k.KeptAt.IsZero() {
				k.KeptAt = f.moment()
			}
			t.AddAudit(audit.Event{At: f.moment(), Actor: a.Person(), Action: "threshold.adopt", Subject: k.Marketplace, Payload: audit.Open(encode(k)).Hash()})
			if err := t.PutCurve(ctx, k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keep what was measured: %w", err)
	}
	return f.Refresh(ctx)
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Curves are those in force: what packs bring, then what was measured on marketplaces.
func (f *Followup) Curves(ctx context.Context, a casework.Actor) ([]threshold.Kept, error) {
	if !a.SeesAll() && a.Role != "scientist" {
		return nil, notForRole(a)
	}
	kept, err := f.Store.Curves(ctx)
	if err != nil {
		return nil, fmt.Errorf("measured thresholds: %w", err)
	}
	return append(f.Measured.Packs(), kept...), nil
}

// Refresh brings the book of measured thresholds to what is kept: at the start, and when another process has measured.
func (f *Followup) Refresh(ctx context.Context) error {
	if f.Measured == nil {
		return nil
	}
	kept, err := f.Store.Curves(ctx)
	if err != nil {
		return fmt.Errorf("measured thresholds: %w", err)
	}
	f.Measured.Set(kept)
	return nil
}

// probabilities of a case by signal, the fused verdict among them.
func probabilities(c docket.Case) map[string]float64 {
	out := map[string]float64{fused: c.Probability}
	for signal, p := range c.Signals {
		out[signal] = p
	}
	return out
}
