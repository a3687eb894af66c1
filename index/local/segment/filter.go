package segment

import (
	"encoding/binary"
	"runtime"
	"slices"
	"sort"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"touchstone/index"
)

// The fields that have a dictionary.
const (
	fieldKind = iota
	fieldHolder
	fieldTerritory
)

// everywhere stands for a payload without territories. No territory is empty.
const everywhere = ""

// A span is when a payload holds: from the first moment to before the second, in seconds and nanoseconds.
type span struct {
	from, until         int64
	fromNano, untilNano uint32
}

func (s *span) holds(seconds int64, nano uint32) bool {
	return (s.from < seconds || s.from == seconds && s.fromNano <= nano) &&
		(seconds < s.until || seconds == s.until && nano < s.untilNano)
}

// A dictionary leads from values, in order, to bitmaps of the payloads that have them.
type dictionary struct {
	values texts
	starts []uint32 // of the bitmaps, which begin at multiples of 8
	bytes  []byte
}

// Select returns the payloads that a filter lets through; nil means all. It agrees with index.Filter.Matches. The bitmap is the caller's.
func (s *Segment) Select(f index.Filter) *roaring.Bitmap {
	if f.Empty() {
		return nil
	}
	defer runtime.KeepAlive(s)
	result := roaring.New()
	if len(f.Rights) > 0 {
		s.rights(result, f.Rights)
	} else {
		result.AddRange(0, uint64(s.Payloads))
	}
	for i, wanted := range [][]string{fieldKind: f.Kinds, fieldHolder: f.Holders, fieldTerritory: f.Territories} {
		if len(wanted) == 0 || result.IsEmpty() {
			continue
		}
		if i == fieldTerritory {
			wanted = append(slices.Clone(wanted), everywhere)
		}
		result.And(s.fields[i].any(wanted))
	}
	if f.ActiveOnly {
		result.And(bitmap(s.active))
	}
	if !f.At.IsZero() {
		s.inForce(result, f.At)
	}
	return result
}

// rights adds the payloads of some rights, which lie together.
func (s *Segment) rights(to *roaring.Bitmap, rights []string) {
	var prefix []byte
	for _, right := range rights {
		prefix = AppendRight(prefix[:0], right)
		from := sort.Search(s.Payloads, func(i int) bool { return s.Encoded(i) >= string(prefix) })
		end := from
		for end < s.Payloads && strings.HasPrefix(s.Encoded(end), string(prefix)) {
			end++
		}
		to.AddRange(uint64(from), uint64(end))
	}
}

// inForce takes out the payloads that do not hold at a moment.
func (s *Segment) inForce(from *roaring.Bitmap, at time.Time) {
	seconds, nano := at.Unix(), uint32(at.Nanosecond())
	var out []uint32
	for first, end := range from.Ranges() {
		for p := uint64(first); p < end; p++ {
			if !s.spans[p].holds(seconds, nano) {
				out = append(out, uint32(p))
			}
		}
	}
	if len(out) > 0 {
		from.AndNot(roaring.BitmapOf(out...))
	}
}

// any returns the payloads that have one of the values.
func (d *dictionary) any(values []string) *roaring.Bitmap {
	var found []*roaring.Bitmap
	for _, v := range values {
		n := d.values.len()
		i := sort.Search(n, func(i int) bool { return d.values.at(i) >= v })
		if i < n && d.values.at(i) == v {
			found = append(found, bitmap(d.bytes[d.starts[i]:d.starts[i+1]]))
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	return roaring.FastOr(found...)
}

// bitmap reads a bitmap where it lies; it must not be changed. The checksum of its section was right, so there is nothing to fail.
func bitmap(b []byte) *roaring.Bitmap {
	r := roaring.New()
	if _, err := r.FromBuffer(b); err != nil {
		return roaring.New()
	}
	return r
}

func appendBitmap(b []byte, r *roaring.Bitmap) []byte {
	r.RunOptimize()
	raw, _ := r.ToBytes() // which fails only where its buffer does
	return append(b, raw...)
}

// appendDictionary appends how many values there are, the offsets of the values and of the bitmaps, the values and the bitmaps.
func appendDictionary(b []byte, field map[string]*roaring.Bitmap) []byte {
	values := make([]string, 0, len(field))
	for v := range field {
		values = append(values, v)
	}
	slices.Sort(values)
	texts, maps := []uint32{0}, []uint32{0}
	var bitmaps []byte
	for i, v := range values {
		bitmaps = appendBitmap(bitmaps, field[v])
		bitmaps = append(bitmaps, make([]byte, -len(bitmaps)&7)...)
		texts, maps = append(texts, texts[i]+uint32(len(v))), append(maps, uint32(len(bitmaps)))
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(values)))
	b = append(append(b, raw(texts)...), raw(maps)...)
	b = append(b, strings.Join(values, "")...)
	b = append(b, make([]byte, -len(b)&7)...)
	return append(b, bitmaps...)
}

// readDictionary reads what appendDictionary wrote, or says that it makes no sense.
func readDictionary(b []byte) (d dictionary, ok bool) {
	if len(b) < 4 {
		return d, false
	}
	n := int(binary.LittleEndian.Uint32(b))
	if n > len(b)/8 {
		return d, false
	}
	head := 4 + 8*(n+1)
	if head > len(b) {
		return d, false
	}
	d.values.offsets, d.starts = list[uint32](b[4:4+4*(n+1)]), list[uint32](b[4+4*(n+1):head])
	size := int(d.values.offsets[n])
	bitmaps := (head + size + 7) &^ 7
	if size > len(b)-head || bitmaps > len(b) {
		return d, false
	}
	d.values.bytes, d.bytes = b[head:head+size], b[bitmaps:]
	return d, d.values.sound(n) && ascending(d.starts, len(d.bytes))
}
