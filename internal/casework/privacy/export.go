package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"touchstone/internal/audit"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/survey"
	"touchstone/internal/policy"
)

// mostExported is how many cases, notices and inquiries one export holds each.
const mostExported = 5000

// CopiedThread is an inquiry with its messages.
type CopiedThread struct {
	inquiry.Inquiry
	Thread []inquiry.Message `json:"thread"`
}

// CopiedUser is who signs in, without what they sign in with.
type CopiedUser struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	Role      string    `json:"role"`
	Account   string    `json:"account"`
	Language  string    `json:"language"`
	CreatedAt time.Time `json:"created_at"`
}

// Copy is a copy of a person's data, as they may see it: who judged stays a reviewer.
type Copy struct {
	Person     Person               `json:"person"`
	MadeAt     time.Time            `json:"made_at"`
	Cases      []docket.Case        `json:"cases,omitempty"`
	Decisions  []docket.Decision    `json:"decisions,omitempty"`
	Statements []followup.Statement `json:"statements,omitempty"`
	Store      *followup.Storefront `json:"store,omitempty"`
	Notices    []docket.Notice      `json:"notices,omitempty"`
	Inquiries  []CopiedThread       `json:"inquiries,omitempty"`
	Surveys    []survey.Survey      `json:"surveys,omitempty"`
	User       *CopiedUser          `json:"user,omitempty"`
	Truncated  bool                 `json:"truncated,omitempty"` // there is more than one export holds
	Elsewhere  []string             `json:"elsewhere"`           // what else there is, in words
}

// Export makes a copy of a person's data, for an operator to hand to them. The export itself is a row of the audit log.
func (o *Office) Export(ctx context.Context, a casework.Actor, p Person) (Copy, error) {
	if err := mayErase(a); err != nil {
		return Copy{}, err
	}
	if err := p.Validate(); err != nil {
		return Copy{}, err
	}
	out := Copy{Person: p, MadeAt: o.moment(), Elsewhere: []string{"The audit log names IDs of who acted, and nothing else of them."}}
	var err error
	switch p.Kind {
	case KindSeller:
		err = o.exportSeller(ctx, p, &out)
	case KindNotifier:
		err = o.exportNotifier(ctx, p, &out)
	case KindUser:
		err = o.exportUser(ctx, p, &out)
	}
	if err != nil {
		return Copy{}, fmt.Errorf("export personal data: %w", err)
	}
	err = o.update(ctx, func(tx Tx) error {
		tx.AddAudit(audit.Event{At: out.MadeAt, Actor: a.Person(), Action: "privacy.export." + p.Kind, Subject: casework.IDOf("per", p.Kind, p.Marketplace, p.Seller, p.Account, p.User)})
		return nil
	})
	return out, err
}

func (o *Office) exportSeller(ctx context.Context, p Person, out *Copy) error {
	as := casework.Actor{Role: "seller", Subject: p.Marketplace + "/" + p.Seller}
	for before := ""; ; {
		cases, err := o.Store.Cases(ctx, docket.CaseQuery{Marketplace: p.Marketplace, Seller: p.Seller, Decided: true, Before: before, Limit: page})
		if err != nil {
			return err
		}
		for _, c := range cases {
			decisions, err := o.Store.Decisions(ctx, c.ID)
			if err != nil {
				return err
			}
			for _, d := range decisions {
				out.Decisions = append(out.Decisions, d.For(as))
			}
			statements, err := o.Store.StatementsOf(ctx, c.ID)
			if err != nil {
				return err
			}
			out.Cases, out.Statements = append(out.Cases, c.For(as)), append(out.Statements, statements...)
		}
		if len(cases) < page {
			break
		}
		if len(out.Cases) >= mostExported {
			out.Truncated = true
			break
		}
		before = cases[len(cases)-1].ID
	}
	s, err := o.Store.Storefront(ctx, p.Marketplace, p.Seller)
	if err == nil {
		out.Store = &s
	} else if !errors.Is(err, casework.ErrNotFound) {
		return err
	}
	out.Elsewhere = append(out.Elsewhere, "Listings that were scored, as the marketplace sent them, are kept as long as its policy says.",
		"Cases that are not decided are shown once they are: showing them before would defeat their purpose.")
	out.Surveys, err = o.Store.Surveys(ctx, survey.Query{Subject: as.Subject, Seen: true, Limit: mostExported})
	if err != nil {
		return err
	}
	return o.threads(ctx, inquiry.Query{Subject: p.Marketplace + "/" + p.Seller}, as, out)
}

func (o *Office) exportNotifier(ctx context.Context, p Person, out *Copy) error {
	for before := ""; ; {
		list, err := o.Store.Notices(ctx, docket.NoticeQuery{Account: p.Account, Before: before, Limit: page})
		if err != nil {
			return err
		}
		for _, n := range list {
			if !p.is(n.Notifier.Email) {
				continue
			}
			asked, err := o.Store.Surveys(ctx, survey.Query{Notice: n.ID, Side: policy.AskNotifier, Seen: true, Limit: page})
			if err != nil {
				return err
			}
			out.Notices, out.Surveys = append(out.Notices, n), append(out.Surveys, asked...)
		}
		if len(list) < page {
			return nil
		}
		if len(out.Notices) >= mostExported {
			out.Truncated = true
			return nil
		}
		before = list[len(list)-1].ID
	}
}

func (o *Office) exportUser(ctx context.Context, p Person, out *Copy) error {
	u, err := o.Store.Person(ctx, p.User)
	if err != nil {
		return notFound("user", p.User)
	}
	out.User = &CopiedUser{u.ID, u.Email, u.Name, u.Role, u.Account, u.Language, u.CreatedAt}
	out.Elsewhere = append(out.Elsewhere, "Decisions that this user made name the ID above.")
	return nil
}

func (o *Office) threads(ctx context.Context, q inquiry.Query, as casework.Actor, out *Copy) error {
	q.Limit = page
	list, err := o.Store.Inquiries(ctx, q)
	if err != nil {
		return err
	}
	out.Truncated = out.Truncated || len(list) == page
	for _, i := range list {
		messages, err := o.Store.InquiryMessages(ctx, i.ID, "", 1000) // more than a thread can have
		if err != nil {
			return err
		}
		t := CopiedThread{Inquiry: i.For(as)}
		for _, m := range messages {
			if seen, ok := m.For(as); ok {
				t.Thread = append(t.Thread, seen)
			}
		}
		out.Inquiries = append(out.Inquiries, t)
	}
	return nil
}
