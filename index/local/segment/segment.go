// Package segment is the file form of many points of a collection: written once, checked when it is opened, read into memory and never changed.
//
// A segment holds its points in the order of their payloads, so that the points of a right lie together, and with them what a search
// needs: the vectors, one after the other; their sketches (package sketch); a hash table of the IDs; each distinct payload once;
// and for each kind, holder and territory a bitmap (Roaring) of the payloads that have it. So a filter is decided by a few set
// operations, and nothing of a segment needs to be built or kept elsewhere in memory.
//
// The file is a header (magic, version), sections that begin at multiples of 64 bytes, and a footer that says where each section is
// and has a CRC-32C of each; numbers are little-endian. A file that was cut has no footer.
package segment

import (
	"runtime"
	"sort"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"touchstone/index/local/sketch"
)

// MaxEntries is how many points a segment holds at most.
const MaxEntries = 1 << 16

// A Segment is open. What its methods return lies in its memory unless they say otherwise, and is good while the Segment is reachable;
// callers that go on using such memory see to that with runtime.KeepAlive.
type Segment struct {
	Dimension int
	Entries   int           // points
	Vectors   int           // of all points
	Payloads  int           // distinct ones
	Sketch    *sketch.Set   // nil where the segment was written without, or in an earlier format with others
	Numbers   []float32     // vector i at i·Dimension
	data      []byte        // the whole file
	first     []uint32      // Entries+1: the first vector of each point; nil where each has one
	ids       texts         // of the points
	table     []uint32      // hash table: entry | tag<<16, 0 = empty
	groups    []uint32      // Payloads+1: the first point of each payload
	encoded   texts         // payloads
	spans     []span        // of payloads
	fields    [3]dictionary // kinds, holders, territories
	active    []byte        // bitmap of payloads
	unmap     runtime.Cleanup
	mapped    bool
}

// Bytes is how long the file is, and how much memory it takes.
func (s *Segment) Bytes() int64 { return int64(len(s.data)) }

// Range returns the vectors of a point: from the first to before the last.
func (s *Segment) Range(entry int) (from, to int) {
	if s.first == nil {
		return entry, entry + 1
	}
	return int(s.first[entry]), int(s.first[entry+1])
}

// Single says that each point has one vector, so that points and vectors have the same numbers.
func (s *Segment) Single() bool { return s.first == nil }

// EntryOf returns the point that a vector belongs to.
func (s *Segment) EntryOf(vector int) int {
	if s.first == nil {
		return vector
	}
	return sort.Search(s.Entries, func(i int) bool { return int(s.first[i+1]) > vector })
}

// ID returns the ID of a point, in the segment's memory.
func (s *Segment) ID(entry int) string { return s.ids.at(entry) }

// Payload returns the number of a point's payload.
func (s *Segment) Payload(entry int) int {
	return sort.Search(s.Payloads, func(i int) bool { return int(s.groups[i+1]) > entry })
}

// Group returns the points that have a payload: from the first to before the last.
func (s *Segment) Group(payload int) (from, to int) {
	return int(s.groups[payload]), int(s.groups[payload+1])
}

// Encoded returns a payload as AppendPayload wrote it, in the segment's memory.
func (s *Segment) Encoded(payload int) string { return s.encoded.at(payload) }

// Find returns the point with an ID.
func (s *Segment) Find(id string) (entry int, found bool) {
	if len(s.table) == 0 {
		return 0, false
	}
	slot, tag := place(id, len(s.table))
	for range s.table {
		switch x := s.table[slot]; {
		case x == 0:
			return 0, false
		case x>>16 == tag && int(x&0xffff) < s.Entries && s.ID(int(x&0xffff)) == id:
			return int(x & 0xffff), true
		}
		if slot++; slot == len(s.table) {
			slot = 0
		}
	}
	return 0, false
}

// place is where an ID is looked for first in a table of this size, and its tag of 16 bits, which is never 0.
func place(id string, size int) (slot int, tag uint32) {
	h := xxhash.Sum64String(id)
	return int((h >> 32) * uint64(size) >> 32), uint32(h)&0xffff | 1
}

// hashTable makes the table of some IDs: a third more places than IDs, so that a look-up ends after two on average.
func hashTable(items []Item) []uint32 {
	table := make([]uint32, len(items)+len(items)/3+1)
	for i := range items {
		slot, tag := place(items[i].ID, len(table))
		for table[slot] != 0 {
			if slot++; slot == len(table) {
				slot = 0
			}
		}
		table[slot] = uint32(i) | tag<<16
	}
	return table
}

// texts is a list of strings, one after the other.
type texts struct {
	offsets []uint32
	bytes   []byte
}

func (t texts) len() int { return max(0, len(t.offsets)-1) }

// at returns a string without copying it.
func (t texts) at(i int) string {
	b := t.bytes[t.offsets[i]:t.offsets[i+1]]
	return unsafe.String(unsafe.SliceData(b), len(b))
}

// sound says that the offsets are in order and inside.
func (t texts) sound(n int) bool { return len(t.offsets) == n+1 && ascending(t.offsets, len(t.bytes)) }

// ascending says that numbers begin at 0, never fall and end at last.
func ascending(numbers []uint32, last int) bool {
	before := uint32(0)
	for _, x := range numbers {
		if x < before {
			return false
		}
		before = x
	}
	return len(numbers) > 0 && numbers[0] == 0 && int(before) == last
}
