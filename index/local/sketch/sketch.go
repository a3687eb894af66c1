// Package sketch keeps three bits a number of each vector and estimates dot products from these bits alone, so that a search reads the first two of all vectors, a
// fifteenth of the data, then the third of the few that these leave in doubt, and looks closely at fewer still.
//
// The method is extended RaBitQ with two bits (Gao and Long, SIGMOD 2024; Gao and others, SIGMOD 2025). A vector o is taken relative to a centre c and
// rotated at random; each number r_i of the outcome r is kept as one of four levels v_i = -3, -1, 1 or 3, and with them the factor f =
// |r|²/<r, v> and the product g = <c, o-c>. With q' = q-αc, rotated, for the α that makes it shortest, and S = <q', v>,
//
//	<q, o> = <q, c> + α·g + <q', o-c>,  and f·S estimates the last without bias.
//
// The error of S is near to normal, with a deviation of about 0.75·|q'| whatever the data: half of what signs alone would leave. So the sum with
// S + t·|q'| in the place of S, where t is called the margin, is above the true product but for few vectors, which is what [Table.Scan]
// compares with a threshold. How many are few is measured ([Table.Need]).
//
// A [Refiner] says the same with four levels more (fine.go).
//
// As v_i = ±2 ± 1, the two bits of a number are two signs, and S is twice the sum of ±q'_i by the first and once that by the second. Signs lie in blocks
// of 64 vectors, four dimensions to a nibble, and are summed up from tables of 16 small numbers, one for each nibble and the same for
// both signs: the way of Quick ADC and faiss's "fast scan" (André, Kermarrec and Le Scouarnec 2017), with AVX-512 or AVX2 where the
// processor has them and plain Go elsewhere, to the same result bit by bit.
package sketch

import (
	"encoding/binary"
	"iter"
	"math"

	"github.com/viterin/vek/vek32"
)

// Lanes is how many vectors a block holds.
const Lanes = 64

// A Set is the sketches of some vectors. It is made by Encode and never changes.
type Set struct {
	Vectors        int       // how many there are
	Rows           int       // bytes of signs a vector, first and second together; a multiple of 4
	Centre         []float32 // rotated
	FScale, GScale float32   // f = F·FScale/32768, g = G·GScale/32768
	FMean          float32   // of all f
	Blocks         []byte    // Bytes(Vectors, Rows) bytes: blocks of Rows·64 bytes of signs (two rows of first ones, the same two of second ones, and so on), 64 F and 64 G (int16, little-endian)
	Fine           []byte    // FineBytes(Vectors, Rows) bytes: a record a vector of Rows/2 bytes of third signs, F, G, and f by three signs over f by two, in 32768ths
}

// tail is how many bytes F and G take in a block.
const tail = 4 * Lanes

// Rows is how many bytes of signs a vector of this dimension has.
func Rows(dimension int) int { return Padded(dimension) / 4 }

// Bytes is the length of the blocks of this many vectors.
func Bytes(vectors, rows int) int { return (vectors + Lanes - 1) / Lanes * (rows*Lanes + tail) }

// Encode makes the sketches of some vectors, which it goes over twice.
func Encode(r *Rotation, vectors iter.Seq[[]float32]) *Set {
	s := &Set{Rows: r.padded / 4, Centre: make([]float32, r.padded)}
	middle, n := mean(vectors, r.dimension)
	r.Apply(s.Centre, middle)
	s.Vectors, s.Blocks = n, make([]byte, Bytes(n, s.Rows))
	s.Fine = make([]byte, 0, FineBytes(n, s.Rows))
	f, g := make([]float32, 0, n), make([]float32, 0, n)
	squares, fine := make([]float32, 0, n), make([]float32, 0, n)
	v, size := make([]float32, r.padded), make([]float32, r.padded)
	for o := range vectors {
		r.Apply(v, o)
		vek32.Sub_Inplace(v, s.Centre)
		square := vek32.Dot(v, v)
		step := levelStep * float32(math.Sqrt(float64(square)/float64(len(v))))
		s.levels(len(f), v, step)
		squares, fine = append(squares, square), append(fine, s.finer(v, step))
		if along := alongLevels(vek32.Abs_Into(size, v), step); along > 0 {
			f, g = append(f, square/along), append(g, vek32.Dot(v, s.Centre))
		} else {
			f, g = append(f, 0), append(g, 0)
		}
		s.FMean += f[len(f)-1] / float32(n)
	}
	s.factors(f, g)
	s.fineFactors(f, fine, squares)
	return s
}

// mean is the middle of some vectors, and how many there are.
func mean(vectors iter.Seq[[]float32], dimension int) ([]float32, int) {
	sum, n := make([]float64, dimension), 0
	for v := range vectors {
		for k, x := range v {
			sum[k] += float64(x)
		}
		n++
	}
	m := make([]float32, dimension)
	for k, x := range sum {
		m[k] = float32(x / float64(max(1, n)))
	}
	return m, n
}

// block returns the bytes of one block.
func (s *Set) block(i int) []byte {
	size := s.Rows*Lanes + tail
	return s.Blocks[i*size : (i+1)*size : (i+1)*size]
}

// Share returns the bytes of one of n equal shares of some blocks, from one to before another, to be fetched ahead of their scan.
func (s *Set) Share(from, to, k, n int) []byte {
	size := s.Rows*Lanes + tail
	all := s.Blocks[from*size : to*size]
	return all[len(all)*k/n : len(all)*(k+1)/n]
}

// lane is where in a row a vector's byte lies: the even bytes are the first 32 vectors of a block and the odd ones the others, so that
// sums of 16 bits come out in order.
func lane(v int) int {
	if v < Lanes/2 {
		return 2 * v
	}
	return 2*(v-Lanes/2) + 1
}

// levelStep is the size of a number, in deviations of them all, from which its level is ±3: that of the uniform quantiser of four levels that
// errs least on normal numbers (Max 1960), as rotated ones nearly are.
const levelStep = 0.996

// levels keeps the levels of a rotated vector.
func (s *Set) levels(i int, v []float32, step float32) {
	block, at := s.block(i/Lanes), lane(i%Lanes)
	limit := math.Float32bits(step)
	for row := range s.Rows / 2 {
		first, second := uint32(0), uint32(0)
		for k, x := range v[8*row : 8*row+8 : 8*row+8] { // no branch: what the levels are cannot be foreseen
			b := math.Float32bits(x)
			negative := b >> 31
			small := (b&^(1<<31) - limit) >> 31 // floats without sign compare as their bits do
			first |= negative << k
			second |= (small ^ negative) << k // of 3 and of -1 the second sign is plus
		}
		block[firstRow(row)*Lanes+at], block[(firstRow(row)+2)*Lanes+at] = ^byte(first), ^byte(second)
	}
}

// firstRow is the row in a block of the first signs of eight numbers; the second ones are two rows behind.
func firstRow(row int) int { return row/2*4 + row%2 }

// alongLevels is the product of a vector with its levels, by the sizes of its numbers.
func alongLevels(size []float32, step float32) float32 {
	var small, all float32
	for _, x := range size {
		all += x
		if x < step {
			small += x
		}
	}
	return 3*all - 2*small
}

// factors keeps f and g in 16 bits each.
func (s *Set) factors(f, g []float32) {
	var most, far float32
	for i := range f {
		most, far = max(most, f[i]), max(far, float32(math.Abs(float64(g[i]))))
	}
	s.FScale, s.GScale = most*32768/32767, far*32768/32767
	for i := range f {
		at := s.block(i / Lanes)[s.Rows*Lanes+2*(i%Lanes):]
		binary.LittleEndian.PutUint16(at, uint16(quantise(f[i], s.FScale)))
		binary.LittleEndian.PutUint16(at[2*Lanes:], uint16(quantise(g[i], s.GScale)))
	}
}

func quantise(x, scale float32) int16 {
	if scale == 0 {
		return 0
	}
	return int16(math.RoundToEven(float64(x) / float64(scale) * 32768))
}

// factor returns f and g of a vector as they were kept.
func (s *Set) factor(i int) (f, g float32) {
	at := s.block(i / Lanes)[s.Rows*Lanes+2*(i%Lanes):]
	f = float32(int16(binary.LittleEndian.Uint16(at))) * s.FScale / 32768
	g = float32(int16(binary.LittleEndian.Uint16(at[2*Lanes:]))) * s.GScale / 32768
	return f, g
}
