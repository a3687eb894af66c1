package onnx_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"touchstone/embed/onnx"
	"touchstone/embed/onnx/onnxtest"
)

// fetch runs fetch-runtime.sh with a pip that has no index to ask, so that it
// touches no network whatever it does.
func fetch(t *testing.T, folder string) (string, error) {
	t.Helper()
	if err := exec.Command("python3", "-c", "import pip").Run(); err != nil {
		onnxtest.Missing(t, "python3 with pip is not installed")
	}
	cmd := exec.Command("sh", "fetch-runtime.sh", folder)
	cmd.Env = append(os.Environ(), "PIP_NO_INDEX=1", "PIP_CONFIG_FILE="+os.DevNull)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// What lies there with another checksum is not taken for the library; when it
// cannot be replaced, it stays, and the script says why and leaves no litter.
func TestFetchSaysWhatFailed(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "libonnxruntime.so"), []byte("something else"), 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := fetch(t, folder)
	if err == nil || !strings.Contains(out, "fetch-runtime: pip could not bring onnxruntime") || !strings.Contains(out, onnx.LibraryEnv) {
		t.Errorf("%v\n%s", err, out)
	}
	if left, _ := os.ReadDir(folder); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}

func TestFetchIsDoneWhenTheLibraryIsThere(t *testing.T) {
	library, err := onnx.FindLibrary(filepath.Join("..", "..", ".cache", "onnxruntime", "libonnxruntime.so"))
	if err != nil {
		onnxtest.Missing(t, err)
	}
	folder := t.TempDir()
	if err := os.Symlink(library, filepath.Join(folder, "libonnxruntime.so")); err != nil {
		t.Fatal(err)
	}
	if out, err := fetch(t, folder); err != nil || !strings.Contains(out, "is already at") {
		t.Errorf("%v\n%s", err, out)
	}
}
