//go:build bench

package bench

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// runIn runs a program to its end; its error says what it was.
func runIn(t *testing.T, dir string, out io.Writer, name string, args ...string) error {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, out, out
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s %s: %w", name, strings.Join(args, " "), err)
	}
	return nil
}

// build makes the program with build tags, for this run.
func build(t *testing.T, tags string) (string, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "touchstone")
	return path, runIn(t, root(t), os.Stderr, "go", "build", "-trimpath", "-tags", tags, "-o", path, "./cmd/touchstone")
}
