package guard

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"touchstone/internal/casework"
)

// Bounds of what reviewers write.
const (
	maxReason  = 2000 // bytes
	maxSubject = 500
	maxWords   = 200
)

// releaseDays is how long a released subject is not set aside again, unless the reviewer says otherwise.
const releaseDays = 90

// roles that record and decide.
var roles = []string{"reviewer", "operator", "admin"}

func may(a casework.Actor) error {
	if slices.Contains(roles, a.Role) {
		return nil
	}
	return fmt.Errorf("%w: role %q may not judge likenesses; use a key of a reviewer, operator or admin", casework.ErrForbidden, a.Role)
}

var hashPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)

// Suppress records a benign collision. ID, By and CreatedAt are set here; faults of the input are a *casework.ValidationError.
func (g *Guard) Suppress(ctx context.Context, a casework.Actor, by string, s Suppression) (Suppression, error) {
	if err := may(a); err != nil {
		return Suppression{}, err
	}
	s.ID, s.By, s.CreatedAt, s.LiftedAt = casework.NewID("sup"), by, g.now(), nil
	s.Words, s.Reason, s.Seller = strings.TrimSpace(s.Words), strings.TrimSpace(s.Reason), strings.TrimSpace(s.Seller)
	if s.ExpiresAt != nil {
		at := s.ExpiresAt.UTC().Truncate(time.Microsecond)
		s.ExpiresAt = &at
	}
	if err := s.validate(s.CreatedAt); err != nil {
		return Suppression{}, err
	}
	if err := g.Store.AddSuppression(ctx, s); err != nil {
		return Suppression{}, fmt.Errorf("record suppression: %w", err)
	}
	return s, g.Load(ctx)
}

func (s Suppression) validate(now time.Time) error {
	var faults []casework.FieldError
	check := func(ok bool, path, format string, args ...any) {
		if !ok {
			faults = append(faults, casework.FieldError{Path: path, Message: fmt.Sprintf(format, args...)})
		}
	}
	set := 0
	for _, v := range []string{s.Picture, s.Cluster, s.Seller, s.Words} {
		if v != "" {
			set++
		}
	}
	check(s.RightID != "", "right_id", "is needed: the right that is resembled")
	check(set == 1, "picture", "one of picture, cluster, seller and words is needed, and no more; %d are given", set)
	check(s.Picture == "" || hashPattern.MatchString(s.Picture), "picture", "must be the SHA-256 of the picture in 64 hexadecimal digits, as reports have it")
	check(s.Cluster == "" || strings.HasPrefix(s.Cluster, "cls_") && len(s.Cluster) < maxSubject, "cluster", "must be the ID of a cluster, cls_...")
	check(len(s.Seller) <= maxSubject && utf8.ValidString(s.Seller), "seller", "must be at most %d bytes of UTF-8", maxSubject)
	check(len(s.Words) <= maxWords && utf8.ValidString(s.Words), "words", "must be at most %d bytes of UTF-8", maxWords)
	check(len(s.Marketplace) <= maxSubject && utf8.ValidString(s.Marketplace), "marketplace", "must be at most %d bytes of UTF-8", maxSubject)
	check(s.Reason != "" && len(s.Reason) <= maxReason && utf8.ValidString(s.Reason), "reason", "is needed, in at most %d bytes of UTF-8: others will read it", maxReason)
	check(s.ExpiresAt == nil || s.ExpiresAt.After(now), "expires_at", "must lie in the future")
	if len(faults) > 0 {
		return &casework.ValidationError{Fields: faults}
	}
	return nil
}

// Lift ends a suppression.
func (g *Guard) Lift(ctx context.Context, a casework.Actor, by, id, reason string) (Suppression, error) {
	if err := errors.Join(may(a), needReason(reason)); err != nil {
		return Suppression{}, err
	}
	if err := g.Store.LiftSuppression(ctx, id, by, strings.TrimSpace(reason), g.now()); err != nil {
		return Suppression{}, fmt.Errorf("lift suppression: %w", err)
	}
	if err := g.Load(ctx); err != nil {
		return Suppression{}, err
	}
	return g.Store.Suppression(ctx, id)
}

func needReason(reason string) error {
	if r := strings.TrimSpace(reason); r == "" || len(r) > maxReason || !utf8.ValidString(r) {
		return &casework.ValidationError{Fields: []casework.FieldError{{Path: "reason", Message: fmt.Sprintf("is needed, in at most %d bytes of UTF-8: others will read it", maxReason)}}}
	}
	return nil
}

// Confirm says that the subject of a quarantine tells nothing: it stays set aside.
func (g *Guard) Confirm(ctx context.Context, a casework.Actor, by, id, reason string) (Quarantine, error) {
	return g.decide(ctx, a, Quarantine{ID: id, State: StateConfirmed, By: by, Reason: reason})
}

// Release says that the subject of a quarantine counts. It is not set aside again for some days, 0 for the usual 90.
func (g *Guard) Release(ctx context.Context, a casework.Actor, by, id, reason string, days int) (Quarantine, error) {
	if days <= 0 {
		days = releaseDays
	}
	until := g.now().AddDate(0, 0, days)
	return g.decide(ctx, a, Quarantine{ID: id, State: StateReleased, By: by, Reason: reason, Until: &until})
}

func (g *Guard) decide(ctx context.Context, a casework.Actor, q Quarantine) (Quarantine, error) {
	if err := errors.Join(may(a), needReason(q.Reason)); err != nil {
		return Quarantine{}, err
	}
	now := g.now()
	q.DecidedAt, q.Reason = &now, strings.TrimSpace(q.Reason)
	if err := g.Store.DecideQuarantine(ctx, q); err != nil {
		return Quarantine{}, fmt.Errorf("decide on a quarantine: %w", err)
	}
	if err := g.Load(ctx); err != nil {
		return Quarantine{}, err
	}
	return g.Store.Quarantine(ctx, q.ID)
}
