package inquiry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/message"
)

// Bounds of a thread.
const (
	maxTitle    = 200
	maxText     = 10_000
	maxMessages = 500
)

// Question is what somebody asks.
type Question struct {
	Topic    string
	Title    string
	Text     string
	Language string // of the answer; "" is English
	About    About
	Files    []string // hashes of files that the account sent
	Request  string   // key that makes a repeated request the same inquiry
}

func (q *Question) validate() error {
	var f casework.Faults
	f.One("topic", q.Topic, Topics())
	f.Text("title", strings.TrimSpace(q.Title), 3, maxTitle)
	f.Text("text", strings.TrimSpace(q.Text), 10, maxText)
	if q.Language == "" {
		q.Language = message.Languages()[0]
	}
	f.One("language", q.Language, message.Languages())
	f.Text("about.case_id", q.About.Case, 0, 64)
	f.Text("about.notice_id", q.About.Notice, 0, 64)
	f.Text("about.right_id", q.About.Right, 0, 64)
	return f.Err()
}

// Ask opens an inquiry. What it is about must be the asker's own. The same request key again returns the inquiry that was opened
// the first time.
func (d *Desk) Ask(ctx context.Context, a casework.Actor, q Question) (Inquiry, error) {
	if err := mayAsk(a); err != nil {
		return Inquiry{}, err
	}
	if err := q.validate(); err != nil {
		return Inquiry{}, err
	}
	if err := d.files(ctx, a, q.Files); err != nil {
		return Inquiry{}, err
	}
	territories, err := d.place(ctx, a, q.About)
	if err != nil {
		return Inquiry{}, err
	}
	id := casework.NewID("inq")
	var out Inquiry
	err = d.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err != nil {
			return err
		}
		if q.Request != "" {
			old, err := t.InquiryByRequest(ctx, a.Account, q.Request)
			if !errors.Is(err, casework.ErrNotFound) {
				out = old
				return err
			}
		}
		i := Inquiry{ID: id, Account: a.Account, Subject: a.Subject, Asked: a.Person(), AskedAs: a.Role, Language: q.Language, Topic: q.Topic,
			Title: strings.TrimSpace(q.Title), About: q.About, Territories: territories, Policy: "default", Request: q.Request}
		s := &step{ctx, t, &i, d.moment(), d.terms(i.Policy), a.Person()}
		if err := s.room(a); err != nil {
			return err
		}
		i.open(s.t, s.now)
		if err := s.message(Message{Side: SideInquirer, Text: strings.TrimSpace(q.Text), Files: q.Files}); err != nil {
			return err
		}
		if err := t.PutInquiry(ctx, &i); err != nil {
			return err
		}
		s.event(EventOpened)
		tx.AddAudit(entry(s.now, s.by, "inquiry.open", i.ID, i.Version))
		out = i
		return nil
	})
	if err != nil {
		return Inquiry{}, fmt.Errorf("open inquiry: %w", err)
	}
	return out, nil
}

// room refuses more open inquiries than an account may have.
func (s *step) room(a casework.Actor) error {
	n, err := s.tx.OpenInquiries(s.ctx, a.Account)
	if err != nil || n < s.t.MostOpen {
		return err
	}
	return &docket.LimitError{Sentence: fmt.Sprintf("This account has %d open inquiries, which is the most at a time. Write to one of them, or wait until one is settled.", n), Until: s.now.Add(time.Hour)}
}

// place checks that what the inquiry is about is the asker's, and finds the territories whose calendar counts: the holder's country.
func (d *Desk) place(ctx context.Context, a casework.Actor, about About) ([]string, error) {
	holder := ""
	if a.Role == "holder" || a.Role == "agent" {
		holder = a.Subject
	}
	if about.Right != "" {
		r, err := d.Registry.Right(ctx, a, about.Right)
		if err != nil {
			return nil, fault("about.right_id", err)
		}
		holder = r.HolderID
	}
	if about.Notice != "" {
		n, err := d.Cases.Notice(ctx, a, about.Notice)
		if err != nil {
			return nil, fault("about.notice_id", err)
		}
		holder = n.Holder
	}
	if about.Case != "" {
		c, _, err := d.Cases.Case(ctx, a, about.Case)
		if err != nil {
			return nil, fault("about.case_id", err)
		}
		if a.Role == "seller" || a.Role == "pipeline" {
			return slices.Clone(c.Territories), nil
		}
		holder = c.Holder
	}
	if holder == "" {
		return nil, nil
	}
	h, err := d.Registry.Holder(ctx, a, holder)
	if errors.Is(err, casework.ErrNotFound) {
		return nil, nil // gone since
	}
	return []string{h.Country}, err
}

// fault makes of something that is not there, or not the actor's, a fault of the field that names it.
func fault(path string, err error) error {
	if errors.Is(err, casework.ErrNotFound) {
		return &casework.ValidationError{Fields: []casework.FieldError{{Path: path, Message: "names nothing that is yours; leave it out or correct it"}}}
	}
	return err
}

// Write adds a message of who asked, with files that their account sent, by hash.
func (d *Desk) Write(ctx context.Context, a casework.Actor, id, text string, files ...string) (Inquiry, error) {
	if err := mayAsk(a); err != nil {
		return Inquiry{}, err
	}
	text = strings.TrimSpace(text)
	var f casework.Faults
	f.Text("text", text, 1, maxText)
	if err := f.Err(); err != nil {
		return Inquiry{}, err
	}
	if err := d.files(ctx, a, files); err != nil {
		return Inquiry{}, err
	}
	return d.change(ctx, a, a.Person(), id, "inquiry.write", func(s *step) error {
		if err := s.i.asked(s.t, s.now); err != nil {
			return err
		}
		s.event(EventAsked)
		return s.message(Message{Side: SideInquirer, Text: text, Files: files})
	})
}

// Withdraw settles an inquiry for who asked.
func (d *Desk) Withdraw(ctx context.Context, a casework.Actor, id string) (Inquiry, error) {
	if err := mayAsk(a); err != nil {
		return Inquiry{}, err
	}
	return d.change(ctx, a, a.Person(), id, "inquiry.withdraw", func(s *step) error {
		if err := s.i.settle(s.t, OutcomeWithdrawn, s.now); err != nil {
			return err
		}
		s.event(EventResolved)
		return nil
	})
}
