package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/klauspost/compress/s2"

	"touchstone/internal/intake"
)

// packed is the first byte of a record that is compressed: an S2 block follows. Records of before are JSON as it is, which begins otherwise.
const packed = 1

// mostReport bounds what a stored record may unfold to, in bytes.
const mostReport = 256 << 20

// packReport is a report as its row holds it. Of some 30 kB of JSON, the same words in every finding, a quarter is left: a page or two to
// write and to sync in the place of eight, for less time than those take.
func packReport(r intake.ReportRecord) ([]byte, error) {
	b, err := r.JSON()
	if err != nil {
		return nil, fmt.Errorf("save report %s: %w", r.ID, err)
	}
	out := make([]byte, 1+s2.MaxEncodedLen(len(b)))
	out[0] = packed
	return out[:1+len(s2.Encode(out[1:], b))], nil
}

func unpackReport(record []byte) (r intake.ReportRecord, err error) {
	if len(record) > 0 && record[0] == packed {
		n, err := s2.DecodedLen(record[1:])
		if err == nil && n > mostReport {
			err = errors.New("it says that it is larger than any report")
		}
		if err != nil {
			return r, fmt.Errorf("unpack: %w", err)
		}
		if record, err = s2.Decode(nil, record[1:]); err != nil {
			return r, fmt.Errorf("unpack: %w", err)
		}
	}
	return r, json.Unmarshal(record, &r)
}
