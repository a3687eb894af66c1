package main

import (
	"context"

	"touchstone/internal/caseload"
)

// openMeasured lets scoring, triage and followup go by the same measured thresholds, brought to what is kept, and scoring by what was
// decided before.
func (s *service) openMeasured(ctx context.Context) error {
	s.followup.Pack = func() string {
		p := s.intake.Pack()
		return p.Name + "@" + p.Version
	}
	s.followup.Measured, s.docket.Measured = s.intake.Measured, s.intake.Measured
	s.intake.History = caseload.Past{Followup: s.followup}
	return s.followup.Refresh(ctx)
}
