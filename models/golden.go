package models

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"path"
	"strings"
)

// Golden is one input with the vectors that a model must give for it. Exactly
// one of Picture and Text is set, as the model's input asks. A golden file is
//
//	{"tolerance": 0.9999, "cases": [
//	  {"picture": "golden/rings.png", "vectors": {"copy": [[0.1, ...], ...]}},
//	  {"text": "аdidas", "vectors": {"word": [[0.2, ...]]}}]}
type Golden struct {
	Picture   string                 // path of a PNG inside the pack
	Text      string                 // as a caller would hand it over
	Vectors   map[string][][]float32 // by output: [region][dimension]
	Tolerance float64                // smallest cosine that passes, 0.9 to 1; one for the whole file
}

// Name names the case in messages: its picture's path or its text in quotes.
func (g Golden) Name() string {
	if g.Picture != "" {
		return g.Picture
	}
	return fmt.Sprintf("%q", g.Text)
}

// goldenFile is the file's form.
type goldenFile struct {
	Tolerance float64      `json:"tolerance"`
	Cases     []goldenCase `json:"cases"`
}

type goldenCase struct {
	Picture string                 `json:"picture,omitempty"`
	Text    string                 `json:"text,omitempty"`
	Vectors map[string][][]float32 `json:"vectors"`
}

// Goldens gives the golden cases of a model of this pack, with shapes that fit
// its outputs. Every fault is reported.
func (p *Pack) Goldens(m Model) ([]Golden, error) {
	data, err := p.verified(m.Golden, "golden", maxJSON)
	if err != nil {
		return nil, err
	}
	goldens, err := ParseGoldens(data, m)
	if err != nil {
		return nil, err
	}
	var found []error
	for _, g := range goldens {
		if g.Picture != "" {
			_, err := p.Picture(g)
			found = append(found, err)
		}
	}
	if err := errors.Join(found...); err != nil {
		return nil, err
	}
	return goldens, nil
}

// Picture reads the encoded picture of a golden case.
func (p *Pack) Picture(g Golden) ([]byte, error) { return p.read(g.Picture, maxPicture) }

// ParseGoldens reads a golden file and holds it against the model.
func ParseGoldens(data []byte, m Model) ([]Golden, error) {
	file := m.Golden.Path
	value, err := readJSON(data, file)
	if err != nil {
		return nil, err
	}
	if err := holdAgainst(schemas().golden, value, file); err != nil {
		return nil, err
	}
	var g goldenFile
	if err := json.Unmarshal(data, &g); err != nil {
		return nil, &Error{Kind: KindContent, File: file, Message: err.Error() + "; export the golden file again", Err: err}
	}
	var found faults
	out := make([]Golden, len(g.Cases))
	for i, c := range g.Cases {
		checkCase(&found, file, fmt.Sprintf("cases[%d]", i), c, m)
		out[i] = Golden{Picture: c.Picture, Text: c.Text, Vectors: c.Vectors, Tolerance: g.Tolerance}
	}
	if err := found.err(); err != nil {
		return nil, err
	}
	return out, nil
}

// checkCase holds one case against the model's input and outputs.
func checkCase(found *faults, file, at string, c goldenCase, m Model) {
	switch {
	case m.Input.Kind == KindPicture && (c.Picture == "" || c.Text != ""):
		found.add(KindContent, file, at, "the model %s reads pictures; give the case a picture and no text", m.ID)
	case m.Input.Kind == KindText && (c.Text == "" || c.Picture != ""):
		found.add(KindContent, file, at, "the model %s reads texts; give the case a text and no picture", m.ID)
	}
	if c.Picture != "" && (!inside(c.Picture) || !strings.EqualFold(path.Ext(c.Picture), ".png")) {
		found.add(KindPath, file, at+".picture", "%q is not a PNG inside the pack; use a relative path with forward slashes that ends in .png", c.Picture)
	}
	for _, o := range m.Outputs {
		checkVectors(found, file, at+".vectors."+o.Name, c.Vectors[o.Name], o)
	}
	for name := range c.Vectors {
		if !hasOutput(m, name) {
			found.add(KindContent, file, at+".vectors."+name, "the model %s has no such output; remove it", m.ID)
		}
	}
}

func checkVectors(found *faults, file, at string, vectors [][]float32, o Output) {
	if len(vectors) != o.Vectors() {
		found.add(KindContent, file, at, "has %d vectors, and the output gives %d; export the golden file again", len(vectors), o.Vectors())
		return
	}
	for i, v := range vectors {
		if len(v) != o.Dimension {
			found.add(KindContent, file, fmt.Sprintf("%s[%d]", at, i), "has %d numbers, and the output's dimension is %d; export the golden file again", len(v), o.Dimension)
			continue
		}
		var square float64
		for _, x := range v {
			square += float64(x) * float64(x)
		}
		if square == 0 || math.IsInf(square, 0) {
			found.add(KindContent, file, fmt.Sprintf("%s[%d]", at, i), "has no direction (its length is %g); export the golden file again", math.Sqrt(square))
		}
	}
}

func hasOutput(m Model, name string) bool {
	for _, o := range m.Outputs {
		if o.Name == name {
			return true
		}
	}
	return false
}
