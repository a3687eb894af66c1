package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/png"
)

const (
	pngSignature = "\x89PNG\r\n\x1a\n"
	// deflateRatio is the best that deflate can do: 258 bytes for 2 bits.
	deflateRatio = 1032
)

// samplesOf counts the samples a pixel by PNG colour type.
var samplesOf = map[byte]int64{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}

func probePNG(data []byte) (header, error) {
	cfg, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return header{}, pngError(err)
	}
	// DecodeConfig succeeded, so the 25 bytes of the first chunk are there and sound.
	depth, samples := int64(data[24]), samplesOf[data[25]]
	rowBytes := 1 + (int64(cfg.Width)*depth*samples+7)/8
	return header{
		width: cfg.Width, height: cfg.Height, orientation: pngOrientation(data),
		minBytes: int64(cfg.Height) * rowBytes / deflateRatio,
	}, nil
}

// pngOrientation looks for the eXIf chunk, which may stand anywhere.
func pngOrientation(data []byte) int {
	for rest := data[len(pngSignature):]; len(rest) >= 12; {
		n := uint64(binary.BigEndian.Uint32(rest))
		if n+12 > uint64(len(rest)) {
			return 1
		}
		if string(rest[4:8]) == "eXIf" {
			return exifOrientation(rest[8 : 8+n])
		}
		rest = rest[12+n:]
	}
	return 1
}

func decodePNG(data []byte, h header, factor int) (image.Image, error) {
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, pngError(err)
	}
	if b := img.Bounds(); b.Dx() != h.width || b.Dy() != h.height {
		return nil, corrupt("PNG", fmt.Errorf("decoded to %d x %d pixels", b.Dx(), b.Dy()))
	}
	return shrink(flatten(img), factor), nil
}

func pngError(err error) error {
	var u png.UnsupportedError
	if errors.As(err, &u) {
		return unsupported("PNG", err)
	}
	return corrupt("PNG", err)
}
