package main

import (
	"context"
	"path/filepath"
	"time"

	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/deadline"
	"touchstone/internal/casework/docket"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/jobs"
	"touchstone/internal/policy"
	"touchstone/internal/seal"
	"touchstone/internal/signing"
)

// deadlinesEvery is how often deadlines of cases are looked for.
const deadlinesEvery = 5 * time.Second

// penaltiesEvery is how often freezes that end and standing that has changed are looked for.
const penaltiesEvery = time.Minute

// renewalsEvery is how often rights that expire are looked for.
const renewalsEvery = time.Hour

// openDocket joins the docket with its jobs and with scoring.
func (s *service) openDocket(o options, policies policy.Set) error {
	s.jobs = jobs.NewRunner(s.store, jobs.Config{}, casework.NewID("run"), o.now, o.log)
	s.followup = followup.New(followup.Parts{Store: s.store, Registry: s.intake.Registry, Policies: policies, Log: o.log, Now: o.now})
	s.dossier = caseload.NewDossier(s.store, s.intake, s.papers, s.jobs.Wake, o.log)
	days, err := deadline.Load(o.calendars)
	if err != nil {
		return err
	}
	s.docket = docket.New(docket.Parts{
		Calendars: days,
		Store:     s.store, Registry: s.intake.Registry, Policies: policies, Wake: s.jobs.Wake, Log: o.log, Now: o.now,
		Powers: s.dossier, Files: s.dossier, Papers: s.dossier, Gate: s.followup, Observers: []docket.Observer{s.followup, s.tracing},
		Scorer: caseload.Scorer{Reports: s.store, Listings: s.store, Raise: s.tracing.Raise},
	})
	s.intake.Cases = caseload.Opener{Docket: s.docket, Registry: s.intake.Registry, Policies: policies, Raise: s.tracing.Raise}
	s.tracing.Penalties = s.followup
	for _, handlers := range []map[string]jobs.Handler{s.docket.Handlers(), s.followup.Handlers(), s.dossier.Handlers(), s.tracing.Handlers(s.store.Case, caseload.Sightings{Report: s.store.Report, Kept: s.store}.Listing)} {
		for kind, handler := range handlers {
			s.jobs.Handle(kind, handler)
		}
	}
	key, err := openKey(o.data)
	if err != nil {
		return err
	}
	s.sellerLinks = &sellerlink.Links{Store: s.store, Docket: s.docket, Key: key}
	s.bundles = caseload.Bundler{Tracing: s.tracing, Docket: s.docket, Intake: s.intake, Key: key, Version: version, Now: o.now}
	s.openDesk(o, policies, days)
	if s.seal, err = openSeal(o); err != nil {
		return err
	}
	s.openPartners(o, key)
	return s.openHooks(o)
}

// openSeal opens the keys that seal secrets; a scratch service has one of its own, which ends with it.
func openSeal(o options) (*seal.Ring, error) {
	switch {
	case o.sealKeys != "":
		return seal.Open(o.sealKeys, false)
	case o.data == "":
		return seal.New(), nil
	}
	return seal.Open(filepath.Join(o.data, seal.FileName), true)
}

// openKey opens the key of a data folder; a scratch service has one of its own, which ends with it.
func openKey(data string) (signing.Key, error) {
	if data == "" {
		return signing.New()
	}
	return signing.Open(data)
}

// casework does jobs and keeps deadlines until ctx ends.
func (s *service) casework(ctx context.Context) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.jobs.Run(ctx)
	}()
	also := make(chan struct{})
	go func() {
		defer close(also)
		s.followup.Run(ctx, penaltiesEvery)
	}()
	traced := make(chan struct{})
	go func() {
		defer close(traced)
		s.tracing.Run(ctx)
	}()
	renewals := make(chan struct{})
	go func() {
		defer close(renewals)
		s.dossier.Run(ctx, renewalsEvery)
	}()
	s.docket.Run(ctx, deadlinesEvery)
	<-renewals
	<-traced
	<-also
	<-done
}
