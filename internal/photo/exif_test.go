package photo

import (
	"encoding/binary"
	"image"
	"image/color"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOrient turns the picture
//
//	1 2 3
//	4 5 6
//
// by each orientation and reads the rows back.
func TestOrient(t *testing.T) {
	src := image.NewNRGBA(image.Rect(0, 0, 3, 2))
	for i := range 6 {
		src.SetNRGBA(i%3, i/3, color.NRGBA{R: byte(i + 1), A: 255})
	}
	want := map[int][][]int{
		0: {{1, 2, 3}, {4, 5, 6}},
		1: {{1, 2, 3}, {4, 5, 6}},
		2: {{3, 2, 1}, {6, 5, 4}},
		3: {{6, 5, 4}, {3, 2, 1}},
		4: {{4, 5, 6}, {1, 2, 3}},
		5: {{1, 4}, {2, 5}, {3, 6}},
		6: {{4, 1}, {5, 2}, {6, 3}},
		7: {{6, 3}, {5, 2}, {4, 1}},
		8: {{3, 6}, {2, 5}, {1, 4}},
		9: {{1, 2, 3}, {4, 5, 6}},
	}
	for o, rows := range want {
		got := orient(src, o)
		var read [][]int
		for y := range got.Rect.Dy() {
			var row []int
			for x := range got.Rect.Dx() {
				row = append(row, int(got.NRGBAAt(x, y).R))
			}
			read = append(read, row)
		}
		if diff := cmp.Diff(rows, read); diff != "" {
			t.Errorf("orientation %d (-want +got):\n%s", o, diff)
		}
	}
}

// tiff builds an EXIF block with the given entries of 12 bytes.
func tiff(order binary.AppendByteOrder, magic string, entries ...[]byte) []byte {
	out := order.AppendUint32([]byte(magic), 8)
	out = order.AppendUint16(out, uint16(len(entries)))
	for _, e := range entries {
		out = append(out, e...)
	}
	return out
}

func entry(order binary.AppendByteOrder, tag, kind uint16, value []byte) []byte {
	out := order.AppendUint32(order.AppendUint16(order.AppendUint16(nil, tag), kind), 1)
	return append(append(out, value...), make([]byte, 4-len(value))...)
}

func TestExifOrientation(t *testing.T) {
	le, be := binary.LittleEndian, binary.BigEndian
	six := func(o binary.AppendByteOrder) []byte { return o.AppendUint16(nil, 6) }
	tests := []struct {
		name string
		tiff []byte
		want int
	}{
		{"little endian", tiff(le, "II*\x00", entry(le, tagOrientation, typeShort, six(le))), 6},
		{"big endian", tiff(be, "MM\x00*", entry(be, 0x010f, 2, nil), entry(be, tagOrientation, typeShort, six(be))), 6},
		{"long value", tiff(be, "MM\x00*", entry(be, tagOrientation, typeLong, be.AppendUint32(nil, 3))), 3},
		{"out of range", tiff(le, "II*\x00", entry(le, tagOrientation, typeShort, le.AppendUint16(nil, 9))), 1},
		{"zero", tiff(le, "II*\x00", entry(le, tagOrientation, typeShort, nil)), 1},
		{"other type", tiff(le, "II*\x00", entry(le, tagOrientation, 2, six(le))), 1},
		{"absent", tiff(le, "II*\x00", entry(le, 0x010f, 2, nil)), 1},
		{"more entries promised than there", append([]byte("II*\x00\x08\x00\x00\x00\xff\xff"), entry(le, 0x010f, 2, nil)...), 1},
		{"directory beyond the end", []byte("II*\x00\xff\xff\xff\xff\x01\x00"), 1},
		{"no TIFF", []byte("hello, world"), 1},
		{"empty", nil, 1},
	}
	for _, tt := range tests {
		if got := exifOrientation(tt.tiff); got != tt.want {
			t.Errorf("%s: orientation %d, want %d", tt.name, got, tt.want)
		}
	}
}
