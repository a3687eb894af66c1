package demo

import (
	"bufio"
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

func TestCatalogueHoldsTogether(t *testing.T) {
	c := New(1)
	holders, markets, rights := map[string]bool{}, map[string]bool{}, map[string]Right{}
	for _, h := range c.Holders {
		holders[h.ID] = true
	}
	for _, m := range c.Marketplaces {
		markets[m.ID] = true
		if !strings.Contains(m.ListingURL, "{id}") {
			t.Errorf("marketplace %s: URL %q has no {id}", m.ID, m.ListingURL)
		}
	}
	for _, r := range c.Rights {
		if !holders[r.Holder] || r.Registrant == "" {
			t.Errorf("right %s: holder %q, registrant %q", r.ID, r.Holder, r.Registrant)
		}
		rights[r.ID] = r
	}
	references := map[string]int{}
	ids := map[string]bool{}
	for _, r := range c.References {
		right, ok := rights[r.Right]
		if !ok || ids[r.ID] {
			t.Errorf("reference %s: right known %v, used before %v", r.ID, ok, ids[r.ID])
		}
		if (r.Word == "") == (right.Kind() == "word") || (r.Word == "") != (r.picture != nil) {
			t.Errorf("reference %s of a %s right: word %q, picture %v", r.ID, right.Kind(), r.Word, r.picture != nil)
		}
		ids[r.ID] = true
		references[r.Right]++
	}
	for id := range rights {
		if references[id] == 0 {
			t.Errorf("right %s has no reference", id)
		}
	}
	if len(c.Marketplaces) != 2 || len(c.Holders) != 6 || len(c.Rights) < 14 || len(c.Listings) < 60 {
		t.Errorf("%d marketplaces, %d holders, %d rights, %d listings", len(c.Marketplaces), len(c.Holders), len(c.Rights), len(c.Listings))
	}
	checkListings(t, c, rights, markets)
}

// checkListings holds every truth against the registry: authorised sellers do not infringe, a place is inside the
// picture, and each kind of example occurs.
func checkListings(t *testing.T, c Catalogue, rights map[string]Right, markets map[string]bool) {
	t.Helper()
	authorised := map[string]bool{}
	for _, a := range c.AuthorizedSellers {
		if _, ok := rights[a.Right]; !ok {
			t.Errorf("authorised seller of unknown right %s", a.Right)
		}
		authorised[a.Right+" "+a.Seller] = true
	}
	kinds := map[string]string{"near_copy": "design", "design_similarity": "design", "logo_in_scene": "logo", "keyword_misuse": "word"}
	hows, ids := map[string]int{}, map[string]bool{}
	for _, l := range c.Listings {
		hows[l.How]++
		if ids[l.ID] || !markets[l.Marketplace] || l.Seller == "" || l.Title == "" || l.Price.Amount <= 0 || l.Price.Currency == "" {
			t.Errorf("listing is not whole: %+v", l)
		}
		ids[l.ID] = true
		guilty := slices.Contains([]string{"copy", "imitation", "logo", "keyword"}, l.How)
		if guilty != (len(l.Truth) > 0) {
			t.Errorf("listing %s is a %s with truth %v", l.ID, l.How, l.Truth)
		}
		for _, truth := range l.Truth {
			if got := rights[truth.Right].Kind(); rights[truth.Right].ID == "" || got != kinds[truth.Signal] {
				t.Errorf("listing %s: %s of %s, which is a %s", l.ID, truth.Signal, truth.Right, got)
			}
			if authorised[truth.Right+" "+l.Seller] {
				t.Errorf("listing %s: authorised seller %s infringes %s", l.ID, l.Seller, truth.Right)
			}
			if (truth.Signal == "logo_in_scene") != (truth.Box != nil) {
				t.Errorf("listing %s: %s with box %v", l.ID, truth.Signal, truth.Box)
			}
			if b := truth.Box; b != nil && (b[0] < 0 || b[1] < 0 || b[2] < 20 || b[3] < 20 || b[0]+b[2] > side || b[1]+b[3] > side) {
				t.Errorf("listing %s: box %v", l.ID, *b)
			}
		}
		if (l.How == "copy") != (len(l.Edits) > 0) {
			t.Errorf("listing %s is a %s with edits %v", l.ID, l.How, l.Edits)
		}
	}
	for _, how := range []string{"copy", "imitation", "logo", "keyword", "authorised", "compatible", "look-alike", "innocent"} {
		if hows[how] < 3 {
			t.Errorf("%d listings are examples of %s", hows[how], how)
		}
	}
}

// Keyword misuse is shown in several scripts, and in plain Latin letters alone less than half the time.
func TestKeywordListingsUseSeveralScripts(t *testing.T) {
	scripts := map[string]*unicode.RangeTable{"Han": unicode.Han, "Hangul": unicode.Hangul, "Katakana": unicode.Katakana, "Cyrillic": unicode.Cyrillic, "Latin": unicode.Latin}
	seen := map[string]int{}
	for _, l := range New(1).Listings {
		if l.How != "keyword" {
			continue
		}
		for name, table := range scripts {
			if strings.IndexFunc(l.Title, func(r rune) bool { return unicode.Is(table, r) }) >= 0 {
				seen[name]++
			}
		}
	}
	for name := range scripts {
		if seen[name] == 0 {
			t.Errorf("no keyword listing in %s", name)
		}
	}
}

func find(t *testing.T, c Catalogue, how string) Listing {
	t.Helper()
	i := slices.IndexFunc(c.Listings, func(l Listing) bool { return l.How == how })
	if i < 0 {
		t.Fatalf("no %s", how)
	}
	return c.Listings[i]
}

func TestPicturesAreDeterministic(t *testing.T) {
	for _, how := range []string{"copy", "imitation", "logo"} {
		one := find(t, New(1), how).Picture()
		if !bytes.Equal(one, find(t, New(1), how).Picture()) {
			t.Errorf("%s: the same seed drew other bytes", how)
		}
		if how == "copy" && bytes.Equal(one, find(t, New(2), how).Picture()) {
			t.Errorf("%s: another seed drew the same bytes", how)
		}
		config, err := jpeg.DecodeConfig(bytes.NewReader(one))
		if err != nil || config.Width != side || config.Height != side {
			t.Errorf("%s: %v, %dx%d", how, err, config.Width, config.Height)
		}
	}
}

func TestPictureIsDrawnOnce(t *testing.T) {
	c := New(1)
	r := c.References[slices.IndexFunc(c.References, func(r Reference) bool { return r.Word == "" })]
	pictures := make([][]byte, 4)
	var wait sync.WaitGroup
	for i := range pictures {
		wait.Go(func() { pictures[i] = r.Picture() })
	}
	wait.Wait()
	for _, p := range pictures {
		if len(p) == 0 || &p[0] != &pictures[0][0] {
			t.Error("callers got different pictures")
		}
	}
	if c.References[0].Picture() != nil {
		t.Error("a word has a picture")
	}
}

// What differs between the goods with and without the sign must lie in the box that the truth names, and fill it.
func TestMarkBoxHoldsTheMark(t *testing.T) {
	for name, it := range map[string]item{
		"bottle":     {shape: "bottle", base: 0xb6482f, ink: 0xffffff, size: 1.6, angle: 8},
		"headphones": {shape: "headphones", base: 0x22252b, ink: 0xffffff, angle: -10, x: 0.2},
		"backpack":   {shape: "backpack", base: 0x2f5f7a, ink: 0xffffff, size: 1.2},
	} {
		sc := scene{ground: "flat", tint: 0x808080, items: []item{it}}
		without := sc.render()
		it.mark = "quillon"
		it.size = or(it.size, 1.45)
		sc.items = []item{it}
		with := sc.render()
		var changed image.Rectangle
		for i := 0; i < len(with.Pix); i += 4 {
			if !bytes.Equal(with.Pix[i:i+4], without.Pix[i:i+4]) {
				at := image.Pt(i/4%side, i/4/side)
				changed = changed.Union(image.Rectangle{at, at.Add(image.Pt(1, 1))})
			}
		}
		b := it.markBox()
		box := image.Rect(int(b[0]), int(b[1]), int(b[0]+b[2]), int(b[1]+b[3]))
		if !changed.In(box) || changed.Dx() < box.Dx()*3/4 || changed.Dy() < box.Dy()*3/4 {
			t.Errorf("%s: sign changed %v, box is %v", name, changed, box)
		}
	}
}

// A sign that left its circle would leave the box of its truth.
func TestMarksStayInTheirCircle(t *testing.T) {
	for name, draw := range marks {
		img := image.NewRGBA(image.Rect(0, 0, 200, 200))
		p := newPen(img)
		draw(p, 0x102030, 0xffffff) // one unit is 50 pixels
		inked := 0
		for i := 3; i < len(img.Pix); i += 4 {
			if img.Pix[i] == 0 {
				continue
			}
			inked++
			if dx, dy := float64(i/4%200)+0.5-100, float64(i/4/200)+0.5-100; dx*dx+dy*dy > 51.5*51.5 {
				t.Errorf("%s draws at %v, %v", name, dx/50, dy/50)
				break
			}
		}
		if inked < 500 {
			t.Errorf("%s draws %d pixels", name, inked)
		}
	}
}

// Every shape draws with a print and a sign, which also proves every path of the package.
func TestShapesDraw(t *testing.T) {
	names := []string{}
	for name := range prints {
		names = append(names, name)
	}
	signs := []string{}
	for name := range marks {
		signs = append(signs, name)
	}
	slices.Sort(names)
	slices.Sort(signs)
	i := 0
	for name := range shapes {
		img := scene{ground: "flat", tint: 0x808080, items: []item{{shape: name, base: 0xd0c0a0, print: names[i%len(names)], mark: signs[i%len(signs)]}}}.render()
		i++
		drawn := 0
		for k := 0; k < len(img.Pix); k += 4 {
			if img.Pix[k] != 0x80 {
				drawn++
			}
			if img.Pix[k+3] != 255 {
				t.Fatalf("%s left the picture transparent", name)
			}
		}
		if share := float64(drawn) / side / side; share < 0.1 {
			t.Errorf("%s covers %.2f of the picture", name, share)
		}
	}
}

func TestGroundsFillThePicture(t *testing.T) {
	for name, paint := range grounds {
		img := blank()
		paint(img, 0x808080, 3)
		if img.RGBAAt(0, 0).A != 255 || img.RGBAAt(side-1, side-1).A != 255 {
			t.Errorf("%s leaves corners open", name)
		}
		if name != "flat" && img.RGBAAt(10, 10) == img.RGBAAt(side-10, side-10) && img.RGBAAt(10, 10) == img.RGBAAt(side/2, side/2) {
			t.Errorf("%s has no light in it", name)
		}
	}
}

func TestWriteSet(t *testing.T) {
	c := New(1)
	c.Listings = []Listing{find(t, c, "logo"), find(t, c, "authorised")}
	c.Rights = slices.DeleteFunc(c.Rights, func(r Right) bool { return r.ID != "VEL-L" && r.ID != "VEL-W" })
	dir := filepath.Join(t.TempDir(), "set")
	if err := writeSet(dir, c); err != nil {
		t.Fatal(err)
	}
	want := []map[string]any{
		{"right": "VEL-W", "kind": "word", "goods": []any{"18", "25"}, "authorised_sellers": []any{"maison-velmora"},
			"words": []any{"VELMORA", "维尔摩拉", "Велмора", "벨모라", "فيلمورا"}},
		{"right": "VEL-L", "kind": "logo", "goods": []any{"18", "25"}, "authorised_sellers": []any{"maison-velmora"},
			"images": []any{"references/VEL-L-positive.jpg", "references/VEL-L-reversed.jpg"}},
	}
	if diff := cmp.Diff(want, lines(t, filepath.Join(dir, "references.jsonl"))); diff != "" {
		t.Errorf("references.jsonl (-want +got):\n%s", diff)
	}
	listings := lines(t, filepath.Join(dir, "listings.jsonl"))
	if len(listings) != 2 || len(listings[0]["truth"].([]any)) != 1 || len(listings[1]["truth"].([]any)) != 0 {
		t.Fatalf("listings.jsonl: %v", listings)
	}
	truth := listings[0]["truth"].([]any)[0].(map[string]any)
	if truth["image"] != 0.0 || len(truth["box"].([]any)) != 4 {
		t.Errorf("truth %v", truth)
	}
	head := lines(t, filepath.Join(dir, "set.json"))[0]
	if head["name"] != "demo" || len(head["tasks"].([]any)) != 4 {
		t.Errorf("set.json: %v", head)
	}
	for _, path := range []string{"references/VEL-L-positive.jpg", "references/VEL-L-reversed.jpg", "listings/" + c.Listings[0].ID + ".jpg", "listings/" + c.Listings[1].ID + ".jpg"} {
		data, err := os.ReadFile(filepath.Join(dir, path))
		if err != nil {
			t.Error(err)
			continue
		}
		if _, err := jpeg.DecodeConfig(bytes.NewReader(data)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
	if err := writeSet(filepath.Join(dir, "set.json"), Catalogue{}); err == nil {
		t.Error("a set was written into a file")
	}
}

func lines(t *testing.T, path string) []map[string]any {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []map[string]any
	in := bufio.NewScanner(f)
	for in.Scan() {
		var line map[string]any
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		out = append(out, line)
	}
	return out
}
