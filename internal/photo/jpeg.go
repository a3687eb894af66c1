package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"
)

const (
	markerSOI, markerEOI, markerSOS = 0xd8, 0xd9, 0xda
	markerTEM, markerRST0           = 0x01, 0xd0
	markerSOF0, markerSOF2          = 0xc0, 0xc2
	markerAPP1, markerAPP14         = 0xe1, 0xee

	// maxScans and maxScanPixels bound the work of a progressive file: each scan walks every block
	// again, and costs its sender only some bytes. Encoders write about ten scans; those are accepted
	// whatever the size, more only of pictures that stay below maxScanPixels in all.
	fewScans      = 16
	maxScans      = 100
	maxScanPixels = fewScans * DefaultMaxPixels
)

// jpegInfo is what the marker segments of a JPEG tell.
type jpegInfo struct {
	orientation int
	components  int
	adobe       bool // has the Adobe segment that says how inks are stored
	scans       int
}

// probeJPEG takes size and components from the decoder's own reading of the frame header and the
// rest from the marker segments.
func probeJPEG(data []byte) (header, error) {
	cfg, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return header{}, jpegError(err)
	}
	info := scanJPEG(data)
	h := header{width: cfg.Width, height: cfg.Height, orientation: info.orientation}
	if n := int64(info.scans); n > maxScans || n > fewScans && n*int64(h.width)*int64(h.height) > maxScanPixels {
		return header{}, fmt.Errorf("%w: this JPEG stores its picture in %d passes; save it again as an ordinary JPEG", ErrFormat, n)
	}
	// Each 8 x 8 block of the first component takes at least one bit.
	h.minBytes = int64((h.width+7)/8) * int64((h.height+7)/8) / 8
	return h, nil
}

// scanJPEG walks the marker segments without decoding. It stops quietly where the structure ends:
// to complain is the decoder's business.
func scanJPEG(data []byte) jpegInfo {
	info := jpegInfo{orientation: 1}
	seenEXIF := false
	for i := 2; ; {
		k := bytes.IndexByte(data[min(i, len(data)):], 0xff)
		if k < 0 {
			return info
		}
		i += k + 1
		if i >= len(data) {
			return info
		}
		marker := data[i]
		if marker == 0xff { // fill byte: look at it again as a marker's first byte
			continue
		}
		i++
		switch {
		case marker == markerEOI:
			return info
		case marker == 0, marker == markerTEM, marker >= markerRST0 && marker <= markerSOI:
			continue // stuffed byte or a marker without a segment
		}
		if i+2 > len(data) {
			return info
		}
		n := int(binary.BigEndian.Uint16(data[i:]))
		segment := data[min(i+2, len(data)):min(i+max(n, 2), len(data))]
		i += max(n, 2)
		switch {
		case marker >= markerSOF0 && marker <= markerSOF2 && len(segment) >= 6:
			info.components = int(segment[5])
		case marker == markerSOS:
			info.scans++
		case marker == markerAPP14 && bytes.HasPrefix(segment, []byte("Adobe")) && len(segment) >= 12:
			info.adobe = true
		case marker == markerAPP1 && !seenEXIF && bytes.HasPrefix(segment, []byte("Exif\x00\x00")):
			info.orientation, seenEXIF = exifOrientation(segment[6:]), true
		}
	}
}

// adobeSegment declares inverted inks without a colour transform.
const adobeSegment = "\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"

// jpegReader feeds the decoder. A missing end marker is supplied, as libjpeg does: pictures cut
// after their last block are common and whole. Four-ink files without the Adobe segment are read
// by Adobe's convention, as Pillow and browsers do.
func jpegReader(data []byte, info jpegInfo) io.Reader {
	end := bytes.NewReader([]byte{0xff, markerEOI})
	if info.adobe || info.components != 4 {
		return io.MultiReader(bytes.NewReader(data), end)
	}
	return io.MultiReader(bytes.NewReader(data[:2]), bytes.NewReader([]byte(adobeSegment)), bytes.NewReader(data[2:]), end)
}

// decodeStdJPEG decodes with the standard library, in full, and shrinks the decoded planes.
func decodeStdJPEG(data []byte, h header, factor int) (image.Image, error) {
	img, err := jpeg.Decode(jpegReader(data, scanJPEG(data)))
	if err != nil {
		return nil, jpegError(err)
	}
	if b := img.Bounds(); b.Dx() != h.width || b.Dy() != h.height {
		return nil, corrupt("JPEG", fmt.Errorf("decoded to %d x %d pixels", b.Dx(), b.Dy()))
	}
	switch m := img.(type) {
	case *image.YCbCr:
		return shrinkPlanes(m, factor), nil
	case *image.Gray:
		return shrinkGrey(m, factor), nil
	}
	return shrink(flatten(img), factor), nil
}

func jpegError(err error) error {
	var unknown jpeg.UnsupportedError
	if errors.As(err, &unknown) {
		return unsupported("JPEG", err)
	}
	return corrupt("JPEG", err)
}
