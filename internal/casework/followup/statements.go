package followup

import (
	"context"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/enforce"
	"touchstone/internal/casework/statement"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
)

// JobStatement writes a statement of reasons.
const JobStatement = "statement.write"

// statementJob is what a statement is about: a decision, or a measure against a store that followed from it.
type statementJob struct {
	ID          string    `json:"id"`
	Case        string    `json:"case_id"`
	Decision    string    `json:"decision_id"`
	Restriction string    `json:"restriction"`
	Until       time.Time `json:"until,omitzero"`
	At          time.Time `json:"at"`
}

// asksStatement queues the statement on a take-down, in its transaction, so that none is ever missing.
func (f *Followup) asksStatement(ctx context.Context, t Tx, c docket.Case, d docket.Decision) error {
	return f.asks(ctx, t, statementJob{ID: d.ID, Case: c.ID, Decision: d.ID, Restriction: statement.RemovedListing, At: d.At})
}

// asksMeasure queues the statement on a freeze or closure.
func (f *Followup) asksMeasure(ctx context.Context, t Tx, c docket.Case, m enforce.Measure) error {
	j := statementJob{ID: casework.IDOf("mea", c.Marketplace, c.Seller, m.Event, m.Kind), Case: c.ID, Decision: c.Decision.ID, Restriction: statement.ClosedStore, At: f.moment()}
	if m.Kind == policy.MeasureFreeze {
		j.Restriction, j.Until = statement.FrozenStore, m.Until
	}
	return f.asks(ctx, t, j)
}

func (f *Followup) asks(ctx context.Context, t Tx, s statementJob) error {
	j, err := jobs.New(casework.IDOf("job", JobStatement, s.ID), JobStatement, s, f.moment())
	if err != nil {
		return err
	}
	return t.Enqueue(ctx, j)
}

// Handlers are the jobs of this package.
func (f *Followup) Handlers() map[string]jobs.Handler {
	return map[string]jobs.Handler{JobStatement: func(ctx context.Context, j jobs.Job) error {
		s, err := jobs.Decode[statementJob](j)
		if err != nil {
			return err
		}
		return f.write(ctx, s)
	}}
}

// write makes a statement; made before, it stays as it is.
func (f *Followup) write(ctx context.Context, s statementJob) error {
	c, err := f.Store.Case(ctx, s.Case)
	if err != nil {
		return fmt.Errorf("statement %s: %w", s.ID, err)
	}
	d, err := f.decision(ctx, s)
	if err != nil {
		return fmt.Errorf("statement %s: %w", s.ID, err)
	}
	facts, err := f.facts(ctx, s, c, d)
	if err != nil {
		return fmt.Errorf("statement %s: %w", s.ID, err)
	}
	record, err := statement.Of(facts)
	if err != nil {
		return fmt.Errorf("%w: statement %s: %w", jobs.ErrPermanent, s.ID, err)
	}
	sub, err := statement.Submit(record, f.moment())
	if err != nil {
		return fmt.Errorf("%w: statement %s: %w", jobs.ErrPermanent, s.ID, err)
	}
	return f.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		return t.AddStatement(ctx, Statement{ID: s.ID, Case: c.ID, Marketplace: c.Marketplace, Seller: c.Seller, Facts: facts, Submission: sub})
	})
}

func (f *Followup) decision(ctx context.Context, s statementJob) (docket.Decision, error) {
	all, err := f.Store.Decisions(ctx, s.Case)
	if err != nil {
		return docket.Decision{}, err
	}
	for _, d := range all {
		if d.ID == s.Decision {
			return d, nil
		}
	}
	return docket.Decision{}, fmt.Errorf("%w: there is no decision %q", casework.ErrNotFound, s.Decision)
}

// facts gathers what a statement tells.
func (f *Followup) facts(ctx context.Context, s statementJob, c docket.Case, d docket.Decision) (statement.Facts, error) {
	rights, err := f.Registry.Snapshot(ctx, []string{c.Right})
	if err != nil {
		return statement.Facts{}, err
	}
	m, err := f.Registry.Marketplace(ctx, c.Marketplace)
	if err != nil {
		return statement.Facts{}, err
	}
	right := rights[c.Right].Right
	out := statement.Facts{
		ID: s.ID, Case: c.ID, Marketplace: m.Name, Listing: c.Listing, URL: c.URL, Title: c.Title, Seller: c.Seller, Restriction: s.Restriction, Until: s.Until,
		Territories: m.Territories, Reason: d.Code, RightName: right.Name, RightType: right.Type, RightNumber: number(right), Source: statement.FromDetection,
		Detected: c.Origin == docket.OriginProactive || c.Report != "", Automation: d.Automatic, Remark: d.Remark, DecidedAt: s.At, ContestBy: s.At.AddDate(0, 6, 0),
	}
	if c.AppealBy != nil {
		out.ContestBy = *c.AppealBy
	}
	if out.Seller == "" {
		out.Seller = "of listing " + c.Listing + c.URL // the marketplace knows whose it is; a statement must go out all the same
	}
	if c.Notice == "" {
		return out, nil
	}
	n, err := f.Store.Notice(ctx, c.Notice)
	out.Source, out.Notifier = statement.FromNotice, n.Notifier.Name
	return out, err
}

func number(r casework.Right) string {
	n := r.RegistrationNumber
	if n == "" {
		return ""
	}
	if r.Office != "" {
		n = r.Office + " " + n
	}
	return n
}

// StatementView is a statement of reasons as its reader gets it.
type StatementView struct {
	ID        string           `json:"id"`
	Case      string           `json:"case_id"`
	Language  string           `json:"language"`
	Text      string           `json:"text"`
	Record    statement.Record `json:"record"`
	DecidedAt time.Time        `json:"decided_at"`
}

// StatementsOf a case that the actor may see, oldest first, in a language. They are for the seller, the marketplace and those who judge.
func (f *Followup) StatementsOf(ctx context.Context, caseID, language string) ([]StatementView, error) {
	list, err := f.Store.StatementsOf(ctx, caseID)
	if err != nil {
		return nil, fmt.Errorf("statements of case %s: %w", caseID, err)
	}
	out := []StatementView{}
	for _, s := range list {
		text, err := statement.Text(language, s.Facts)
		if err != nil {
			return nil, err
		}
		out = append(out, StatementView{s.ID, s.Case, language, text, s.Submission.Record, s.Facts.DecidedAt})
	}
	return out, nil
}

// StatementBatch is records that were handed out together.
type StatementBatch struct {
	ID         string             `json:"id"`
	Statements []statement.Record `json:"statements"`
}

// NextBatch hands out up to 100 records that wait. An empty one says that none does.
func (f *Followup) NextBatch(ctx context.Context, a casework.Actor) (StatementBatch, error) {
	if !a.Operates() {
		return StatementBatch{}, notForRole(a)
	}
	var out StatementBatch
	err := f.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		out = StatementBatch{Statements: []statement.Record{}}
		list, err := t.Statements(ctx, statement.Waiting, "", "", statement.MaxBatch)
		if err != nil || len(list) == 0 {
			return err
		}
		out.ID = casework.NewID("tdb")
		for _, s := range list {
			if s.Submission, err = s.Submission.Export(out.ID, f.moment()); err != nil {
				return err
			}
			if err := t.PutStatement(ctx, s); err != nil {
				return err
			}
			out.Statements = append(out.Statements, s.Submission.Record)
		}
		return nil
	})
	if err != nil {
		return StatementBatch{}, fmt.Errorf("next batch of statements: %w", err)
	}
	return out, nil
}

// Batch shows a batch that was handed out, for who lost it.
func (f *Followup) Batch(ctx context.Context, a casework.Actor, id string) (StatementBatch, error) {
	if !a.Operates() {
		return StatementBatch{}, notForRole(a)
	}
	list, err := f.Store.Statements(ctx, "", id, "", statement.MaxBatch)
	if err == nil && len(list) == 0 {
		err = fmt.Errorf("%w: there is no batch %q", casework.ErrNotFound, id)
	}
	if err != nil {
		return StatementBatch{}, fmt.Errorf("batch of statements: %w", err)
	}
	out := StatementBatch{ID: id}
	for _, s := range list {
		out.Statements = append(out.Statements, s.Submission.Record)
	}
	return out, nil
}

// Rejection is what the database said against one record.
type Rejection struct {
	PUID    string `json:"puid" minLength:"1" maxLength:"500"`
	Problem string `json:"problem" minLength:"1" maxLength:"2000"`
}

// Settle says what the database did with a batch: it took all records but those rejected.
func (f *Followup) Settle(ctx context.Context, a casework.Actor, id string, rejected []Rejection) error {
	if !a.Operates() {
		return notForRole(a)
	}
	problems := map[string]string{}
	for _, r := range rejected {
		problems[r.PUID] = r.Problem
	}
	err := f.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		list, err := t.Statements(ctx, "", id, "", statement.MaxBatch)
		if err == nil && len(list) == 0 {
			err = fmt.Errorf("%w: there is no batch %q", casework.ErrNotFound, id)
		}
		if err != nil {
			return err
		}
		for _, s := range list {
			if s.Submission, err = settled(s.Submission, problems[s.Submission.Record.PUID], f.moment()); err != nil {
				return err
			}
			if err := t.PutStatement(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, statement.ErrState) {
		err = fmt.Errorf("%w: %w", casework.ErrConflict, err)
	}
	if err != nil {
		return fmt.Errorf("settle batch of statements: %w", err)
	}
	return nil
}

func settled(s statement.Submission, problem string, at time.Time) (statement.Submission, error) {
	if problem == "" {
		return s.Accept(at)
	}
	return s.Reject(problem, at)
}

func notForRole(a casework.Actor) error {
	return fmt.Errorf("%w: role %q may not do this; use a key of an operator or admin", casework.ErrForbidden, a.Role)
}
