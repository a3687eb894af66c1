package sketch

import (
	"encoding/binary"
	"math"
	"unsafe"

	"github.com/viterin/vek/vek32"
)

// A third sign a number parts each level in two, and is kept by vector, not by block: it is asked for where the first two leave a vector in doubt. The
// levels are then ±(1 ± [fineStep]) and ±(3 ± [fineStep]), the error little more than half of what it was.
const (
	fineStep  = 0.55 // of half a step; with the edges below what errs least on normal numbers, tried out
	innerEdge = 0.5  // the size, in steps, from which the lower level is 1 + fineStep
	outerEdge = 1.6  // and the upper one 3 + fineStep
)

// fineShare is how much of the margin a bound by three signs has: the error is 0.57 of that by two, the rounding of tables and all, so that few
// vectors are lost here that were not lost before.
const fineShare = 0.67

// fineTail is how many bytes of a record are not signs: F and G as in blocks, f by three signs over f by two, and two of nothing.
const fineTail = 8

// ratioOne is a ratio of one.
const ratioOne = 1 << 15

// FineBytes is the length of the third signs of this many vectors.
func FineBytes(vectors, rows int) int { return vectors * (rows/2 + fineTail) }

// record returns what is kept of one vector.
func (s *Set) record(i int) []byte {
	size := s.Rows/2 + fineTail
	return s.Fine[i*size : (i+1)*size : (i+1)*size]
}

// finer appends the third signs of a rotated vector and returns its product with the levels that they make.
func (s *Set) finer(v []float32, step float32) float32 {
	inner, outer, limit := innerEdge*step, outerEdge*step, math.Float32bits(step)
	var along [2]float32 // of small and of large numbers with their offsets
	base := float32(0)
	for at := 0; at < len(v); at += 8 {
		signs := uint32(0)
		for k, x := range v[at : at+8 : at+8] {
			b := math.Float32bits(x)
			size := math.Float32frombits(b &^ (1 << 31))
			edge, level := inner, float32(1)
			if b&^(1<<31) >= limit {
				edge, level = outer, 3
			}
			base += size * level
			up := (math.Float32bits(size-edge) >> 31) ^ 1
			along[up] += size
			signs |= (up ^ b>>31) << k // plus where a positive number is more than its level, or a negative one less
		}
		s.Fine = append(s.Fine, byte(signs))
	}
	s.Fine = append(s.Fine, make([]byte, fineTail)...)
	return base + fineStep*(along[1]-along[0])
}

// fineFactors keeps the factors of all records, once those of the blocks are known.
func (s *Set) fineFactors(f, along, squares []float32) {
	for i := range f {
		at := s.record(i)[s.Rows/2:]
		block := s.block(i / Lanes)[s.Rows*Lanes+2*(i%Lanes):]
		copy(at, block[:2])
		copy(at[2:4], block[2*Lanes:])
		ratio := float32(1)
		if f[i] > 0 && along[i] > 0 {
			ratio = squares[i] / along[i] / f[i]
		}
		binary.LittleEndian.PutUint16(at[4:], uint16(max(0, min(65535, math.RoundToEven(float64(ratio)*ratioOne)))))
	}
}

// A Refiner is a query vector made ready to be compared by third signs with vectors of one set. It is used again and again by Aim, by one goroutine at a time.
type Refiner struct {
	aimed
	total float32 // of all numbers of shifted
	lower float32 // by how much a bound by two signs is lowered as its margin shrinks, for an f of one
	unit  float32 // what one in F stands for
	part  float32 // and one in G
}

// Aim makes the refiner for a query vector, rotated, a set and the margin of the bounds that it will be given.
func (r *Refiner) Aim(query []float32, set *Set, margin float32) {
	r.aim(query, set, margin)
	r.total, r.lower = vek32.Sum(r.shifted), (1-fineShare)*margin*r.length
	r.unit, r.part = set.FScale/32768, r.share*set.GScale/32768
}

// Refine returns the bound of a vector by three signs, from that by two ([Table.Bound]). It is the lower of both.
func (r *Refiner) Refine(vector int, bound float32) float32 {
	record := r.set.record(vector)
	signs, factors := record[:len(record)-fineTail], binary.LittleEndian.Uint64(record[len(record)-fineTail:])
	f := float32(int16(factors)) * r.unit
	known := r.centre + float32(int16(factors>>16))*r.part
	ratio := float32(uint16(factors>>32)) * (1. / ratioOne)
	along := 2*signSum(r.shifted, signs) - r.total // <q', third signs>
	return min(bound, known+ratio*(bound-known+f*(fineStep*along-r.lower)))
}

// signSumPlain is signSum in plain Go.
func signSumPlain(q []float32, signs []byte) float32 {
	var sum [8]float32
	for i, b := range signs {
		for k, x := range q[8*i : 8*i+8 : 8*i+8] {
			sum[k] += math.Float32frombits(math.Float32bits(x) & -(uint32(b) >> k & 1))
		}
	}
	return vek32.Sum(sum[:])
}

// Prefetch asks for what Refine will read of a vector.
func (r *Refiner) Prefetch(vector int) {
	size := r.set.Rows/2 + fineTail
	record := &r.set.Fine[vector*size]
	prefetch(record, (int(uintptr(unsafe.Pointer(record))%cacheLine)+size+cacheLine-1)/cacheLine)
}

// Release lets go of the set.
func (r *Refiner) Release() { r.set = nil }

// fineNeed is the margin with which a vector reaches a score by three signs, where s is its product by two.
func (a *aimed) fineNeed(vector int, score, s float32) float32 {
	record := a.set.record(vector)
	signs, factors := record[:len(record)-fineTail], record[len(record)-fineTail:]
	f, g := a.set.factor(vector)
	ratio := float32(binary.LittleEndian.Uint16(factors[4:])) / ratioOne
	s += fineStep * (2*signSum(a.shifted, signs) - vek32.Sum(a.shifted))
	return ((score-a.centre-a.share*g)/(f*ratio) - s) / a.length / fineShare
}
