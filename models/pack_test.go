package models

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"image"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// sample is a manifest with every field, its checksums still to be sealed.
func sample() Manifest {
	return Manifest{
		Format: 1, Name: "sample", Version: "1.0", Licence: "Apache-2.0", Description: "for tests",
		Models: []Model{{
			ID: "image", File: File{Path: "image.onnx"},
			Input: Input{Name: "pixels", Kind: KindPicture, Width: 16, Height: 8, Resize: ResizeSquash,
				Interpolation: InterpolationLanczos, Colour: ColourRGB, Deviation: [3]float32{1, 1, 1}},
			Outputs: []Output{{
				Name: "copy", Tensor: "copy", Dimension: 2, Normalise: NormaliseL2, Metric: MetricCosine,
				Regions:    []Region{{Name: "whole", W: 1, H: 1}, {Name: "third", X: 2. / 3, W: 1. / 3, H: 1}},
				Background: &File{Path: "background.f32"},
			}},
			Golden: File{Path: "image-golden.json"},
		}, {
			ID: "text", File: File{Path: "text.onnx"},
			Input:   Input{Name: "chars", Kind: KindText, Encoding: EncodingCodepoints, MaxLength: 32},
			Outputs: []Output{{Name: "word", Tensor: "word", Dimension: 3, Normalise: NormaliseNone, Metric: MetricDot}},
			Golden:  File{Path: "text-golden.json"},
		}},
		Fusion: &File{Path: "fusion.json"},
	}
}

const (
	imageGolden = `{"tolerance": 0.9999, "cases": [{"picture": "golden/a.png", "vectors": {"copy": [[0.6, 0.8], [1, 0]]}}]}`
	textGolden  = `{"tolerance": 0.999, "cases": [{"text": "аdidas", "vectors": {"word": [[0.1, 0.2, 0.3]]}}]}`
)

func floats(v ...float32) []byte {
	b, _ := binary.Append(nil, binary.LittleEndian, v)
	return b
}

func write(t *testing.T, dir, name string, data []byte) {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// samplePack writes a sound, sealed pack and gives its folder.
func samplePack(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	write(t, dir, "image.onnx", []byte("not looked into here"))
	write(t, dir, "text.onnx", []byte("nor here"))
	write(t, dir, "background.f32", floats(1, 0, 0, 1, 0.6, 0.8))
	write(t, dir, "image-golden.json", []byte(imageGolden))
	write(t, dir, "text-golden.json", []byte(textGolden))
	write(t, dir, "golden/a.png", picture.Bytes())
	write(t, dir, "fusion.json", []byte(`{"weights": [1]}`))
	writeManifest(t, dir, sample())
	if err := Seal(dir); err != nil {
		t.Fatalf("Seal: %v", err)
	}
	return dir
}

func writeManifest(t *testing.T, dir string, m Manifest) {
	t.Helper()
	data, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, ManifestName, data)
}

func TestOpen(t *testing.T) {
	dir := samplePack(t)
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	m := p.Manifest()
	for _, f := range files(m) { // compared apart from what Seal filled in
		f.file.SHA256, f.file.Bytes = "", 0
	}
	if diff := cmp.Diff(sample(), m); diff != "" {
		t.Errorf("manifest (-want +got):\n%s", diff)
	}
}

func TestPackReads(t *testing.T) {
	p, err := Open(samplePack(t))
	if err != nil {
		t.Fatal(err)
	}
	img, ok := p.Model("image")
	if _, none := p.Model("sound"); !ok || none {
		t.Fatalf("Model(image) = %v, Model(sound) = %v", ok, none)
	}
	rows, err := p.Background(img.Outputs[0])
	if diff := cmp.Diff([][]float32{{1, 0}, {0, 1}, {0.6, 0.8}}, rows); err != nil || diff != "" {
		t.Errorf("Background: %v\n%s", err, diff)
	}
	goldens, err := p.Goldens(img)
	want := []Golden{{Picture: "golden/a.png", Tolerance: 0.9999, Vectors: map[string][][]float32{"copy": {{0.6, 0.8}, {1, 0}}}}}
	if diff := cmp.Diff(want, goldens); err != nil || diff != "" {
		t.Errorf("Goldens: %v\n%s", err, diff)
	}
	fusion, err := p.Fusion()
	if err != nil || string(fusion) != `{"weights": [1]}` {
		t.Errorf("Fusion = %s, %v", fusion, err)
	}
	if got := p.Path(img.File); got != filepath.Join(p.Dir(), "image.onnx") {
		t.Errorf("Path = %s", got)
	}
}

// TestOpenRefuses spoils a sound pack in one way each.
func TestOpenRefuses(t *testing.T) {
	// field changes the manifest as generic JSON.
	field := func(change func(m, image, input, output map[string]any)) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			data, err := os.ReadFile(filepath.Join(dir, ManifestName))
			if err != nil {
				t.Fatal(err)
			}
			var m map[string]any
			if err := json.Unmarshal(data, &m); err != nil {
				t.Fatal(err)
			}
			image := m["models"].([]any)[0].(map[string]any)
			change(m, image, image["input"].(map[string]any), image["outputs"].([]any)[0].(map[string]any))
			data, err = json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			write(t, dir, ManifestName, data)
		}
	}
	file := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) { write(t, dir, name, []byte(content)) }
	}
	link := func(name, target string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	// resealed changes a file and makes the checksums right again.
	resealed := func(name, content string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			write(t, dir, name, []byte(content))
			p := &Pack{dir: dir, limits: Limits{FileBytes: MaxFile}}
			data, err := p.read(ManifestName, maxManifest)
			if err != nil {
				t.Fatal(err)
			}
			m, err := Parse(data)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range files(m) {
				if f.file.Bytes, f.file.SHA256, err = p.measure(f.file.Path, f.field); err != nil {
					t.Fatal(err)
				}
			}
			writeManifest(t, dir, m)
		}
	}
	for _, tc := range []struct {
		name  string
		spoil func(*testing.T, string)
		kind  Kind
		want  string // in the message
	}{
		{"no manifest", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, ManifestName)) }, KindMissing, "manifest.json: is not there"},
		{"not JSON", file(ManifestName, "{"), KindSyntax, "not JSON"},
		{"trailing data", file(ManifestName, "{} {}"), KindSyntax, "not JSON"},
		{"not an object", file(ManifestName, "[1]"), KindSyntax, "not a JSON object"},
		{"number out of range", file(ManifestName, `{"format": 1e999999}`), KindSyntax, "1e999999"},
		{"number almost zero", file(ManifestName, `{"format": [1e-999999]}`), KindSyntax, "1e-999999"},
		{"duplicate key", file(ManifestName, `{"format": 1, "models": [{"id": "a", "id": "b"}]}`), KindDuplicate, `"id"`},
		{"too large manifest", file(ManifestName, strings.Repeat(" ", maxManifest+1)), KindTooLarge, "limit of 1048576 bytes"},
		{"future format", field(func(m, _, _, _ map[string]any) { m["format"], m["novelty"] = 2, true }), KindFormat, "update Touchstone"},
		{"format zero", field(func(m, _, _, _ map[string]any) { m["format"] = 0 }), KindField, "format: "},
		{"unknown field", field(func(m, _, _, _ map[string]any) { m["novelty"] = 1 }), KindField, `unknown field "novelty"`},
		{"unknown field inside", field(func(_, _, in, _ map[string]any) { in["crop"] = 1 }), KindField, `models[0].input: unknown field "crop"`},
		{"spelled in capitals", field(func(m, _, _, _ map[string]any) { m["Name"] = m["name"]; delete(m, "name") }), KindField, `unknown field "Name"`},
		{"text field on a picture", field(func(_, _, in, _ map[string]any) { in["max_length"] = 9 }), KindField, `unknown field "max_length"`},
		{"no mean", field(func(_, _, in, _ map[string]any) { delete(in, "mean") }), KindField, `field "mean" is required`},
		{"two means", field(func(_, _, in, _ map[string]any) { in["mean"] = []any{1, 2} }), KindField, "models[0].input.mean"},
		{"infinite mean", field(func(_, _, in, _ map[string]any) { in["mean"] = []any{0, 0, 1e300} }), KindField, "models[0].input.mean[2]"},
		{"deviation zero", field(func(_, _, in, _ map[string]any) { in["deviation"] = []any{0, 1, 1} }), KindField, "models[0].input.deviation[0]"},
		{"another interpolation", field(func(_, _, in, _ map[string]any) { in["interpolation"] = "bilinear" }), KindField, "lanczos"},
		{"another kind", field(func(_, _, in, _ map[string]any) { in["kind"] = "sound" }), KindField, "models[0].input.kind"},
		{"width in words", field(func(_, _, in, _ map[string]any) { in["width"] = "wide" }), KindField, "models[0].input.width: is string, want integer"},
		{"huge width", field(func(_, _, in, _ map[string]any) { in["width"] = 1 << 20 }), KindField, "models[0].input.width"},
		{"dimension zero", field(func(_, _, _, out map[string]any) { out["dimension"] = 0 }), KindField, "dimension"},
		{"cosine of any length", field(func(_, _, _, out map[string]any) { out["normalise"] = "none" }), KindValue, "unit length"},
		{"twice the same model", field(func(m, _, _, _ map[string]any) { m["models"].([]any)[1].(map[string]any)["id"] = "image" }), KindDuplicate, `models[1].id: "image"`},
		{"twice the same output", field(func(m, _, _, _ map[string]any) {
			m["models"].([]any)[1].(map[string]any)["outputs"].([]any)[0].(map[string]any)["name"] = "copy"
		}), KindDuplicate, `models[1].outputs[0].name`},
		{"twice the same region", field(func(_, _, _, out map[string]any) { out["regions"].([]any)[1].(map[string]any)["name"] = "whole" }), KindDuplicate, "regions[1].name"},
		{"region out of the picture", field(func(_, _, _, out map[string]any) { out["regions"].([]any)[1].(map[string]any)["w"] = 0.5 }), KindValue, "regions[1]: reaches out"},
		{"region without width", field(func(_, _, _, out map[string]any) { out["regions"].([]any)[1].(map[string]any)["w"] = 0 }), KindField, "regions[1].w"},
		{"regions of a text", field(func(m, _, _, out map[string]any) {
			m["models"].([]any)[1].(map[string]any)["outputs"].([]any)[0].(map[string]any)["regions"] = out["regions"]
		}), KindValue, "a text has no regions"},
		{"parent path", field(func(_, img, _, _ map[string]any) { img["file"].(map[string]any)["path"] = "../image.onnx" }), KindPath, "models[0].file.path"},
		{"absolute path", field(func(_, img, _, _ map[string]any) { img["file"].(map[string]any)["path"] = "/etc/passwd" }), KindPath, "models[0].file.path"},
		{"detour", field(func(_, img, _, _ map[string]any) { img["file"].(map[string]any)["path"] = "a/../../x" }), KindPath, "models[0].file.path"},
		{"backslashes", field(func(_, img, _, _ map[string]any) { img["file"].(map[string]any)["path"] = `..\x` }), KindPath, "models[0].file.path"},
		{"capital checksum", field(func(_, img, _, _ map[string]any) {
			img["file"].(map[string]any)["sha256"] = strings.Repeat("A", 64)
		}), KindField, "models[0].file.sha256"},
		{"half a row", field(func(_, _, _, out map[string]any) { out["background"].(map[string]any)["bytes"] = 12 }), KindSize, "background.bytes"},
		{"file gone", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "image.onnx")) }, KindMissing, "image.onnx: models[0].file: is not there"},
		{"folder for a file", func(t *testing.T, dir string) {
			os.Remove(filepath.Join(dir, "image.onnx"))
			os.Mkdir(filepath.Join(dir, "image.onnx"), 0o755)
		}, KindMissing, "not a regular file"},
		{"named pipe", func(t *testing.T, dir string) {
			os.Remove(filepath.Join(dir, "image.onnx"))
			if err := syscall.Mkfifo(filepath.Join(dir, "image.onnx"), 0o644); err != nil {
				t.Skip(err)
			}
		}, KindMissing, "not a regular file"},
		{"link out", link("image.onnx", "/etc/passwd"), KindPath, "leads out of the pack"},
		{"relative link out", link("image.onnx", "../../x"), KindPath, "leads out of the pack"},
		{"longer file", file("image.onnx", "not looked into here!"), KindSize, "is larger than the 20 bytes"},
		{"shorter file", file("image.onnx", "not"), KindSize, "has 3 bytes, and the manifest says 20"},
		{"other content", file("image.onnx", "not looked into hers"), KindChecksum, "has the SHA-256"},
		{"NaN in the background", resealed("background.f32", string(floats(1, float32(math.NaN())))), KindContent, "row 0 holds NaN"},
		{"fusion is a list", resealed("fusion.json", "[]"), KindContent, "not a JSON object"},
		{"golden picture gone", func(t *testing.T, dir string) { os.Remove(filepath.Join(dir, "golden/a.png")) }, KindMissing, "golden/a.png"},
		{"golden picture outside", resealed("image-golden.json", strings.Replace(imageGolden, "golden/a", "../a", 1)), KindPath, "cases[0].picture"},
		{"golden not a PNG", resealed("image-golden.json", strings.Replace(imageGolden, ".png", ".bmp", 1)), KindPath, "PNG inside the pack"},
		{"golden text for pictures", resealed("image-golden.json", strings.Replace(imageGolden, "picture", "text", 1)), KindContent, "reads pictures"},
		{"golden picture for texts", resealed("text-golden.json", strings.Replace(textGolden, `"text": "аdidas"`, `"picture": "golden/a.png"`, 1)), KindContent, "reads texts"},
		{"golden without a region", resealed("image-golden.json", strings.Replace(imageGolden, ", [1, 0]", "", 1)), KindContent, "has 1 vectors, and the output gives 2"},
		{"golden of another dimension", resealed("image-golden.json", strings.Replace(imageGolden, "[1, 0]", "[1]", 1)), KindContent, "vectors.copy[1]: has 1 numbers"},
		{"golden without direction", resealed("image-golden.json", strings.Replace(imageGolden, "[1, 0]", "[0, 0]", 1)), KindContent, "no direction"},
		{"golden of an unknown output", resealed("image-golden.json", strings.Replace(imageGolden, `{"copy"`, `{"logo": [[1]], "copy"`, 1)), KindContent, "vectors.logo"},
		{"golden tolerance", resealed("image-golden.json", strings.Replace(imageGolden, "0.9999", "0.5", 1)), KindField, "tolerance"},
		{"golden without cases", resealed("image-golden.json", `{"tolerance": 0.99, "cases": []}`), KindField, "cases"},
		{"golden number too large", resealed("image-golden.json", strings.Replace(imageGolden, "[1, 0]", "[1e60, 0]", 1)), KindContent, "1e60"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := samplePack(t)
			tc.spoil(t, dir)
			_, err := Open(dir)
			for _, f := range Faults(err) {
				if f.Kind == tc.kind && strings.Contains(f.Error(), tc.want) {
					return
				}
			}
			t.Errorf("Open = %v\nwant a %s fault with %q", err, tc.kind, tc.want)
		})
	}
}

func TestOpenReportsEveryFault(t *testing.T) {
	dir := samplePack(t)
	write(t, dir, "image.onnx", []byte("x"))
	write(t, dir, "text.onnx", []byte("NOR HERE"))
	if err := os.Remove(filepath.Join(dir, "fusion.json")); err != nil {
		t.Fatal(err)
	}
	_, err := Open(dir)
	var kinds []Kind
	for _, f := range Faults(err) {
		kinds = append(kinds, f.Kind)
	}
	if diff := cmp.Diff([]Kind{KindSize, KindChecksum, KindMissing}, kinds); diff != "" {
		t.Errorf("kinds (-want +got):\n%s\n%v", diff, err)
	}
}

func TestOpenWithLimit(t *testing.T) {
	dir := samplePack(t)
	_, err := OpenWith(dir, Limits{FileBytes: 10})
	found := Faults(err)
	if len(found) == 0 || found[0].Kind != KindTooLarge {
		t.Errorf("OpenWith = %v, want too large", err)
	}
}

// A file that changes after Open must not be used.
func TestReadsAreChecked(t *testing.T) {
	dir := samplePack(t)
	p, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, "background.f32", floats(1, 0, 0, 1, 0.8, 0.6))
	m, _ := p.Model("image")
	_, err = p.Background(m.Outputs[0])
	if found := Faults(err); len(found) != 1 || found[0].Kind != KindChecksum {
		t.Errorf("Background = %v, want a checksum fault", err)
	}
}

func TestLinkInsideIsFine(t *testing.T) {
	dir := samplePack(t)
	if err := os.Rename(filepath.Join(dir, "image.onnx"), filepath.Join(dir, "v2.onnx")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("v2.onnx", filepath.Join(dir, "image.onnx")); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err != nil {
		t.Errorf("Open = %v", err)
	}
}
