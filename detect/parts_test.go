package detect

import (
	"fmt"
	"strings"
	"testing"
)

// TestReferenceParts: a part of a reference that is none is refused in words that name it.
func TestReferenceParts(t *testing.T) {
	const file = `{"format": 1, "near_copy": {"calibration": {"a": 1, "b": 0}, "weight": 1, "threshold": 0.5, "candidates": 5, "neighbours": 3, "reference_parts": [%s]}}`
	for part, bad := range map[string]bool{
		`{"name": "centre", "x": 0.2, "y": 0.2, "w": 0.6, "h": 0.6}`: false,
		`{"name": "right", "x": 0.4, "w": 0.6, "h": 1}`:              false,
		`{"name": "beyond", "x": 0.5, "w": 0.6, "h": 1}`:             true,
		`{"name": "before", "x": -0.1, "w": 0.6, "h": 1}`:            true,
		`{"name": "empty", "w": 0.5}`:                                true,
		strings.Repeat(`{"w": 1, "h": 1},`, 16) + `{"w": 1, "h": 1}`: true,
	} {
		_, err := ParseFusion(fmt.Appendf(nil, file, part))
		if named := err != nil && strings.Contains(err.Error(), "reference_parts"); named != bad {
			t.Errorf("%.60s: refused %t, want %t (%v)", part, named, bad, err)
		}
	}
}
