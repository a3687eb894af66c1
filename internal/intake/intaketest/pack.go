// Package intaketest gives tests the use cases of intake on real stores, with a fake embedder in place of models.
package intaketest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"touchstone/detect/wordmark"
	"touchstone/embed/embedtest"
	"touchstone/models"
)

// Pack writes and opens a pack whose vectors a fake embedder makes: the files are there, the graphs are not. It has the signals
// near_copy and keyword_misuse. Edits, if there are any, are made to its manifest.
func Pack(t testing.TB, version string, edits ...func(*models.Manifest)) *models.Pack {
	t.Helper()
	m := manifest(version)
	for _, edit := range edits {
		edit(&m)
	}
	return write(t, m, packFiles(t))
}

// DesignPack is Pack with the signal design_similarity as well.
func DesignPack(t testing.TB) *models.Pack {
	t.Helper()
	return designPack(t)
}

// PartsPack is DesignPack that registers parts of a design's pictures beside the whole.
func PartsPack(t testing.TB, parts ...models.Region) *models.Pack {
	t.Helper()
	return designPack(t, parts...)
}

func designPack(t testing.TB, parts ...models.Region) *models.Pack {
	t.Helper()
	m, files := manifest("design"), packFiles(t)
	outputs := &m.Models[0].Outputs
	*outputs = append(*outputs, models.Output{Name: "design", Tensor: "design", Dimension: embedtest.PictureDimension, Normalise: "l2", Metric: "cosine"})
	var golden map[string]any
	var fusion map[string]any
	if err := errors.Join(json.Unmarshal(files["image-golden.json"], &golden), json.Unmarshal(files["fusion.json"], &fusion)); err != nil {
		t.Fatal(err)
	}
	vectors := golden["cases"].([]any)[0].(map[string]any)["vectors"].(map[string]any)
	vectors["design"] = vectors["copy"]
	design := maps.Clone(fusion["near_copy"].(map[string]any))
	if len(parts) > 0 {
		design["reference_parts"] = parts
	}
	fusion["design_similarity"] = design
	files["image-golden.json"], files["fusion.json"] = encode(t, golden), encode(t, fusion)
	return write(t, m, files)
}

// VerifyingPack is Pack with geometric verification of near copies.
func VerifyingPack(t testing.TB) *models.Pack {
	t.Helper()
	return VerifyingPackOf(t, "verify")
}

// VerifyingPackOf is VerifyingPack in another version.
func VerifyingPackOf(t testing.TB, version string) *models.Pack {
	t.Helper()
	return verifyingPack(t, version, func(map[string]any, map[string]any) {})
}

// StagedPack is VerifyingPack whose profile fast leaves all but a few pairs to the vectors, so that only full knows better than to take
// likenesses for copies. From 0.01 geometry looks closer, and from 0.2 a listing is scored in full.
func StagedPack(t testing.TB) *models.Pack {
	t.Helper()
	return verifyingPack(t, "staged", func(fusion, verify map[string]any) {
		verify["unverified"] = map[string]float64{"a": 20, "b": -9}
		verify["fast"] = map[string]any{"candidates": 1, "from": 0.97, "to": 0.98}
		fusion["staged"] = map[string]float64{"near": 0.01, "from": 0.2}
	})
}

func verifyingPack(t testing.TB, version string, edit func(fusion, verify map[string]any)) *models.Pack {
	t.Helper()
	files := packFiles(t)
	var fusion map[string]any
	if err := json.Unmarshal(files["fusion.json"], &fusion); err != nil {
		t.Fatal(err)
	}
	near := fusion["near_copy"].(map[string]any)
	near["calibration"] = map[string]any{"points": [][2]float64{{0, 0}, {1, 1}}}
	verify := map[string]any{
		"candidates": 5, "floor": -1, "unverified": map[string]float64{"a": 20, "b": -15},
		"acceptance": map[string]float64{"bias": -8, "score": 1, "inliers": 1, "support": 6, "consistency": 1, "detail": 3, "share": 1, "centre": 1, "whole": 1},
	}
	near["verify"] = verify
	edit(fusion, verify)
	files["fusion.json"] = encode(t, fusion)
	return write(t, manifest(version), files)
}

// LogoPack is Pack with the signal logo_in_scene as well; embedtest.Fake.Rows says where its detector sees marks.
func LogoPack(t testing.TB) *models.Pack {
	t.Helper()
	m, files := manifest("logo"), packFiles(t)
	for _, output := range []models.Output{
		{Name: "places", Dimension: models.BoxDimension, Normalise: "none", Metric: "dot", Boxes: 1},
		{Name: "mark", Dimension: embedtest.PictureDimension, Normalise: "l2", Metric: "cosine"},
	} {
		name := output.Name
		output.Tensor = name
		vector := make([]float32, output.Dimension)
		vector[0] = 1
		model := m.Models[0]
		model.ID, model.File.Path, model.Golden.Path, model.Outputs = name, name+".onnx", name+"-golden.json", []models.Output{output}
		files[model.File.Path] = []byte(name)
		files[model.Golden.Path] = encode(t, map[string]any{"tolerance": 0.999, "cases": []any{
			map[string]any{"picture": "golden/dot.png", "vectors": map[string]any{name: [][]float32{vector}}},
		}})
		m.Models = append(m.Models, model)
	}
	var fusion map[string]any
	if err := json.Unmarshal(files["fusion.json"], &fusion); err != nil {
		t.Fatal(err)
	}
	fusion["logo_in_scene"] = map[string]any{
		"calibration": map[string]any{"a": 20, "b": -15}, "weight": 1, "threshold": 0.5, "candidates": 10, "beta": 0, "neighbours": 1,
		"places": 4, "closer": 1, "min_objectness": 0.1, "overlap": 0.5, "objectness": 0,
	}
	files["fusion.json"] = encode(t, fusion)
	return write(t, m, files)
}

// JointPack is Pack with a second text model, whose output caption lies in the space of copy; embedtest.Fake.Rows says what it gives.
func JointPack(t testing.TB) *models.Pack {
	t.Helper()
	m, files := manifest("joint"), packFiles(t)
	vector := make([]float32, embedtest.PictureDimension)
	vector[0] = 1
	model := m.Models[1]
	model.ID, model.File.Path, model.Golden.Path = "caption", "caption.onnx", "caption-golden.json"
	model.Outputs = []models.Output{{Name: "caption", Tensor: "caption", Dimension: embedtest.PictureDimension, Normalise: "l2", Metric: "cosine", Joint: "copy"}}
	files[model.File.Path] = []byte("caption")
	files[model.Golden.Path] = encode(t, map[string]any{"tolerance": 0.999, "cases": []any{map[string]any{"text": "a bag", "vectors": map[string]any{"caption": [][]float32{vector}}}}})
	m.Models = append(m.Models, model)
	return write(t, m, files)
}

func write(t testing.TB, m models.Manifest, files map[string][]byte) *models.Pack {
	t.Helper()
	dir := t.TempDir()
	for name, data := range files {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, models.ManifestName), encode(t, m), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := models.Seal(dir); err != nil {
		t.Fatal(err)
	}
	pack, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return pack
}

func packFiles(t testing.TB) map[string][]byte {
	t.Helper()
	picture, text := make([]float32, embedtest.PictureDimension), make([]float32, embedtest.TextDimension)
	picture[0], text[0] = 1, 1
	background := new(bytes.Buffer)
	if err := binary.Write(background, binary.LittleEndian, picture); err != nil {
		t.Fatal(err)
	}
	golden := func(c map[string]any) []byte { return encode(t, map[string]any{"tolerance": 0.999, "cases": []any{c}}) }
	return map[string][]byte{
		"image.onnx": []byte("image"), "text.onnx": []byte("text"), "background.f32": background.Bytes(), "fusion.json": Fusion(t),
		"golden/dot.png": Dot(t), "image-golden.json": golden(map[string]any{"picture": "golden/dot.png", "vectors": map[string]any{"copy": [][]float32{picture}}}),
		"text-golden.json": golden(map[string]any{"text": "abc", "vectors": map[string]any{"word": [][]float32{text}}}),
	}
}

// Fusion is a fusion file for packs with the outputs copy and word.
func Fusion(t testing.TB) []byte {
	t.Helper()
	return fmt.Appendf(nil, `{"format": 1,
		"near_copy": {"calibration": {"a": 20, "b": -15}, "weight": 1, "threshold": 0.5, "candidates": 10, "beta": 0, "neighbours": 1, "whole_bonus": 0},
		"keyword_misuse": {"calibration": {"a": 10, "b": -5}, "weight": 1, "threshold": 0.5, "candidates": 10, "min_cosine": 0.6, "max_spans": 64, "description": 0.5, "words": %s},
		"obfuscated_brand": {"log_odds": 0.8},
		"infringement": {"calibration": {"a": 1, "b": 0}, "threshold": 0.5},
		"measured": {"infringement": {"kind": "labelled", "source": "a held-out set of the test", "infringing": 1000, "innocent": 10000000,
			"steps": [{"at": 0.5, "taken": 900, "wrong": 0}, {"at": 0.9999, "taken": 900, "wrong": 0}]}}}`, encode(t, wordmark.DefaultWeights()))
}

// manifest has one picture and one text model; Seal fills in sizes and checksums.
func manifest(version string) models.Manifest {
	background, fusion := models.File{Path: "background.f32"}, models.File{Path: "fusion.json"}
	return models.Manifest{Format: 1, Name: "test", Version: version, Licence: "MIT", Fusion: &fusion, Models: []models.Model{
		{
			ID: "image", File: models.File{Path: "image.onnx"}, Golden: models.File{Path: "image-golden.json"},
			Input: models.Input{Name: "pixels", Kind: "picture", Width: 32, Height: 32, Resize: "squash", Interpolation: "lanczos", Colour: "rgb", Deviation: [3]float32{1, 1, 1}},
			Outputs: []models.Output{{
				Name: "copy", Tensor: "copy", Dimension: embedtest.PictureDimension, Normalise: "l2", Metric: "cosine",
				Regions: []models.Region{{Name: "whole", W: 1, H: 1}}, Background: &background,
			}},
		},
		{
			ID: "text", File: models.File{Path: "text.onnx"}, Golden: models.File{Path: "text-golden.json"},
			Input:   models.Input{Name: "chars", Kind: "text", Encoding: "codepoints", MaxLength: 32},
			Outputs: []models.Output{{Name: "word", Tensor: "word", Dimension: embedtest.TextDimension, Normalise: "l2", Metric: "cosine"}},
		},
	}}
}

func encode(t testing.TB, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
