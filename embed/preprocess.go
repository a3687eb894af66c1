package embed

import (
	"fmt"
	"image"

	"touchstone/embed/tokens"
	"touchstone/internal/lanczos"
	"touchstone/models"
)

// Preprocess writes a picture into dst as the manifest's input asks: flattened
// on white, resized to width x height without keeping its proportions (as
// Pillow's Image.resize with LANCZOS does, see internal/lanczos), divided by
// 255, less the mean, divided by the deviation; one plane a colour (CHW). dst
// must hold 3*width*height values; it panics when it does not.
//
// Pictures as internal/photo gives them are the fast path. The picture is only
// read.
func Preprocess(img image.Image, in models.Input, dst []float32) {
	lanczos.Resize(dst, img, in.Width, in.Height, lanczos.Norm{Mean: in.Mean, Deviation: in.Deviation})
}

// Encode writes a text's code points into dst, cut at its length and padded
// with zeros. Bytes that are no UTF-8 count as U+FFFD.
func Encode(text string, dst []int64) {
	i := 0
	for _, r := range text {
		if i == len(dst) {
			return
		}
		dst[i] = int64(r)
		i++
	}
	clear(dst[i:])
}

// encoder gives what turns texts into a model's numbers.
func encoder(p *models.Pack, in models.Input) (func(text string, dst []int64), error) {
	if in.Kind != models.KindText || in.Vocabulary == nil {
		return Encode, nil
	}
	data, err := p.Vocabulary(in)
	if err != nil {
		return nil, err
	}
	k, err := tokens.Open(in.Encoding, data)
	if err != nil {
		return nil, fmt.Errorf("vocabulary %s: %w", in.Vocabulary.Path, err)
	}
	return k.Encode, nil
}
