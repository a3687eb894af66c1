package casework

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"
)

// idEncoding keeps the order of the bytes, so that IDs sort by time.
var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// IDOf makes an ID of the same form out of what it stands for: the same parts
// give the same ID. It does not sort by time.
func IDOf(prefix string, parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p) // the length keeps parts apart
	}
	return prefix + "_" + idEncoding.EncodeToString(h.Sum(nil)[:16])
}

// NewID makes an ID such as "rgt_06ec0cy1v5y5v3a0s4c0w8v1mr": prefix, then a
// UUID version 7 (RFC 9562) in 26 lower-case letters and digits. IDs of one
// process sort by the time they were made. The prefixes in use are hld, rgt,
// ref, sel and, elsewhere, rep, bat and swp.
func NewID(prefix string) string {
	u := uuid.Must(uuid.NewV7()) // fails only when the system has no randomness
	return prefix + "_" + idEncoding.EncodeToString(u[:])
}

// IDAt is below every ID of the prefix that is made from a moment on, and above those made before: a bound for lists that are
// ordered by ID.
func IDAt(prefix string, at time.Time) string {
	var u [16]byte
	binary.BigEndian.PutUint64(u[:8], uint64(max(0, at.UnixMilli()))<<16)
	return prefix + "_" + idEncoding.EncodeToString(u[:])
}
