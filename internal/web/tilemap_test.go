package web

import (
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/internal/tracing"
)

// TestTiles: every row is as long as the first, every country is there once, and those that matter most are.
func TestTiles(t *testing.T) {
	seen := map[string]bool{}
	var width int
	for i, line := range strings.Split(strings.TrimSpace(tilesText), "\n") {
		codes := strings.Fields(line)
		if i == 0 {
			width = len(codes)
		}
		if len(codes) != width {
			t.Errorf("row %d has %d tiles, the first has %d", i, len(codes), width)
		}
		for _, c := range codes {
			if c == ".." {
				continue
			}
			if seen[c] || !regexp.MustCompile(`^[A-Z]{2}$`).MatchString(c) {
				t.Errorf("row %d: %q is there twice, or no code", i, c)
			}
			seen[c] = true
		}
	}
	for _, c := range strings.Fields("CN HK TW JP KR VN TH IN PK BD TR DE FR GB IT ES PL US CA MX BR AR AE SA EG MA NG ZA AU RU UA ID MY SG PH") {
		if !seen[c] {
			t.Errorf("%s is not on the map", c)
		}
	}
}

// TestMapOf counts by country, and tells of stores that the map has no tile for.
func TestMapOf(t *testing.T) {
	var members []tracing.Member
	for country, n := range map[string]int{"CN": 5, "VN": 3, "DE": 1, "AQ": 2, "": 4} {
		for range n {
			members = append(members, tracing.Member{Seller: tracing.Seller{Country: country}})
		}
	}
	m := mapOf(members)
	if diff := cmp.Diff("CN 5, VN 3, DE 1", m.Said()); diff != "" {
		t.Error(diff)
	}
	if m.Elsewhere != 2 || !m.Tiles[1].Many || m.Tiles[2].Many || m.Tiles[0].X <= m.Tiles[2].X || m.Tiles[0].Y <= m.Tiles[2].Y || m.Land == "" {
		t.Errorf("%d elsewhere, %+v", m.Elsewhere, m.Tiles)
	}
	if empty := mapOf(nil); len(empty.Tiles) != 0 || empty.Width != m.Width {
		t.Errorf("%+v", empty)
	}
}
