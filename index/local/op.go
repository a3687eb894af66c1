package local

import (
	"encoding/binary"
	"fmt"
	"math"

	"touchstone/index"
)

// A kind says what an operation does. The numbers are in the file: they never change their meaning.
type kind byte

const (
	opCreate   kind = 1 + iota // name, space
	opDrop                     // name
	opAlias                    // name (the alias), to
	opUpsert                   // name, dimension, points
	opDelete                   // name, ids
	opRevision                 // name, revision
)

// An op is one change, as it is logged, replayed and applied to memory: all three go the same way, so that what is opened again
// is what was acknowledged.
type op struct {
	kind      kind
	name      string
	space     index.Space // opCreate
	revision  uint64      // opRevision: what the collection's revision is from here on
	to        string      // opAlias
	dimension int         // opUpsert
	points    []point     // opUpsert
	ids       []string    // opDelete
}

// A point is a point on its way between the log and memory. Its payload stays encoded, because that is the key by which equal
// payloads are kept once.
type point struct {
	id      string
	payload []byte
	vectors []float32 // one after the other
}

// bytes is about how many bytes the op takes in the log.
func (o *op) bytes() int64 {
	n := int64(len(o.name) + 16)
	for i := range o.points {
		p := &o.points[i]
		n += int64(4*len(p.vectors) + len(p.payload) + len(p.id) + 4)
	}
	for _, id := range o.ids {
		n += int64(len(id) + 2)
	}
	return n
}

// appendTo appends the op's encoding to b: its kind, then its fields; numbers as uvarint, strings with their length before them,
// vectors as float32 little-endian.
func (o *op) appendTo(b []byte) []byte {
	b = append(b, byte(o.kind))
	b = appendString(b, o.name)
	switch o.kind {
	case opCreate:
		b = appendSpace(b, o.space)
	case opRevision:
		b = binary.AppendUvarint(b, o.revision)
	case opAlias:
		b = appendString(b, o.to)
	case opUpsert:
		b = binary.AppendUvarint(b, uint64(o.dimension))
		b = binary.AppendUvarint(b, uint64(len(o.points)))
		for _, p := range o.points {
			b = p.appendTo(b, o.dimension)
		}
	case opDelete:
		b = binary.AppendUvarint(b, uint64(len(o.ids)))
		for _, id := range o.ids {
			b = appendString(b, id)
		}
	}
	return b
}

func (p point) appendTo(b []byte, dimension int) []byte {
	b = appendString(b, p.id)
	b = appendString(b, string(p.payload))
	b = binary.AppendUvarint(b, uint64(len(p.vectors)/dimension))
	for _, x := range p.vectors {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

func appendSpace(b []byte, s index.Space) []byte {
	b = appendString(b, s.Pack)
	b = appendString(b, s.Version)
	b = appendString(b, s.Output)
	b = binary.AppendUvarint(b, uint64(s.Dimension))
	return appendString(b, string(s.Metric))
}

func appendString(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// A decoder reads what appendTo wrote. After the first fault it returns zeros and keeps the fault. It never allocates more than a
// small multiple of the bytes it is given.
type decoder struct {
	b       []byte
	fault   string
	numbers []float32 // reused by the vectors of each op
}

// next reads one op. Its payloads and vectors stay valid until the next call, or until the bytes change.
func (d *decoder) next() (op, error) {
	o := op{kind: kind(d.byte()), name: d.string()}
	switch o.kind {
	case opCreate:
		o.space = d.space()
	case opRevision:
		o.revision = d.uvarint()
	case opDrop:
	case opAlias:
		o.to = d.string()
	case opUpsert:
		d.points(&o)
	case opDelete:
		n := d.count(len(d.b) / 2) // an ID has two bytes or more
		o.ids = make([]string, 0, n)
		for range n {
			o.ids = append(o.ids, d.string())
		}
	default:
		d.fail(fmt.Sprintf("operation of unknown kind %d", o.kind))
	}
	if d.fault != "" {
		return op{}, fmt.Errorf("%w: %s", index.ErrCorrupt, d.fault)
	}
	return o, nil
}

func (d *decoder) space() index.Space {
	return index.Space{Pack: d.string(), Version: d.string(), Output: d.string(), Dimension: d.count(index.MaxDimension),
		Metric: index.Metric(d.string())}
}

// fixed reads a number of this many bytes, up to 8.
func (d *decoder) fixed(bytes int) uint64 {
	if len(d.b) < bytes {
		d.fail("a number cut short")
		return 0
	}
	x := uint64(0)
	for i, b := range d.b[:bytes] {
		x |= uint64(b) << (8 * i)
	}
	d.b = d.b[bytes:]
	return x
}

func (d *decoder) points(o *op) {
	o.dimension = d.count(index.MaxDimension)
	n := d.count(len(d.b) / 7) // a point has seven bytes or more
	if o.dimension == 0 {
		d.fail("points of dimension 0")
		return
	}
	if most := len(d.b) / 4; cap(d.numbers) < most {
		d.numbers = make([]float32, 0, most) // never grows below, so that earlier vectors stay where they are
	}
	d.numbers = d.numbers[:0]
	o.points = make([]point, 0, n)
	for range n {
		p := point{id: d.string(), payload: d.bytes()}
		p.vectors = d.vectors(d.count(index.MaxVectors) * o.dimension)
		o.points = append(o.points, p)
	}
}

func (d *decoder) vectors(n int) []float32 {
	if n == 0 || n > len(d.b)/4 {
		d.fail("a point without vectors, or cut short")
		return nil
	}
	from := len(d.numbers)
	d.numbers = d.numbers[:from+n]
	v := d.numbers[from:]
	for i := range v {
		v[i] = math.Float32frombits(binary.LittleEndian.Uint32(d.b[4*i:]))
	}
	d.b = d.b[4*n:]
	return v
}

func (d *decoder) fail(fault string) {
	if d.fault == "" {
		d.fault = fault
	}
	d.b = nil
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.fail("an operation cut short")
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) uvarint() uint64 {
	x, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.fail("a number cut short")
		return 0
	}
	d.b = d.b[n:]
	return x
}

// count reads a number that may be at most most. As a length of things that follow, most is the number of bytes left, so that a
// wrong length cannot ask for memory.
func (d *decoder) count(most int) int {
	x := d.uvarint()
	if x > uint64(most) {
		d.fail(fmt.Sprintf("the number %d where at most %d is possible", x, most))
		return 0
	}
	return int(x)
}

func (d *decoder) bytes() []byte {
	n := d.count(len(d.b))
	if n > len(d.b) { // the count's own bytes are gone from d.b by now
		d.fail("a text cut short")
		return nil
	}
	s := d.b[:n:n]
	d.b = d.b[n:]
	return s
}

func (d *decoder) string() string { return string(d.bytes()) }
