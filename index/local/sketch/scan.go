package sketch

import "encoding/binary"

// args is what the assembly reads; its layout is in the offsets there.
type args struct {
	blocks    *byte   // 0
	n         int64   // 8: blocks
	rows      int64   // 16: of first and second signs
	tables    *byte   // 24
	estimates *int16  // 32
	masks     *uint64 // 40
	bias      int16   // 48
	kappa     int16   // 50
	threshold int16   // 52
	_         int16
	shift     uint64 // 56
	wide      *byte  // 64: the tables of six bits
	ahead     *byte  // 72: what will be read next
	lines     int64  // 80: cache lines of it to fetch with each block
}

// scanPlain is Scan in plain Go.
func (t *Table) scanPlain(blocks []byte, estimates []int16, masks []uint64) {
	size := t.set.Rows*Lanes + tail
	for b := 0; len(blocks) > 0; b, blocks = b+1, blocks[size:] {
		var sums [Lanes]uint16 // by place in the row
		for row := range t.set.Rows / 2 {
			first, second := (*[Lanes]byte)(blocks[firstRow(row)*Lanes:]), (*[Lanes]byte)(blocks[(firstRow(row)+2)*Lanes:])
			table := &t.sums[row]
			for at := range sums {
				sums[at] += 2*table[first[at]] + table[second[at]]
			}
		}
		factors, mask := blocks[t.set.Rows*Lanes:size], uint64(0)
		for i := range Lanes {
			f := int16(binary.LittleEndian.Uint16(factors[2*i:]))
			g := int16(binary.LittleEndian.Uint16(factors[2*Lanes+2*i:]))
			s := int16(sums[lane(i)]-uint16(t.args.bias)) << t.args.shift
			e := int16(max(-32768, min(32767, int32(product(s, f))+int32(product(g, t.args.kappa)))))
			estimates[Lanes*b+i] = e
			if e >= t.args.threshold {
				mask |= 1 << i
			}
		}
		masks[b] = mask
	}
}

// product multiplies as VPMULHRSW does: two numbers below 1 in 15 bits, rounded.
func product(a, b int16) int16 { return int16((int32(a)*int32(b) + 1<<14) >> 15) }
