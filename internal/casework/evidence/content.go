// Package evidence makes bundles of evidence that can be checked without the service, and checks them: a ZIP file with a PDF for people, the
// same as JSON for programs, the pictures as they were, and a manifest of the SHA-256 of every file, signed with Ed25519 (RFC 8032).
//
// A bundle is made of values and never changed. The same content under the same key gives the same bytes.
package evidence

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"time"

	"touchstone/internal/audit"
)

// Format names the form of bundles that this package writes and reads.
const Format = "touchstone-evidence/1"

// Content is what a bundle tells: what was registered, what was found, what was decided, and by which versions. IDs are the service's.
type Content struct {
	Format  string    `json:"format"`
	ID      string    `json:"id"`
	Case    string    `json:"case_id,omitempty"`
	MadeAt  time.Time `json:"made_at"`
	MadeFor string    `json:"made_for,omitempty"` // who asked, or which file it is for
	// Receiver is there in a bundle for a partner; Withheld then names what its agreement does not let it be told.
	Receiver *Receiver `json:"receiver,omitempty"`
	Withheld []string  `json:"withheld,omitempty"`

	Right     Right      `json:"right"`
	Listing   Listing    `json:"listing"`
	Findings  []Finding  `json:"findings"`
	Decisions []Decision `json:"decisions"`
	Versions  []Version  `json:"versions"`
	// Ring is there in a bundle about linked stores, which then has no case.
	Ring *Ring `json:"ring,omitempty"`
	// Audit is the head of the audit chain when the bundle was made: it binds the bundle to the log.
	Audit *audit.Head `json:"audit_head,omitempty"`
}

// Receiver is the partner that a bundle was made for, under which agreement, and until when it may be fetched. The signature does not end with that day.
type Receiver struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Agreement string    `json:"agreement"`
	ExpiresAt time.Time `json:"expires_at"`
}

// Right is what was registered.
type Right struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	State       string   `json:"state"`
	Holder      string   `json:"holder"` // legal name
	Registrant  string   `json:"registrant,omitempty"`
	Office      string   `json:"office,omitempty"`
	Number      string   `json:"registration_number,omitempty"`
	Territories []string `json:"territories,omitempty"`
	Classes     []string `json:"classes,omitempty"`
	FiledOn     string   `json:"filed_on,omitempty"` // days, "2026-11-20"
	GrantedOn   string   `json:"granted_on,omitempty"`
	ExpiresOn   string   `json:"expires_on,omitempty"`
	Words       []string `json:"words,omitempty"`
}

// Listing is what was looked at.
type Listing struct {
	Marketplace string    `json:"marketplace"`
	ID          string    `json:"id,omitempty"`
	URL         string    `json:"url,omitempty"`
	Title       string    `json:"title,omitempty"`
	Seller      string    `json:"seller,omitempty"`
	SeenAt      time.Time `json:"seen_at,omitzero"`
	ContentHash string    `json:"content_hash,omitempty"`
}

// Finding is one thing that speaks for an infringement. Pictures are names of pictures in the bundle.
type Finding struct {
	Signal      string  `json:"signal"`
	Score       float64 `json:"score"`
	Probability float64 `json:"probability"`
	Text        string  `json:"text,omitempty"` // the explanation
	Listing     string  `json:"listing_picture,omitempty"`
	Registered  string  `json:"registered_picture,omitempty"`
	SideBySide  string  `json:"side_by_side,omitempty"` // a picture of both, with the place marked
}

// Decision is what was decided, in order.
type Decision struct {
	ID         string    `json:"id"`
	Outcome    string    `json:"outcome"`
	Code       string    `json:"reason_code,omitempty"`
	Sentence   string    `json:"sentence,omitempty"`
	By         string    `json:"by"` // "reviewer" or a machine's name
	Automation string    `json:"automation"`
	At         time.Time `json:"at"`
	Undoes     string    `json:"undoes,omitempty"`
}

// Version names something that took part: "model pack", "policy", "service".
type Version struct {
	Of      string `json:"of"`
	Version string `json:"version"`
}

// Picture is a file of the bundle's folder pictures/, kept as it was, whatever it holds.
type Picture struct {
	Name  string // "listing-1.jpg"
	Bytes []byte
	Filed bool // a party sent it
}

// Bounds of a bundle.
const (
	maxPictures = 400
	maxFile     = 64 << 20  // bytes of one file
	maxTotal    = 512 << 20 // bytes of all files, unpacked
)

var namePattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)

// Validate reports every fault at once.
func (c Content) Validate(pictures []Picture) error {
	var errs []error
	switch {
	case c.ID == "" || c.MadeAt.IsZero():
		errs = append(errs, errors.New("id and time are needed"))
	case c.Receiver != nil && (c.Receiver.ID == "" || c.Receiver.Name == "" || !c.Receiver.ExpiresAt.After(c.MadeAt)):
		errs = append(errs, errors.New("a receiver needs an ID, a name, and a day behind the bundle's own"))
	case c.Ring != nil && c.Case != "":
		errs = append(errs, errors.New("a bundle is about a case or about a ring"))
	case c.Ring != nil:
		errs = append(errs, c.Ring.validate())
	case c.Case == "" || c.Right.ID == "" || c.Listing.Marketplace == "":
		errs = append(errs, errors.New("case, right and marketplace are needed"))
	}
	if len(pictures) > maxPictures {
		errs = append(errs, fmt.Errorf("%d pictures, at most %d can be in a bundle", len(pictures), maxPictures))
	}
	var names []string
	total := 0
	for _, p := range pictures {
		switch {
		case !namePattern.MatchString(p.Name):
			errs = append(errs, fmt.Errorf("picture %q: its name may have letters, digits, dots, - and _", p.Name))
		case slices.Contains(names, p.Name):
			errs = append(errs, fmt.Errorf("picture %q is there twice", p.Name))
		case len(p.Bytes) > maxFile:
			errs = append(errs, fmt.Errorf("picture %q is larger than %d MiB", p.Name, maxFile>>20))
		}
		names = append(names, p.Name)
		total += len(p.Bytes)
	}
	if total > maxTotal/2 {
		errs = append(errs, fmt.Errorf("the pictures have %d MiB together, at most %d can be in a bundle", total>>20, maxTotal>>21))
	}
	for i, f := range c.Findings {
		for _, name := range []string{f.Listing, f.Registered, f.SideBySide} {
			if name != "" && !slices.Contains(names, name) {
				errs = append(errs, fmt.Errorf("findings[%d]: there is no picture %q", i, name))
			}
		}
	}
	return errors.Join(errs...)
}

// inPictures is where a picture lies in the bundle.
func inPictures(name string) string { return path.Join("pictures", name) }
