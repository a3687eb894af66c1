// Package webhook tells marketplaces, holders and operators by HTTP what the feed of events says, and hears from marketplaces what they
// carried out.
//
// A hook is a place in the feed: events commit with the change that they tell of and are numbered in the order of commits, so a
// hook that reads on from the last number seen misses none and tells nothing that did not happen. Each event becomes a
// delivery, a row in the transaction that moves the hook on. Deliveries of one case are made one after the other; those of other cases do not wait
// for them. One that fails is tried again with growing pauses for about a day; then it is a dead letter, which stays to be seen and sent
// again, and what came behind it goes on. A delivery may arrive twice (its webhook-id is the same then) and, after a dead letter is
// sent again, late (its seq says so).
//
// Messages are signed in both directions as Standard Webhooks 1.0 says (HMAC-SHA256 over id, timestamp and body), with secrets of their own
// for each, so that neither side's messages can be sent back to it.
package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"touchstone/internal/casework"
)

// Bounds of a hook.
const (
	maxURL         = 2000
	maxKinds       = 50
	maxDescription = 200
	// Grace is how long an old secret is good beside the new one.
	Grace = 24 * time.Hour
	// MostHooks of one account.
	MostHooks = 20
)

// States of a hook.
const (
	Active = "active"
	Paused = "paused" // it takes no deliveries; what happens meanwhile is told when it goes on
)

// Hook is an address that events are sent to.
type Hook struct {
	ID          string    `json:"id"`
	Account     string    `json:"account"`
	Subject     string    `json:"-"`                     // of the key that made it: what the owner is bound to
	Marketplace string    `json:"marketplace,omitempty"` // whose events it hears; empty: of all
	Holder      string    `json:"holder,omitempty"`      // about whose rights
	Rights      string    `json:"-"`                     // account of those rights; empty: of all
	URL         string    `json:"url"`
	Kinds       []string  `json:"kinds,omitempty" doc:"kinds of event, or their beginning with a star (case.*); none: all"`
	Description string    `json:"description,omitempty"`
	State       string    `json:"state" enum:"active,paused"`
	Problem     string    `json:"problem,omitempty" doc:"why the last delivery failed; none after one that was taken"`
	CreatedAt   time.Time `json:"created_at"`
	Seen        int64     `json:"seen" doc:"number of the last event that it was given"`
	Secrets     []Secret  `json:"-"` // of what is sent, newest first
	Callbacks   []Secret  `json:"-"` // of what comes back
}

// Secret signs messages until it ends.
type Secret struct {
	Key   string    `json:"key"` // whsec_ and base64
	Until time.Time `json:"until,omitzero"`
}

// newSecret makes a secret of 32 bytes.
func newSecret() Secret {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return Secret{Key: "whsec_" + base64.StdEncoding.EncodeToString(key)}
}

// rotated puts a new secret before those that are still good, which end after the grace.
func rotated(list []Secret, now time.Time) []Secret {
	out := []Secret{newSecret()}
	for _, s := range list {
		if s.Until.IsZero() {
			s.Until = now.Add(Grace)
		}
		if now.Before(s.Until) {
			out = append(out, s)
		}
	}
	return out
}

// good are the secrets that hold at a moment.
func good(list []Secret, now time.Time) []Secret {
	return slices.DeleteFunc(slices.Clone(list), func(s Secret) bool { return !s.Until.IsZero() && !now.Before(s.Until) })
}

// hears tells whether the hook wants events of a kind.
func (h Hook) hears(kind string) bool {
	return len(h.Kinds) == 0 || slices.ContainsFunc(h.Kinds, func(k string) bool {
		beginning, any := strings.CutSuffix(k, "*")
		return k == kind || any && strings.HasPrefix(kind, beginning)
	})
}

var kindPattern = regexp.MustCompile(`^[a-z][a-z_.]{0,60}\*?$`)

// validate reports every fault of what a caller may say of a hook.
func (h Hook) validate(local bool) error {
	var faults []casework.FieldError
	fault := func(path, message string) { faults = append(faults, casework.FieldError{Path: path, Message: message}) }
	u, err := url.Parse(h.URL)
	switch {
	case err != nil || u.Host == "" || len(h.URL) > maxURL:
		fault("url", fmt.Sprintf("must be an absolute https address of at most %d characters", maxURL))
	case u.Scheme != "https" && !(local && u.Scheme == "http"):
		fault("url", "must begin with https://")
	case u.User != nil || u.Fragment != "":
		fault("url", "must have no user name, password or fragment")
	}
	if len(h.Kinds) > maxKinds {
		fault("kinds", fmt.Sprintf("at most %d", maxKinds))
	}
	for i, k := range h.Kinds {
		if !kindPattern.MatchString(k) {
			fault(fmt.Sprintf("kinds[%d]", i), "must be a kind of event such as case.decided, or its beginning with a star such as case.*")
		}
	}
	if len(h.Description) > maxDescription {
		fault("description", fmt.Sprintf("at most %d characters", maxDescription))
	}
	if len(faults) > 0 {
		return &casework.ValidationError{Fields: faults}
	}
	return nil
}

// States of a delivery.
const (
	Waiting = "waiting"
	Done    = "done" // taken; kept for a week
	Dead    = "dead" // given up; stays until it is sent again
)

// Delivery is one event on its way to one hook.
type Delivery struct {
	Hook     string    `json:"webhook_id"`
	Seq      int64     `json:"seq" doc:"number of the event"`
	Lane     string    `json:"lane" doc:"case, or notice, whose deliveries are made in order"`
	Kind     string    `json:"kind"`
	State    string    `json:"state" enum:"waiting,done,dead"`
	Attempts int       `json:"attempts"`
	NextAt   time.Time `json:"next_at"` // of a waiting one
	Problem  string    `json:"problem,omitempty"`
	EndedAt  time.Time `json:"ended_at,omitzero"`
}

// MessageID is the webhook-id of a delivery, the same at every try.
func (d Delivery) MessageID() string {
	return fmt.Sprintf("msg_%s_%d", strings.TrimPrefix(d.Hook, "whk_"), d.Seq)
}
