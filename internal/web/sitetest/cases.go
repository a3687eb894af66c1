package sitetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/casework/survey"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
)

// Complain files a notice about listings that show the registered picture under a title.
func (s *Site) Complain(t testing.TB, title string, listings ...string) docket.Notice {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	n := docket.Notice{Right: s.Right.ID, Marketplace: "alpha", Regime: docket.RegimeDSA, Target: docket.TargetListing, Reason: docket.ReasonCopiedDesign,
		Explanation: "These listings show our registered print on goods that are not ours.", GoodFaith: true, Accuracy: true, Signature: "A", Notifier: docket.Notifier{Name: "A", Email: "a@example.com"}}
	for _, l := range listings {
		n.Items = append(n.Items, docket.Item{Listing: l, Report: s.Sell(t, title, l)})
	}
	if err := s.Keeper().Flush(ctx); err != nil { // clusters
		t.Fatal(err)
	}
	filed, err := s.Docket.File(ctx, Holder, n)
	if err != nil {
		t.Fatal(err)
	}
	s.Work(t)
	return filed
}

// Sell scores a listing that shows the registered picture, and gives its report.
func (s *Site) Sell(t testing.TB, title, listing string) string {
	t.Helper()
	rec, err := s.Score(context.WithoutCancel(t.Context()), intake.ScoreInput{Account: "market", Listing: intake.ListingInput{ID: listing, Marketplace: "alpha", Seller: "shop-7", Title: title,
		Pictures: []intake.PictureInput{{Data: intaketest.Drawing(t, 1)}}}})
	if err != nil {
		t.Fatal(err)
	}
	return rec.ID
}

// Work does every job that is due.
func (s *Site) Work(t testing.TB) {
	t.Helper()
	for {
		n, err := s.Jobs.Once(context.WithoutCancel(t.Context()), 100)
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return
		}
	}
}

// TakeDown decides a case, as Judge.
func (s *Site) TakeDown(t testing.TB, id string) {
	t.Helper()
	if _, err := s.Docket.Claim(t.Context(), Judge, id); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Docket.Decide(t.Context(), Judge, id, docket.Verdict{Outcome: docket.OutcomeTakenDown, Remark: "The print is the registered one."}); err != nil {
		t.Fatal(err)
	}
	s.Work(t)
}

// Case reads a case from the store.
func (s *Site) Case(t testing.TB, id string) docket.Case {
	t.Helper()
	c, err := s.Store.Case(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Linked is a case that was taken down, and the link of its seller with the path of its page, which speaks German.
func (s *Site) Linked(t testing.TB, title string) (docket.Case, sellerlink.Link, string) {
	t.Helper()
	s.linked++
	id := s.Complain(t, title, fmt.Sprint("linked-", s.linked)).Items[0].Case
	s.TakeDown(t, id)
	l, err := s.Links.Issue(t.Context(), casework.Actor{Account: "alpha", Role: "pipeline", Subject: "alpha"}, id, "de", 0)
	if err != nil {
		t.Fatal(err)
	}
	return s.Case(t, id), l, s.Links.Path(l)
}

// Asked is a case that was taken down, and the surveys of both sides about it, by side.
func (s *Site) Asked(t testing.TB, title string) (docket.Case, map[string]survey.Survey) {
	t.Helper()
	id := s.Complain(t, title, "L1").Items[0].Case
	s.TakeDown(t, id)
	s.Pass(4 * 24 * time.Hour)
	if _, err := s.Surveys.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := s.Surveys.List(t.Context(), Operator, survey.Query{State: survey.StateAsked, Limit: 9})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]survey.Survey{}
	for _, v := range list {
		out[v.Side] = v
	}
	if len(out) != 2 {
		t.Fatalf("surveys %+v", out)
	}
	return s.Case(t, id), out
}

// Reinstate answers a counter-notice for the holder and puts the listing back, with two people as policy wants.
func (s *Site) Reinstate(t testing.TB, id string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	judge := casework.Actor{Account: "market", Role: "reviewer", Key: "per_8"}
	_, err := s.Docket.Answer(ctx, Holder, id, "We still hold it to be ours.", nil)
	if err == nil {
		_, err = s.Docket.Claim(ctx, judge, id)
	}
	if err == nil {
		_, err = s.Docket.Reinstate(ctx, judge, id, "", "")
	}
	judge.Key = "per_7"
	if err == nil {
		_, err = s.Docket.Claim(ctx, judge, id)
	}
	if err == nil {
		_, err = s.Docket.Second(ctx, judge, id, true, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Work(t)
}
