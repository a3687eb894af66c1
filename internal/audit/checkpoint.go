package audit

import (
	"encoding/binary"
	"time"

	"touchstone/internal/signing"
)

// Checkpoint is a signed head, to be kept away from the database: who can rewrite the whole chain cannot rewrite what was signed and
// handed out before.
type Checkpoint struct {
	Head
	At        time.Time `json:"at"`
	Key       string    `json:"key"` // public key in base64
	Signature []byte    `json:"signature"`
}

// NewCheckpoint signs a head.
func NewCheckpoint(k signing.Key, h Head, at time.Time) Checkpoint {
	c := Checkpoint{Head: h, At: at.UTC().Truncate(time.Microsecond), Key: k.Public().String()}
	c.Signature = k.Sign(signing.PurposeCheckpoint, c.message())
	return c
}

// Verify is signing.ErrSignature unless the checkpoint was signed by the key.
func (c Checkpoint) Verify(by signing.Public) error {
	return by.Verify(signing.PurposeCheckpoint, c.message(), c.Signature)
}

func (c Checkpoint) message() []byte {
	b := binary.BigEndian.AppendUint64(nil, uint64(c.Seq))
	b = binary.BigEndian.AppendUint64(b, uint64(c.At.UnixMicro()))
	return append(b, c.Hash[:]...)
}
