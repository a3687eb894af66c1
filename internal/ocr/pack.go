package ocr

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"touchstone/models"
)

// PackName is the file that makes a folder a pack of this package.
const PackName = "ocr.json"

// A Pack says which models read.
type Pack struct {
	Name     string    `json:"name"`
	Version  string    `json:"version"`
	Licence  string    `json:"licence"`
	Detector PackModel `json:"detector"` // [1, 3, height, width] to a map of the same size
	Turner   PackModel `json:"turner"`   // [N, 3, 48, 192] to [N, 2]: upright, on its head
	Reader   PackModel `json:"reader"`   // [N, 3, 48, width] to [N, steps, classes]; its characters are in its metadata
}

// PackModel is one graph with one input and one output.
type PackModel struct {
	File   models.File `json:"file"`
	Input  string      `json:"input"`
	Output string      `json:"output"`
}

// openPack reads a pack's description. The files are checked when they are loaded.
func openPack(dir string) (Pack, error) {
	var p Pack
	raw, err := os.ReadFile(filepath.Join(dir, PackName))
	if err != nil {
		return p, fmt.Errorf("%w: %w; bring it with `touchstone models pull ocr`", ErrPack, err)
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return p, fmt.Errorf("%w: %s: %w; bring the pack again", ErrPack, PackName, err)
	}
	for name, m := range map[string]PackModel{"detector": p.Detector, "turner": p.Turner, "reader": p.Reader} {
		if m.File.Path == "" || !filepath.IsLocal(m.File.Path) || m.Input == "" || m.Output == "" {
			return p, fmt.Errorf("%w: %s: the %s needs a file inside the pack, an input and an output; bring the pack again", ErrPack, PackName, name)
		}
	}
	return p, nil
}

// readCharacters gives the reader's classes: none, the lines of the graph's metadata "character", a space.
func readCharacters(path string) ([]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrPack, err)
	}
	text, err := metadata(data, "character")
	if err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrPack, filepath.Base(path), err)
	}
	lines := strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
	return append(append([]string{""}, lines...), " "), nil
}

// metadata finds a property of an ONNX model (onnx.proto3: ModelProto.metadata_props, key and value).
func metadata(model []byte, key string) (string, error) {
	const metadataProps = 14
	for len(model) > 0 {
		number, kind, n := protowire.ConsumeTag(model)
		if n < 0 {
			return "", protowire.ParseError(n)
		}
		model = model[n:]
		if number != metadataProps || kind != protowire.BytesType {
			if n = protowire.ConsumeFieldValue(number, kind, model); n < 0 {
				return "", protowire.ParseError(n)
			}
			model = model[n:]
			continue
		}
		entry, n := protowire.ConsumeBytes(model)
		if n < 0 {
			return "", protowire.ParseError(n)
		}
		model = model[n:]
		if k, v, err := property(entry); err != nil || k == key {
			return v, err
		}
	}
	return "", fmt.Errorf("it has no metadata %q, which says what its classes mean", key)
}

// property reads a StringStringEntryProto.
func property(entry []byte) (key, value string, err error) {
	for len(entry) > 0 {
		number, kind, n := protowire.ConsumeTag(entry)
		if n < 0 {
			return "", "", protowire.ParseError(n)
		}
		if kind != protowire.BytesType {
			return "", "", fmt.Errorf("a property is no text")
		}
		v, m := protowire.ConsumeString(entry[n:])
		if m < 0 {
			return "", "", protowire.ParseError(m)
		}
		switch number {
		case 1:
			key = v
		case 2:
			value = v
		}
		entry = entry[n+m:]
	}
	return key, value, nil
}
