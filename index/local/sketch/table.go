package sketch

import (
	"encoding/binary"
	"math"
	"slices"
	"unsafe"

	"github.com/viterin/vek/vek32"
)

// most is the largest number in a table: four look-ups fit one byte. Where two numbers make a sum, each is rounded by itself, so that one is left
// for that.
const most = 63

// room is how far sums may go on either side before their factors and products come to them, in 16 bits.
const room = 16383

// cacheLine is how many bytes come from memory at a time.
const cacheLine = 64

// aimed is a query vector taken relative to the centre of a set.
type aimed struct {
	set     *Set
	shifted []float32 // q' = q-αc
	centre  float32   // <q, c>
	share   float32   // α: how much of the centre is in the query
	length  float32   // |q'|
	margin  float32
}

func (a *aimed) aim(query []float32, set *Set, margin float32) {
	a.set, a.margin = set, margin
	a.shifted = append(a.shifted[:0], query...)
	a.centre, a.share = vek32.Dot(query, set.Centre), 0
	if square := vek32.Dot(set.Centre, set.Centre); square > 0 {
		a.share = a.centre / square
		for i, c := range set.Centre {
			a.shifted[i] -= a.share * c
		}
	}
	a.length = float32(math.Sqrt(float64(vek32.Dot(a.shifted, a.shifted))))
}

// A Table is a query vector made ready to be compared with one set. It is used again and again by Aim, by one goroutine at a time.
type Table struct {
	aimed
	args   args
	tables []byte        // for each nibble of a row, low before high, 16 numbers
	wide   []byte        // for two rows: of the low six bits of either 64 numbers, and 16 of the two that are left of both
	sums   [][256]uint16 // the tables of both nibbles of a byte together, for plain Go
	step   float32       // what one in a table stands for
	half   float32       // what comes off a sum of table numbers, those of first signs twice, to make S, in steps
	unit   float32       // what one in an estimate stands for
}

// Aim makes the table for a query vector, rotated, and a set, with a margin.
func (t *Table) Aim(query []float32, set *Set, margin float32) {
	t.aim(query, set, margin)
	q := t.shifted
	widest, sum := float32(0), float32(0)
	for at := 0; at < len(q); at += 4 {
		w := abs(q[at]) + abs(q[at+1]) + abs(q[at+2]) + abs(q[at+3])
		widest, sum = max(widest, 2*w), sum+w
	}
	t.scale(widest, sum, len(q)/4)
	t.fill(q)
}

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// scale chooses what the integers stand for, so that neither sums nor products leave their 16 bits.
func (t *Table) scale(widest, sum float32, tables int) {
	top := min(most-1, 32767/3/tables)
	t.step = widest / float32(top)
	product := t.share * t.set.GScale // the largest there is
	if least := abs(product) / (room * t.set.FScale); t.set.FScale > 0 && t.step < least {
		t.step = least // the products with the centre are so large that they set the scale
	}
	if t.step == 0 || t.step != t.step {
		t.step = 1
	}
	t.half = 3 * sum / t.step
	slack := float32(math.Ceil(float64(t.margin * t.length / t.step)))
	shift, scale := 0, t.set.FScale
	if scale == 0 {
		scale = 1
	}
	t.unit = t.step * scale
	reach := t.half + slack + 3*float32(tables)
	for shift < 12 && 2*reach <= room && abs(product) <= room*t.unit/2 {
		shift, reach, t.unit = shift+1, 2*reach, t.unit/2
	}
	t.args.bias = int16(max(-room, math.Round(float64(t.half))-float64(slack)))
	t.args.kappa = int16(math.Round(float64(product / t.unit)))
	t.args.shift = uint64(shift)
}

// fill makes the tables: for each four numbers of the query the sums by all sixteen combinations of signs, from zero up. A high nibble's are sums of
// two numbers for two bits each, so that tables of six bits and of four can say the same.
func (t *Table) fill(q []float32) {
	t.tables = slices.Grow(t.tables[:0], 4*len(q))[:4*len(q)]
	for at := 0; at < len(q); at += 8 {
		out := t.tables[4*at : 4*at+32 : 4*at+32]
		t.sum(out[:16], q[at:at+4])
		var low, high [4]byte
		t.sum(low[:], q[at+4:at+6])
		t.sum(high[:], q[at+6:at+8])
		for n := range 16 {
			out[16+n] = low[n&3] + high[n>>2]
		}
	}
	switch {
	case plain:
		t.pair()
	case hasVBMI:
		t.widen()
	}
}

// sum fills a table with the sums of some numbers of the query by all combinations of their signs.
func (t *Table) sum(out []byte, q []float32) {
	inverse := 2 / t.step
	base, sums := float32(0.5), [16]float32{}
	for k, x := range q {
		base += min(0, x) * -inverse // what all the negative numbers take away, so that the least sum is zero
		d := x * inverse
		for n := range 1 << k {
			sums[n|1<<k] = sums[n] + d
		}
	}
	for n := range out {
		out[n] = byte(max(0, min(most, int32(base+sums[n]))))
	}
}

// wideBytes is how long the tables of six bits are for two rows.
const wideBytes = 2*64 + 16

// widen makes tables of six bits: of a row the low nibble with the two bits above it, and of two rows the two bits on top.
func (t *Table) widen() {
	t.wide = slices.Grow(t.wide[:0], t.set.Rows/4*wideBytes)[:t.set.Rows/4*wideBytes]
	for pair := range t.set.Rows / 4 {
		from, to := t.tables[64*pair:64*pair+64], t.wide[wideBytes*pair:wideBytes*(pair+1)]
		for row := range 2 {
			low, high := from[32*row:32*row+16], from[32*row+16:32*row+32]
			a, b := binary.LittleEndian.Uint64(low), binary.LittleEndian.Uint64(low[8:])
			for n, x := range high[:4] { // eight sums at a time: none is above a byte
				more := uint64(x) * 0x0101010101010101
				binary.LittleEndian.PutUint64(to[64*row+16*n:], a+more)
				binary.LittleEndian.PutUint64(to[64*row+16*n+8:], b+more)
			}
		}
		for n := range 16 {
			to[128+n] = from[16+(n&3)<<2] - from[16] + from[48+(n>>2)<<2] - from[48] // less what is in the others; sums of bytes are right in the end
		}
	}
}

// pair adds up the two tables of each row.
func (t *Table) pair() {
	t.sums = append(t.sums[:0], make([][256]uint16, t.set.Rows/2)...)
	for row := range t.sums {
		low, high := t.tables[32*row:32*row+16], t.tables[32*row+16:32*row+32]
		for b := range t.sums[row] {
			t.sums[row][b] = uint16(low[b&15]) + uint16(high[b>>4])
		}
	}
}

// Release lets go of the set.
func (t *Table) Release() { t.set, t.args = nil, args{} }

// Threshold returns what to compare estimates with, so that a vector passes whenever its estimate with the margin reaches the score.
func (t *Table) Threshold(score float32) int16 {
	x := math.Floor(float64(score-t.centre)/float64(t.unit)) - 2 // for what rounding takes away
	return int16(max(-32767, min(32767, x)))
}

// Bound returns what an estimate stands for: the score that its vector hardly exceeds.
func (t *Table) Bound(estimate int16) float32 { return t.centre + (float32(estimate)+2)*t.unit }

// Slack is about by how much the margin lifts estimates.
func (t *Table) Slack() float32 { return t.margin * t.length * t.set.FMean }

// Scan estimates the vectors of blocks from to to-1. Bit i of masks[b] says that vector i of block from+b reaches the threshold, and
// estimates[64·b+i] is its estimate, margin and all. What is said of vectors behind the set's last one means nothing. What is ahead is brought
// from memory to the second cache meanwhile: the look-ups leave the way from memory idle.
func (t *Table) Scan(from, to int, threshold int16, estimates []int16, masks []uint64, ahead []byte) {
	if to <= from {
		return
	}
	size := t.set.Rows*Lanes + tail
	blocks := t.set.Blocks[from*size : to*size]
	t.args.blocks, t.args.n, t.args.rows = &blocks[0], int64(to-from), int64(t.set.Rows)
	t.args.tables, t.args.threshold = &t.tables[0], threshold
	if hasVBMI {
		t.args.wide = &t.wide[0]
	}
	t.args.estimates, t.args.masks = &estimates[:Lanes*(to-from)][0], &masks[:to-from][0]
	t.args.ahead, t.args.lines = unsafe.SliceData(ahead), int64((len(ahead)/cacheLine+to-from-1)/(to-from))
	if plain {
		t.scanPlain(blocks, estimates, masks)
		return
	}
	scan(&t.args)
}

// Need returns the margin with which a vector reaches a score, by its sketch alone: what Aim would have to be given so that the vector is not
// passed over while that is the least score wanted.
func (t *Table) Need(vector int, score float32) float32 {
	f, g := t.set.factor(vector)
	if f == 0 || t.length == 0 {
		return 0
	}
	block, at := t.set.block(vector/Lanes), lane(vector%Lanes)
	sum := 0
	for row := range t.set.Rows / 2 {
		low, high := t.tables[32*row:32*row+16], t.tables[32*row+16:32*row+32]
		first, second := block[firstRow(row)*Lanes+at], block[(firstRow(row)+2)*Lanes+at]
		sum += 2*(int(low[first&15])+int(high[first>>4])) + int(low[second&15]) + int(high[second>>4])
	}
	s := (float32(sum) - t.half) * t.step
	need := ((score-t.centre-t.share*g)/f - s) / t.length
	return max(need, t.fineNeed(vector, score, s))
}
