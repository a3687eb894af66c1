package docket

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// OriginInquiry is the origin of cases that the desk opened upon an inquiry.
const OriginInquiry = "inquiry"

// NoteInquiry is the code of the fact that a case is asked about.
const NoteInquiry = "INQUIRY"

// Escalation brings a matter to those who judge: an open case, or a listing and a right that have none.
type Escalation struct {
	Case                        string // or:
	Right, Marketplace          string
	Listing, URL, Seller, Title string
	Reason                      string // for complaint; "" is the usual one for the type of right

	Inquiry string // that it came from
	Text    string // what there is to know, for the reviewer
}

func (e Escalation) validate() error {
	var f faults
	f.text("text", strings.TrimSpace(e.Text), 10, 5000)
	if e.Case != "" {
		f.check(e.Right == "" && e.Marketplace == "" && e.Listing == "" && e.URL == "", "case_id", "names a case: leave right, marketplace and listing out")
		return f.err()
	}
	f.check(e.Right != "" && e.Marketplace != "", "case_id", "is needed, or right_id and marketplace")
	it := Item{Listing: e.Listing, URL: e.URL}
	f.items(Notice{Target: TargetListing, Items: []Item{it}})
	f.text("seller", e.Seller, 0, 256)
	f.text("title", e.Title, 0, 2000)
	if e.Reason != "" {
		f.one("reason", e.Reason, Reasons())
	}
	return f.err()
}

// Escalate brings a case to the hard queue, or opens one there, in the transaction of who asks for it. A case on the same listing and
// right that is not decided yet takes it up.
func (d *Docket) Escalate(ctx context.Context, tx Tx, a casework.Actor, e Escalation) (Case, error) {
	if err := mayReview(a); err != nil {
		return Case{}, err
	}
	if err := e.validate(); err != nil {
		return Case{}, err
	}
	if e.Case != "" {
		c, err := tx.Case(ctx, e.Case)
		if err != nil {
			return Case{}, err
		}
		return d.raise(ctx, tx, a, c, e)
	}
	c, err := d.escalated(ctx, a, e)
	if err != nil {
		return Case{}, err
	}
	before, err := tx.CasesOn(ctx, c.Subject, 20)
	if err != nil {
		return Case{}, err
	}
	if i := slices.IndexFunc(before, func(old Case) bool { return old.Undecided() }); i >= 0 {
		return d.raise(ctx, tx, a, before[i], e)
	}
	s := d.step(ctx, tx, &c, a.Person())
	return c, d.begin(s, plan{queue: policy.QueueHard, priority: raisedPriority, notes: c.Notes})
}

// raisedPriority is the priority of what was escalated, of 100.
const raisedPriority = 80

// raise brings an open case to the hard queue, before others.
func (d *Docket) raise(ctx context.Context, tx Tx, a casework.Actor, c Case, e Escalation) (Case, error) {
	if !c.Waiting() {
		return Case{}, conflict("case %s is in the state %s and waits for no reviewer: what was decided is complained of, and not escalated", c.ID, c.State)
	}
	s := d.step(ctx, tx, &c, a.Person())
	c.Queue, c.Priority = policy.QueueHard, max(c.Priority, raisedPriority)
	c.Notes = append(slices.Clone(c.Notes), e.note())
	if err := tx.PutCase(ctx, &c, c.Rank(s.t)); err != nil {
		return Case{}, err
	}
	tx.AddAudit(entry(s.now, s.by, "case.escalate", c.ID, c))
	return c, nil
}

func (e Escalation) note() Fact {
	text := strings.TrimSpace(e.Text)
	if e.Inquiry != "" {
		text = fmt.Sprintf("From inquiry %s: %s", e.Inquiry, text)
	}
	return Fact{Code: NoteInquiry, Text: text}
}

// escalated is the new case of an escalation.
func (d *Docket) escalated(ctx context.Context, a casework.Actor, e Escalation) (Case, error) {
	right, err := d.Registry.Right(ctx, a, e.Right)
	if err != nil {
		return Case{}, err
	}
	m, err := d.Registry.Marketplace(ctx, e.Marketplace)
	if errors.Is(err, casework.ErrNotFound) {
		return Case{}, &casework.ValidationError{Fields: []casework.FieldError{{Path: "marketplace", Message: "there is no such marketplace here; GET /v1/marketplaces lists them"}}}
	} else if err != nil {
		return Case{}, err
	}
	if e.Reason == "" {
		e.Reason = DefaultReason(right.Type)
	}
	return Case{ID: casework.NewID("cas"), Origin: OriginInquiry, Account: right.Account, Holder: right.HolderID, Right: right.ID, Marketplace: m.ID,
		Territories: m.Territories, Target: TargetListing, Listing: e.Listing, URL: e.URL, Seller: e.Seller, Title: e.Title,
		Subject: subjectOf(m.ID, Item{Listing: e.Listing, URL: e.URL}.key(), right.ID), Reason: e.Reason, Regime: RegimePlatform,
		State: StateOpen, OpenedAt: d.moment(), Policy: m.Policy, Notes: []Fact{e.note()}}, nil
}
