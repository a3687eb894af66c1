package onnx_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"touchstone/embed"
	"touchstone/embed/onnx/onnxtest"
)

// tellsHome is the home of the process that TestTellsNobody starts.
const tellsHome = "TOUCHSTONE_TEST_TELLS_HOME"

// TestTellsNobody: a process that loads the library and runs a model leaves nothing in its user's home. With telemetry on, the library makes a
// number of the device and a database of what it will send there, before anything is sent.
func TestTellsNobody(t *testing.T) {
	onnxtest.Runtime(t)
	home := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run", "^TestTellsNobodyChild$", "-test.v")
	child.Env = append(slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "ORT_DISABLE_TELEMETRY=") || strings.HasPrefix(v, "XDG_") || strings.HasPrefix(v, "HOME=")
	}), "HOME="+home, tellsHome+"="+home)
	if out, err := child.CombinedOutput(); err != nil || !strings.Contains(string(out), "ran in "+home) {
		t.Fatalf("%v:\n%s", err, out)
	}
	err := filepath.WalkDir(home, func(path string, d fs.DirEntry, err error) error {
		if err == nil && path != home {
			t.Errorf("%s was left in the home of who ran a model", strings.TrimPrefix(path, home))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTellsNobodyChild is what the process does.
func TestTellsNobodyChild(t *testing.T) {
	home := os.Getenv(tellsHome)
	if home == "" {
		return // for TestTellsNobody alone
	}
	e := onnxtest.Open(t, onnxtest.TinyPack(t), embed.Config{})
	if _, err := e.Texts(t.Context(), "word", []string{"told"}); err != nil {
		t.Fatal(err)
	}
	t.Logf("ran in %s", home)
}
