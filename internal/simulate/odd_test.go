package simulate

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"pgregory.net/rapid"
)

// TestMissing: whatever field is left out of a file, its name is in the error.
func TestMissing(t *testing.T) {
	var file map[string]any
	if err := yaml.Unmarshal(marketYAML, &file); err != nil {
		t.Fatal(err)
	}
	without := func(path string) error {
		b, err := yaml.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = Parse(b); err == nil || !errors.Is(err, ErrParams) || !strings.Contains(err.Error(), path+" is missing") {
			return fmt.Errorf("without %s: %w", path, err)
		}
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(file)) {
		value := file[name]
		if inner, ok := value.(map[string]any); ok {
			for _, field := range slices.Sorted(maps.Keys(inner)) {
				kept := inner[field]
				delete(inner, field)
				if err := without(name + "." + field); err != nil {
					t.Error(err)
				}
				inner[field] = kept
			}
		}
		if name == "scale" {
			continue
		}
		delete(file, name)
		if err := without(name); err != nil {
			t.Error(err)
		}
		file[name] = value
	}
	if b, err := yaml.Marshal(file); err != nil {
		t.Error(err)
	} else if _, err := Parse(b); err != nil {
		t.Errorf("the whole file: %v", err)
	}
}

// oddShare is a share, the ends of its range often among them.
func oddShare(t *rapid.T, name string) float64 {
	return rapid.OneOf(rapid.SampledFrom([]float64{0, 1}), rapid.Float64Range(0, 1)).Draw(t, name)
}

// oddWeights gives weight to few of the names, and to one of them alone at times.
func oddWeights(t *rapid.T, name string, known []string) map[string]float64 {
	out := map[string]float64{rapid.SampledFrom(known).Draw(t, name+" one"): rapid.SampledFrom([]float64{1e-6, 1, 1e6}).Draw(t, name+" weight")}
	for _, k := range rapid.SliceOfN(rapid.SampledFrom(known), 0, 3).Draw(t, name) {
		if _, ok := out[k]; !ok {
			out[k] = rapid.SampledFrom([]float64{0, 5}).Draw(t, name+" more")
		}
	}
	return out
}

// TestOddWorlds: a file of strange values that is taken is a world that can be drawn: nothing panics, and what is drawn keeps its truth.
func TestOddWorlds(t *testing.T) {
	market, err := Builtin("market")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := market
		p.Days = rapid.IntRange(1, 60).Draw(t, "days")
		p.Scale = rapid.SampledFrom([]float64{0.0001, 0.1, 1, 3}).Draw(t, "scale")
		p.Holders = Holders{Count: rapid.IntRange(1, 6).Draw(t, "holders"), Scripts: rapid.SliceOfN(rapid.SampledFrom(scripts), 1, 3).Draw(t, "scripts"),
			Pending: oddShare(t, "pending") * 0.4, Expired: oddShare(t, "expired") * 0.4, Foreign: oddShare(t, "foreign") * 0.4, Abusive: oddShare(t, "abusive") * 0.4}
		p.Sellers = Sellers{Honest: rapid.IntRange(1, 40).Draw(t, "honest"), Copyists: rapid.IntRange(1, 20).Draw(t, "copyists"), Authorised: rapid.IntRange(0, 2).Draw(t, "authorised"),
			Rings: rapid.IntRange(0, 30).Draw(t, "rings"), RingSize: []int{2, rapid.IntRange(2, 1000).Draw(t, "ring size")}, Relist: oddShare(t, "relist"), RelistIn: 0.01}
		p.Links.Planted, p.Links.Common, p.Links.Shown, p.Links.Shipments = oddShare(t, "planted"), oddShare(t, "common"), oddShare(t, "shown"), oddShare(t, "shipments")
		p.Listings.Count, p.Listings.Infringing, p.Listings.Before = rapid.IntRange(0, 60).Draw(t, "listings"), oddShare(t, "infringing"), oddShare(t, "before")
		p.Listings.Lookalikes, p.Listings.Kinds, p.Listings.Copies = oddShare(t, "lookalikes"), oddWeights(t, "kinds", Kinds()), rapid.IntRange(1, 10_000).Draw(t, "copies")
		p.Evasions.Keyword = oddWeights(t, "keyword", Hidings())
		p.Sales.Hot, p.Sales.Curve = oddShare(t, "hot"), Hazard{rapid.SampledFrom([]float64{0.001, 100_000}).Draw(t, "median"), rapid.SampledFrom([]float64{0.1, 10}).Draw(t, "shape")}
		p.Notices.Count, p.Notices.Unfounded, p.Notices.Ways = rapid.IntRange(0, 60).Draw(t, "notices"), oddShare(t, "unfounded"), oddWeights(t, "ways", Ways())
		p.Notices.Stray, p.Notices.Bursts = oddShare(t, "stray"), oddShare(t, "bursts")
		if err := p.Validate(); err != nil {
			t.Fatalf("refused: %v", err)
		}
		w := NewWorld(p, rapid.Uint64().Draw(t, "seed"), nil)
		for _, n := range w.Plans() {
			if len(n.Items) == 0 || n.Right == nil {
				t.Fatalf("notice %d is about nothing", n.No)
			}
			for _, it := range n.Items {
				if it.Truth.Infringes && !it.Listing.infringes(n.Right) {
					t.Fatalf("notice %d: %s does not infringe", n.No, it.id())
				}
			}
		}
		for _, l := range w.Offers() {
			if l.Title == "" || l.Seller == "" || l.SoldAt.Before(l.PutUp) || (l.Kind != kindHonest) != (l.Right != nil && l.infringes(l.Right)) {
				t.Fatalf("%+v", l)
			}
		}
		if _, err := MeasureRings(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	})
}
