// Package demo draws a small marketplace: invented rights holders with registered marks, logos and designs, and the
// listings of sellers who copy them, imitate them, use them with leave, or have nothing to do with them.
//
// Everything is the project's own work. Names, signs and designs are invented, pictures are drawn by this package from
// vector shapes with light and shadow, and nothing is read from files. Each listing carries its truth, so the catalogue
// is demonstration data, test data and (WriteSet) an evaluation set in one. It is far too small and too clean to
// compare models on.
//
// The types are plain and of this package alone; who loads the catalogue maps them to its own.
package demo

import (
	"bytes"
	"image/jpeg"
	"sync"
	"time"
)

// Catalogue is the demo data. Slices are in a stable order, and references within it are by ID.
type Catalogue struct {
	Marketplaces      []Marketplace
	Holders           []Holder
	Rights            []Right
	References        []Reference
	AuthorizedSellers []AuthorizedSeller
	Listings          []Listing
}

// Marketplace is where listings are offered.
type Marketplace struct {
	ID, Name    string
	Territories []string // ISO 3166-1 alpha-2
	Languages   []string // BCP 47
	ListingURL  string   // with {id} for the listing's ID
}

// Holder owns rights.
type Holder struct {
	ID, LegalName, Country, BusinessID, Email string
}

// Money is an amount in a currency, ISO 4217.
type Money struct {
	Amount   float64
	Currency string
}

// Right is a registered right (or an unregistered copyright) of a holder.
type Right struct {
	ID, Holder, Name   string
	Type               string // trademark_word, trademark_figurative, design, copyright_registered or copyright_unregistered
	Office             string
	Territories        []string // empty is worldwide
	RegistrationNumber string   // empty for an unregistered copyright
	Registrant         string
	FiledOn            time.Time
	GrantedOn          time.Time
	ExpiresOn          time.Time
	Nice               []string // goods classes of a trademark
	Locarno            []string // classes of a design
	Vienna             []string // classes of a figurative mark
	RetailPrice        *Money   // average of the genuine product, nil if none is sold
}

// Kind is the kind of the right in the index and in evaluation sets: "word", "logo" or "design".
func (r Right) Kind() string {
	switch r.Type {
	case "trademark_word":
		return "word"
	case "trademark_figurative":
		return "logo"
	}
	return "design"
}

// Reference is a registered picture or word of a right.
type Reference struct {
	ID, Right string
	Word      string // empty for a picture
	Language  string // of the word, BCP 47
	View      string // what the picture shows
	picture   func() []byte
}

// Picture is the encoded picture, nil for a word. It is drawn at the first call.
func (r Reference) Picture() []byte { return drawn(r.picture) }

// AuthorizedSeller may use a right.
type AuthorizedSeller struct {
	Right, Seller, Marketplace string // an empty marketplace is all of them
	Proof                      string
	ValidFrom                  time.Time
}

// Listing is an offer with what is true of it.
type Listing struct {
	ID, Marketplace, Seller, Title, Description string
	Price                                       Money
	How                                         string   // what it is an example of, such as "copy" or "authorised"
	Edits                                       []string // what was done to a copied picture
	Truth                                       []Truth  // empty: it infringes nothing
	picture                                     func() []byte
}

// Picture is the encoded picture, nil for a listing without one. It is drawn at the first call.
func (l Listing) Picture() []byte { return drawn(l.picture) }

// HasPicture tells without drawing whether the listing has a picture.
func (l Listing) HasPicture() bool { return l.picture != nil }

// Truth says that the listing infringes a right and by what signal that shows: near_copy, design_similarity,
// logo_in_scene or keyword_misuse.
type Truth struct {
	Right, Signal string
	Box           *[4]float64 // place of a logo in the picture: x, y, width, height in pixels
}

// New makes the catalogue. The seed changes textures and the fall of cloth, never what the catalogue says; the same
// seed gives the same bytes on the same kind of processor. Pictures are drawn when they are asked for, each once, and
// may be asked for by several goroutines.
func New(seed int64) Catalogue {
	c := Catalogue{Marketplaces: marketplaces(), Holders: holders(), Rights: rights(), AuthorizedSellers: authorized()}
	pictures := map[string]photograph{}
	for _, spec := range references() {
		r := Reference{ID: spec.id, Right: spec.right, Word: spec.word, Language: spec.language, View: spec.view}
		if spec.word == "" {
			pictures[spec.id] = spec.photo
			r.picture = sync.OnceValue(func() []byte { return spec.photo.encode(seed, pictures, 93) })
		}
		c.References = append(c.References, r)
	}
	for _, spec := range listings() {
		l := spec.Listing
		for _, e := range spec.photo.edits {
			l.Edits = append(l.Edits, e.name)
		}
		if spec.photo.shown() {
			l.picture = sync.OnceValue(func() []byte { return spec.photo.encode(seed, pictures, 86) })
		}
		c.Listings = append(c.Listings, l)
	}
	return c
}

func drawn(picture func() []byte) []byte {
	if picture == nil {
		return nil
	}
	return picture()
}

// A photograph is a scene, or an edited copy of a reference's picture.
type photograph struct {
	scene scene
	of    string // a reference's ID; the scene is not used
	edits []edit
}

func (ph photograph) shown() bool { return ph.of != "" || ph.scene.ground != "" }

// encode draws the photograph as a JPEG of the given quality.
func (ph photograph) encode(seed int64, pictures map[string]photograph, quality int) []byte {
	sc := ph.scene
	if ph.of != "" {
		sc = pictures[ph.of].scene
	}
	sc.seed += seed * 1009
	img := sc.render()
	for _, e := range ph.edits {
		img = e.do(img)
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		panic("demo: " + err.Error()) // a buffer takes everything, and the size is a constant
	}
	return b.Bytes()
}
