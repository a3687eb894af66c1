package models

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Parse reads a manifest and holds it against the schema and the rules that a
// schema cannot state. It opens no files. Every fault is reported (see
// Faults); of a format newer than Format only that is.
func Parse(data []byte) (Manifest, error) {
	var m Manifest
	value, err := readJSON(data, "")
	if err != nil {
		return Manifest{}, err
	}
	if err := checkFormat(value); err != nil {
		return Manifest{}, err
	}
	if err := holdAgainst(schemas().manifest, value, ""); err != nil {
		return Manifest{}, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return Manifest{}, &Error{Kind: KindField, Message: err.Error() + "; correct the value", Err: err}
	}
	if err := check(m); err != nil {
		return Manifest{}, err
	}
	return m, nil
}

// readJSON reads one JSON value, with numbers kept as written, and refuses
// what readers disagree about: duplicate keys and data behind the value.
func readJSON(data []byte, file string) (any, error) {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		return nil, &Error{Kind: KindSyntax, File: file, Message: fmt.Sprintf("is not JSON (%v); correct it", err), Err: err}
	}
	if n := unwieldyNumber(value); n != "" {
		return nil, &Error{Kind: KindSyntax, File: file, Message: fmt.Sprintf("holds the number %.40s, which no float64 can hold; correct it", n)}
	}
	if key := duplicateKey(data); key != "" {
		return nil, &Error{Kind: KindDuplicate, File: file, Message: fmt.Sprintf("key %q stands twice in one object; remove one", key)}
	}
	return value, nil
}

// unwieldyNumber gives a number that is out of float64's range or written with
// absurdly many digits, or "". The schema's arithmetic is exact, so that
// 1e1000000 would cost it seconds.
func unwieldyNumber(value any) string {
	switch v := value.(type) {
	case json.Number:
		_, exponent, _ := strings.Cut(strings.ToLower(string(v)), "e")
		_, err := v.Float64()
		if err != nil || len(v) > 64 || len(exponent) > 4 {
			return string(v)
		}
	case []any:
		for _, e := range v {
			if n := unwieldyNumber(e); n != "" {
				return n
			}
		}
	case map[string]any:
		for _, e := range v {
			if n := unwieldyNumber(e); n != "" {
				return n
			}
		}
	}
	return ""
}

// duplicateKey gives a key that stands twice in one object, or "".
func duplicateKey(data []byte) string {
	type frame struct {
		keys  map[string]bool // nil in an array
		isKey bool            // the next string is a key
	}
	var stack []frame
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) || err != nil {
			return ""
		}
		var top *frame
		if len(stack) > 0 {
			top = &stack[len(stack)-1]
		}
		if key, ok := token.(string); ok && top != nil && top.isKey {
			if top.keys[key] {
				return key
			}
			top.keys[key], top.isKey = true, false
			continue
		}
		if top != nil && top.keys != nil && token != json.Delim('}') {
			top.isKey = true // whatever comes is the value; a key follows it
		}
		switch token {
		case json.Delim('{'):
			stack = append(stack, frame{keys: map[string]bool{}, isKey: true})
		case json.Delim('['):
			stack = append(stack, frame{})
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
	}
}

// checkFormat comes first, because a newer format's other fields are unknown.
func checkFormat(value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		return &Error{Kind: KindSyntax, Message: "is not a JSON object; write one as manifest.schema.json describes"}
	}
	number, ok := object["format"].(json.Number)
	if !ok {
		return nil // absent or of another type: the schema says so
	}
	if n, err := number.Float64(); err == nil && n > Format {
		return &Error{Kind: KindFormat, Field: "format",
			Message: fmt.Sprintf("is %s, and this build reads format %d; update Touchstone, or export the pack in format %d", number, Format, Format)}
	}
	return nil
}

// check holds the rules between fields.
func check(m Manifest) error {
	var found faults
	ids, outputs := map[string]bool{}, map[string]bool{}
	once := func(seen map[string]bool, field, name string) {
		if seen[name] {
			found.add(KindDuplicate, "", field, "%q is used twice in the pack; give each its own name", name)
		}
		seen[name] = true
	}
	for i, model := range m.Models {
		at := fmt.Sprintf("models[%d]", i)
		once(ids, at+".id", model.ID)
		checkInput(&found, at+".input", model.Input)
		for j, o := range model.Outputs {
			where := fmt.Sprintf("%s.outputs[%d]", at, j)
			once(outputs, where+".name", o.Name)
			checkOutput(&found, where, o, model.Input.Kind)
		}
	}
	checkJoints(&found, m)
	for _, f := range files(m) {
		if !inside(f.file.Path) {
			found.add(KindPath, "", f.field+".path", "%q is not a plain path inside the pack; use a relative path with forward slashes and without ..", f.file.Path)
		}
	}
	return found.err()
}

// checkJoints holds texts that find pictures against the pictures' outputs.
func checkJoints(found *faults, m Manifest) {
	pictures := map[string]Output{}
	for _, model := range m.Models {
		for _, o := range model.Outputs {
			if model.Input.Kind == KindPicture && o.Boxes == 0 {
				pictures[o.Name] = o
			}
		}
	}
	for i, model := range m.Models {
		for j, o := range model.Outputs {
			if o.Joint == "" {
				continue
			}
			at := fmt.Sprintf("models[%d].outputs[%d].joint", i, j)
			p, ok := pictures[o.Joint]
			switch {
			case model.Input.Kind != KindText:
				found.add(KindValue, "", at, "stands at an output of pictures; write it at the one of texts")
			case !ok:
				found.add(KindValue, "", at, "%q is no output of vectors of pictures in this pack; name one", o.Joint)
			case p.Dimension != o.Dimension || p.Metric != o.Metric || p.Normalise != o.Normalise:
				found.add(KindValue, "", at, "vectors of one space have one dimension, metric and length; %q differs from %q", o.Name, o.Joint)
			}
		}
	}
}

func checkInput(found *faults, at string, in Input) {
	for c := range 3 {
		if !finite(float64(in.Mean[c])) || !finite(float64(in.Deviation[c])) {
			found.add(KindValue, "", at, "mean and deviation must be finite numbers; correct channel %d", c)
		}
	}
}

func checkOutput(found *faults, at string, o Output, kind string) {
	if kind == KindText && len(o.Regions) > 0 {
		found.add(KindValue, "", at+".regions", "a text has no regions; remove them")
	}
	if o.Metric == MetricCosine && o.Normalise != NormaliseL2 {
		found.add(KindValue, "", at+".normalise", "is %q, and the metric cosine needs vectors of unit length; write \"l2\", or the metric \"dot\"", o.Normalise)
	}
	if o.Boxes > 0 && (kind == KindText || o.Dimension != BoxDimension || o.Normalise != NormaliseNone || o.Metric != MetricDot || len(o.Regions) > 0 || o.Background != nil) {
		found.add(KindValue, "", at+".boxes", "boxes are rows of %d numbers of a picture, \"none\" and \"dot\", without regions or background; correct the other fields", BoxDimension)
	}
	names := map[string]bool{}
	for i, r := range o.Regions {
		where := fmt.Sprintf("%s.regions[%d]", at, i)
		if names[r.Name] {
			found.add(KindDuplicate, "", where+".name", "%q is used twice in this output; give each region its own name", r.Name)
		}
		names[r.Name] = true
		const slack = 1e-6 // thirds do not add up exactly
		if r.X+r.W > 1+slack || r.Y+r.H > 1+slack {
			found.add(KindValue, "", where, "reaches out of the picture (x+w = %g, y+h = %g); keep both at or below 1", r.X+r.W, r.Y+r.H)
		}
	}
	if b := o.Background; b != nil {
		if row := int64(o.Dimension) * 4; b.Bytes == 0 || b.Bytes%row != 0 {
			found.add(KindSize, "", at+".background.bytes", "is %d, which is not one or more rows of %d floats (%d bytes each); write float32 rows of the output's dimension", b.Bytes, o.Dimension, row)
		}
	}
}

// namedFile is a file with its place in the manifest.
type namedFile struct {
	field string
	file  *File
}

// files lists the files that the manifest names, in its order. The pointers
// lead into m's slices, so that Seal can write through them.
func files(m Manifest) []namedFile {
	var out []namedFile
	for i := range m.Models {
		model := &m.Models[i]
		at := fmt.Sprintf("models[%d]", i)
		out = append(out, namedFile{at + ".file", &model.File})
		if v := model.Input.Vocabulary; v != nil {
			out = append(out, namedFile{at + ".input.vocabulary", v})
		}
		for j := range model.Outputs {
			if b := model.Outputs[j].Background; b != nil {
				out = append(out, namedFile{fmt.Sprintf("%s.outputs[%d].background", at, j), b})
			}
		}
		out = append(out, namedFile{at + ".golden", &model.Golden})
	}
	if m.Fusion != nil {
		out = append(out, namedFile{"fusion", m.Fusion})
	}
	return out
}

// inside says whether p is a clean relative path that stays in the pack. Links
// are another matter: os.Root refuses those that leave it.
func inside(p string) bool {
	return p != "" && p != "." && path.Clean(p) == p && !path.IsAbs(p) &&
		p != ".." && !strings.HasPrefix(p, "../") && !strings.ContainsAny(p, "\\:\x00")
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
