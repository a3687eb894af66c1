package docket

import (
	"context"
	"errors"
	"fmt"

	"touchstone/internal/casework"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
)

// JobOpen opens the cases of a notice.
const JobOpen = "notice.open"

type openJob struct {
	Notice string `json:"notice"`
}

// MaxRequestKey is the longest key of a repeatable request.
const MaxRequestKey = 255

// prepare checks a notice before anything is kept or answered about it: form, role, and whether the right is the notifier's.
func (d *Docket) prepare(ctx context.Context, a casework.Actor, n Notice) (Notice, error) {
	if !a.Operates() && a.Role != roleHolder && a.Role != roleAgent {
		return n, fmt.Errorf("%w: role %q may not file notices; use a key of a holder, agent or operator", casework.ErrForbidden, a.Role)
	}
	n.ID, n.State, n.CreatedAt, n.Cases, n.Version = casework.NewID("ntc"), NoticeReceived, d.moment(), 0, 0
	n.FiledBy, n.FiledAs, n.FastLane, n.Agent = a.Person(), a.Role, false, ""
	if a.Role == roleAgent {
		n.Agent = a.Account
	}
	if n.Regime == "" {
		n.Regime = RegimeDSA
	}
	if n.Target == "" {
		n.Target = TargetListing
	}
	if err := n.Validate(); err != nil {
		return n, err
	}
	right, err := d.Registry.Right(ctx, a, n.Right)
	if err != nil {
		return n, err
	}
	n.Account, n.Holder = right.Account, right.HolderID
	market, err := d.Registry.Marketplace(ctx, n.Marketplace)
	if errors.Is(err, casework.ErrNotFound) {
		return n, &casework.ValidationError{Fields: []casework.FieldError{{Path: "marketplace", Message: "there is no such marketplace here; GET /v1/marketplaces lists them"}}}
	}
	if err != nil {
		return n, err
	}
	if err := a.Permit(n.Account, n.Holder, casework.ScopeNotices, market.Territories); err != nil {
		return n, err
	}
	if err := d.sent(ctx, a.Account, "evidence", n.Evidence); err != nil {
		return n, err
	}
	for i := range n.Items {
		n.Items[i].Case = casework.NewID("cas")
	}
	return n, nil
}

// File keeps a notice and queues the opening of its cases; what it returns is the receipt. The same request key again returns the
// notice that was kept the first time.
func (d *Docket) File(ctx context.Context, a casework.Actor, n Notice) (Notice, error) {
	n, err := d.prepare(ctx, a, n)
	if err != nil {
		return Notice{}, errors.Join(err, d.trespassed(ctx, a, n, err))
	}
	job, err := jobs.New(casework.IDOf("job", JobOpen, n.ID), JobOpen, openJob{n.ID}, n.CreatedAt)
	if err != nil {
		return Notice{}, err
	}
	var out Notice
	err = d.Store.Update(ctx, func(tx Tx) error {
		out = n
		if n.Request != "" {
			old, err := tx.NoticeByRequest(ctx, n.Account, n.Request)
			if !errors.Is(err, casework.ErrNotFound) {
				out = old
				return err
			}
		}
		if d.Gate != nil {
			fast, err := d.Gate.Admit(ctx, tx, out)
			if err != nil {
				return err
			}
			out.FastLane = fast
		}
		if err := tx.PutNotice(ctx, &out); err != nil {
			return err
		}
		tx.AddEvent(Event{Kind: EventReceived, Notice: out.ID, Account: out.Account, Holder: out.Holder, Marketplace: out.Marketplace, At: out.CreatedAt})
		tx.AddAudit(entry(out.CreatedAt, out.FiledBy, "notice.file", out.ID, out))
		return tx.Enqueue(ctx, job)
	})
	if err != nil {
		return Notice{}, fmt.Errorf("file notice: %w", err)
	}
	d.Wake()
	return out, nil
}

// Handlers are the docket's jobs.
func (d *Docket) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{JobOpen: func(ctx context.Context, j jobs.Job) error {
		v, err := jobs.Decode[openJob](j)
		if err != nil {
			return err
		}
		return d.OpenCases(ctx, v.Notice)
	}}
}

// OpenCases opens the cases of a notice that are not open yet, decides those that rules or measured thresholds decide, and queues
// the others. It may be called again at any time.
func (d *Docket) OpenCases(ctx context.Context, noticeID string) error {
	n, err := d.Store.Notice(ctx, noticeID)
	if err != nil {
		return fmt.Errorf("open cases: %w", err)
	}
	if n.State != NoticeReceived {
		return nil
	}
	k, err := d.claimOf(ctx, n.filer(), n)
	if err != nil {
		return fmt.Errorf("open cases of notice %s: %w", n.ID, err)
	}
	for _, it := range n.Items {
		if err := d.openCase(ctx, n, it, k); err != nil {
			return fmt.Errorf("open case of notice %s: %w", n.ID, err)
		}
	}
	err = d.Store.Update(ctx, func(tx Tx) error {
		now, err := tx.Notice(ctx, n.ID)
		if err != nil || now.State != NoticeReceived {
			return err
		}
		left, err := tx.OpenCases(ctx, n.ID)
		if err != nil {
			return err
		}
		now.State, now.Cases = NoticeOpen, len(now.Items)
		if left == 0 {
			now.State = NoticeClosed
		}
		return tx.PutNotice(ctx, &now)
	})
	if err != nil {
		return fmt.Errorf("open cases of notice %s: %w", n.ID, err)
	}
	return nil
}

// openCase opens one case unless it is there.
func (d *Docket) openCase(ctx context.Context, n Notice, it Item, k claim) error {
	if _, err := d.Store.Case(ctx, it.Case); !errors.Is(err, casework.ErrNotFound) {
		return err
	}
	score, err := d.score(ctx, n, it)
	if err != nil {
		return err
	}
	return d.Store.Update(ctx, func(tx Tx) error {
		if _, err := tx.Case(ctx, it.Case); !errors.Is(err, casework.ErrNotFound) {
			return err // another was faster
		}
		c := newCase(n, it, score, k.market)
		s := d.step(ctx, tx, &c, byTriage)
		before, err := tx.CasesOn(ctx, c.Subject, 20)
		if err != nil {
			return err
		}
		facts := append(k.facts(), earlier(before, c.ContentHash)...)
		facts = append(facts, k.listingFacts(score)...)
		p := triage(c, facts, score, s.t, d.automatic(s), n.FastLane, n.TestBuy != nil)
		if p.outcome != OutcomeDeclined {
			if err := d.absorb(s, before); err != nil {
				return err
			}
		}
		return d.begin(s, p)
	})
}

// absorb closes cases that detection or an inquiry opened about the same listing and right: the notice's case takes their place, and keeps the listing
// held back where one did.
func (d *Docket) absorb(s *step, before []Case) error {
	for _, old := range before {
		if old.Origin == OriginNotice || old.State != StateOpen {
			continue
		}
		if old.Effect == EffectHeld {
			s.c.Effect = EffectHeld
		}
		old.drop(s.now, "merged")
		old.State, old.Effect, old.MergedInto, old.ClosedAt, old.Before = StateClosed, EffectNone, s.c.ID, &s.now, nil
		if err := s.tx.PutCase(s.ctx, &old, old.Rank(s.t)); err != nil {
			return err
		}
		s.tx.AddEvent(caseEvent(old, EventClosed, s.now, map[string]string{"merged_into": s.c.ID}))
		s.tx.AddAudit(entry(s.now, s.by, "case.merge", old.ID, old))
	}
	return nil
}

// newCase is a case as it is before triage.
func newCase(n Notice, it Item, s Score, m casework.Marketplace) Case {
	c := Case{ID: it.Case, Origin: OriginNotice, Notice: n.ID, Account: n.Account, Holder: n.Holder, Right: n.Right, Marketplace: n.Marketplace,
		Target: n.Target, Listing: it.Listing, URL: it.URL, Seller: s.Seller, Title: s.Title, ContentHash: s.ContentHash, Reason: n.Reason,
		Regime: n.Regime, Report: s.Report, Pack: s.Pack, Signal: s.Strongest, Probability: s.Probability, Signals: s.Signals, Pictures: s.Pictures, Grounds: s.Grounds, State: StateOpen,
		OpenedAt: n.CreatedAt, Policy: m.Policy, Territories: m.Territories}
	key := it.key()
	if n.Target == TargetStorefront {
		c.Seller, key = n.Storefront, "store:"+n.Storefront+" "+key
	}
	c.Subject = subjectOf(n.Marketplace, key, n.Right)
	for _, e := range n.Evidence {
		c.Evidence = append(c.Evidence, e.Blob)
	}
	return c
}

// begin puts a new case into its queue or decides it at once.
func (d *Docket) begin(s *step, p plan) error {
	c, before := s.c, s.c.Effect
	c.Notes, c.Queue, c.Priority = p.notes, p.queue, p.priority
	if c.Queue == "" {
		c.Queue = policy.QueueStandard // what an undone decision comes back to
	}
	if c.Band == "" {
		c.Band = s.rules.BandOf(c.Probability, true, false) // a notice holds nothing back
	}
	c.DueAt = s.t.Due(c.Queue, c.OpenedAt)
	s.event(EventOpened, map[string]any{"queue": c.Queue, "due_at": c.DueAt, "reason": c.Reason})
	s.tx.AddAudit(entry(s.now, s.by, "case.open", c.ID, c))
	if p.outcome != "" {
		dec := s.decision(p.outcome, p.code, "")
		dec.Automatic = AutomationFull
		if p.signal != "" {
			dec.Signal = p.signal
		}
		if err := c.settle(dec, s.now, s.deadline(policy.DeadlineComplaint)); err != nil {
			return err
		}
		if err := d.record(s); err != nil {
			return err
		}
	}
	return d.commit(s, before, c.Undecided())
}

// filer is who filed the notice, as far as facts about them are asked.
func (n Notice) filer() casework.Actor {
	if n.Agent != "" {
		return casework.Actor{Account: n.Agent, Role: n.FiledAs}
	}
	return casework.Actor{Account: n.Account, Role: n.FiledAs, Subject: n.Holder}
}

// trespassed tells the gate of a notice that was refused since its right is another's, not of one whose right is nobody's: that is a slip.
func (d *Docket) trespassed(ctx context.Context, a casework.Actor, n Notice, refused error) error {
	watch, ok := d.Gate.(Watchman)
	if !ok || !errors.Is(refused, casework.ErrNotFound) {
		return nil
	}
	there, err := d.Registry.Snapshot(ctx, []string{n.Right})
	if _, known := there[n.Right]; err != nil || !known {
		return err
	}
	return d.Store.Update(ctx, func(tx Tx) error { return watch.Trespassed(ctx, tx, a, n) })
}
