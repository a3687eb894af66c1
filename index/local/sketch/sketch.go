// Package sketch keeps one bit a number of each vector and estimates dot products from these bits alone, so that a search reads a
// thirtieth of the data and then looks closely at few vectors.
//
// The method is RaBitQ (Gao and Long, SIGMOD 2024). A vector o is taken relative to a centre c and rotated at random; kept are the signs of
// the outcome r, the factor f = |r|²/Σ|r_i| and the product g = <c, o-c>. With q' = q-αc, rotated, for the α that makes it shortest, and S = Σ ±q'_i by
// these signs,
//
//	<q, o> = <q, c> + α·g + <q', o-c>,  and f·S estimates the last without bias.
//
// The error of S is near to normal, with a deviation of about 0.6·|q'| whatever the data, and nothing where q = o. So the sum with S +
// t·|q'| in the place of S, where t is called the margin, is above the true product but for few vectors, which is what [Table.Scan]
// compares with a threshold. How many are few is measured ([Table.Need]).
//
// Signs lie in blocks of 64 vectors, four dimensions to a nibble, and S is summed up from tables of 16 small numbers, one for
// each nibble: the way of Quick ADC and faiss's "fast scan" (André, Kermarrec and Le Scouarnec 2017), with AVX-512 or AVX2 where the
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
	Rows           int       // bytes of signs a vector; even
	Centre         []float32 // rotated
	FScale, GScale float32   // f = F·FScale/32768, g = G·GScale/32768
	FMean          float32   // of all f
	Blocks         []byte    // Bytes(Vectors, Rows) bytes: blocks of Rows·64 bytes of signs, 64 F and 64 G (int16, little-endian)
}

// tail is how many bytes F and G take in a block.
const tail = 4 * Lanes

// Rows is how many bytes of signs a vector of this dimension has.
func Rows(dimension int) int { return Padded(dimension) / 8 }

// Bytes is the length of the blocks of this many vectors.
func Bytes(vectors, rows int) int { return (vectors + Lanes - 1) / Lanes * (rows*Lanes + tail) }

// Encode makes the sketches of some vectors, which it goes over twice.
func Encode(r *Rotation, vectors iter.Seq[[]float32]) *Set {
	s := &Set{Rows: r.padded / 8, Centre: make([]float32, r.padded)}
	middle, n := mean(vectors, r.dimension)
	r.Apply(s.Centre, middle)
	s.Vectors, s.Blocks = n, make([]byte, Bytes(n, s.Rows))
	f, g := make([]float32, 0, n), make([]float32, 0, n)
	v, size := make([]float32, r.padded), make([]float32, r.padded)
	for o := range vectors {
		r.Apply(v, o)
		vek32.Sub_Inplace(v, s.Centre)
		s.sign(len(f), v)
		if sum := vek32.Sum(vek32.Abs_Into(size, v)); sum > 0 {
			f, g = append(f, vek32.Dot(v, v)/sum), append(g, vek32.Dot(v, s.Centre))
		} else {
			f, g = append(f, 0), append(g, 0)
		}
		s.FMean += f[len(f)-1] / float32(n)
	}
	s.factors(f, g)
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

// lane is where in a row a vector's byte lies: the even bytes are the first 32 vectors of a block and the odd ones the others, so that
// sums of 16 bits come out in order.
func lane(v int) int {
	if v < Lanes/2 {
		return 2 * v
	}
	return 2*(v-Lanes/2) + 1
}

// sign keeps the signs of a rotated vector.
func (s *Set) sign(i int, v []float32) {
	block, at := s.block(i/Lanes), lane(i%Lanes)
	for row := range s.Rows {
		b := uint32(0)
		for k, x := range v[8*row : 8*row+8 : 8*row+8] {
			b |= math.Float32bits(x) >> 31 << k // no branch: what the sign is cannot be foreseen
		}
		block[row*Lanes+at] = ^byte(b)
	}
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
