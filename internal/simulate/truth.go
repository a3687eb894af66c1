package simulate

import (
	"slices"
	"time"
)

// Kinds of infringing listing: what is infringed, and how it shows.
const (
	kindPicture = "copied_picture" // the holder's photo, edited
	kindDesign  = "copied_design"  // the same product, photographed anew
	kindLogo    = "mark_on_goods"
	kindKeyword = "mark_on_page" // the mark in the title
	kindHonest  = "honest"
)

// Kinds lists the kinds of infringing listing.
func Kinds() []string { return []string{kindPicture, kindDesign, kindLogo, kindKeyword} }

// Types of right in the simulated register, one for each kind of infringement.
var typeOfKind = map[string]string{kindPicture: "copyright_registered", kindDesign: "design", kindLogo: "trademark_figurative", kindKeyword: "trademark_word"}

// reasonOfKind is the complaint that is right for a kind.
var reasonOfKind = map[string]string{kindPicture: "copied_picture_or_text", kindDesign: "copied_design", kindLogo: "mark_on_goods", kindKeyword: "mark_on_page"}

// Ways in which a notice is unfounded.
const (
	wayMismatch     = "mismatch"              // another product of the same kind
	wayInsufficient = "insufficient_evidence" // nothing on the listing shows what is claimed
	wayPending      = "right_not_verified"
	wayExpired      = "right_expired"
	wayForeign      = "wrong_territory"
	wayGoods        = "goods_class"
	wayReason       = "wrong_reason"
	wayDiffers      = "mark_differs"
	wayDescriptive  = "descriptive"
	wayAuthorised   = "authorised_seller"
	wayNotFound     = "not_found"
	wayTwice        = "twice" // noticed before, decided or not
	wayAbuse        = "manifestly_unfounded"
)

// codesOfWay are the reason codes that are right for a way, the best first.
var codesOfWay = map[string][]string{
	wayMismatch: {"LISTING_RIGHT_MISMATCH"}, wayInsufficient: {"INSUFFICIENT_EVIDENCE"}, wayPending: {"RIGHT_NOT_VERIFIED"}, wayExpired: {"RIGHT_EXPIRED"},
	wayForeign: {"WRONG_TERRITORY"}, wayGoods: {"GOODS_CLASS_MISMATCH"}, wayReason: {"WRONG_REASON_CODE"}, wayDiffers: {"MARK_DIFFERS_FROM_REGISTRATION"},
	wayDescriptive: {"DESCRIPTIVE_OR_COMPATIBLE_USE"}, wayAuthorised: {"AUTHORISED_SELLER"}, wayNotFound: {"LISTING_NOT_FOUND"},
	wayTwice: {"ALREADY_ACTIONED", "DUPLICATE"}, wayAbuse: {"MANIFESTLY_UNFOUNDED", "LISTING_RIGHT_MISMATCH", "GOODS_CLASS_MISMATCH", "AUTHORISED_SELLER"},
}

// Ways lists the ways in which a notice can be unfounded, sorted.
func Ways() []string {
	var out []string
	for way := range codesOfWay {
		out = append(out, way)
	}
	slices.Sort(out)
	return out
}

// Truth is what is true of a listing and a right, as far as a notice or finding goes.
type Truth struct {
	Infringes bool
	// Codes are the reasons for which a notice may rightly be declined; with Infringes as well, either answer is right.
	Codes []string
	Way   string // in which a notice is unfounded; empty for a founded one
}

// right tells whether a decision fits the truth: outcome, and then also reason.
func (t Truth) right(outcome, code string) (outcomeRight, reasonRight bool) {
	switch outcome {
	case outcomeTakenDown:
		return t.Infringes, t.Infringes
	case outcomeDeclined:
		return len(t.Codes) > 0 || !t.Infringes, slices.Contains(t.Codes, code)
	case outcomeNoAction:
		return !t.Infringes, !t.Infringes
	}
	return false, false
}

// Outcomes of decisions, as the service names them.
const (
	outcomeTakenDown  = "taken_down"
	outcomeDeclined   = "declined"
	outcomeNoAction   = "no_action"
	outcomeUpheld     = "upheld"
	outcomeReinstated = "reinstated"
)

// A Right of the simulated register.
type Right struct {
	No     int
	Holder int
	Kind   string // of infringement that it forbids
	State  string // verified, pending, expired or foreign
	Nice   string // class of a word mark or sign
	look   look
	id     string // at the service
}

// A Listing with its truth.
type Listing struct {
	ID      string
	Seller  string
	Right   *Right // infringed, or what it may be taken for; nil: none
	Kind    string // kindHonest, or how it infringes
	Like    string // of an honest listing: the way in which a notice against it would be unfounded
	Evasion string // how the copyist hid it
	Title   string
	Goods   string // Nice class
	Price   float64
	PutUp   time.Time
	SoldAt  time.Time // first sale, if it is on sale by then
	picture pictureKey

	Hot      bool // sells soon
	Relisted bool // after a take-down

	no        int
	scored    bool
	down      time.Time // taken down since
	band      string
	hold      bool      // what the answer to its scoring says
	held      bool      // held back until it is decided
	stopped   bool      // was held back by the answer to its scoring
	sold      bool      // while it was on sale
	proactive bool      // taken down without a notice
	tooLate   bool      // it was sold before that
	stoppedAt time.Time // when it was taken down without a notice
	said      map[*Right]said
	contested bool
}

// infringes tells whether the listing infringes that right.
func (l *Listing) infringes(r *Right) bool { return l.Kind != kindHonest && l.Right == r }
