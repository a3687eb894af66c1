package segment

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"slices"
	"strings"
	"unsafe"

	"github.com/RoaringBitmap/roaring/v2"

	"touchstone/index"
	"touchstone/index/local/sketch"
)

const (
	magic    = "TSSEGM\r\n"
	endMagic = "TSSEGEND"
	version  = 3 // 1 and 2 had other sketches, which are not read any more
	align    = 64
)

// The sections of a file, in order. The numbers are in the file: they never change their meaning.
const (
	secNumbers = iota
	secBlocks
	secCentre
	secFirst
	secIDOffsets
	secIDs
	secTable
	secGroups
	secPayloadOffsets
	secPayloads
	secSpans
	secKinds
	secHolders
	secTerritories
	secActive
	sections
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A footer is the end of the file, as it lies there.
type footer struct {
	Magic                                 [8]byte
	Dimension, Entries, Vectors, Payloads uint32
	Rows                                  uint32 // of the sketches; 0 = none
	FScale, GScale, FMean                 float32
	Sections                              [sections]section
	Sum                                   uint32 // CRC-32C of all before it
}

type section struct {
	Offset, Length uint64
	Sum            uint32
}

// footerSize is the length of a footer.
var footerSize = binary.Size(footer{})

// An Item is a point that goes into a segment.
type Item struct {
	ID      string
	Payload string    // encoded
	Vectors []float32 // one after the other
}

// Compare is the order in which items lie in a segment: by payload, then by ID.
func Compare(a, b Item) int {
	return cmp.Or(strings.Compare(a.Payload, b.Payload), strings.Compare(a.ID, b.ID))
}

// Write writes a segment of 1 to MaxEntries items with distinct IDs, which it sorts. With a rotation it makes sketches too. Payloads must
// be what AppendPayload wrote, or it is index.ErrCorrupt.
func Write(to io.Writer, dimension int, rotation *sketch.Rotation, items []Item) error {
	if !littleEndian() {
		return fmt.Errorf("index: segments need a little-endian processor")
	}
	slices.SortFunc(items, Compare)
	w := &writer{to: to}
	w.foot.Magic = [8]byte([]byte(endMagic))
	w.foot.Dimension, w.foot.Entries = uint32(dimension), uint32(len(items))
	head := binary.LittleEndian.AppendUint32([]byte(magic), version)
	w.write(binary.LittleEndian.AppendUint32(head, crc32.Checksum(head, castagnoli)))
	w.vectors(dimension, rotation, items)
	w.ids(items)
	if err := w.payloads(items); err != nil {
		return err
	}
	return w.end()
}

// A writer writes sections and keeps the first error.
type writer struct {
	to   io.Writer
	at   uint64
	foot footer
	err  error
}

func (w *writer) write(b []byte) {
	if w.err == nil {
		_, w.err = w.to.Write(b)
	}
	w.at += uint64(len(b))
}

// section writes a section that comes in pieces.
func (w *writer) section(number int, pieces func(write func([]byte))) {
	if rest := w.at % align; rest > 0 {
		w.write(make([]byte, align-rest))
	}
	s := &w.foot.Sections[number]
	s.Offset = w.at
	pieces(func(b []byte) {
		s.Sum = crc32.Update(s.Sum, castagnoli, b)
		w.write(b)
	})
	s.Length = w.at - s.Offset
}

func put[T any](w *writer, number int, values []T) {
	w.section(number, func(write func([]byte)) { write(raw(values)) })
}

// raw is the memory of some numbers.
func raw[T any](values []T) []byte {
	var one T
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), len(values)*int(unsafe.Sizeof(one)))
}

func littleEndian() bool { return raw([]uint16{1})[0] == 1 }

// vectors writes the numbers, their sketches and where each point's begin.
func (w *writer) vectors(dimension int, rotation *sketch.Rotation, items []Item) {
	w.section(secNumbers, func(write func([]byte)) {
		for i := range items {
			write(raw(items[i].Vectors))
		}
	})
	first, single := make([]uint32, 1, len(items)+1), true
	for i := range items {
		n := len(items[i].Vectors) / dimension
		first, single = append(first, first[i]+uint32(n)), single && n == 1
	}
	w.foot.Vectors = first[len(items)]
	if !single {
		put(w, secFirst, first)
	}
	if rotation == nil {
		return
	}
	set := sketch.Encode(rotation, func(yield func([]float32) bool) {
		for i := range items {
			for v := range slices.Chunk(items[i].Vectors, dimension) {
				if !yield(v) {
					return
				}
			}
		}
	})
	w.foot.Rows, w.foot.FScale, w.foot.GScale, w.foot.FMean = uint32(set.Rows), set.FScale, set.GScale, set.FMean
	w.section(secBlocks, func(write func([]byte)) {
		write(set.Blocks)
		write(set.Fine)
	})
	put(w, secCentre, set.Centre)
}

func (w *writer) ids(items []Item) {
	list := make([]string, len(items))
	for i := range items {
		list[i] = items[i].ID
	}
	w.texts(secIDOffsets, secIDs, list)
	put(w, secTable, hashTable(items))
}

// texts writes strings one after the other.
func (w *writer) texts(offsets, bytes int, list []string) {
	ends := make([]uint32, 1, len(list)+1)
	for i, s := range list {
		ends = append(ends, ends[i]+uint32(len(s)))
	}
	put(w, offsets, ends)
	w.section(bytes, func(write func([]byte)) { write([]byte(strings.Join(list, ""))) })
}

// payloads writes each distinct payload, its points, and what filters look at.
func (w *writer) payloads(items []Item) error {
	var groups []uint32
	var list []string
	var spans []span
	fields, active := [3]map[string]*roaring.Bitmap{{}, {}, {}}, roaring.New()
	for i := range items {
		if i > 0 && items[i].Payload == items[i-1].Payload {
			continue
		}
		p, err := DecodePayload([]byte(items[i].Payload))
		if err != nil {
			return err
		}
		n := uint32(len(list))
		groups, list, spans = append(groups, uint32(i)), append(list, items[i].Payload), append(spans, spanOf(p))
		note(fields[fieldKind], n, p.Kind)
		note(fields[fieldHolder], n, p.Holder)
		note(fields[fieldTerritory], n, territories(p)...)
		if p.Active {
			active.Add(n)
		}
	}
	w.foot.Payloads = uint32(len(list))
	put(w, secGroups, append(groups, uint32(len(items))))
	w.texts(secPayloadOffsets, secPayloads, list)
	put(w, secSpans, spans)
	for i, values := range fields {
		put(w, secKinds+i, appendDictionary(nil, values))
	}
	put(w, secActive, appendBitmap(nil, active))
	return nil
}

// territories are where a payload holds; everywhere is the empty one.
func territories(p index.Payload) []string {
	if len(p.Territories) == 0 {
		return []string{everywhere}
	}
	return p.Territories
}

func note(field map[string]*roaring.Bitmap, payload uint32, values ...string) {
	for _, v := range values {
		if field[v] == nil {
			field[v] = roaring.New()
		}
		field[v].Add(payload)
	}
}

// end writes the footer.
func (w *writer) end() error {
	b, err := binary.Append(nil, binary.LittleEndian, &w.foot)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(b[len(b)-4:], crc32.Checksum(b[:len(b)-4], castagnoli))
	w.write(b)
	return w.err
}

// spanOf is when a payload holds.
func spanOf(p index.Payload) span {
	s := span{from: math.MinInt64, until: math.MaxInt64}
	if !p.From.IsZero() {
		s.from, s.fromNano = p.From.Unix(), uint32(p.From.Nanosecond())
	}
	if !p.Until.IsZero() {
		s.until, s.untilNano = p.Until.Unix(), uint32(p.Until.Nanosecond())
	}
	return s
}
