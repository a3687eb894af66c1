package photo

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"io"
)

// lzwRatio is the best that GIF's LZW can do, in pixels a byte: codes of 12 bits that stand for
// at most 4096 pixels each.
const lzwRatio = 4096 * 8 / 12

var errNoFrame = errors.New("no frame")

// gifFrame finds the first image descriptor: the frame's rectangle on the logical screen.
func gifFrame(data []byte) (image.Rectangle, error) {
	const screen, descriptor = 13, 10
	if len(data) < screen {
		return image.Rectangle{}, io.ErrUnexpectedEOF
	}
	i := screen
	if flags := data[10]; flags&0x80 != 0 {
		i += 3 << (flags&7 + 1)
	}
	for i < len(data) {
		switch data[i] {
		case 0x2c:
			if i+descriptor > len(data) {
				return image.Rectangle{}, io.ErrUnexpectedEOF
			}
			x, y := little16(data[i+1:]), little16(data[i+3:])
			return image.Rect(x, y, x+little16(data[i+5:]), y+little16(data[i+7:])), nil
		case 0x21: // extension: a label, then blocks up to an empty one
			for i += 2; i < len(data) && data[i] != 0; {
				i += 1 + int(data[i])
			}
			i++
		default:
			return image.Rectangle{}, errNoFrame
		}
	}
	return image.Rectangle{}, io.ErrUnexpectedEOF
}

func little16(b []byte) int { return int(binary.LittleEndian.Uint16(b)) }

// probeGIF takes the logical screen as the size, grown to hold the first frame as browsers do.
func probeGIF(data []byte) (header, error) {
	frame, err := gifFrame(data)
	if err != nil {
		return header{}, corrupt("GIF", err)
	}
	h := header{
		width: max(little16(data[6:]), frame.Max.X), height: max(little16(data[8:]), frame.Max.Y),
		orientation: 1,
	}
	// A screen may exceed what its frame fills; beyond a megapixel of emptiness it is no picture.
	h.minBytes = max(int64(h.width)*int64(h.height)-1<<20, 0) / lzwRatio
	return h, nil
}

// decodeGIF decodes the first frame, and no other, and lays it on its logical screen; what the
// frame leaves uncovered or transparent is white.
func decodeGIF(data []byte, h header, factor int) (image.Image, error) {
	start := bytes.Clone(data[:13])
	binary.LittleEndian.PutUint16(start[6:], uint16(min(h.width, 0xffff)))
	binary.LittleEndian.PutUint16(start[8:], uint16(min(h.height, 0xffff)))
	img, err := gif.Decode(io.MultiReader(bytes.NewReader(start), bytes.NewReader(data[13:])))
	if err != nil {
		return nil, corrupt("GIF", err)
	}
	frame := flatten(img)
	if img.Bounds() == image.Rect(0, 0, h.width, h.height) {
		return shrink(frame, factor), nil
	}
	canvas := image.NewNRGBA(image.Rect(0, 0, h.width, h.height))
	draw.Draw(canvas, canvas.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	at := img.Bounds()
	for y := range frame.Rect.Dy() {
		copy(canvas.Pix[canvas.PixOffset(at.Min.X, at.Min.Y+y):], frame.Pix[y*frame.Stride:][:4*at.Dx()])
	}
	return shrink(canvas, factor), nil
}
