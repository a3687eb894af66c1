package main

import (
	"context"
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/onboarding"
	"touchstone/internal/httpapi/desk"
	"touchstone/internal/policy"
)

// clocksEvery is how often the clocks of inquiries are looked at.
const clocksEvery = time.Minute

// openDesk joins what the desk does beside cases.
func (s *service) openDesk(o options, policies policy.Set) {
	s.inquiries = inquiry.New(inquiry.Parts{Store: s.store, Registry: s.intake.Registry, Cases: s.docket, Policies: policies, Log: o.log})
}

// deskAPI adds its operations.
func (s *service) deskAPI(api huma.API, log *slog.Logger) {
	(&desk.API{
		Inquiries:  s.inquiries,
		Onboarding: onboarding.Guide{Registry: s.intake.Registry, Notices: s.docket},
		Log:        log,
	}).Register(api)
}

// deskwork keeps the desk's clocks until ctx ends.
func (s *service) deskwork(ctx context.Context) { s.inquiries.Run(ctx, clocksEvery) }
