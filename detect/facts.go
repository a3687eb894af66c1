package detect

// Facts is what casework knows when a listing is scored, as a plain value: a report can be replayed from it. A right that is
// not in Rights is out of scope (expired, rejected, another territory) and yields no finding.
type Facts struct {
	Rights map[string]RightFacts `json:"rights"`
	Seller *SellerFacts          `json:"seller,omitempty"` // nil = nothing is recorded of sellers, or the listing names none
	// Quarantined leads from pictures of the listing that resemble so much of what is registered that they say nothing (a white
	// ground, a size chart) to their quarantine.
	Quarantined map[string]string `json:"quarantined,omitempty"`
	Relisted    []Relisted        `json:"relisted,omitempty"` // pictures of the listing that were removed before
	// RelistedUnchecked says why edited copies of removed pictures may be missing from Relisted; nil when none are.
	RelistedUnchecked *Unchecked `json:"relisted_unchecked,omitempty"`
}

// RightFacts is what is known of one right with regard to one listing and its seller.
type RightFacts struct {
	Right      string   `json:"right"`
	Holder     string   `json:"holder"`
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`  // "word", "logo" or "design"
	State      string   `json:"state"` // "pending" or "verified"
	Goods      []string `json:"goods,omitempty"`
	Authorised bool     `json:"authorised"`         // the listing's seller may sell these goods under this right
	Standing   string   `json:"standing,omitempty"` // of an authorised seller: StandingLicensee, StandingHolder, or "" for a seller
	// Outside says why the right does not reach the listing: OutsideTerritory, OutsideTime. Such rights are there in the full profile
	// alone.
	Outside      []string                  `json:"outside,omitempty"`
	Suppressions []Suppression             `json:"suppressions,omitempty"` // that bear on this listing
	RetailPrice  *Money                    `json:"retail_price,omitempty"`
	References   map[string]ReferenceFacts `json:"references"` // by reference ID
}

// ReferenceFacts is one registered picture or word.
type ReferenceFacts struct {
	Word     string `json:"word,omitempty"`
	Language string `json:"language,omitempty"`
	Picture  string `json:"picture,omitempty"` // SHA-256 of the stored picture
	Width    int    `json:"width,omitempty"`   // of that picture, upright, in pixels
	Height   int    `json:"height,omitempty"`
	// Quarantined is the quarantine of a reference that so many listings resemble that it says nothing; "" for none.
	Quarantined string `json:"quarantined,omitempty"`
}

// Standings of an authorised seller.
const (
	StandingLicensee = "licensee" // sells under a licence
	StandingHolder   = "holder"   // is the rights holder's own account
)

// Why a right does not reach a listing.
const (
	OutsideTerritory = "territory" // it holds in no territory of the marketplace
	OutsideTime      = "time"      // it has expired
)

// Suppression is a benign collision that a reviewer recorded for the right. One of Everything, Picture and Words is set.
type Suppression struct {
	ID         string `json:"id"`
	Reason     string `json:"reason"`
	Everything bool   `json:"everything,omitempty"` // whatever the listing shows: its seller is known
	Picture    string `json:"picture,omitempty"`    // SHA-256 of a picture of the listing
	Words      string `json:"words,omitempty"`      // a phrase around the mark
}

// SellerFacts is what was decided about a seller before, within the window that policy sets.
type SellerFacts struct {
	Removed   int      `json:"removed"`             // listings removed for an infringement
	OfRights  []string `json:"of_rights,omitempty"` // the rights that they infringed
	Cleared   int      `json:"cleared"`             // listings that a reviewer found in order
	Strikes   int      `json:"strikes"`             // in force
	Decisions []string `json:"decisions,omitempty"` // the latest, at most three
}

// Relisted is a picture of the listing that another listing showed which was removed: the same file, or one that its vectors resemble
// and geometry has still to look at.
type Relisted struct {
	Picture  int     `json:"picture"`  // which of the listing, from 0
	Right    string  `json:"right"`    // that the removed listing infringed
	Entry    string  `json:"entry"`    // of the removed listing
	Listing  string  `json:"listing"`  // the marketplace's own ID of it
	Decision string  `json:"decision"` // that removed it
	On       string  `json:"on"`       // the day
	Hash     string  `json:"hash"`     // SHA-256 of the removed picture
	Cosine   float64 `json:"cosine"`   // of the two pictures' vectors; 1 for the same file
	// What the removal rests on: the probability of what was found on the removed picture, 0 where that is not known, and where on it, in
	// pixels; nil for all of it.
	Chance float64 `json:"chance,omitempty"`
	Within *Box    `json:"within,omitempty"`
	// Unconfirmed: the service took the listing down by itself, and neither a person nor the end of the time for complaints has confirmed it.
	Unconfirmed bool `json:"unconfirmed,omitempty"`
	// How many sellers' listings were removed for the picture, confirmed, and how many unrelated sellers show it in listings that stand.
	Removals int `json:"removals,omitempty"`
	Standing int `json:"standing,omitempty"`
	// Of another file: what its vectors score, and its upright size in pixels.
	Score  float64 `json:"score,omitempty"`
	Width  int     `json:"width,omitempty"`
	Height int     `json:"height,omitempty"`
}
