package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/inquiry"
)

// inTx is a transaction with what T adds to the docket's.
func inTx[T docket.Tx](s docket.Store, fn func(T) error) error {
	return s.Update(ctx, func(tx docket.Tx) error {
		t, ok := tx.(T)
		if !ok {
			return fmt.Errorf("the transaction %T lacks what is wanted", tx)
		}
		return fn(t)
	})
}

func anInquiry(id, account, subject string, due int) inquiry.Inquiry {
	return inquiry.Inquiry{ID: id, Account: account, Subject: subject, Topic: inquiry.TopicNotice, State: inquiry.StateOpen, Priority: "normal",
		OpenedAt: T0, RespondBy: at(due), ResolveBy: at(due + 1000), Request: "key-" + id, Title: "Ünïon?"}
}

func testInquiries(t *testing.T, s Store) {
	putAll := func(list ...*inquiry.Inquiry) {
		t.Helper()
		must(t, inTx(s, func(tx inquiry.Tx) error {
			for _, i := range list {
				if err := tx.PutInquiry(ctx, i); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	a, b, c := anInquiry("i1", "acme", "h1", 30), anInquiry("i2", "acme", "h2", 10), anInquiry("i3", "other", "", 20)
	putAll(&a, &b, &c)
	same(t, "inquiry", must2(s.Inquiry(ctx, "i1")), a)
	same(t, "by request", must2(s.InquiryByRequest(ctx, "acme", "key-i2")).ID, "i2")
	for _, err := range []error{second(s.Inquiry(ctx, "none")), second(s.InquiryByRequest(ctx, "other", "key-i1"))} {
		if !errors.Is(err, casework.ErrNotFound) {
			t.Errorf("what is not there: %v", err)
		}
	}
	names := func(list []inquiry.Inquiry, err error) (out []string) {
		must(t, err)
		for _, i := range list {
			out = append(out, i.ID)
		}
		return out
	}
	same(t, "newest first", names(s.Inquiries(ctx, inquiry.Query{Limit: 2})), []string{"i3", "i2"})
	same(t, "next page", names(s.Inquiries(ctx, inquiry.Query{Before: "i2", Limit: 2})), []string{"i1"})
	same(t, "of a holder", names(s.Inquiries(ctx, inquiry.Query{Account: "acme", Subject: "h1", Limit: 2})), []string{"i1"})
	same(t, "of nobody's desk", names(s.Inquiries(ctx, inquiry.Query{Assignee: "ann", Limit: 2})), []string(nil))
	same(t, "due first", names(s.DueInquiries(ctx, inquiry.DueQuery{Limit: 2})), []string{"i2", "i3"})
	same(t, "due next", names(s.DueInquiries(ctx, inquiry.DueQuery{AfterDue: c.Due(), AfterID: "i3", Limit: 2})), []string{"i1"})
	same(t, "alarms", must2(s.InquiryAlarms(ctx, at(20), 9)), []string{"i2", "i3"})
	same(t, "open", must2(s.OpenInquiries(ctx, "acme")), 2)

	stale := b
	b.State, b.Assignee, b.ResolvedAt = inquiry.StateResolved, "ann", ptr(at(5))
	putAll(&b)
	same(t, "open after one is settled", must2(s.OpenInquiries(ctx, "acme")), 1)
	same(t, "of ann", names(s.Inquiries(ctx, inquiry.Query{Assignee: "ann", State: inquiry.StateResolved, Limit: 2})), []string{"i2"})
	same(t, "due without it", names(s.DueInquiries(ctx, inquiry.DueQuery{Unassigned: true, Topic: inquiry.TopicNotice, Limit: 9})), []string{"i3", "i1"})
	twin := anInquiry("i9", "acme", "h1", 1)
	twin.Request = "key-i1"
	for name, i := range map[string]inquiry.Inquiry{"an old version": stale, "the same request": twin} {
		if err := inTx(s, func(tx inquiry.Tx) error { v := i; return tx.PutInquiry(ctx, &v) }); !errors.Is(err, casework.ErrConflict) {
			t.Errorf("%s: %v", name, err)
		}
	}

	m := inquiry.Message{ID: "m1", Inquiry: "i1", Side: inquiry.SideDesk, By: "ann", At: at(1).In(time.UTC), Text: "<b>&"}
	next := m
	next.ID, next.Internal = "m2", true
	must(t, inTx(s, func(tx inquiry.Tx) error {
		return errors.Join(tx.AddInquiryMessage(ctx, next), tx.AddInquiryMessage(ctx, m))
	}))
	same(t, "messages", must2(s.InquiryMessages(ctx, "i1", "", 9)), []inquiry.Message{m, next})
	same(t, "messages behind one", must2(s.InquiryMessages(ctx, "i1", "m1", 9)), []inquiry.Message{next})
}

func second[T any](_ T, err error) error { return err }
