package wordmark

import (
	"hash/maphash"
	"iter"
)

// table maps keys to the entries that share them. Keys are 32 bits of a hash: entries of another key that fall together are
// told apart by comparing. Most keys have one entry, which stands in the map itself; the others chain links.
type table struct {
	seed  maphash.Seed
	heads map[uint32]int32 // key -> entry, or minus the link by 1
	links []link
}

// link is an entry of a key; next is the link behind it by 1.
type link struct{ entry, next int32 }

func newTable() table { return table{seed: maphash.MakeSeed(), heads: map[uint32]int32{}} }

// key hashes a reading with the letter of its kind.
func (t *table) key(reading []byte) uint32 { return uint32(maphash.Bytes(t.seed, reading) >> 32) }

// add puts an entry under a key, before those that are there.
func (t *table) add(key uint32, entry int32) {
	head, ok := t.heads[key]
	switch {
	case !ok:
		t.heads[key] = entry
		return
	case head >= 0:
		t.links = append(t.links, link{head, 0})
		head = -int32(len(t.links))
	}
	t.links = append(t.links, link{entry, -head})
	t.heads[key] = -int32(len(t.links))
}

// under yields the entries of a key, the newest first, at most maxBucket.
func (t *table) under(key uint32) iter.Seq[int32] {
	return func(yield func(int32) bool) {
		head, ok := t.heads[key]
		if !ok {
			return
		}
		if head >= 0 {
			yield(head)
			return
		}
		at := -head
		for n := 0; at != 0 && n < maxBucket; n++ {
			ln := t.links[at-1]
			if !yield(ln.entry) {
				return
			}
			at = ln.next
		}
	}
}
