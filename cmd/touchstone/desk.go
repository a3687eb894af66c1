package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework"
	"touchstone/internal/casework/deadline"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/casework/privacy"
	"touchstone/internal/casework/refusals"
	"touchstone/internal/casework/survey"
	"touchstone/internal/httpapi/desk"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/policy"
	"touchstone/internal/server"
)

// clocksEvery is how often the clocks of inquiries are looked at.
const clocksEvery = time.Minute

// privacyEvery is how often erasures that waited go on, and what is old ends.
const privacyEvery = 10 * time.Minute

// refusalsEvery is how often refused requests are written to the audit log.
const refusalsEvery = time.Second

// surveysEvery is how often surveys are planned, asked and closed.
const surveysEvery = time.Minute

// openDesk joins what the desk does beside cases.
func (s *service) openDesk(o options, policies policy.Set, days deadline.Calendars) {
	s.privacy = privacy.New(privacy.Parts{Store: s.store, Policies: policies, Forget: s.tracing.Erase, Files: s.intake.Blobs, Log: o.log})
	s.refusals = refusals.New(s.store, nil, o.log)
	s.surveys = survey.New(survey.Parts{Store: s.store, Policies: policies, Key: s.sellerLinks.Key, Log: o.log})
	s.inquiries = inquiry.New(inquiry.Parts{Store: s.store, Registry: s.intake.Registry, Cases: s.docket, Files: s.dossier, Policies: policies, Calendars: days, Log: o.log})
}

// deskAPI adds its operations.
func (s *service) deskAPI(api huma.API, log *slog.Logger) {
	(&desk.API{
		Inquiries:  s.inquiries,
		Onboarding: onboarding.Guide{Registry: s.intake.Registry, Notices: s.docket},
		Privacy:    s.privacy,
		Surveys:    s.surveys,
		Errors:     rest.Errors{Log: log},
	}).Register(api)
}

// refused brings what the server refuses to the audit log.
func (s *service) refused(r server.Refusal) {
	s.refusals.Note(refusals.Refusal{Actor: casework.Actor{Account: r.Account, Role: string(r.Role), Subject: r.Subject, Key: r.KeyID},
		Method: r.Method, Route: r.Route, Subject: r.ID, Status: r.Status})
}

// deskwork keeps the desk's clocks, and writes refusals down, until ctx ends.
func (s *service) deskwork(ctx context.Context) {
	var group sync.WaitGroup
	group.Go(func() { s.refusals.Run(ctx, refusalsEvery) })
	group.Go(func() { s.privacy.Run(ctx, privacyEvery) })
	group.Go(func() { s.surveys.Run(ctx, surveysEvery) })
	group.Go(func() { s.partners.Run(ctx, bundlesEvery) })
	s.inquiries.Run(ctx, clocksEvery)
	group.Wait()
}
