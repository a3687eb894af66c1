package main

import (
	"context"
	"time"

	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
)

// deadlinesEvery is how often deadlines of cases are looked for.
const deadlinesEvery = 5 * time.Second

// openDocket joins the docket with its jobs and with scoring.
func (s *service) openDocket(o options, policies policy.Set) {
	s.jobs = jobs.NewRunner(s.store, jobs.Config{}, casework.NewID("run"), nil, o.log)
	s.docket = docket.New(docket.Parts{
		Store: s.store, Registry: s.intake.Registry, Policies: policies, Wake: s.jobs.Wake, Log: o.log,
		Scorer: caseload.Scorer{Reports: s.store, Registry: s.intake.Registry},
	})
	for kind, handler := range s.docket.Handlers() {
		s.jobs.Handle(kind, handler)
	}
}

// casework does jobs and keeps deadlines until ctx ends.
func (s *service) casework(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.jobs.Run(ctx)
	}()
	s.docket.Run(ctx, deadlinesEvery)
	<-done
}
