package local

import "math/bits"

// A bitset is a set of small numbers. What lies beyond its end is not in it; nil is empty.
type bitset []uint64

func (b bitset) has(i int) bool { return i>>6 < len(b) && b[i>>6]>>(i&63)&1 == 1 }

// word returns 64 members at once.
func (b bitset) word(i int) uint64 {
	if i < len(b) {
		return b[i]
	}
	return 0
}

// grown returns a copy with room for n members.
func (b bitset) grown(n int) bitset {
	c := make(bitset, max(len(b), (n+63)/64))
	copy(c, b)
	return c
}

// add puts in the numbers from a to before b, for which there is room.
func (b bitset) add(from, to int) {
	for from < to {
		n := min(to-from, 64-from&63)
		b[from>>6] |= (1<<n - 1) << (from & 63)
		from += n
	}
}

func (b bitset) count() int {
	n := 0
	for _, w := range b {
		n += bits.OnesCount64(w)
	}
	return n
}

// each calls fn for every member, in order.
func (b bitset) each(fn func(int)) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			fn(i<<6 + bits.TrailingZeros64(w))
		}
	}
}
