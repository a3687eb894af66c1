package eval

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Infringement names the fused verdict on a listing and a right. It is measured in every set; its truth is the union
// of the truths over all signals.
const Infringement = "infringement"

// Kinds of right that a reference line may register.
const (
	KindDesign = "design"
	KindLogo   = "logo"
	KindWord   = "word"
)

// A Set is an evaluation set in memory. Pictures stay on disk until they are asked for.
type Set struct {
	Dir    string   // folder it was read from
	Name   string   // also the name of the output folder
	Tasks  []string // signals that the set measures, without Infringement
	Source string   // where the material comes from, in words

	References []Reference
	Listings   []Labelled
}

// A Reference is a right with the pictures and words to register for it, from one or more lines of references.jsonl.
type Reference struct {
	Right             string   `json:"right"`
	Kind              string   `json:"kind"`
	Images            []string `json:"images"` // relative to the set's folder
	Words             []string `json:"words"`
	Goods             []string `json:"goods"` // Nice classes
	AuthorisedSellers []string `json:"authorised_sellers"`

	dir string
}

// Picture reads the encoded bytes of the reference's i-th picture.
func (r Reference) Picture(i int) ([]byte, error) { return readPicture(r.dir, r.Images, i) }

// A Listing is what a System sees of a line of listings.jsonl: no truth and no notes.
type Listing struct {
	ID          string   `json:"id"`
	Title       string   `json:"title"`
	Description string   `json:"description"`
	Seller      string   `json:"seller"`
	Images      []string `json:"images"` // relative to the set's folder

	dir string
}

// Picture reads the encoded bytes of the listing's i-th picture.
func (l Listing) Picture(i int) ([]byte, error) { return readPicture(l.dir, l.Images, i) }

// Labelled is a listing with what the set's maker knows of it.
type Labelled struct {
	Listing
	Truth []Truth
	How   string   // how it was made; "" when the line does not say
	Edits []string // edits applied to its pictures; empty when the line does not say
}

// Read reads and checks the set in dir. It refuses what would make a figure wrong: broken lines, identifiers given
// twice, a truth about a right that is not registered, a picture that is missing or lies outside the folder. An error
// names file and line. Keys that the format does not name are notes and are passed over.
func Read(dir string) (*Set, error) {
	set := &Set{Dir: dir}
	if err := set.readHead(filepath.Join(dir, "set.json")); err != nil {
		return nil, err
	}
	rights, err := set.readReferences(filepath.Join(dir, "references.jsonl"))
	if err != nil {
		return nil, err
	}
	if err := set.readListings(filepath.Join(dir, "listings.jsonl"), rights); err != nil {
		return nil, err
	}
	return set, nil
}

func (s *Set) readHead(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("eval: %s is not an evaluation set: %w", s.Dir, err)
	}
	var head struct {
		Name   string   `json:"name"`
		Tasks  []string `json:"tasks"`
		Source string   `json:"source"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return fmt.Errorf("eval: %s: %w", path, err)
	}
	if !plainName(head.Name) {
		return fmt.Errorf("eval: %s: name %q must be letters, digits, dots, dashes or underscores: it names the output folder", path, head.Name)
	}
	for _, task := range head.Tasks {
		if !plainName(task) {
			return fmt.Errorf("eval: %s: task %q is not the name of a signal", path, task)
		}
		if task != Infringement && !slices.Contains(s.Tasks, task) {
			s.Tasks = append(s.Tasks, task)
		}
	}
	if len(head.Tasks) == 0 {
		return fmt.Errorf("eval: %s: tasks is empty: name the signals that the set measures", path)
	}
	s.Name, s.Source = head.Name, head.Source
	return nil
}

func (s *Set) readReferences(path string) (map[string]bool, error) {
	rights := map[string]bool{}
	places := map[string]int{}
	err := eachLine(path, func(line []byte) error {
		ref := Reference{dir: s.Dir}
		if err := json.Unmarshal(line, &ref); err != nil {
			return err
		}
		if err := ref.check(); err != nil {
			return err
		}
		if rights[ref.Right] {
			return s.References[places[ref.Right]].merge(ref)
		}
		rights[ref.Right], places[ref.Right] = true, len(s.References)
		s.References = append(s.References, ref)
		return nil
	})
	if err == nil && len(rights) == 0 {
		err = fmt.Errorf("eval: %s registers nothing", path)
	}
	return rights, err
}

// merge adds what another line says of the same right; what is there already is not registered twice.
func (r *Reference) merge(o Reference) error {
	if o.Kind != r.Kind {
		return fmt.Errorf("right %q is a %s here and a %s on an earlier line", r.Right, o.Kind, r.Kind)
	}
	for _, part := range []struct{ to, from *[]string }{
		{&r.Images, &o.Images}, {&r.Words, &o.Words}, {&r.Goods, &o.Goods}, {&r.AuthorisedSellers, &o.AuthorisedSellers},
	} {
		for _, v := range *part.from {
			if !slices.Contains(*part.to, v) {
				*part.to = append(*part.to, v)
			}
		}
	}
	return nil
}

func (s *Set) readListings(path string, rights map[string]bool) error {
	seen := map[string]bool{}
	err := eachLine(path, func(line []byte) error {
		l, err := s.parseListing(line)
		if err != nil {
			return err
		}
		if err := l.check(seen, rights); err != nil {
			return err
		}
		seen[l.ID] = true
		s.Listings = append(s.Listings, l)
		return nil
	})
	if err == nil && len(seen) == 0 {
		err = fmt.Errorf("eval: %s holds no listing", path)
	}
	return err
}

// parseListing reads notes apart from the rest: a note of an unexpected type is no fault of the listing.
func (s *Set) parseListing(line []byte) (Labelled, error) {
	l := Labelled{Listing: Listing{dir: s.Dir}}
	var facts struct {
		Truth *[]Truth        `json:"truth"`
		How   json.RawMessage `json:"how"`
		Edits json.RawMessage `json:"edits"`
	}
	if err := json.Unmarshal(line, &l.Listing); err != nil {
		return l, err
	}
	if err := json.Unmarshal(line, &facts); err != nil {
		return l, err
	}
	if facts.Truth == nil {
		return l, fmt.Errorf("truth is missing: give [] for a listing that infringes nothing")
	}
	l.Truth = *facts.Truth
	if json.Unmarshal(facts.How, &l.How) != nil {
		l.How = ""
	}
	if json.Unmarshal(facts.Edits, &l.Edits) != nil {
		l.Edits = nil
	}
	return l, nil
}
