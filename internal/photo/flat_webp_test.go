package photo

import (
	"encoding/binary"
	"errors"
	"runtime"
	"testing"
)

// flatWebP is a lossless WebP of one colour in a few bytes: five Huffman codes of a single symbol each, so that no pixel takes
// a bit (WebP lossless bitstream specification, 6.2.1). padding lengthens its chunk.
func flatWebP(w, h, padding int) []byte {
	bits := []byte{0x2f}
	var acc uint64
	n := 0
	put := func(v uint64, width int) {
		acc |= v << n
		for n += width; n >= 8; n -= 8 {
			bits = append(bits, byte(acc))
			acc >>= 8
		}
	}
	put(uint64(w-1), 14)
	put(uint64(h-1), 14)
	put(0, 1+3) // no alpha, version 0
	put(0, 1)   // no transform
	put(0, 1)   // no colour cache
	put(0, 1)   // one Huffman group
	for range 5 {
		put(1, 1) // simple code
		put(0, 1) // of one symbol
		put(0, 1) // in one bit
		put(0, 1) // symbol 0
	}
	put(0, 7)
	bits = append(bits, make([]byte, padding)...)
	if len(bits)%2 == 1 {
		bits = append(bits, 0)
	}
	file := append([]byte("RIFF\x00\x00\x00\x00WEBPVP8L"), binary.LittleEndian.AppendUint32(nil, uint32(len(bits)))...)
	file = append(file, bits...)
	binary.LittleEndian.PutUint32(file[4:], uint32(len(file)-8))
	return file
}

func TestFlatLosslessWebP(t *testing.T) {
	for _, tt := range []struct {
		name          string
		w, h, padding int
		refused       bool
	}{
		{"small", 64, 64, 0, false},
		{"as many pixels as may be flat", 4000, 4000, 0, false},
		{"a row more", 4000, 4300, 0, true},
		{"64 megapixels in a few bytes", 8000, 8000, 0, true},
		{"as large as a PNG", 4000, 4300, 5000, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			p, err := Decode(flatWebP(tt.w, tt.h, tt.padding), Limits{Target: 512})
			runtime.ReadMemStats(&after)
			if tt.refused {
				if spent := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, ErrTooLarge) || spent > 1<<20 {
					t.Errorf("error %v after %d bytes of memory, want ErrTooLarge before any pixel", err, spent)
				}
				return
			}
			if err != nil || p.Width != tt.w || p.Height != tt.h {
				t.Errorf("%+v, error %v", p, err)
			}
		})
	}
}
