package eval

import (
	"fmt"
	"slices"
	"strings"
)

// A Truth says that a listing infringes a right, and by what signal that shows.
type Truth struct {
	Right  string `json:"right"`
	Signal string `json:"signal"`
	Image  int    `json:"image"` // picture of the listing, 0 when not given
	Box    *Box   `json:"box"`   // place of the mark in that picture, nil when not given
}

// Box is a rectangle in pixels of a listing's upright picture: x, y, width, height.
type Box [4]float64

func (r Reference) check() error {
	switch {
	case r.Right == "":
		return fmt.Errorf("right is missing")
	case r.Kind != KindDesign && r.Kind != KindLogo && r.Kind != KindWord:
		return fmt.Errorf("kind %q must be design, logo or word", r.Kind)
	case len(r.Images)+len(r.Words) == 0:
		return fmt.Errorf("right %q has neither images nor words to register", r.Right)
	case slices.Contains(r.Words, ""):
		return fmt.Errorf("right %q has an empty word", r.Right)
	}
	return checkPictures(r.dir, r.Images)
}

func (l Labelled) check(seen, rights map[string]bool) error {
	if l.ID == "" {
		return fmt.Errorf("id is missing")
	}
	if seen[l.ID] {
		return fmt.Errorf("id %q was used on an earlier line", l.ID)
	}
	if l.Title == "" && l.Description == "" && len(l.Images) == 0 {
		return fmt.Errorf("listing %q has no title, description or images to score", l.ID)
	}
	for i, t := range l.Truth {
		if err := t.check(len(l.Images), rights); err != nil {
			return fmt.Errorf("listing %q: truth %d: %w", l.ID, i, err)
		}
	}
	return checkPictures(l.dir, l.Images)
}

func (t Truth) check(pictures int, rights map[string]bool) error {
	switch {
	case !rights[t.Right]:
		return fmt.Errorf("right %q is not registered in references.jsonl", t.Right)
	case !plainName(t.Signal):
		return fmt.Errorf("signal %q is not the name of a signal", t.Signal)
	case t.Signal == Infringement:
		return fmt.Errorf("signal %q is the union of the others and cannot be a truth", t.Signal)
	case t.Image < 0 || (t.Image > 0 && t.Image >= pictures):
		return fmt.Errorf("image %d: the listing has %d", t.Image, pictures)
	case t.Box != nil && !t.Box.valid():
		return fmt.Errorf("box %v must be x, y, width, height with a width and height above zero", *t.Box)
	case t.Box != nil && pictures == 0:
		return fmt.Errorf("box given for a listing without pictures")
	}
	return nil
}

// plainName reports whether s can name a signal, or a folder on any system.
func plainName(s string) bool {
	ok := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
	}
	return s != "" && len(s) <= 100 && s[0] != '.' && strings.IndexFunc(s, func(r rune) bool { return !ok(r) }) < 0
}
