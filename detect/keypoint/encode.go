package keypoint

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Format is the number of the encoding and of everything that makes a Set: a Set of another Format is made afresh.
const Format = 1

// MaxBytes is the most that an encoded Set takes.
const MaxBytes = headBytes + ThumbSide*ThumbSide + ReferenceCount*pointBytes

// ErrEncoding reports bytes that are no Set of this Format.
var ErrEncoding = errors.New("keypoint: not the features of a picture in this format")

// Sizes of the encoding: width, height and number of points; then the thumb; then for each point position, scale and angle as
// 16-bit fractions, and its descriptor at half a byte a value.
const (
	headBytes  = 8
	pointBytes = 8 + Dimension/2
	fine       = 64.0 // parts of a pixel that positions and scales are kept in
	loudest    = 0.45 // value of a descriptor that the largest half byte stands for; larger ones are rare
)

// Encode gives the Set as bytes, at most MaxBytes for a registered picture. Descriptors lose precision that matching does not miss.
func (s *Set) Encode() []byte {
	n := min(len(s.Points), ReferenceCount)
	out := make([]byte, 0, headBytes+len(s.Thumb)+n*pointBytes)
	for _, v := range []int{Format, s.Width, s.Height, n} {
		out = binary.LittleEndian.AppendUint16(out, uint16(v))
	}
	out = append(out, s.Thumb...)
	for i, k := range s.Points[:n] {
		for _, v := range []float64{float64(k.X) * fine, float64(k.Y) * fine, float64(k.Scale) * fine, float64(k.Angle) / (2 * math.Pi) * 65536} {
			out = binary.LittleEndian.AppendUint16(out, uint16(math.Round(math.Min(math.Max(v, 0), 65535))))
		}
		d := s.descriptor(i)
		for j := 0; j < Dimension; j += 2 {
			out = append(out, nibble(d[j])|nibble(d[j+1])<<4)
		}
	}
	return out
}

func nibble(v float32) byte { return byte(min(15, v*(15/loudest)+0.5)) }

// Decode reads what Encode wrote. Errors wrap ErrEncoding.
func Decode(data []byte) (*Set, error) {
	if len(data) < headBytes+ThumbSide*ThumbSide {
		return nil, fmt.Errorf("%w: %d bytes are too few", ErrEncoding, len(data))
	}
	var head [4]int
	for i := range head {
		head[i] = int(binary.LittleEndian.Uint16(data[2*i:]))
	}
	if head[0] != Format {
		return nil, fmt.Errorf("%w: format %d, want %d", ErrEncoding, head[0], Format)
	}
	s := &Set{Width: head[1], Height: head[2]}
	n := head[3]
	if s.Width < 1 || s.Height < 1 || max(s.Width, s.Height) > ReferenceSide || n > ReferenceCount || len(data) != headBytes+ThumbSide*ThumbSide+n*pointBytes {
		return nil, fmt.Errorf("%w: %d points of a picture of %d x %d in %d bytes", ErrEncoding, n, s.Width, s.Height, len(data))
	}
	data = data[headBytes:]
	s.Thumb, data = append([]uint8(nil), data[:ThumbSide*ThumbSide]...), data[ThumbSide*ThumbSide:]
	s.Points, s.descriptors = make([]Keypoint, n), make([]float32, n*Dimension)
	for i := range n {
		p := data[i*pointBytes : (i+1)*pointBytes]
		at := func(j int) float32 { return float32(binary.LittleEndian.Uint16(p[2*j:])) }
		s.Points[i] = Keypoint{at(0) / fine, at(1) / fine, max(at(2), 1) / fine, at(3) / 65536 * 2 * math.Pi}
		unpack(s.descriptor(i), p[8:])
	}
	return s, nil
}

// unpack reads a descriptor and brings it to unit length.
func unpack(d []float32, packed []byte) {
	square := 0
	for j, b := range packed {
		lo, hi := int(b&15), int(b>>4)
		square += lo*lo + hi*hi
		d[2*j], d[2*j+1] = float32(lo), float32(hi)
	}
	if square == 0 {
		return
	}
	scale := float32(1 / math.Sqrt(float64(square)))
	for j := range d {
		d[j] *= scale
	}
}
