package docket

import (
	"slices"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/policy"
)

// Verdict is what a person decides.
type Verdict struct {
	Outcome string // see the outcomes
	Code    string // of a declined notice; for a take-down another reason for complaint than the case's, or ""
	Remark  string // to the parties, may be empty
	Request string // key that makes a repeated request the same decision, may be empty
}

// validate checks form alone.
func (v Verdict) validate() error {
	var f faults
	f.one("outcome", v.Outcome, []string{OutcomeTakenDown, OutcomeDeclined, OutcomeNoAction, OutcomeUpheld, OutcomeReinstated})
	switch v.Outcome {
	case OutcomeDeclined:
		f.one("reason_code", v.Code, DeclineCodes())
	case OutcomeTakenDown:
		f.check(v.Code == "" || slices.Contains(Reasons(), v.Code), "reason_code", "must be one of %s, or left out for the case's own", strings.Join(Reasons(), ", "))
	default:
		f.check(v.Code == "", "reason_code", "belongs to a take-down or a declined notice; leave it out")
	}
	f.text("remark", v.Remark, 0, 5000)
	return f.err()
}

// decision fills in a decision on the step's case with what it rests on.
func (s *step) decision(outcome, code, remark string) Decision {
	c := s.c
	d := Decision{ID: casework.NewID("dec"), Case: c.ID, Outcome: outcome, Code: code, Remark: remark, By: s.by, Automatic: AutomationNone, At: s.now,
		Report: c.Report, Pack: c.Pack, Signal: c.Signal, Chance: c.Probability, Evidence: slices.Clone(c.Evidence), Notes: slices.Clone(c.Notes),
		Policy: s.rules.Name, PolicyVer: s.rules.Version, Storefront: c.Target == TargetStorefront}
	if c.Report != "" {
		d.Automatic = AutomationPartial
	}
	if c.Claim != nil {
		at := c.Claim.At
		d.ClaimedAt = &at
	}
	switch outcome {
	case OutcomeTakenDown:
		if d.Code == "" {
			d.Code = c.Reason
		}
		d.Sentence = grounds[d.Code]
	case OutcomeDeclined:
		d.Sentence = sentences[code]
	case OutcomeNoAction:
		d.Code, d.Sentence = "NO_INFRINGEMENT", "What was found does not infringe the right."
	case OutcomeUpheld:
		d.Code, d.Sentence = "UPHELD", "The decision that was complained of stands."
	case OutcomeReinstated:
		d.Code, d.Sentence = "REINSTATED", "The listing is put back: the decision that was complained of is taken back."
	}
	return d
}

// record keeps the case's new decision and tells of it.
func (d *Docket) record(s *step) error {
	dec := *s.c.Decision
	if err := s.tx.AddDecision(s.ctx, dec); err != nil {
		return err
	}
	s.event(EventDecided, dec.public())
	return d.observe(s, dec)
}

func (d *Docket) observe(s *step, dec Decision) error {
	for _, o := range d.Observers {
		if err := o.Decided(s.ctx, s.tx, *s.c, dec); err != nil {
			return err
		}
	}
	return nil
}

// fourEyes tells whether policy asks for a second person.
func (s *step) fourEyes(outcome string) bool {
	if s.c.Target == TargetStorefront && slices.Contains(s.t.FourEyes, policy.FourEyesStore) && outcome != OutcomeUpheld {
		return true
	}
	return slices.Contains(s.t.FourEyes, outcome)
}

// apply puts a decision of a person into effect: a first one, or one on a contest.
func (s *step) apply(dec Decision) error {
	if s.c.State == StateContest {
		return s.c.resolve(dec, s.now, s.deadline(policy.DeadlineComplaint))
	}
	return s.c.settle(dec, s.now, s.deadline(policy.DeadlineComplaint))
}
