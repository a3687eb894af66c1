package models

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

// sealedSample gives the sample pack's manifest as it stands on disk.
func sealedSample(t *testing.T) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(samplePack(t), ManifestName))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// The schema as published must be a valid draft 2020-12 schema and take a
// complete manifest; it is compiled here on its own, as a stranger would.
func TestSchemaTakesSample(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(string(Schema())))
	if err != nil {
		t.Fatal(err)
	}
	meta, err := jsonschema.NewCompiler().Compile("https://json-schema.org/draft/2020-12/schema")
	if err != nil {
		t.Fatal(err)
	}
	if err := meta.Validate(doc); err != nil {
		t.Errorf("not a valid schema: %v", err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("s.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("s.json")
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := jsonschema.UnmarshalJSON(strings.NewReader(string(sealedSample(t))))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Validate(manifest); err != nil {
		t.Errorf("the sample breaks the schema: %v", err)
	}
}

// Each object of the schema has the fields of its Go type, no more, no fewer.
func TestSchemaAndTypesAgree(t *testing.T) {
	var schema struct {
		Properties map[string]any
		Defs       map[string]struct{ Properties map[string]any } `json:"$defs"`
	}
	if err := json.Unmarshal(Schema(), &schema); err != nil {
		t.Fatal(err)
	}
	union := map[string]any{} // the two kinds of input share one Go type
	for _, def := range []string{"picture_input", "text_input"} {
		for name := range schema.Defs[def].Properties {
			union[name] = true
		}
	}
	for _, tc := range []struct {
		name       string
		properties map[string]any
		value      any
	}{
		{"manifest", schema.Properties, Manifest{}},
		{"file", schema.Defs["file"].Properties, File{}},
		{"model", schema.Defs["model"].Properties, Model{}},
		{"input", union, Input{}},
		{"output", schema.Defs["output"].Properties, Output{}},
		{"region", schema.Defs["region"].Properties, Region{}},
		{"goldens", schema.Defs["goldens"].Properties, goldenFile{}},
		{"golden_case", schema.Defs["golden_case"].Properties, goldenCase{}},
	} {
		var want, got []string
		for name := range tc.properties {
			want = append(want, name)
		}
		for f := range reflect.TypeOf(tc.value).Fields() {
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			got = append(got, name)
		}
		sort.Strings(want)
		sort.Strings(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: schema and Go type differ (-schema +Go):\n%s", tc.name, diff)
		}
	}
}

func TestParseReportsEveryFault(t *testing.T) {
	data := strings.NewReplacer(`"width": 16`, `"width": 4`, `"licence": "Apache-2.0",`, ``, `"l2"`, `"l3"`).Replace(string(sealedSample(t)))
	_, err := Parse([]byte(data))
	var fields []string
	for _, f := range Faults(err) {
		fields = append(fields, f.Field)
	}
	sort.Strings(fields)
	want := []string{"", "models[0].input.width", "models[0].outputs[0].normalise"}
	if diff := cmp.Diff(want, fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s\n%v", diff, err)
	}
}

// TestBoxesAreOfOneForm: rows of boxes are five plain numbers of a picture; anything else that is written beside them is a fault.
func TestBoxesAreOfOneForm(t *testing.T) {
	good := Output{Name: "places", Tensor: "places", Dimension: BoxDimension, Normalise: NormaliseNone, Metric: MetricDot, Boxes: 24}
	if good.Vectors() != 24 {
		t.Errorf("%d rows, want 24", good.Vectors())
	}
	for name, tc := range map[string]struct {
		spoil func(*Output)
		kind  string
		want  int
	}{
		"boxes":         {func(*Output) {}, KindPicture, 0},
		"of a text":     {func(*Output) {}, KindText, 1},
		"four numbers":  {func(o *Output) { o.Dimension = 4 }, KindPicture, 1},
		"unit length":   {func(o *Output) { o.Normalise = NormaliseL2 }, KindPicture, 1},
		"with regions":  {func(o *Output) { o.Regions = []Region{{Name: "whole", W: 1, H: 1}} }, KindPicture, 1},
		"no boxes, dot": {func(o *Output) { o.Boxes = 0 }, KindPicture, 0},
	} {
		o := good
		tc.spoil(&o)
		var found faults
		checkOutput(&found, "outputs[0]", o, tc.kind)
		if got := Faults(found.err()); len(got) != tc.want {
			t.Errorf("%s: faults %v, want %d", name, got, tc.want)
		}
	}
}

func TestSealKeepsABrokenManifest(t *testing.T) {
	dir := samplePack(t)
	before := strings.Replace(string(sealedSample(t)), `"width": 16`, `"width": 4`, 1)
	write(t, dir, ManifestName, []byte(before))
	err := Seal(dir)
	if found := Faults(err); len(found) != 1 || found[0].Field != "models[0].input.width" {
		t.Errorf("Seal = %v, want the width refused", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, ManifestName))
	if err != nil || string(after) != before {
		t.Errorf("the manifest was changed (%v)", err)
	}
	entries, _ := filepath.Glob(filepath.Join(dir, ".manifest-*"))
	if len(entries) > 0 {
		t.Errorf("left behind: %v", entries)
	}
}

func TestSealAfterChange(t *testing.T) {
	dir := samplePack(t)
	write(t, dir, "image.onnx", []byte("another graph"))
	if _, err := Open(dir); err == nil {
		t.Fatal("Open takes a changed file")
	}
	if err := Seal(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); err != nil {
		t.Errorf("Open after Seal: %v", err)
	}
}

// Whatever Parse takes must survive being written and read again, and stay
// inside the pack.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{}`))
	f.Add([]byte(`{"format":2}`))
	f.Add([]byte(`{"format":1,"format":1}`))
	m := sample()
	for _, file := range files(m) {
		file.file.SHA256, file.file.Bytes = strings.Repeat("0", 64), 8
	}
	data, err := json.Marshal(m)
	if err != nil {
		f.Fatal(err)
	}
	if _, err := Parse(data); err != nil {
		f.Fatalf("the seed is refused: %v", err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Parse(data)
		if err != nil {
			if len(Faults(err)) == 0 {
				t.Fatalf("an error without a fault: %v", err)
			}
			return
		}
		for _, file := range files(m) {
			if !filepath.IsLocal(filepath.FromSlash(file.file.Path)) {
				t.Fatalf("path %q leaves the pack", file.file.Path)
			}
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		m2, err := Parse(again)
		if err != nil {
			t.Fatalf("written again it is refused: %v\n%s", err, again)
		}
		if diff := cmp.Diff(m, m2); diff != "" {
			t.Fatal(diff)
		}
	})
}

func FuzzParseGoldens(f *testing.F) {
	f.Add([]byte(imageGolden))
	f.Add([]byte(textGolden))
	f.Add([]byte(`{"tolerance":1e999}`))
	m := sample().Models[0]
	f.Fuzz(func(t *testing.T, data []byte) {
		goldens, err := ParseGoldens(data, m)
		if err != nil {
			return
		}
		for _, g := range goldens {
			if len(g.Vectors["copy"]) != 2 || !filepath.IsLocal(g.Picture) {
				t.Fatalf("taken: %+v", g)
			}
		}
	})
}

// TestJointsAndVocabularies: a text may name the pictures in whose space it lies and needs a vocabulary for tokens; what does not fit is
// told with what to do.
func TestJointsAndVocabularies(t *testing.T) {
	joint := func(m *Manifest) {
		m.Models[1].Input.Encoding, m.Models[1].Input.Vocabulary = EncodingCLIP, &File{Path: "merges.txt"}
		m.Models[1].Outputs[0] = Output{Name: "caption", Tensor: "caption", Dimension: 2, Normalise: NormaliseL2, Metric: MetricCosine, Joint: "copy"}
	}
	for _, tc := range []struct {
		name  string
		spoil func(m *Manifest)
		want  string
	}{
		{"as it should be", func(*Manifest) {}, ""},
		{"another dimension", func(m *Manifest) { m.Models[1].Outputs[0].Dimension = 3 }, "one dimension"},
		{"no such output", func(m *Manifest) { m.Models[1].Outputs[0].Joint = "design" }, "no output of vectors of pictures"},
		{"itself", func(m *Manifest) { m.Models[1].Outputs[0].Joint = "caption" }, "no output of vectors of pictures"},
		{"at pictures", func(m *Manifest) { m.Models[0].Outputs[0].Joint = "copy" }, "write it at the one of texts"},
		{"tokens without vocabulary", func(m *Manifest) { m.Models[1].Input.Vocabulary = nil }, "vocabulary"},
		{"vocabulary of code points", func(m *Manifest) { m.Models[1].Input.Encoding = EncodingCodepoints }, "vocabulary"},
		{"room for one token", func(m *Manifest) { m.Models[1].Input.MaxLength = 1 }, "2"},
		{"vocabulary outside", func(m *Manifest) { m.Models[1].Input.Vocabulary.Path = "../merges.txt" }, "plain path"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := sample()
			joint(&m)
			tc.spoil(&m)
			for _, f := range files(m) {
				f.file.SHA256, f.file.Bytes = strings.Repeat("0", 64), 8
			}
			data, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Parse(data)
			if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
				t.Errorf("got %v, want one of %q", err, tc.want)
			}
		})
	}
}
