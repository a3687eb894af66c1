// Package detect turns a listing, the candidate references that an index proposes for it and the facts that casework knows
// into a Report: findings with raw scores, calibrated probabilities, the places where they were found and what speaks against
// them. It is pure evidence: it holds no clock, no storage and no policy, and it never says "counterfeit".
package detect

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"

	"touchstone/index"
	"touchstone/internal/photo"
	"touchstone/models"
)

// Listing is one offer on a marketplace, as it is scored.
type Listing struct {
	ID          string
	Marketplace string
	Seller      string
	Title       string
	Description string
	Attributes  map[string]string
	Goods       []string // Nice classes of what is offered, where the marketplace knows them
	Price       *Money
	Pictures    []Picture
}

// Picture is one decoded picture of a listing.
type Picture struct {
	Hash  string       // SHA-256 of the bytes received, in hex
	Photo *photo.Photo // nil when the picture could not be had; Problem then says why
	// Problem says in a sentence why the picture could not be checked; empty when it could.
	Problem string
}

// Money is an amount in a currency (ISO 4217 code).
type Money struct {
	Amount   float64 `json:"amount" minimum:"0"`
	Currency string  `json:"currency" minLength:"3" maxLength:"3"`
}

// ContentHash is the SHA-256, in hex, of everything in the listing that a signal may read. Two listings with the same hash
// get the same report under the same pack, references and facts; a changed listing is a new score.
func (l Listing) ContentHash() string {
	pictures := make([]string, len(l.Pictures))
	for i, p := range l.Pictures {
		pictures[i] = p.Hash
	}
	// Map keys are sorted by encoding/json, so the encoding is canonical.
	b, err := json.Marshal([]any{l.ID, l.Marketplace, l.Seller, l.Title, l.Description, l.Attributes, l.Goods, l.Price, pictures})
	if err != nil {
		// Only strings, numbers and maps of strings are in there; a NaN price is refused at the door.
		panic(fmt.Sprintf("detect: listing cannot be encoded: %v", err))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// A PictureEmbedder makes vectors of pictures for some outputs: [output][picture][region][dimension].
type PictureEmbedder interface {
	Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error)
}

// A TextEmbedder makes one unit vector a text.
type TextEmbedder interface {
	Texts(ctx context.Context, output string, texts []string) ([][]float32, error)
}

// A Searcher finds the nearest points of a collection or alias: one list of hits for each query vector, best first.
type Searcher interface {
	Search(ctx context.Context, target string, q index.Query) ([][]index.Hit, error)
}

// Outputs of a pack that the signals read.
const (
	OutputCopy   = "copy"   // the same picture after edits
	OutputDesign = "design" // the same product or design in another photo, view or colour
	OutputPlaces = "places" // boxes where a picture may show a mark
	OutputFrame  = "frame"  // where in a crop of a place the mark lies: x, y, width, height in fractions of the crop, and how likely there is one
	OutputMark   = "mark"   // which mark a crop shows
	OutputWord   = "word"   // spelling of a word mark
)

// Space is the vector space of one output of a pack: vectors of two spaces never meet.
func Space(m models.Manifest, o models.Output) index.Space {
	return index.Space{Pack: m.Name, Version: m.Version, Output: o.Name, Dimension: o.Dimension, Metric: index.Metric(o.Metric)}
}

// Alias is the name under which the collection of an output's references is searched. A pack is swapped by moving the alias.
func Alias(output string) string { return "references." + output }

// ListingsAlias is the name under which the collection of an output's kept listing pictures is searched.
func ListingsAlias(output string) string { return "listings." + output }

// RemovedAlias is the name under which the collection of removed pictures is searched, in the space of OutputCopy: points by the SHA-256
// of their bytes.
const RemovedAlias = "removed." + OutputCopy
