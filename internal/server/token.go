package server

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"math/big"
	"strings"
)

// A token is "ts_" + ID of the key (16) + "_" + secret (43), both in letters
// and digits, so that a double click selects it and no shell or header needs
// it quoted. The ID finds the row; the secret is compared in constant time.
const (
	tokenPrefix = "ts_"
	idLength    = 16
	secretBytes = 32
	secretChars = 43 // base 62 of 32 bytes
	base62      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// newToken makes a key ID and the token that carries it.
func newToken() (id, token string) {
	id = base62Text(randomBytes(idLength), idLength)
	return id, tokenPrefix + id + "_" + base62Text(randomBytes(secretBytes), secretChars)
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return b
}

// base62Text writes bytes as a number in base 62, its last n digits.
func base62Text(b []byte, n int) string {
	v, base, digit := new(big.Int).SetBytes(b), big.NewInt(62), new(big.Int)
	out := make([]byte, n)
	for i := n - 1; i >= 0; i-- {
		v.DivMod(v, base, digit)
		out[i] = base62[digit.Int64()]
	}
	return string(out)
}

// hashToken is what is stored of a token. A plain SHA-256 suffices: the secret
// has 256 random bits, so there is nothing to guess, and no salt or slow hash
// would make it harder.
func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// tokenID cuts the key's ID out of a token; ok is false when it is no token.
func tokenID(token string) (id string, ok bool) {
	rest, found := strings.CutPrefix(token, tokenPrefix)
	if !found || len(rest) != idLength+1+secretChars || rest[idLength] != '_' {
		return "", false
	}
	for i := range len(rest) {
		if i != idLength && !strings.Contains(base62, rest[i:i+1]) {
			return "", false
		}
	}
	return rest[:idLength], true
}

func hashMatches(stored []byte, token string) bool {
	return subtle.ConstantTimeCompare(stored, hashToken(token)) == 1
}
