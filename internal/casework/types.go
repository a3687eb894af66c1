package casework

import (
	"slices"
	"strings"
	"time"

	"touchstone/detect"
)

// Money is an amount in an ISO 4217 currency ("EUR").
type Money = detect.Money

// Holder is a rights holder: the person or company that rights belong to.
type Holder struct {
	ID         string    `json:"id"`
	Account    string    `json:"account"` // who may see and change it
	LegalName  string    `json:"legal_name"`
	Country    string    `json:"country"`               // ISO 3166-1 alpha-2
	BusinessID string    `json:"business_id,omitempty"` // business licence or register number
	Email      string    `json:"email"`
	CreatedAt  time.Time `json:"created_at"`
}

// RightType is the legal type of a right.
type RightType string

// The types of right.
const (
	TrademarkWord          RightType = "trademark_word"
	TrademarkFigurative    RightType = "trademark_figurative"
	Trademark3D            RightType = "trademark_3d"
	Design                 RightType = "design"
	Patent                 RightType = "patent"
	UtilityModel           RightType = "utility_model"
	CopyrightRegistered    RightType = "copyright_registered"
	CopyrightUnregistered  RightType = "copyright_unregistered"
	GeographicalIndication RightType = "geographical_indication"
)

// RightTypes lists every type, in the order above.
func RightTypes() []RightType {
	return []RightType{TrademarkWord, TrademarkFigurative, Trademark3D, Design, Patent, UtilityModel,
		CopyrightRegistered, CopyrightUnregistered, GeographicalIndication}
}

// Kinds of right, as the index and evaluation name them.
const (
	KindWord   = "word"
	KindLogo   = "logo"
	KindDesign = "design"
)

// Kind of a right type for the index: "word", "logo" or "design".
func Kind(t RightType) string {
	switch t {
	case TrademarkWord, GeographicalIndication:
		return KindWord
	case TrademarkFigurative, Trademark3D:
		return KindLogo
	default:
		return KindDesign
	}
}

// State of a right in the registry.
type State string

// The states. A right starts pending; operators move it on.
const (
	StatePending  State = "pending"
	StateVerified State = "verified"
	StateRejected State = "rejected"
	StateExpired  State = "expired"
)

// Right is one registered or claimed right of a holder. Account is the
// holder's account. Territories are as ValidTerritory accepts them.
type Right struct {
	ID                 string     `json:"id"`
	HolderID           string     `json:"holder_id"`
	Account            string     `json:"account"`
	Name               string     `json:"name"`
	Type               RightType  `json:"type"`
	Office             string     `json:"office,omitempty"` // "EUIPO", "USPTO", ...
	Territories        []string   `json:"territories"`
	RegistrationNumber string     `json:"registration_number,omitempty"`
	ApplicationNumber  string     `json:"application_number,omitempty"`
	Registrant         string     `json:"registrant,omitempty"` // as the office has it
	FiledOn            *time.Time `json:"filed_on,omitempty"`
	GrantedOn          *time.Time `json:"granted_on,omitempty"`
	ExpiresOn          *time.Time `json:"expires_on,omitempty"`
	Nice               []string   `json:"nice,omitempty"`    // "1" to "45"; trademarks and geographical indications
	Locarno            []string   `json:"locarno,omitempty"` // "02-04"; designs
	Vienna             []string   `json:"vienna,omitempty"`  // "27.5.1"; figurative and 3D marks
	State              State      `json:"state"`
	RetailPrice        *Money     `json:"retail_price,omitempty"` // average
	CreatedAt          time.Time  `json:"created_at"`
}

// Kind of the right for the index: see the function Kind.
func (r Right) Kind() string { return Kind(r.Type) }

// Until is the end of the ExpiresOn day (UTC), from which on the right is no longer in force; zero if it does not expire.
func (r Right) Until() time.Time {
	if r.ExpiresOn == nil {
		return time.Time{}
	}
	return endOfDay(*r.ExpiresOn)
}

// EffectiveState is the state at a moment: a verified right is expired from
// the end of its ExpiresOn day (UTC) on, whether or not anyone has said so.
func (r Right) EffectiveState(at time.Time) State {
	if until := r.Until(); r.State == StateVerified && !until.IsZero() && !at.Before(until) {
		return StateExpired
	}
	return r.State
}

func endOfDay(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC)
}

// Kinds of reference.
const (
	ReferenceImage = "image"
	ReferenceWord  = "word"
)

// Reference is one registered picture or word of a right. An image has Blob
// (SHA-256 in hexadecimal), Width, Height and View; a word has Word and
// Language. IndexedAt is nil until the index holds the reference as it is
// now; a change of the right's state sets it back to nil. Problem is why the
// last try to index it failed, in words, and goes once one succeeds.
type Reference struct {
	ID        string     `json:"id"`
	RightID   string     `json:"right_id"`
	Kind      string     `json:"kind"`
	Word      string     `json:"word,omitempty"`
	Language  string     `json:"language,omitempty"` // BCP 47
	View      string     `json:"view,omitempty"`     // "front", "logo on white", ...
	Blob      string     `json:"blob,omitempty"`
	Width     int        `json:"width,omitempty"`
	Height    int        `json:"height,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	IndexedAt *time.Time `json:"indexed_at,omitempty"`
	Problem   string     `json:"problem,omitempty"`
	DeletedAt *time.Time `json:"deleted_at,omitempty"` // set on tombstones only
}

// The states of a reference in the index.
const (
	IndexDone    = "searchable" // it is found as it is now
	IndexWaiting = "waiting"    // it follows within a minute or so
	IndexFailing = "failing"    // it could not be embedded; Problem says why, and it is tried again
)

// IndexState is whether a reference can be found.
func (r Reference) IndexState() string {
	switch {
	case r.Problem != "":
		return IndexFailing
	case r.IndexedAt == nil:
		return IndexWaiting
	}
	return IndexDone
}

// IndexCounts are how many references are not searchable as they are now, and
// how many of these failed when they were last tried.
type IndexCounts struct {
	Waiting, Failing int
}

// AuthorizedSeller says that a seller may sell under a right. Empty
// Marketplace, Territories and Goods mean all; nil dates are open.
type AuthorizedSeller struct {
	ID          string     `json:"id"`
	RightID     string     `json:"right_id"`
	Seller      string     `json:"seller"`
	Standing    string     `json:"standing,omitempty"` // "licensee", "holder" for the holder's own account, or "" for a seller
	Marketplace string     `json:"marketplace,omitempty"`
	Territories []string   `json:"territories,omitempty"`
	Goods       []string   `json:"goods,omitempty"` // Nice classes or words
	ValidFrom   *time.Time `json:"valid_from,omitempty"`
	ValidTo     *time.Time `json:"valid_to,omitempty"`
	Proof       string     `json:"proof,omitempty"` // where the proof is kept
	CreatedAt   time.Time  `json:"created_at"`
}

// Covers tells whether the authorisation holds for a seller on a marketplace
// at a moment. Territories are compared with those of the marketplace (one in
// common suffices); when territories says nothing, a territorial authorisation
// cannot be shown to hold, and does not. For goods see CoversGoods.
func (a AuthorizedSeller) Covers(seller, marketplace string, territories []string, at time.Time) bool {
	switch {
	case a.Seller != seller, a.Marketplace != "" && a.Marketplace != marketplace:
		return false
	case a.ValidFrom != nil && at.Before(*a.ValidFrom), a.ValidTo != nil && !at.Before(endOfDay(*a.ValidTo)):
		return false
	}
	return len(a.Territories) == 0 || TerritoriesMeet(a.Territories, territories)
}

// CoversGoods tells whether the authorisation holds for what a listing
// offers: one of its goods is a Nice class of the listing's, or a word of its
// title. Where the listing names no class, a class cannot tell them apart.
func (a AuthorizedSeller) CoversGoods(classes []string, title string) bool {
	if len(a.Goods) == 0 {
		return true
	}
	unknown := false
	for _, g := range a.Goods {
		switch {
		case !nicePattern.MatchString(g):
			if strings.Contains(strings.ToLower(title), strings.ToLower(g)) {
				return true
			}
		case len(classes) == 0:
			unknown = true
		case slices.Contains(plainClasses(classes), plainClasses([]string{g})[0]):
			return true
		}
	}
	return unknown
}

// Marketplace is where listings come from. ListingURL is a form with {id} in
// the place of the listing's ID. Policy names the policy of internal/policy
// that applies; empty means the default.
type Marketplace struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Territories []string  `json:"territories"`
	Languages   []string  `json:"languages,omitempty"`
	ListingURL  string    `json:"listing_url"`
	Policy      string    `json:"policy,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
}

// RightView is a right with all that scoring asks of it. The slices are
// shared between callers: read only.
type RightView struct {
	Right             Right
	References        []Reference
	AuthorizedSellers []AuthorizedSeller
}
