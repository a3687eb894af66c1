// Package audit is an append-only chain of entries: each names the hash of the one before it, so that nothing can be changed, left
// out or put in between without every later hash being wrong (Haber and Stornetta, "How to Time-Stamp a Digital Document", 1991).
//
// What an entry tells beside who did what to what when, its payload, is bound by hash alone. A payload with personal data is bound by a salted
// commitment: dropping salt and payload erases it, nobody can find it again by guessing, and the chain stays whole.
//
// The package is pure: it knows no clock and no storage. Whoever appends reads the Head in the transaction that writes the entry.
package audit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"time"
)

// domain begins the canonical bytes of every entry; another form of entry gets another one.
const domain = "touchstone/audit-entry/1"

// Hash is a SHA-256, written in hexadecimal.
type Hash [sha256.Size]byte

// String is the hash in hexadecimal.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// MarshalText writes the hash in hexadecimal.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(text []byte) error {
	parsed, err := ParseHash(string(text))
	if err == nil {
		*h = parsed
	}
	return err
}

// ParseHash reads 64 hexadecimal digits.
func ParseHash(text string) (Hash, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != sha256.Size {
		return Hash{}, errors.New("a hash is 64 hexadecimal digits")
	}
	return Hash(raw), nil
}

// Event is what happened. Actor and Subject are IDs, never names or addresses: they stay for ever.
type Event struct {
	At      time.Time `json:"at"`      // kept in UTC with microseconds
	Actor   string    `json:"actor"`   // "user:acc_1", "machine:triage"
	Action  string    `json:"action"`  // "case.decided"
	Subject string    `json:"subject"` // "cas_06f0"
	// Payload binds what else there is to tell: Payload.Hash, or the zero hash when there is nothing.
	Payload Hash `json:"payload"`
	// Salt is kept beside the entry, and erased with what it binds; the chain does not hold it. Empty: bound without one.
	Salt []byte `json:"-"`
}

// Binding is the event with data bound in it by a salted commitment, for what may hold something personal: nobody finds it by guessing, and
// with the salt goes the last way to tell what it was.
func (e Event) Binding(data []byte) Event {
	p := Personal(data)
	e.Payload, e.Salt = p.Hash(), p.Salt
	return e
}

// Entry is one link of the chain.
type Entry struct {
	Seq int64 `json:"seq"` // 1 is the first
	Event
	Previous Hash `json:"previous"` // of the entry Seq-1; zero in the first
	Hash     Hash `json:"hash"`     // over all of the above
}

// Head is the end of a chain: its last entry. The zero Head is an empty chain.
type Head struct {
	Seq  int64 `json:"seq"`
	Hash Hash  `json:"hash"`
}

// Append makes the entry that follows the head.
func (h Head) Append(e Event) Entry {
	e.At = e.At.UTC().Truncate(time.Microsecond)
	entry := Entry{Seq: h.Seq + 1, Event: e, Previous: h.Hash}
	entry.Hash = entry.sum()
	return entry
}

// Head of a chain that ends with the entry.
func (e Entry) Head() Head { return Head{e.Seq, e.Hash} }

// sum is the SHA-256 of the canonical bytes: the domain, numbers in eight bytes, texts with their length before them, hashes.
func (e Entry) sum() Hash {
	b := make([]byte, 0, 256)
	b = text(b, domain)
	b = binary.BigEndian.AppendUint64(b, uint64(e.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(e.At.UnixMicro()))
	for _, s := range []string{e.Actor, e.Action, e.Subject} {
		b = text(b, s)
	}
	b = append(append(b, e.Payload[:]...), e.Previous[:]...)
	return sha256.Sum256(b)
}

func text(b []byte, s string) []byte {
	return append(binary.BigEndian.AppendUint32(b, uint32(len(s))), s...)
}

// SaltSize is the length of a salt in bytes.
const SaltSize = 16

// Payload is what an entry tells beside its own fields. With a salt its hash is a commitment that hides it: HMAC-SHA-256 (RFC 2104)
// under the salt. Without one it is the plain SHA-256, for what holds nothing personal.
type Payload struct {
	Data []byte
	Salt []byte // SaltSize random bytes, or nothing
}

// Open is a payload without personal data.
func Open(data []byte) Payload { return Payload{Data: data} }

// Personal is a payload with personal data, under a new salt of its own.
func Personal(data []byte) Payload {
	salt := make([]byte, SaltSize)
	_, _ = rand.Read(salt) // never fails: a system without randomness ends the program
	return Payload{Data: data, Salt: salt}
}

// Hash binds the payload in an Event.
func (p Payload) Hash() Hash {
	if len(p.Salt) == 0 {
		return sha256.Sum256(p.Data)
	}
	mac := hmac.New(sha256.New, p.Salt)
	mac.Write(p.Data) // a hash never fails
	return Hash(mac.Sum(nil))
}
