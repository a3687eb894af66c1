package partner

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/signing"
)

// PathPrefix is where links to bundles lead.
const PathPrefix = "/shared/"

// ErrLink reports a link that is not ours, has expired, was revoked, or whose partner may see nothing any more. It is one error, so that trying tells
// nothing.
var ErrLink = errors.New("this link is not valid, has expired or was taken back")

// Tokens are when the bundle expires in seconds (8 bytes), the signature (64 bytes) and the bundle's ID, in base64 for addresses.
const (
	endBytes  = 8
	signBytes = 64
	maxToken  = 400
)

func (s *Alliance) token(b Bundle) string {
	signed := binary.BigEndian.AppendUint64(nil, uint64(b.ExpiresAt.Unix())) //nolint:gosec // after 1970
	signed = append(signed, b.ID...)
	sum := s.Key.Sign(signing.PurposePartnerLink, signed)
	return base64.RawURLEncoding.EncodeToString(slices.Concat(signed[:endBytes], sum, signed[endBytes:]))
}

// read is the ID in a token that this service signed and whose time has not come.
func (s *Alliance) read(token string) (id string, ok bool) {
	if len(token) > maxToken {
		return "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= endBytes+signBytes {
		return "", false
	}
	signed := slices.Concat(raw[:endBytes], raw[endBytes+signBytes:])
	if s.Key.Public().Verify(signing.PurposePartnerLink, signed, raw[endBytes:endBytes+signBytes]) != nil {
		return "", false
	}
	end := time.Unix(int64(binary.BigEndian.Uint64(signed)), 0) //nolint:gosec // it was signed here
	return string(signed[endBytes:]), s.moment().Before(end)
}

// Peek is the bundle that a link leads to, for the page that says what is about to be fetched; it hands nothing out.
func (s *Alliance) Peek(ctx context.Context, token string) (Bundle, Partner, error) {
	id, ok := s.read(token)
	if !ok {
		return Bundle{}, Partner{}, ErrLink
	}
	b, err := s.Store.PartnerBundle(ctx, id)
	var p Partner
	if err == nil {
		p, err = s.Store.Partner(ctx, b.Partner)
	}
	if errors.Is(err, casework.ErrNotFound) {
		return Bundle{}, Partner{}, ErrLink
	}
	if err != nil {
		return Bundle{}, Partner{}, fmt.Errorf("follow a link: %w", err)
	}
	switch err := s.mayLook(ctx, p, b); {
	case errors.Is(err, casework.ErrForbidden), errors.Is(err, casework.ErrConflict):
		return Bundle{}, Partner{}, s.refuse(linkActor(b), "bundle.fetch by a link", b.ID, ErrLink)
	case err != nil:
		return Bundle{}, Partner{}, err
	}
	return s.shown(b).tell(), p.at(s.moment()), nil
}

// Follow gives the bytes that a link leads to: for a court or an authority without an account. Each is a row of the audit log, in the link's name.
func (s *Alliance) Follow(ctx context.Context, token string) (Bundle, []byte, error) {
	b, _, err := s.Peek(ctx, token)
	if err != nil {
		return Bundle{}, nil, err
	}
	data, err := s.hand(ctx, b.ID, linkActor(b).Person())
	if errors.Is(err, casework.ErrConflict) || errors.Is(err, casework.ErrNotFound) {
		err = ErrLink
	}
	return b, data, err
}

// linkActor is who follows the link of a bundle.
func linkActor(b Bundle) casework.Actor {
	return casework.Actor{Account: "partner-link", Role: RolePartner, Key: b.ID}
}
