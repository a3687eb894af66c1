package segment

import (
	"encoding/binary"
	"fmt"
	"time"

	"touchstone/index"
)

// AppendPayload appends the encoding of a payload. Equal payloads have equal encodings, and those of one right lie together when they are
// sorted: the encoding begins with what [AppendRight] appends.
func AppendPayload(b []byte, p index.Payload) []byte {
	b = AppendRight(b, p.Right)
	b = appendString(b, p.Kind)
	b = appendString(b, p.Holder)
	active := byte(0)
	if p.Active {
		active = 1
	}
	b = append(b, active)
	b = appendTime(b, p.From)
	b = appendTime(b, p.Until)
	b = binary.AppendUvarint(b, uint64(len(p.Territories)))
	for _, t := range p.Territories {
		b = appendString(b, t)
	}
	return b
}

// AppendRight appends the beginning of the encodings of all payloads of a right, and of no others.
func AppendRight(b []byte, right string) []byte { return appendString(b, right) }

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendTime keeps seconds and nanoseconds apart: a right may last until the year 9999, which nanoseconds in 64 bits do not reach.
func appendTime(b []byte, t time.Time) []byte {
	b = binary.AppendVarint(b, t.Unix())
	return binary.AppendUvarint(b, uint64(t.Nanosecond()))
}

// DecodePayload reads what AppendPayload wrote, and expects nothing after it; else index.ErrCorrupt. The payload shares nothing with b.
func DecodePayload(b []byte) (index.Payload, error) {
	d := decoder{b: b}
	p := index.Payload{Right: d.string(), Kind: d.string(), Holder: d.string(), Active: d.count(1) == 1, From: d.time(), Until: d.time()}
	for range d.count(len(d.b)) {
		p.Territories = append(p.Territories, d.string())
	}
	if d.fault || len(d.b) > 0 {
		return index.Payload{}, fmt.Errorf("%w: a payload that does not end where it should", index.ErrCorrupt)
	}
	return p, nil
}

// A decoder reads the parts of a payload. After the first fault it returns zeros.
type decoder struct {
	b     []byte
	fault bool
}

func (d *decoder) fail() { d.fault, d.b = true, nil }

// count reads a number of at most most.
func (d *decoder) count(most int) int {
	x, n := binary.Uvarint(d.b)
	if n <= 0 || x > uint64(most) {
		d.fail()
		return 0
	}
	d.b = d.b[n:]
	return int(x)
}

func (d *decoder) string() string {
	n := d.count(len(d.b))
	if n > len(d.b) { // the count's own bytes are gone from d.b by now
		d.fail()
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

func (d *decoder) time() time.Time {
	seconds, n := binary.Varint(d.b)
	if n <= 0 {
		d.fail()
		return time.Time{}
	}
	d.b = d.b[n:]
	return time.Unix(seconds, int64(d.count(999_999_999))).UTC()
}
