package photo

import (
	"encoding/binary"
	"image"
)

const (
	tagOrientation = 0x0112
	typeShort      = 3
	typeLong       = 4
)

// exifOrientation reads the orientation (1 to 8) from a TIFF-structured EXIF block. It looks at
// the first directory only, reads at most its entries, and answers 1 for whatever it cannot read:
// broken metadata never cost a picture.
func exifOrientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	start := uint64(order.Uint32(tiff[4:]))
	if start+2 > uint64(len(tiff)) {
		return 1
	}
	entries := tiff[start+2:]
	for range order.Uint16(tiff[start:]) {
		if len(entries) < 12 {
			return 1
		}
		if order.Uint16(entries) == tagOrientation {
			return orientationValue(order, entries)
		}
		entries = entries[12:]
	}
	return 1
}

func orientationValue(order binary.ByteOrder, entry []byte) int {
	var v uint32
	switch order.Uint16(entry[2:]) {
	case typeShort:
		v = uint32(order.Uint16(entry[8:]))
	case typeLong: // against the standard, yet written by some editors
		v = order.Uint32(entry[8:])
	}
	if v < 1 || v > 8 {
		return 1
	}
	return int(v)
}

// orient turns a picture upright according to its EXIF orientation. Orientation 1 returns img itself.
func orient(img *image.NRGBA, orientation int) *image.NRGBA {
	if orientation < 2 || orientation > 8 {
		return img
	}
	w, h, stride := img.Rect.Dx(), img.Rect.Dy(), img.Stride
	right, bottom := 4*(w-1), stride*(h-1)
	// Where the upright picture's first pixel lies in img, and the steps in bytes to its right and
	// lower neighbour.
	walk := [9]struct{ start, dx, dy int }{
		2: {right, -4, stride},
		3: {right + bottom, -4, -stride},
		4: {bottom, 4, -stride},
		5: {0, stride, 4},
		6: {bottom, -stride, 4},
		7: {right + bottom, -stride, -4},
		8: {right, stride, -4},
	}[orientation]
	if orientation >= 5 {
		w, h = h, w
	}
	out := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		row, src := out.Pix[y*out.Stride:][:4*w], walk.start+y*walk.dy
		for x := 0; x < len(row); x += 4 {
			copy(row[x:x+4], img.Pix[src:src+4])
			src += walk.dx
		}
	}
	return out
}
