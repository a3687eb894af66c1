package demo

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sync/errgroup"
)

// WriteSet draws the catalogue of seed 1 and writes it into dir as an evaluation set: set.json, references.jsonl,
// listings.jsonl, and the pictures in references/ and listings/. Files of an earlier set of the same layout are
// replaced. The set covers all four signals on some seventy listings.
func WriteSet(dir string) error { return writeSet(dir, New(1)) }

// The lines of an evaluation set.
type (
	setHead struct {
		Name   string   `json:"name"`
		Tasks  []string `json:"tasks"`
		Source string   `json:"source"`
	}
	setReference struct {
		Right             string   `json:"right"`
		Kind              string   `json:"kind"`
		Images            []string `json:"images,omitempty"`
		Words             []string `json:"words,omitempty"`
		Goods             []string `json:"goods,omitempty"`
		AuthorisedSellers []string `json:"authorised_sellers,omitempty"`
	}
	setListing struct {
		ID          string     `json:"id"`
		Title       string     `json:"title,omitempty"`
		Description string     `json:"description,omitempty"`
		Seller      string     `json:"seller,omitempty"`
		Images      []string   `json:"images,omitempty"`
		How         string     `json:"how"`
		Edits       []string   `json:"edits,omitempty"`
		Truth       []setTruth `json:"truth"`
	}
	setTruth struct {
		Right  string      `json:"right"`
		Signal string      `json:"signal"`
		Image  *int        `json:"image,omitempty"`
		Box    *[4]float64 `json:"box,omitempty"`
	}
)

func writeSet(dir string, c Catalogue) error {
	for _, d := range []string{dir, filepath.Join(dir, "references"), filepath.Join(dir, "listings")} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			return fmt.Errorf("demo: %w", err)
		}
	}
	head := setHead{Name: "demo", Tasks: []string{"near_copy", "design_similarity", "logo_in_scene", "keyword_misuse"},
		Source: "drawn by this project; all names, signs and designs are invented"}
	pictures := map[string]func() []byte{}
	references, listings := setReferences(c, pictures), setListings(c, pictures)
	if err := writeLines(filepath.Join(dir, "set.json"), []setHead{head}); err != nil {
		return err
	}
	if err := writeLines(filepath.Join(dir, "references.jsonl"), references); err != nil {
		return err
	}
	if err := writeLines(filepath.Join(dir, "listings.jsonl"), listings); err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for path, picture := range pictures {
		group.Go(func() error { return os.WriteFile(filepath.Join(dir, path), picture(), 0o644) })
	}
	if err := group.Wait(); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}

// setReferences writes a line a right and notes the pictures to draw by path.
func setReferences(c Catalogue, pictures map[string]func() []byte) []setReference {
	var out []setReference
	for _, r := range c.Rights {
		line := setReference{Right: r.ID, Kind: r.Kind(), Goods: r.Nice}
		for _, ref := range c.References {
			switch {
			case ref.Right != r.ID:
			case ref.Word != "":
				line.Words = append(line.Words, ref.Word)
			default:
				path := "references/" + strings.ReplaceAll(ref.ID, "/", "-") + ".jpg"
				pictures[path] = ref.Picture
				line.Images = append(line.Images, path)
			}
		}
		for _, a := range c.AuthorizedSellers {
			if a.Right == r.ID {
				line.AuthorisedSellers = append(line.AuthorisedSellers, a.Seller)
			}
		}
		out = append(out, line)
	}
	return out
}

func setListings(c Catalogue, pictures map[string]func() []byte) []setListing {
	var out []setListing
	for _, l := range c.Listings {
		line := setListing{ID: l.ID, Title: l.Title, Description: l.Description, Seller: l.Seller, How: l.How, Edits: l.Edits, Truth: []setTruth{}}
		if l.HasPicture() {
			path := "listings/" + l.ID + ".jpg"
			pictures[path] = l.Picture
			line.Images = []string{path}
		}
		for _, t := range l.Truth {
			truth := setTruth{Right: t.Right, Signal: t.Signal, Box: t.Box}
			if t.Box != nil {
				truth.Image = new(int)
			}
			line.Truth = append(line.Truth, truth)
		}
		out = append(out, line)
	}
	return out
}

// writeLines writes one JSON value a line.
func writeLines[T any](path string, lines []T) error {
	f, err := os.Create(path)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, l := range lines {
		if err := enc.Encode(l); err != nil {
			return fmt.Errorf("demo: %s: %w", path, err)
		}
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return nil
}
