package main

import (
	"context"
	"errors"
	"image"
	"io/fs"

	"touchstone/detect"
	"touchstone/embed/onnx"
	"touchstone/internal/document"
	"touchstone/internal/ocr"
	"touchstone/models"
)

// ocrFolder is where make ocr puts the pack that reads text in pictures.
const ocrFolder = ".cache/packs/ppocr-v4"

// textReader opens the pack that reads text in pictures. One that is not installed is no error unless it was asked for.
func (f modelFlags) textReader(runtime *onnx.Runtime) (detect.TextReader, error) {
	dir := f.OCR
	if dir == "" {
		dir = ocrFolder
	}
	r, err := ocr.Open(besideProgram(dir), func(path string, file models.File, input string, outputs ...string) (ocr.Graph, error) {
		return runtime.Graph(path, file, input, outputs...)
	})
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.OCR == "":
		return nil, nil
	case err != nil:
		return nil, err
	}
	return textReader{r}, nil
}

// textReader gives the lines that ocr reads the form that detect knows.
type textReader struct{ *ocr.Reader }

func (r textReader) Read(ctx context.Context, img image.Image) ([]detect.TextLine, error) {
	lines, err := r.Reader.Read(ctx, img)
	if err != nil {
		return nil, err
	}
	out := make([]detect.TextLine, len(lines))
	for i, l := range lines {
		out[i] = detect.TextLine{Text: l.Text, Confidence: l.Confidence, Box: l.Bounds()}
	}
	return out, nil
}

// pictureLines gives what detect reads by the form that document knows; nil where no pack is installed.
func pictureLines(r detect.TextReader) document.PictureReader {
	if r == nil {
		return nil
	}
	return paperReader{r}
}

// paperReader reads pages.
type paperReader struct{ detect.TextReader }

func (r paperReader) Lines(ctx context.Context, img image.Image) ([]string, error) {
	lines, err := r.Read(ctx, img)
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.Text
	}
	return out, err
}
