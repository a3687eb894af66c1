package web

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/tracing"
)

// tilesText is a map of the world on which each country is one tile: rows of ISO 3166-1 alpha-2 codes from north to south, ".." for sea.
// Tiles lie roughly as countries do, and all are of one size, so that a small country is seen as well as a large one.
//
//go:embed tiles.txt
var tilesText string

// tileMap is where the stores of a ring are.
type tileMap struct {
	Width, Height int
	Land          string // path of all countries without a store
	Tiles         []tile // countries with stores, the most first
	Elsewhere     int    // stores of a country that the map lacks
}

// tile is a country with stores. Many: at least half as many as the country that has most.
type tile struct {
	Country string
	Stores  int
	X, Y    int // of its upper left corner; the page draws it larger than those without stores, so that its text can be read
	Many    bool
}

const (
	tileStep = 40
	tileSize = 37
)

// mapOf counts stores by country; those of no known country are left out, as the table of regions leaves them out.
func mapOf(members []tracing.Member) tileMap {
	stores, most := map[string]int{}, 0
	for _, m := range members {
		if m.Country != "" {
			stores[m.Country]++
			most = max(most, stores[m.Country])
		}
	}
	var out tileMap
	var land strings.Builder
	for row, line := range strings.Split(strings.TrimSpace(tilesText), "\n") {
		for column, country := range strings.Fields(line) {
			x, y := column*tileStep, row*tileStep
			out.Width, out.Height = max(out.Width, x+tileStep), max(out.Height, y+tileStep)
			switch n := stores[country]; {
			case n > 0:
				out.Tiles = append(out.Tiles, tile{country, n, x, y, 2*n >= most})
				delete(stores, country)
			case country != "..":
				fmt.Fprintf(&land, "M%d %dh%dv%dh-%dz", x, y, tileSize, tileSize, tileSize)
			}
		}
	}
	out.Land = land.String()
	for _, n := range stores {
		out.Elsewhere += n
	}
	slices.SortFunc(out.Tiles, func(a, b tile) int {
		if a.Stores != b.Stores {
			return b.Stores - a.Stores
		}
		return strings.Compare(a.Country, b.Country)
	})
	return out
}

// Said names the countries in words, for those who do not see the map.
func (m tileMap) Said() string {
	var parts []string
	for _, t := range m.Tiles {
		parts = append(parts, fmt.Sprintf("%s %d", t.Country, t.Stores))
	}
	return strings.Join(parts, ", ")
}
