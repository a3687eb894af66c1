package signing

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"slices"
	"time"
)

// Signer signs for a purpose; Key is one.
type Signer interface {
	Sign(purpose string, message []byte) []byte
	Public() Public
}

// ErrToken: a token is not one that was made here for this purpose.
var ErrToken = errors.New("the token is not valid")

// Tokens are the end in seconds (8 bytes), the signature (64 bytes) and an ID, in base64 for addresses.
const (
	endBytes  = 8
	signBytes = 64
	maxToken  = 400
)

// Token makes a token for addresses that names an ID until a moment, in whole seconds. It is made of these alone, so the same gives the same.
func Token(key Signer, purpose, id string, ends time.Time) string {
	signed := binary.BigEndian.AppendUint64(nil, uint64(ends.Unix())) //nolint:gosec // moments after 1970
	signed = append(signed, id...)
	sum := key.Sign(purpose, signed)
	return base64.RawURLEncoding.EncodeToString(slices.Concat(signed[:endBytes], sum, signed[endBytes:]))
}

// ReadToken gives what a token of strangers names, and until when; ErrToken for everything that was not signed here. Whether it has ended is
// the caller's to ask.
func ReadToken(key Signer, purpose, token string) (id string, ends time.Time, err error) {
	if len(token) > maxToken {
		return "", time.Time{}, ErrToken
	}
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) <= endBytes+signBytes {
		return "", time.Time{}, ErrToken
	}
	signed := slices.Concat(raw[:endBytes], raw[endBytes+signBytes:])
	if key.Public().Verify(purpose, signed, raw[endBytes:endBytes+signBytes]) != nil {
		return "", time.Time{}, ErrToken
	}
	return string(signed[endBytes:]), time.Unix(int64(binary.BigEndian.Uint64(signed)), 0), nil //nolint:gosec // what was signed above
}
