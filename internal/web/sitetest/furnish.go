package sitetest

import (
	"context"
	"strings"
	"testing"

	"touchstone/internal/casework"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/intake/intaketest"
)

// Paths are pages that show something: for the holder, for staff, and for whoever has the link.
type Paths struct {
	Party, Staff, Linked []string
}

// Furnish files, decides and asks whatever pages of holders, sellers and the desk can show, under a title as strangers may choose it.
func (s *Site) Furnish(t testing.TB, title string) Paths {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	c, surveys := s.Asked(t, title)
	open := s.questioned(t, title)
	threads := s.threads(t, title)
	right := s.furnished(t)
	s.Work(t)
	l, err := s.Links.Issue(ctx, Judge, c.ID, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	waits := s.Complain(t, title, "L3", "L4").Items[0].Case
	return Paths{
		Party: []string{"/portal", "/portal/rights/new", "/portal/rights/" + s.Right.ID, "/portal/rights/" + right, "/portal/notices/new", "/portal/notices/" + c.Notice, "/portal/cases/" + c.ID, "/portal/cases/" + open,
			"/portal/inquiries", "/portal/inquiries/new?topic=decision&case=" + c.ID, "/portal/inquiries/" + threads[0], "/portal/inquiries/" + threads[1], "/portal/import", "/portal/agents", "/portal/surveys/" + surveys["notifier"].ID, "/account"},
		Staff:  []string{"/queue", "/queue?queue=standard", "/cases/" + waits, "/cases/" + waits + "/alike", "/cases/" + open, "/cases/" + c.ID, "/inquiries", "/inquiries/" + threads[0], "/inquiries/" + threads[1], "/surveys"},
		Linked: []string{s.Links.Path(l), s.Surveys.Path(Operator, surveys["seller"])},
	}
}

// questioned is a case whose notifier is asked something.
func (s *Site) questioned(t testing.TB, title string) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	open := s.Complain(t, title, "L2").Items[0].Case
	_, err := s.Docket.Claim(ctx, Judge, open)
	if err == nil {
		_, err = s.Docket.Clarify(ctx, Judge, open, title)
	}
	if err != nil {
		t.Fatal(err)
	}
	return open
}

// threads are two inquiries of the holder, one of which was answered.
func (s *Site) threads(t testing.TB, title string) []string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	var ids []string
	for _, q := range []inquiry.Question{{Topic: inquiry.TopicOther, Title: Clip(150), Text: title + title}, {Topic: inquiry.TopicPrivacy, Title: strings.Repeat("W", 200), Text: title + title}} {
		made, err := s.Desk.Ask(ctx, casework.Actor{Account: "brand", Role: "holder", Key: "per_2"}, q)
		if err == nil && len(ids) == 0 {
			_, err = s.Desk.Answer(ctx, Judge, made.ID, inquiry.Answer{Text: title, Wait: true})
		}
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, made.ID)
	}
	return ids
}

// furnished is a right with a certificate, an authorised seller and a day on which it ends.
func (s *Site) furnished(t testing.TB) string {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	day := s.Clock().AddDate(0, 2, 0)
	r, err := s.Registry.CreateRight(ctx, Holder, casework.Right{HolderID: s.Right.HolderID, Name: Line(200), Type: casework.TrademarkWord, Office: "EUIPO", Territories: []string{"EU", "CN", "US"}, RegistrationNumber: "018123456", ExpiresOn: &day, Nice: []string{"18", "25"}})
	if err == nil {
		_, err = s.Papers.AddCertificate(ctx, Holder, r.ID, "registration", strings.Repeat("long", 25)+".jpg", intaketest.Drawing(t, 3))
	}
	if err == nil {
		_, err = s.Registry.AddAuthorizedSeller(ctx, Holder, casework.AuthorizedSeller{RightID: r.ID, Seller: strings.Repeat("seller", 40), Marketplace: "alpha", Proof: Line(200)})
	}
	if err != nil {
		t.Fatal(err)
	}
	return r.ID
}
