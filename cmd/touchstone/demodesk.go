package main

import (
	"context"
	"errors"
	"fmt"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/policy"
	"touchstone/internal/server"
)

// demoSurveys has both sides of a demo asked as soon as a case is decided: nobody looks at a demo for days.
func demoSurveys(set policy.Set) {
	p := set.For("default")
	var own policy.Rules
	if p.Rules != nil {
		own = *p.Rules
	}
	if own.Surveys != nil {
		return // the service's own
	}
	asked := *set.Rules("default").Surveys
	asked.Case.Share, asked.Case.DelayDays = 1, 0
	own.Surveys, p.Rules = &asked, &own
	set["default"] = p
}

// demoDesk decides one of the demo's cases and has its holder ask about it, so that every page of the portal, and a seller's, shows something on the
// first day.
func (s *service) demoDesk(ctx context.Context) error {
	judge := casework.Actor{Account: demoActor.Account, Role: string(server.RoleReviewer), Key: "demo-desk"}
	holder := casework.Actor{Account: demoActor.Account, Role: string(server.RoleHolder)}
	if err := s.allJobs(ctx); err != nil {
		return err
	}
	c, err := s.clearCase(ctx, holder)
	if err != nil {
		return err
	}
	if _, err := s.docket.Claim(ctx, judge, c.ID); err != nil {
		return fmt.Errorf("case of the demo: %w", err)
	}
	if _, err := s.docket.Decide(ctx, judge, c.ID, docket.Verdict{Outcome: docket.OutcomeTakenDown, Remark: "The picture on the listing is the registered one, mirrored and with another border."}); err != nil {
		return fmt.Errorf("case of the demo: %w", err)
	}
	if err := s.allJobs(ctx); err != nil { // its statement
		return err
	}
	if _, err := s.sellerLinks.Issue(ctx, judge, c.ID, "", 0); err != nil {
		return fmt.Errorf("link of the demo: %w", err)
	}
	asked, err := s.inquiries.Ask(ctx, holder, inquiry.Question{Topic: inquiry.TopicDecision, Title: "Will the seller's other listings come down as well?",
		Text: "Thank you for the quick decision. The same seller offers the print on other goods. Do we have to report each of them?", About: inquiry.About{Case: c.ID}})
	if err == nil {
		_, err = s.inquiries.Answer(ctx, judge, asked.ID, inquiry.Answer{Text: "Listings with the same pictures are looked for already. For others, please name them here, or file one notice with all of them.", Wait: true})
	}
	if err != nil {
		return fmt.Errorf("inquiry of the demo: %w", err)
	}
	_, err = s.surveys.Tick(ctx)
	return err
}

// allJobs does what is due.
func (s *service) allJobs(ctx context.Context) error {
	for {
		if n, err := s.jobs.Once(ctx, 100); err != nil || n == 0 {
			return err
		}
	}
}

// clearCase is the oldest open case of the holder about a copied picture.
func (s *service) clearCase(ctx context.Context, holder casework.Actor) (docket.Case, error) {
	list, err := s.docket.Cases(ctx, holder, docket.CaseQuery{Limit: 100})
	if err != nil {
		return docket.Case{}, err
	}
	for i := len(list) - 1; i >= 0; i-- { // they come newest first
		if c, err := s.store.Case(ctx, list[i].ID); err != nil {
			return c, err
		} else if c.State == docket.StateOpen && c.Signal == detect.SignalNearCopy && c.Seller != "" {
			return c, nil
		}
	}
	return docket.Case{}, errors.New("the demo has no open case about a copied picture")
}
