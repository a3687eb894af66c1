package onnx

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

func touch(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFindLibrary(t *testing.T) {
	root := t.TempDir()
	if real, err := filepath.EvalSymlinks(root); err == nil {
		root = real
	}
	given := touch(t, filepath.Join(root, "given.so"))
	env := touch(t, filepath.Join(root, "env.so"))
	touch(t, filepath.Join(root, "mod", "go.mod"))
	inModule := touch(t, filepath.Join(root, "mod", cached))
	above := filepath.Join(root, cached)
	deep := filepath.Join(root, "mod", "a", "b")
	outside := filepath.Join(root, "elsewhere", "a")
	for _, dir := range []string{deep, outside} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	touch(t, above) // above the module and above elsewhere: never looked at
	for _, tc := range []struct {
		name, dir, given, env, want string
	}{
		{"given comes first", deep, given, env, given},
		{"then the environment", deep, "", env, env},
		{"then the module", deep, "", "", inModule},
		{"no parents outside a module", outside, "", "", ""},
		{"given and gone", deep, filepath.Join(root, "none.so"), env, ""},
		{"environment and gone", deep, "", filepath.Join(root, "none.so"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Chdir(tc.dir)
			t.Setenv(LibraryEnv, tc.env)
			got, err := FindLibrary(tc.given)
			if got != tc.want || (err != nil) != (tc.want == "") {
				t.Errorf("%q, %v; want %q", got, err, tc.want)
			}
			if err != nil && (!errors.Is(err, ErrLibrary) || !strings.Contains(err.Error(), "make setup") || !strings.Contains(err.Error(), LibraryEnv)) {
				t.Errorf("error %v does not say how to get it", err)
			}
		})
	}
}

func TestAtLeast(t *testing.T) {
	for _, tc := range []struct {
		version string
		want    bool
	}{{"1.24.0", true}, {"1.31.1", true}, {"2.0", true}, {"1.23.9", false}, {"1.9.0", false}, {"0.99", false}, {"", false}, {"1", false}, {"one.two", false}} {
		if got := atLeast(tc.version, MinVersion); got != tc.want {
			t.Errorf("atLeast(%q) = %v", tc.version, got)
		}
	}
}

// A library that has no C API 24, made here, and files that are none.
func TestUnusableLibrary(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text.so")
	if err := os.WriteFile(text, []byte("not a library"), 0o644); err != nil {
		t.Fatal(err)
	}
	libraries := map[string]string{"text": text}
	if cc, err := exec.LookPath("cc"); err == nil {
		source, old := filepath.Join(dir, "old.c"), filepath.Join(dir, "old.so")
		code := `static const void *api(unsigned v) { return 0; }
			static const char *version(void) { return "1.19.2"; }
			struct base { const void *(*api)(unsigned); const char *(*version)(void); };
			static struct base b = {api, version};
			struct base *OrtGetApiBase(void) { return &b; }`
		if err := os.WriteFile(source, []byte(code), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", old, source).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		libraries["old"] = old
	}
	if process.library != "" {
		t.Skip("the library is loaded already (shuffled order?); a process loads one")
	}
	for name, path := range libraries {
		_, err := New(Config{Library: path})
		if !errors.Is(err, ErrLibrary) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), MinVersion) || !strings.Contains(err.Error(), "make setup") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestOneLibraryAProcess(t *testing.T) {
	defer func(was string) { process.library = was }(process.library)
	process.library = "/somewhere/libonnxruntime.so"
	other := touch(t, filepath.Join(t.TempDir(), "other.so"))
	if _, err := New(Config{Library: other}); !errors.Is(err, ErrLibrary) || !strings.Contains(err.Error(), "already runs") {
		t.Errorf("error %v", err)
	}
	if _, err := New(Config{Threads: -1}); err == nil {
		t.Error("minus one thread was taken")
	}
}

// field wraps a value as a field of an ONNX message.
func field(number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), value)
}

func TestSelfContained(t *testing.T) {
	external := protowire.AppendVarint(protowire.AppendTag(nil, 14, protowire.VarintType), 1)
	internal := protowire.AppendVarint(protowire.AppendTag(nil, 14, protowire.VarintType), 0)
	named := field(13, []byte("location"))
	nested := func(depth int) []byte {
		tensor := []byte{}
		for range depth {
			tensor = field(1, field(5, field(6, tensor))) // graph, node, attribute, graph
		}
		return field(7, tensor)
	}
	for _, tc := range []struct {
		name string
		data []byte
		want string // in the error; "" = taken
	}{
		{"nothing", nil, ""},
		{"tensor inside", field(7, field(5, internal)), ""},
		{"initialiser", field(7, field(5, external)), "external data"},
		{"keys without a location", field(7, field(5, named)), "external data"},
		{"attribute", field(7, field(1, field(5, field(5, external)))), "external data"},
		{"tensors of an attribute", field(7, field(1, field(5, field(10, external)))), "external data"},
		{"subgraph", field(7, field(1, field(5, field(6, field(5, external))))), "external data"},
		{"sparse values", field(7, field(15, field(1, external))), "external data"},
		{"function", field(25, field(7, field(5, field(5, external)))), "external data"},
		{"function's default", field(25, field(11, field(5, external))), "external data"},
		{"training", field(20, field(1, field(5, external))), "external data"},
		{"cut", field(7, field(5, internal))[:3], "no ONNX file"},
		{"graph as a number", protowire.AppendVarint(protowire.AppendTag(nil, 7, protowire.VarintType), 1), "no ONNX file"},
		{"nested", nested(10), ""},
		{"nested too deep", nested(40), "nested"},
	} {
		err := selfContained(tc.data)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if (tc.want == "") != (err == nil) || !strings.Contains(got, tc.want) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.want)
		}
	}
}

func FuzzSelfContained(f *testing.F) {
	paths, err := filepath.Glob("testdata/*/*.onnx")
	if err != nil || len(paths) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, again := selfContained(data), selfContained(data)
		if (first == nil) != (again == nil) {
			t.Errorf("%v, then %v", first, again)
		}
	})
}

func TestUpToModule(t *testing.T) {
	root := t.TempDir()
	touch(t, filepath.Join(root, "go.mod"))
	got := upToModule(filepath.Join(root, "a", "b"))
	want := []string{filepath.Join(root, "a", "b"), filepath.Join(root, "a"), root}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
