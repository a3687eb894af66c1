package eval

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"image"
	"image/color"
	"image/jpeg"
	"math"

	"golang.org/x/image/draw"
)

// A Decoder decodes an encoded picture upright and at its full size, so that boxes lie where they should.
type Decoder func(data []byte) (image.Image, error)

// A thumbnail is an embedded picture with outlines in percent of its sides.
type thumbnail struct {
	URL           template.URL
	Width, Height int
	Outlines      []outline
}

type outline struct {
	Kind                     string // "true" or "wrong"
	Left, Top, Width, Height float64
}

// thumbnail is nil for a picture that cannot be read or decoded: a report should not fail over it.
func (p *painter) thumbnail(read func(int) ([]byte, error), i int) *thumbnail {
	if p.decode == nil {
		return nil
	}
	data, err := read(i)
	if err != nil {
		return nil
	}
	img, err := p.decode(data)
	if err != nil || img.Bounds().Empty() {
		return nil
	}
	size := img.Bounds().Size()
	scale := math.Min(1, thumbSide/float64(max(size.X, size.Y)))
	small := image.NewRGBA(image.Rect(0, 0, max(1, int(float64(size.X)*scale+0.5)), max(1, int(float64(size.Y)*scale+0.5))))
	draw.Draw(small, small.Bounds(), image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Over, nil)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, small, &jpeg.Options{Quality: 80}); err != nil {
		return nil
	}
	return &thumbnail{URL: template.URL("data:image/jpeg;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), Width: size.X, Height: size.Y}
}

func (t *thumbnail) outline(kind string, b Box) {
	w, h := float64(t.Width), float64(t.Height)
	t.Outlines = append(t.Outlines, outline{kind, 100 * b[0] / w, 100 * b[1] / h, 100 * b[2] / w, 100 * b[3] / h})
}
