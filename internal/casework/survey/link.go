package survey

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/signing"
)

// PathPrefix is where the pages of links are.
const PathPrefix = "/survey/"

// ErrLink reports a link that is not ours or has ended. It is one error, so that trying tells nothing.
var ErrLink = errors.New("this link is not valid or has ended")

// Path is where the link of a survey leads on this service; "" for one that nobody was asked. Whoever has it is taken for the party, so that it goes
// to those alone who may hand it on: the party, the marketplace of a seller, and who runs the service.
func (v *Surveys) Path(a casework.Actor, s Survey) string {
	if s.ClosesAt == nil || sees(a, s) != nil || a.SeesAll() && !a.Operates() {
		return ""
	}
	return PathPrefix + signing.Token(v.Key, signing.PurposeSurveyLink, s.ID, *s.ClosesAt)
}

// Follow is the survey that a token belongs to; ErrLink for every token that opens nothing.
func (v *Surveys) Follow(ctx context.Context, token string) (Survey, error) {
	id, ends, err := signing.ReadToken(v.Key, signing.PurposeSurveyLink, token)
	if err != nil || !v.moment().Before(ends) {
		return Survey{}, ErrLink
	}
	s, err := v.Store.Survey(ctx, id)
	if errors.Is(err, casework.ErrNotFound) || err == nil && s.State == StatePlanned {
		return Survey{}, ErrLink
	}
	if err != nil {
		return Survey{}, fmt.Errorf("follow a link: %w", err)
	}
	return s, nil
}

// AnswerByLink takes the answer of who has the link.
func (v *Surveys) AnswerByLink(ctx context.Context, token string, r Reply) (Survey, error) {
	s, err := v.Follow(ctx, token)
	if err != nil {
		return Survey{}, err
	}
	return v.take(ctx, s.ID, "link:"+s.ID, r, func(Survey) error { return nil })
}

// cutSubject cuts MARKETPLACE/SELLER.
func cutSubject(subject string) (marketplace, seller string, ok bool) {
	return strings.Cut(subject, "/")
}
