package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestModelsListShowAndVerify(t *testing.T) {
	packs := packsFolder(t)
	pack := filepath.Join(packs, "touchstone-base")
	for _, tt := range []struct {
		args []string
		want []string
	}{
		{[]string{"models", "list", packs}, []string{"touchstone-base", "MB", "copy", "word"}},
		{[]string{"models", "show", pack}, []string{"pictures of 224x224", "copy", "cosine"}},
		{[]string{"models", "show", "--json", pack}, []string{`"manifest"`, `"fusion"`, `"near_copy"`}},
		{[]string{"models", "verify", pack}, []string{"touchstone-base", "golden cases reproduced"}},
	} {
		said, errs, status := command(t, tt.args...)
		if status != 0 {
			t.Errorf("%v: status %d: %s", tt.args, status, errs)
		}
		contains(t, tt.args[1], said, tt.want...)
	}
}

// A pack whose files are not what its manifest says is listed with the reason, and not verified.
func TestModelsSeeADamagedPack(t *testing.T) {
	dir := t.TempDir()
	pack := filepath.Join(dir, "damaged")
	if err := os.CopyFS(pack, os.DirFS(filepath.Join(packsFolder(t), "touchstone-base"))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(pack, "text.onnx")
	graph, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	graph[len(graph)/2] ^= 1
	if err := os.WriteFile(path, graph, 0o644); err != nil {
		t.Fatal(err)
	}
	said, errs, status := command(t, "models", "list", dir)
	if status != 0 {
		t.Errorf("status %d: %s", status, errs)
	}
	contains(t, "list", said, "text.onnx", "SHA-256")
	if _, errs, status = command(t, "models", "verify", pack); status == 0 {
		t.Error("a damaged pack is verified")
	}
	contains(t, "verify", errs, "text.onnx")
}
