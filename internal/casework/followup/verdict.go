package followup

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/standing"
)

// verdict brings what is known of the case, and what is counted of its notifier, in line with the case as it now is.
func (f *Followup) verdict(ctx context.Context, t Tx, c docket.Case, d docket.Decision) error {
	before, err := t.Verdict(ctx, c.ID)
	if err != nil && !errors.Is(err, casework.ErrNotFound) {
		return err
	}
	known := err == nil
	after := before
	if !known {
		after = first(c, d)
	}
	after = after.now(c, d)
	if err := t.PutVerdict(ctx, after); err != nil {
		return err
	}
	if before.Result == after.Result {
		return nil
	}
	for _, change := range []struct {
		result standing.Result
		n      int
	}{{before.Result, -1}, {after.Result, 1}} {
		if change.result == "" {
			continue
		}
		tally := standing.Tally{Reason: after.Reason, Filed: standing.DayOf(after.OpenedAt), Decided: standing.DayOf(after.DecidedAt), Result: change.result, Count: change.n}
		if err := t.CountTally(ctx, after.Notifier, tally); err != nil {
			return err
		}
	}
	if after.Result == standing.Upheld && before.Result == "" {
		return nil // what makes a standing better is reckoned with the next day
	}
	return stale(ctx, t, after.Notifier)
}

// stale asks for a notifier's standing to be reckoned again.
func stale(ctx context.Context, t Tx, id string) error {
	n, err := notifier(ctx, t, id)
	if err != nil || n.Stale {
		return err
	}
	n.Stale = true
	return t.PutNotifier(ctx, n)
}

// first is what the first decision says.
func first(c docket.Case, d docket.Decision) Verdict {
	v := Verdict{Case: c.ID, Origin: c.Origin, Marketplace: c.Marketplace, Listing: c.Listing, Seller: c.Seller, Right: c.Right, Report: c.Report, Signal: c.Signal,
		Reason: c.Reason, Outcome: d.Outcome, Code: d.Code, Automation: d.Automatic, OpenedAt: c.OpenedAt, DecidedAt: d.At}
	if c.Report != "" {
		v.Pack, v.Signals = c.Pack, probabilities(c)
	}
	if c.Origin == docket.OriginNotice {
		v.Notifier = c.Account
	}
	return v
}

// now brings a verdict in line with the case after another decision.
func (v Verdict) now(c docket.Case, d docket.Decision) Verdict {
	v.Decided, v.Removed = c.Decision != nil, c.Effect == docket.EffectRemoved
	v.Reversed = !v.Decided || v.Removed != (v.Outcome == docket.OutcomeTakenDown)
	if d.OnContest != "" && d.Undoes == "" && c.Contest != nil {
		v.Contested, v.ResolvedAt = c.Contest.Kind, d.At
	}
	if v.Origin != docket.OriginNotice {
		return v
	}
	switch {
	case !v.Decided:
		v.Result = ""
	case v.Removed:
		v.Result = standing.Upheld
	case c.Outcome == docket.OutcomeReinstated:
		v.Result = standing.Countered
	case c.Outcome == docket.OutcomeDeclined && (c.Decision.Code == docket.ManifestlyUnfounded || c.Decision.Code == docket.NotAuthorisedAgent):
		v.Result = standing.Unfounded
	case c.Outcome == docket.OutcomeDeclined && c.Decision.Code == docket.Withdrawn:
		v.Result = standing.Withdrawn
	case c.Outcome == docket.OutcomeDeclined:
		v.Result = standing.Declined
	}
	return v // a complaint that was not upheld leaves the result as it was
}

func notifier(ctx context.Context, r Reader, id string) (Notifier, error) {
	n, err := r.Notifier(ctx, id)
	if errors.Is(err, casework.ErrNotFound) {
		return Notifier{ID: id, Standing: standing.Standing{Day: -1}}, nil
	}
	return n, err
}

func storefront(ctx context.Context, r Reader, marketplace, seller string) (Storefront, error) {
	s, err := r.Storefront(ctx, marketplace, seller)
	if errors.Is(err, casework.ErrNotFound) {
		return Storefront{Marketplace: marketplace, Seller: seller}, nil
	}
	return s, err
}

// encode writes what an event carries; the types here always encode.
func encode(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(fmt.Sprintf("followup: encode %T: %v", v, err))
	}
	return b
}

// Sold implements docket.SalesObserver: what became of the case keeps how many the listing had sold when it went down.
func (f *Followup) Sold(ctx context.Context, tx docket.Tx, caseID string, sold int) error {
	t, err := own(tx)
	if err != nil {
		return err
	}
	v, err := t.Verdict(ctx, caseID)
	if errors.Is(err, casework.ErrNotFound) {
		return nil // decided before verdicts were kept
	}
	if err != nil {
		return err
	}
	v.Sold = &sold
	return t.PutVerdict(ctx, v)
}
