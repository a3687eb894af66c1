package main

import (
	"context"

	"touchstone/internal/caseload"
	"touchstone/internal/casework/docket"
	"touchstone/internal/tracing"
)

// openTracing makes the network of sellers from the store.
func (s *service) openTracing(ctx context.Context, o options) (err error) {
	s.tracing, err = tracing.New(tracing.Parts{
		Store: s.store, Stores: s.store, Registry: s.intake.Registry, Audit: docket.Auditor{Store: s.store, Now: o.now}, Now: o.now,
		Attacks: caseload.Sightings{Report: s.reports.Lately}.Attacks, Log: o.log,
	})
	if err != nil {
		return err
	}
	s.intake.Watch = s.tracing.Listed
	return s.tracing.Load(ctx)
}
