package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	signed "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"touchstone/internal/casework"
	"touchstone/internal/casework/docket"
)

// ErrForged: a message is not signed by who it claims to come from, or was not made now.
var ErrForged = errors.New("the message is not signed as it must be")

// tolerance is how far the clock of a sender may be from this one's.
const tolerance = 5 * time.Minute

// Types of callback.
const (
	CallbackConfirmed = "enforcement.confirmed" // it was carried out
	CallbackFailed    = "enforcement.failed"    // it could not be
)

// maxMessageID bounds the webhook-id of a callback.
const maxMessageID = 200

// Callback is what a marketplace says of an order.
type Callback struct {
	Type string `json:"type" enum:"enforcement.confirmed,enforcement.failed"`
	Data struct {
		Enforcement string `json:"enforcement_id" maxLength:"64"`
		Reason      string `json:"reason,omitempty" maxLength:"1000" doc:"why it could not be carried out"`
		Sold        *int   `json:"sold,omitempty" minimum:"0" doc:"of a removal that is confirmed: how many the listing had sold by then"`
	} `json:"data"`
}

// Receive takes a signed message about an order of the hook's marketplace. One that is forged, too old, or the very same as one before
// is refused and audited; the same told again under a new time is heard and changes nothing.
func (s *Hooks) Receive(ctx context.Context, a casework.Actor, id string, header http.Header, body []byte) (docket.Enforcement, error) {
	h, err := s.Get(ctx, a, id)
	if err != nil {
		return docket.Enforcement{}, err
	}
	if h.Marketplace == "" {
		return docket.Enforcement{}, fmt.Errorf("%w: this webhook is of no marketplace; orders are confirmed by the marketplace that was told", casework.ErrConflict)
	}
	if err := s.admit(ctx, h, header, body); err != nil {
		if errors.Is(err, ErrForged) || errors.Is(err, casework.ErrConflict) {
			s.Count("refused")
			err = errors.Join(err, s.refused(ctx, a, id, err))
		}
		return docket.Enforcement{}, err
	}
	c, err := parse(body)
	if err != nil {
		return docket.Enforcement{}, err
	}
	s.Count("taken")
	who := casework.Actor{Account: a.Account, Role: "pipeline", Subject: h.Marketplace, Key: a.Key}
	if c.Type == CallbackFailed {
		return s.Orders.Fail(ctx, who, c.Data.Enforcement, c.Data.Reason)
	}
	return s.Orders.Confirm(ctx, who, c.Data.Enforcement, c.Data.Sold)
}

// admit checks signature and time, and that the message is new.
func (s *Hooks) admit(ctx context.Context, h Hook, header http.Header, body []byte) error {
	id, now := header.Get(signed.HeaderWebhookID), s.moment()
	seconds, err := strconv.ParseInt(header.Get(signed.HeaderWebhookTimestamp), 10, 64)
	if err != nil || id == "" || len(id) > maxMessageID {
		return fmt.Errorf("%w: the headers webhook-id, webhook-timestamp (seconds since 1970) and webhook-signature are needed", ErrForged)
	}
	if at := time.Unix(seconds, 0); at.Before(now.Add(-tolerance)) || at.After(now.Add(tolerance)) {
		return fmt.Errorf("%w: its timestamp is more than %d minutes from now; see that your clock is right", ErrForged, int(tolerance.Minutes()))
	}
	secrets, err := s.opened(h.ID, good(h.Callbacks, now))
	if err != nil {
		return err
	}
	if !verified(secrets, header, body) {
		return fmt.Errorf("%w: no signature fits; sign id, timestamp and body with the callback_secret of this webhook", ErrForged)
	}
	isNew := false
	err = s.Store.Update(ctx, func(tx docket.Tx) error {
		t, err := own(tx)
		if err == nil {
			isNew, err = t.AddCallback(ctx, h.ID, fmt.Sprintf("%s.%d", id, seconds), now)
		}
		return err
	})
	if err == nil && !isNew {
		err = fmt.Errorf("%w: this very message came before; tell it again under a new timestamp", casework.ErrConflict)
	}
	return err
}

func verified(secrets []Secret, header http.Header, body []byte) bool {
	for _, s := range secrets {
		if w, err := signed.NewWebhook(s.Key); err == nil && w.VerifyIgnoringTimestamp(body, header) == nil {
			return true
		}
	}
	return false
}

// refused notes in the audit log that a message was turned away.
func (s *Hooks) refused(ctx context.Context, a casework.Actor, id string, why error) error {
	return s.Store.Update(ctx, func(tx docket.Tx) error {
		tx.AddAudit(s.entry(s.moment(), a.Person(), "webhook.callback_refused", id, why.Error()))
		return nil
	})
}

// parse reads a callback strictly.
func parse(body []byte) (Callback, error) {
	var c Callback
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	err := d.Decode(&c)
	if err == nil {
		_, err = d.Token()
	}
	fault := func(path, message string) (Callback, error) {
		return Callback{}, &casework.ValidationError{Fields: []casework.FieldError{{Path: path, Message: message}}}
	}
	switch {
	case !errors.Is(err, io.EOF):
		return fault("", "is not one JSON object of type and data")
	case c.Type != CallbackConfirmed && c.Type != CallbackFailed:
		return fault("type", "must be enforcement.confirmed or enforcement.failed")
	case c.Data.Enforcement == "" || len(c.Data.Enforcement) > 64:
		return fault("data.enforcement_id", "is the ID of the order, as it was told")
	case c.Type == CallbackFailed && (c.Data.Reason == "" || len(c.Data.Reason) > 1000):
		return fault("data.reason", "says in 1 to 1000 characters why it could not be carried out")
	}
	return c, nil
}
