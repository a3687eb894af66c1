package eval

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const (
	goodHead      = `{"name": "small", "tasks": ["near_copy", "infringement", "near_copy"], "source": "by hand", "edits": ["crop"]}`
	goodReference = `{"right": "A", "kind": "design", "images": ["pictures/a.jpg"], "words": ["阿"], "goods": ["9"], "authorised_sellers": ["s"]}`
	goodListing   = `{"id": "L0", "title": "Bag", "seller": "s", "images": ["pictures/a.jpg"], "how": "crop", "edits": ["crop"], "truth": [{"right": "A", "signal": "near_copy", "image": 0, "box": [1, 2, 3, 4]}]}`
)

// writeSet lays out a set with one picture and returns its folder.
func writeSet(t *testing.T, head, references, listings string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "pictures"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"set.json": head, "references.jsonl": references, "listings.jsonl": listings, "pictures/a.jpg": "not decoded here",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRead(t *testing.T) {
	dir := writeSet(t, goodHead, goodReference+"\n\n", "\n"+goodListing+"\r\n"+`{"id": "L1", "title": "x", "how": 3, "edits": "none", "truth": []}`)
	got, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := &Set{
		Dir: dir, Name: "small", Tasks: []string{"near_copy"}, Source: "by hand",
		References: []Reference{{Right: "A", Kind: "design", Images: []string{"pictures/a.jpg"}, Words: []string{"阿"},
			Goods: []string{"9"}, AuthorisedSellers: []string{"s"}}},
		Listings: []Labelled{
			{Listing: Listing{ID: "L0", Title: "Bag", Seller: "s", Images: []string{"pictures/a.jpg"}}, How: "crop", Edits: []string{"crop"},
				Truth: []Truth{{Right: "A", Signal: "near_copy", Box: &Box{1, 2, 3, 4}}}},
			// Notes of an unexpected type are passed over.
			{Listing: Listing{ID: "L1", Title: "x"}, Truth: []Truth{}},
		},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Reference{}, Listing{})); diff != "" {
		t.Errorf("set (-want +got):\n%s", diff)
	}
	if data, err := got.Listings[0].Picture(0); err != nil || string(data) != "not decoded here" {
		t.Errorf("Picture(0) = %q, %v", data, err)
	}
	if _, err := got.References[0].Picture(1); err == nil {
		t.Error("a picture that is not there was read")
	}
}

func TestReadMergesLinesOfARight(t *testing.T) {
	set, err := Read(writeSet(t, goodHead, goodReference+"\n"+goodReference+"\n"+`{"right": "A", "kind": "design", "words": ["x", "阿"]}`, goodListing))
	if err != nil {
		t.Fatal(err)
	}
	want := []Reference{{Right: "A", Kind: "design", Images: []string{"pictures/a.jpg"}, Words: []string{"阿", "x"}, Goods: []string{"9"}, AuthorisedSellers: []string{"s"}}}
	if diff := cmp.Diff(want, set.References, cmpopts.IgnoreUnexported(Reference{})); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
}

func TestReadRefuses(t *testing.T) {
	listing := func(rest string) string { return `{"id": "L0", "title": "x", ` + rest + `}` }
	tests := []struct {
		name                       string
		head, references, listings string
		want                       string // in the error
	}{
		{name: "head is no JSON", head: "{", want: "set.json"},
		{name: "name leaves the folder", head: `{"name": "../x", "tasks": ["near_copy"]}`, want: "names the output folder"},
		{name: "no tasks", head: `{"name": "x", "tasks": []}`, want: "tasks is empty"},
		{name: "odd task", head: `{"name": "x", "tasks": ["near copy"]}`, want: `task "near copy"`},
		{name: "reference without a right", references: `{"kind": "design", "words": ["x"]}`, want: "references.jsonl:1: right is missing"},
		{name: "reference of an odd kind", references: `{"right": "A", "kind": "patent", "words": ["x"]}`, want: `kind "patent"`},
		{name: "right of two kinds", references: goodReference + "\n" + `{"right": "A", "kind": "word", "words": ["x"]}`, want: "references.jsonl:2: right \"A\" is a word here and a design"},
		{name: "reference with a misspelt key", references: `{"right": "A", "kind": "word", "wrods": ["x"]}`, want: "neither images nor words"},
		{name: "reference with an empty word", references: `{"right": "A", "kind": "word", "words": [""]}`, want: "empty word"},
		{name: "picture outside", references: `{"right": "A", "kind": "design", "images": ["../a.jpg"]}`, want: "inside the set's folder"},
		{name: "picture by absolute path", references: `{"right": "A", "kind": "design", "images": ["/etc/passwd"]}`, want: "inside the set's folder"},
		{name: "picture missing", references: `{"right": "A", "kind": "design", "images": ["b.jpg"]}`, want: `picture "b.jpg"`},
		{name: "picture is a folder", references: `{"right": "A", "kind": "design", "images": ["pictures"]}`, want: "is not a file"},
		{name: "nothing registered", references: "\n", want: "registers nothing"},
		{name: "listing is no JSON", listings: "\n{]", want: "listings.jsonl:2"},
		{name: "listing without an id", listings: `{"title": "x", "truth": []}`, want: "id is missing"},
		{name: "listing twice", listings: goodListing + "\n" + goodListing, want: "listings.jsonl:2: id \"L0\" was used"},
		{name: "nothing to score", listings: `{"id": "L0", "truth": []}`, want: "no title, description or images"},
		{name: "no truth", listings: `{"id": "L0", "title": "x"}`, want: "truth is missing"},
		{name: "truth about an unknown right", listings: listing(`"truth": [{"right": "B", "signal": "near_copy"}]`), want: `right "B" is not registered`},
		{name: "truth without a signal", listings: listing(`"truth": [{"right": "A"}]`), want: "not the name of a signal"},
		{name: "truth of the fused verdict", listings: listing(`"truth": [{"right": "A", "signal": "infringement"}]`), want: "union of the others"},
		{name: "truth in a picture that is not there", listings: listing(`"truth": [{"right": "A", "signal": "near_copy", "image": 1}]`), want: "image 1"},
		{name: "box of three numbers", listings: listing(`"truth": [{"right": "A", "signal": "near_copy", "box": [1, 2, 3]}]`), want: "box has 3 numbers"},
		{name: "box without an area", listings: `{"id": "L0", "images": ["pictures/a.jpg"], "truth": [{"right": "A", "signal": "near_copy", "box": [1, 2, 0, 3]}]}`, want: "above zero"},
		{name: "box without a picture", listings: listing(`"truth": [{"right": "A", "signal": "near_copy", "box": [1, 2, 3, 4]}]`), want: "without pictures"},
		{name: "no listing", listings: " ", want: "holds no listing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			or := func(text, good string) string {
				if text == "" {
					return good
				}
				return text
			}
			_, err := Read(writeSet(t, or(tt.head, goodHead), or(tt.references, goodReference), or(tt.listings, goodListing)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one that contains %q", err, tt.want)
			}
		})
	}
	if _, err := Read(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is not an evaluation set") {
		t.Errorf("an empty folder: %v", err)
	}
}

// Whatever a line holds, reading either refuses it or yields a listing that passes its own check.
func FuzzListing(f *testing.F) {
	f.Add(goodListing)
	f.Add(`{"id": "L0", "title": "x", "truth": [{"right": "A", "signal": "near_copy", "box": [1e999, 2, 3, 4]}]}`)
	f.Add(`{"id": "L0", "title": "x", "truth": null}`)
	f.Add(`{"id": 1}`)
	dir := f.TempDir()
	rights := map[string]bool{"A": true}
	f.Fuzz(func(t *testing.T, line string) {
		s := &Set{Dir: dir}
		l, err := s.parseListing([]byte(line))
		if err != nil || l.check(map[string]bool{}, rights) != nil {
			return
		}
		for _, truth := range l.Truth {
			if truth.Right != "A" || truth.Box != nil && !truth.Box.valid() {
				t.Errorf("%s: accepted truth %+v", line, truth)
			}
		}
		for _, p := range l.Images {
			if !filepath.IsLocal(filepath.FromSlash(p)) {
				t.Errorf("%s: accepted picture %q", line, p)
			}
		}
	})
}
