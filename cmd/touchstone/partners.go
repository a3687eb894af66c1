package main

import (
	"log/slog"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/caseload"
	"touchstone/internal/casework"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/refusals"
	"touchstone/internal/httpapi/partners"
	"touchstone/internal/httpapi/rest"
	"touchstone/internal/signing"
)

// bundlesEvery is how often bundles for partners that have expired are let go.
const bundlesEvery = 10 * time.Minute

// openPartners joins what partners share, and hands on to them what tracing sees.
func (s *service) openPartners(o options, key signing.Key) {
	s.partners = partner.New(partner.Parts{Store: s.store, Registry: s.intake.Registry, Cases: s.docket, Rings: s.tracing, Evidence: s.bundles,
		Papers: caseload.Papers{Dossier: s.dossier}, Files: s.intake.Blobs, Key: key, Refused: s.refusedPartner, Log: o.log, Now: o.now})
	s.tracing.Alert = caseload.Alarms(s.partners)
}

// refusedPartner brings what a partner was refused, and why, to the audit log.
func (s *service) refusedPartner(a casework.Actor, what, subject string) {
	s.refusals.Note(refusals.Refusal{Actor: a, Method: "partner", Route: what, Subject: subject, Status: 403})
}

// partnersAPI adds their operations.
func (s *service) partnersAPI(api huma.API, log *slog.Logger) {
	(&partners.API{Alliance: s.partners, Errors: rest.Errors{Log: log}}).Register(api)
}
