package dossier

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/document"
	"touchstone/internal/jobs"
)

// JobRead reads a certificate.
const JobRead = "certificate.read"

type readJob struct {
	Certificate string `json:"certificate"`
}

// MaxCertificates is how many one right may have.
const MaxCertificates = 20

// Kinds of certificate.
var certificateKinds = []string{"registration", "renewal", "assignment", "licence", "extract"}

// States of a certificate's text.
const (
	TextWaiting = "waiting" // a job reads it
	TextRead    = "read"
	TextUnread  = "not_read" // Why says why
)

// Certificate is a paper about a right.
type Certificate struct {
	ID        string        `json:"id"`
	Right     string        `json:"right_id"`
	Holder    string        `json:"holder_id"`
	Account   string        `json:"account"`
	Kind      string        `json:"kind" enum:"registration,renewal,assignment,licence,extract"`
	File      string        `json:"file"` // hash
	Type      document.Kind `json:"file_type" enum:"pdf,jpeg,png"`
	Name      string        `json:"name,omitempty"`
	Pages     int           `json:"pages"`
	Size      int           `json:"size"`
	State     string        `json:"text" enum:"waiting,read,not_read"`
	By        string        `json:"read_by,omitempty" enum:"text,ocr" doc:"the text that the PDF holds, or read from its picture"`
	Why       string        `json:"why,omitempty" doc:"why it was not read"`
	FiledBy   string        `json:"filed_by"`
	CreatedAt time.Time     `json:"created_at"`
	Version   int64         `json:"version"`
}

// AddCertificate keeps a paper about a right of the actor's and queues its reading. ErrConflict when the right has the same file.
func (d *Dossier) AddCertificate(ctx context.Context, a casework.Actor, rightID, kind, name string, data []byte) (Certificate, error) {
	var f faults
	f.check(slices.Contains(certificateKinds, kind), "kind", "must be one of %s", strings.Join(certificateKinds, ", "))
	if err := f.err(); err != nil {
		return Certificate{}, err
	}
	if err := d.Registry.MayChange(ctx, a, rightID); err != nil {
		return Certificate{}, err
	}
	right, err := d.Registry.Right(ctx, a, rightID)
	if err != nil {
		return Certificate{}, err
	}
	file, err := d.keep(ctx, a, right.Account, blob.Certificate, name, data)
	if err != nil {
		return Certificate{}, err
	}
	c := Certificate{ID: casework.NewID("crt"), Right: right.ID, Holder: right.HolderID, Account: right.Account, Kind: kind, File: file.Hash, Type: file.Kind,
		Name: file.Name, Pages: file.Pages, Size: file.Size, State: TextWaiting, FiledBy: a.Person(), CreatedAt: d.moment()}
	job, err := jobs.New(casework.IDOf("job", JobRead, c.ID), JobRead, readJob{c.ID}, c.CreatedAt)
	if err != nil {
		return Certificate{}, err
	}
	err = d.update(ctx, func(t Tx) error {
		list, err := t.Certificates(ctx, right.ID)
		switch {
		case err != nil:
			return err
		case slices.ContainsFunc(list, func(o Certificate) bool { return o.File == c.File }):
			return fmt.Errorf("%w: the right has this file already", casework.ErrConflict)
		case len(list) >= MaxCertificates:
			return fmt.Errorf("%w: the right has %d certificates already, which is the most", casework.ErrConflict, len(list))
		}
		if err := t.AddFile(ctx, file); err != nil {
			return err
		}
		c.Version = 0
		if err := t.PutCertificate(ctx, &c); err != nil {
			return err
		}
		t.AddAudit(entry(c.CreatedAt, a.Person(), "certificate.add", c.ID, c))
		return t.Enqueue(ctx, job)
	})
	if err != nil {
		return Certificate{}, fmt.Errorf("add certificate: %w", err)
	}
	d.Wake()
	return c, nil
}

// Certificates lists the papers of a right that the actor may see, oldest first.
func (d *Dossier) Certificates(ctx context.Context, a casework.Actor, rightID string) ([]Certificate, error) {
	if _, err := d.Registry.Right(ctx, a, rightID); err != nil {
		return nil, err
	}
	list, err := d.Store.Certificates(ctx, rightID)
	if err != nil {
		return nil, fmt.Errorf("list certificates: %w", err)
	}
	return list, nil
}

// CertificateView is a certificate with its text and what it says of the form.
type CertificateView struct {
	Certificate
	Text    string       `json:"content,omitempty" doc:"its text, as it was read"`
	Matches []FieldMatch `json:"matches"`
}

// Certificate shows a paper, with its text held against the form as it now is. Each look is a row of the audit log.
func (d *Dossier) Certificate(ctx context.Context, a casework.Actor, id string) (CertificateView, error) {
	c, err := d.Store.Certificate(ctx, id)
	if err != nil {
		return CertificateView{}, fmt.Errorf("certificate: %w", err)
	}
	right, err := d.Registry.Right(ctx, a, c.Right)
	if errors.Is(err, casework.ErrNotFound) {
		err = fmt.Errorf("%w: there is no certificate %q in this account", casework.ErrNotFound, id)
	}
	if err != nil {
		return CertificateView{}, err
	}
	text, err := d.Store.CertificateText(ctx, id)
	if err != nil {
		return CertificateView{}, fmt.Errorf("certificate: %w", err)
	}
	holder, err := d.Registry.Holder(ctx, system, right.HolderID)
	if err != nil {
		return CertificateView{}, err
	}
	err = d.update(ctx, func(t Tx) error {
		t.AddAudit(entry(d.moment(), a.Person(), "certificate.view", id, map[string]int64{"version": c.Version}))
		return nil
	})
	out := CertificateView{Certificate: c, Text: text, Matches: []FieldMatch{}}
	if c.State == TextRead {
		out.Matches = append(out.Matches, Compare(right, holder, text)...)
	}
	return out, err
}

// system is the actor of the service's own look-ups.
var system = casework.Actor{Account: "system", Role: "operator"}

// DeleteCertificate takes a paper away from a right that is not verified: one that was sent by mistake. What a verification rests on stays.
func (d *Dossier) DeleteCertificate(ctx context.Context, a casework.Actor, id string) error {
	c, err := d.Store.Certificate(ctx, id)
	if err != nil {
		return fmt.Errorf("certificate: %w", err)
	}
	right, err := d.Registry.Right(ctx, a, c.Right)
	if err != nil {
		return fmt.Errorf("%w: there is no certificate %q in this account", casework.ErrNotFound, id)
	}
	if err := d.Registry.MayChange(ctx, a, c.Right); err != nil {
		return err
	}
	if right.State != casework.StatePending {
		return fmt.Errorf("%w: the right is %s, and its certificates are what that rests on", casework.ErrConflict, right.State)
	}
	err = d.update(ctx, func(t Tx) error {
		if err := t.DeleteCertificate(ctx, id); err != nil {
			return err
		}
		t.AddAudit(entry(d.moment(), a.Person(), "certificate.delete", id, c))
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete certificate: %w", err)
	}
	return nil
}

// read reads a certificate; done before, or taken away, it is left.
func (d *Dossier) read(ctx context.Context, id string) error {
	c, err := d.Store.Certificate(ctx, id)
	if errors.Is(err, casework.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read certificate: %w", err)
	}
	if c.State != TextWaiting {
		return nil
	}
	data, err := d.Files.Get(ctx, c.File)
	if err != nil {
		return fmt.Errorf("read certificate %s: %w", id, err)
	}
	text, err := d.Documents.Read(ctx, data)
	var refused *casework.ValidationError
	switch err := refusal("file", err); {
	case errors.As(err, &refused):
		text.Why = "It could not be read: " + refused.Fields[0].Message + "."
	case err != nil:
		return fmt.Errorf("read certificate %s: %w", id, err)
	}
	return d.update(ctx, func(t Tx) error {
		c, err := t.Certificate(ctx, id)
		if errors.Is(err, casework.ErrNotFound) || err == nil && c.State != TextWaiting {
			return nil
		}
		if err != nil {
			return err
		}
		c.State, c.By, c.Why = TextRead, text.By, text.Why
		if text.By == "" {
			c.State = TextUnread
		}
		if err := t.SetCertificateText(ctx, id, strings.ReplaceAll(text.Text, "\x00", "")); err != nil {
			return err
		}
		t.AddAudit(entry(d.moment(), "machine:reader", "certificate.read", id, map[string]string{"state": c.State, "by": c.By}))
		return t.PutCertificate(ctx, &c)
	})
}
