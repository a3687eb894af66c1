package bench

import (
	"encoding/binary"
	"errors"
)

// tagged gives a JPEG with a comment that holds a number: other bytes, so that a service which knows pictures by their hash
// has a new one to keep, but the same picture and the same work to decode it.
func tagged(jpeg []byte, number uint64) ([]byte, error) {
	if len(jpeg) < 2 || jpeg[0] != 0xff || jpeg[1] != 0xd8 {
		return nil, errors.New("not a JPEG: it does not begin with its start marker")
	}
	out := make([]byte, 0, len(jpeg)+12)
	out = append(out, 0xff, 0xd8, 0xff, 0xfe, 0, 10) // start; comment of 2 bytes for its length and 8 of text
	out = binary.BigEndian.AppendUint64(out, number)
	return append(out, jpeg[2:]...), nil
}
