package tracing

import (
	"context"
	"fmt"
	"math"

	"touchstone/internal/casework"
)

// mayTell is for what marketplaces tell: their own pipelines, and who runs the service.
func (t *Tracer) mayTell(a casework.Actor, marketplace string) error {
	if a.Operates() {
		return nil
	}
	if a.Role == "pipeline" && (a.Subject == "" || a.Subject == marketplace) {
		return nil
	}
	if a.Role == "pipeline" {
		return fmt.Errorf("%w: there is no marketplace %q for this key", casework.ErrNotFound, marketplace)
	}
	return fmt.Errorf("%w: role %q may not tell of sellers; use a key of the marketplace's pipeline or of an operator", casework.ErrForbidden, a.Role)
}

// mayTrace is for what is known of sellers: contacts of people among it.
func mayTrace(a casework.Actor) error {
	if a.SeesAll() {
		return nil
	}
	return fmt.Errorf("%w: role %q may not see who is linked with whom; use a key of a reviewer, operator or admin", casework.ErrForbidden, a.Role)
}

// viewed writes a look at what is known of sellers into the audit log.
func (t *Tracer) viewed(ctx context.Context, a casework.Actor, what, id string) error {
	return t.Audit.Record(ctx, a, what, id, nil)
}

// minor is an amount in hundredths of its currency: enough to tell prices apart.
func minor(amount float64) int64 { return int64(math.Round(amount * 100)) }
