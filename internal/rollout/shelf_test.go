package rollout_test

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"touchstone/embed/onnx/onnxtest"
	"touchstone/internal/rollout"
	"touchstone/models"
)

// swap puts another graph in the place of the picture model.
func swap(t *testing.T, graph string) func(dir string) {
	return func(dir string) {
		data, err := os.ReadFile(filepath.Join(onnxtest.Testdata(), "broken", graph+".onnx"))
		if err := errors.Join(err, os.WriteFile(filepath.Join(dir, "picture.onnx"), data, 0o644)); err != nil {
			t.Fatal(err)
		}
		editManifest(t, dir, func(m map[string]any) { output(m)["dimension"] = 3 })
		edit(t, filepath.Join(dir, "image-golden.json"), func(g map[string]any) {
			for _, c := range g["cases"].([]any) {
				c.(map[string]any)["vectors"] = map[string]any{"copy": [][]float64{{1, 0, 0}}}
			}
		})
	}
}

// output is the manifest's first.
func output(m map[string]any) map[string]any {
	return m["models"].([]any)[0].(map[string]any)["outputs"].([]any)[0].(map[string]any)
}

func edit(t *testing.T, path string, change func(map[string]any)) {
	t.Helper()
	var v map[string]any
	data, err := os.ReadFile(path)
	if err := errors.Join(err, json.Unmarshal(data, &v)); err != nil {
		t.Fatal(err)
	}
	change(v)
	data, err = json.Marshal(v)
	if err := errors.Join(err, os.WriteFile(path, data, 0o644)); err != nil {
		t.Fatal(err)
	}
}

// TestAddRefuses: whatever is wrong with a pack is said in a sentence, and nothing of it is kept.
func TestAddRefuses(t *testing.T) {
	write := func(name, text string) func(string) {
		return func(dir string) {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, tt := range map[string]struct {
		sealed func(dir string) // done to the folder before it is sealed
		after  func(dir string) // and afterwards
		limits rollout.Limits
		says   string
	}{
		"unknown field":  {after: func(dir string) { editManifest(t, dir, func(m map[string]any) { m["colour"] = "red" }) }, says: `unknown field "colour"`},
		"wrong checksum": {after: write("fusion.json", "{}"), says: "copy the pack again"},
		"missing file":   {after: func(dir string) { _ = os.Remove(filepath.Join(dir, "text.onnx")) }, says: "text.onnx"},
		"path outside": {after: func(dir string) {
			editManifest(t, dir, func(m map[string]any) { m["fusion"].(map[string]any)["path"] = "../fusion.json" })
		}, says: "inside the pack"},
		"link outside": {after: func(dir string) {
			path := filepath.Join(dir, "text.onnx")
			if err := errors.Join(os.Remove(path), os.Symlink("/etc/passwd", path)); err != nil {
				t.Fatal(err)
			}
		}, says: "leads out of the pack"},
		"a file of 2 GB": {after: func(dir string) {
			if err := os.Truncate(filepath.Join(dir, "text.onnx"), 2<<30); err != nil { // a hole: it takes no room
				t.Fatal(err)
			}
		}, says: "is over the limit of"},
		"other opset":          {sealed: swap(t, "future"), says: "opset"},
		"external data":        {sealed: swap(t, "external"), says: "external data"},
		"NaN":                  {sealed: swap(t, "nan"), says: "not finite"},
		"zero vectors":         {sealed: swap(t, "zero"), says: "zero vector"},
		"more memory than is":  {sealed: swap(t, "hungry"), limits: rollout.Limits{Memory: 1 << 30}, says: "memory"},
		"more time than there": {sealed: swap(t, "endless"), limits: rollout.Limits{CPU: time.Second}, says: "was ended after"},
		"golden vectors off": {sealed: func(dir string) {
			edit(t, filepath.Join(dir, "text-golden.json"), func(g map[string]any) {
				g["cases"].([]any)[1].(map[string]any)["vectors"] = map[string]any{"word": [][]float64{{1, 0, 0, 0, 0}}}
			})
		}, says: "cosine"},
		"another shape": {sealed: func(dir string) {
			editManifest(t, dir, func(m map[string]any) { output(m)["dimension"] = 3 })
			edit(t, filepath.Join(dir, "image-golden.json"), func(g map[string]any) {
				for _, c := range g["cases"].([]any) {
					c.(map[string]any)["vectors"] = map[string]any{"copy": [][]float64{{1, 0, 0}}}
				}
			})
		}, says: "48"},
		"no graph":     {sealed: write("picture.onnx", "not a graph"), says: "no ONNX file"},
		"fusion a lie": {sealed: write("fusion.json", `{"format": 1, "near_copy": 3}`), says: "fusion file"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := pairPack(t, 1, tt.sealed)
			if tt.after != nil {
				tt.after(p.Dir())
			}
			shelf := rollout.Shelf{Dir: filepath.Join(t.TempDir(), "packs"), Check: checker(t, tt.limits)}
			_, err := shelf.Add(t.Context(), p.Dir())
			if !errors.Is(err, rollout.ErrRefused) || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("error %v, want ErrRefused that says %q", err, tt.says)
			}
			left, err := os.ReadDir(shelf.Dir)
			if err != nil || len(left) > 0 {
				t.Errorf("left on the shelf: %v, %v", left, err)
			}
		})
	}
}

// TestAdd: a sound pack is kept whole and once; one with its version and other files is not.
func TestAdd(t *testing.T) {
	p := pairPack(t, 1, nil)
	shelf := rollout.Shelf{Dir: filepath.Join(t.TempDir(), "packs"), Check: checker(t, rollout.Limits{})}
	if err := os.WriteFile(filepath.Join(p.Dir(), "notes.txt"), []byte("not of the pack"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got, err := shelf.Add(t.Context(), p.Dir())
		if err != nil || got.Digest() != p.Digest() || got.Dir() == p.Dir() {
			t.Fatalf("added %+v, %v", got, err)
		}
	}
	if _, err := os.Stat(filepath.Join(shelf.Dir, "pair@1", "notes.txt")); err == nil {
		t.Error("what the manifest does not name was taken in")
	}
	other := pairPack(t, 2, func(dir string) { editManifest(t, dir, func(m map[string]any) { m["version"] = "1" }) })
	if _, err := shelf.Add(t.Context(), other.Dir()); !errors.Is(err, rollout.ErrTaken) {
		t.Errorf("another pack of the same version: %v, want ErrTaken", err)
	}
	list, err := shelf.List()
	if err != nil || len(list) != 1 || list[0].Err != nil || list[0].Pack.Digest() != p.Digest() {
		t.Errorf("on the shelf: %+v, %v", list, err)
	}
	for _, id := range []string{"pair", "pair@9", "../x@1", "pair@../1", "@", "pair@1/../1"} {
		if _, err := shelf.Open(id); !errors.Is(err, rollout.ErrUnknown) {
			t.Errorf("Open(%q): %v, want ErrUnknown", id, err)
		}
	}
}

// TestReceive: an archive comes in as its folder would; what is in it beside plain files inside the pack is refused.
func TestReceive(t *testing.T) {
	var sound bytes.Buffer
	p := pairPack(t, 2, nil)
	if err := rollout.Archive(&sound, p); err != nil {
		t.Fatal(err)
	}
	shelf := rollout.Shelf{Dir: filepath.Join(t.TempDir(), "packs"), Check: checker(t, rollout.Limits{})}
	got, err := shelf.Receive(t.Context(), bytes.NewReader(sound.Bytes()), 1<<20)
	if err != nil || got.Digest() != p.Digest() {
		t.Fatalf("received %+v, %v", got, err)
	}
	entry := func(h tar.Header, body string) []byte {
		var b bytes.Buffer
		w := tar.NewWriter(&b)
		if h.Size == 0 {
			h.Size = int64(len(body))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte(body))
		_ = w.Close() // a body that is too short for its header is on purpose
		return b.Bytes()
	}
	for name, tt := range map[string]struct {
		archive []byte
		says    string
	}{
		"no archive":   {[]byte(strings.Repeat("x", 2000)), "plain tar"},
		"empty":        {nil, models.ManifestName},
		"cut off":      {sound.Bytes()[:700], "in the middle of"},
		"outside":      {entry(tar.Header{Name: "../manifest.json", Typeflag: tar.TypeReg}, "{}"), "leads out"},
		"absolute":     {entry(tar.Header{Name: "/etc/cron.d/x", Typeflag: tar.TypeReg}, "{}"), "leads out"},
		"link":         {entry(tar.Header{Name: "manifest.json", Typeflag: tar.TypeSymlink, Linkname: "/etc/passwd"}, ""), "no plain file"},
		"device":       {entry(tar.Header{Name: "manifest.json", Typeflag: tar.TypeChar}, ""), "no plain file"},
		"2 GB":         {entry(tar.Header{Name: "image.onnx", Typeflag: tar.TypeReg, Size: 2 << 30}, "short"), "on the machine itself"},
		"no manifest":  {entry(tar.Header{Name: "image.onnx", Typeflag: tar.TypeReg}, "x"), models.ManifestName},
		"manifest bad": {entry(tar.Header{Name: "manifest.json", Typeflag: tar.TypeReg}, "{"), "JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			empty := rollout.Shelf{Dir: t.TempDir()}
			_, err := empty.Receive(t.Context(), bytes.NewReader(tt.archive), 1<<20)
			if !errors.Is(err, rollout.ErrRefused) || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), empty.Dir) {
				t.Errorf("error %v, want ErrRefused that says %q and nothing of folders", err, tt.says)
			}
			if left, err := os.ReadDir(empty.Dir); err != nil || len(left) > 0 {
				t.Errorf("left: %v, %v", left, err)
			}
		})
	}
}

func FuzzReceive(f *testing.F) {
	f.Add([]byte("manifest.json"))
	var sound bytes.Buffer
	if err := rollout.Archive(&sound, pairPack(f, 1, nil)); err != nil {
		f.Fatal(err)
	}
	f.Add(sound.Bytes())
	f.Fuzz(func(t *testing.T, archive []byte) {
		shelf := rollout.Shelf{Dir: filepath.Join(t.TempDir(), "packs")}
		_, err := shelf.Receive(t.Context(), bytes.NewReader(archive), 1<<20)
		if err != nil && !errors.Is(err, rollout.ErrRefused) {
			t.Errorf("error %v is no refusal", err)
		}
	})
}
