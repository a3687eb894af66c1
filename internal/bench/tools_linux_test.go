//go:build bench

package bench

import (
	"fmt"
	"io"
	"os/exec"
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
