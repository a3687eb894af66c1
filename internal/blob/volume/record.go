package volume

import (
	"encoding/binary"
	"hash/crc32"
	"time"
)

// Sum is the SHA-256 of bytes, by which they are found.
type Sum = [32]byte

// A record is a header and the bytes, up to the next multiple of align:
//
//	0  magic, 4 bytes
//	4  CRC-32C of bytes 8 to 48
//	8  length of the data, 8 bytes, little endian
//	16 SHA-256 of the data
//	48 for each Hold, when the data were last given to it, microseconds since 1970, 8 bytes, little endian; 0: not held
//	64 the data
//
// The last numbers change in place. Eight aligned bytes lie in one sector and in one page, so that a crash leaves the old number or
// the new one; they are outside the checksum for that reason.
const (
	magic      = "tsv1"
	markAt     = 48
	markSize   = 8
	headerSize = markAt + Holds*markSize
	align      = 8
)

// A Hold is a reason to keep a record, one of Holds; what they mean is the caller's.
type Hold int

// Holds is how many there are.
const Holds = 2

// maxLength bounds what a header may claim, in bytes.
const maxLength = 1 << 40

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is what stands before the data of a record.
type header struct {
	sum    Sum
	length int64
	marks  [Holds]int64
}

// live says whether anything holds the record.
func (h header) live() bool { return h.marks != [Holds]int64{} }

func (h header) encode() []byte {
	b := make([]byte, headerSize)
	copy(b, magic)
	binary.LittleEndian.PutUint64(b[8:], uint64(h.length))
	copy(b[16:], h.sum[:])
	binary.LittleEndian.PutUint32(b[4:], crc32.Checksum(b[8:markAt], castagnoli))
	for i, mark := range h.marks {
		binary.LittleEndian.PutUint64(b[markAt+markSize*i:], uint64(mark))
	}
	return b
}

// parse reads a header; ok is false for anything else.
func parse(b []byte) (h header, ok bool) {
	if len(b) < headerSize || string(b[:4]) != magic || binary.LittleEndian.Uint32(b[4:]) != crc32.Checksum(b[8:markAt], castagnoli) {
		return h, false
	}
	length := binary.LittleEndian.Uint64(b[8:])
	if length > maxLength {
		return h, false
	}
	h.length = int64(length)
	for i := range h.marks {
		h.marks[i] = int64(binary.LittleEndian.Uint64(b[markAt+markSize*i:]))
	}
	copy(h.sum[:], b[16:])
	return h, true
}

// span is how many bytes a record of some data takes.
func span(length int64) int64 { return aligned(headerSize + length) }

func aligned(at int64) int64 { return (at + align - 1) / align * align }

// markOf is a moment as it is written; never 0.
func markOf(t time.Time) int64 { return max(1, t.UnixMicro()) }

// key is how a sum is found in memory. Two sums may share one: whoever follows it compares the sum in the header.
func key(sum Sum) uint64 { return binary.LittleEndian.Uint64(sum[:]) }
