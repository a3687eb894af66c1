package docket

import (
	"fmt"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"touchstone/internal/casework"
)

// Bounds of a notice.
const (
	MaxListings    = 300
	MaxEvidence    = 50
	maxExplanation = 10_000
	minExplanation = 20
)

// Targets of a notice.
const (
	TargetListing    = "listing"
	TargetStorefront = "storefront"
)

// States of a notice.
const (
	NoticeReceived = "received" // its cases are being opened
	NoticeOpen     = "open"     // at least one case waits for its decision
	NoticeClosed   = "closed"   // every case was decided
)

// Notifier is who filed a notice and how to reach them.
type Notifier struct {
	Name  string `json:"name" minLength:"1" maxLength:"300"`
	Email string `json:"email" maxLength:"254"`
	Phone string `json:"phone,omitempty" maxLength:"64"`
}

// Item is one listing of a notice. Listing is the marketplace's ID of it, or URL its address; with both they are taken together.
type Item struct {
	Listing string `json:"listing,omitempty" maxLength:"256" doc:"the marketplace's ID of the listing"`
	URL     string `json:"url,omitempty" maxLength:"2000" doc:"its address"`
	Report  string `json:"report,omitempty" maxLength:"64" doc:"a report of this service about it"`
	Note    string `json:"note,omitempty" maxLength:"2000" doc:"what is wrong with this one"`
	Case    string `json:"case_id,omitempty" maxLength:"64" readOnly:"true" doc:"the case that it opens"`
}

// Evidence is a file kept by hash, with what it shows.
type Evidence struct {
	Blob string `json:"blob" pattern:"^[0-9a-f]{64}$" doc:"SHA-256 in hexadecimal of a file that this account sent (POST /v1/files)"`
	Kind string `json:"kind" enum:"photo,screenshot,side_by_side,certificate,invoice,test_buy,other"`
	Note string `json:"note,omitempty" maxLength:"2000"`
}

// TestBuy is an order that the notifier made to see the goods.
type TestBuy struct {
	Order    string    `json:"order" minLength:"1" maxLength:"200" doc:"the order's number on the marketplace"`
	BoughtOn time.Time `json:"bought_on"`
	Result   string    `json:"result" minLength:"1" maxLength:"2000" doc:"what was found"`
}

// Notice is a request to act against listings that infringe a right.
type Notice struct {
	ID          string     `json:"id"`
	Account     string     `json:"account"` // of the right
	Holder      string     `json:"holder_id"`
	Right       string     `json:"right_id"`
	Marketplace string     `json:"marketplace"`
	Regime      string     `json:"regime"`
	Target      string     `json:"target"`
	Reason      string     `json:"reason"`
	Storefront  string     `json:"storefront,omitempty"` // the seller, where that is the target
	Items       []Item     `json:"items"`
	Explanation string     `json:"explanation"`
	Evidence    []Evidence `json:"evidence,omitempty"`
	TestBuy     *TestBuy   `json:"test_buy,omitempty"`
	GoodFaith   bool       `json:"good_faith"` // declared: believed in good faith to be infringing
	Accuracy    bool       `json:"accuracy"`   // declared: accurate, and authorised to act
	Signature   string     `json:"signature"`
	Notifier    Notifier   `json:"notifier"`
	FiledBy     string     `json:"filed_by"`            // see Person
	FiledAs     string     `json:"filed_as"`            // role
	Agent       string     `json:"agent,omitempty"`     // account of the agent who filed it
	Reference   string     `json:"reference,omitempty"` // the notifier's own
	FastLane    bool       `json:"fast_lane,omitempty"`
	State       string     `json:"state"`
	Cases       int        `json:"cases"` // opened so far
	CreatedAt   time.Time  `json:"created_at"`
	Request     string     `json:"-"` // key that makes a repeated filing the same notice
	Version     int64      `json:"version"`
}

var (
	hashPattern = regexp.MustCompile(`^[0-9a-f]{64}$`)
	kinds       = []string{"photo", "screenshot", "side_by_side", "certificate", "invoice", "test_buy", "other"}
)

// faults gathers what is wrong, so that a notifier hears everything at once.
type faults []casework.FieldError

func (f *faults) check(ok bool, path, format string, args ...any) {
	if !ok {
		*f = append(*f, casework.FieldError{Path: path, Message: fmt.Sprintf(format, args...)})
	}
}

// text checks a text of strangers: length in characters, UTF-8, nothing unseen but line ends and tabs.
func (f *faults) text(path, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	f.check(n >= least && n <= most, path, "must have %d to %d characters, not %d", least, most, n)
	f.check(utf8.ValidString(s), path, "must be valid UTF-8")
	f.check(!strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }), path, "must not contain control characters")
}

func (f *faults) one(path, s string, of []string) {
	f.check(slices.Contains(of, s), path, "must be one of %s", strings.Join(of, ", "))
}

func (f faults) err() error {
	if len(f) == 0 {
		return nil
	}
	return &casework.ValidationError{Fields: f}
}

// Validate reports every fault of what was filed.
func (n Notice) Validate() error {
	var f faults
	f.text("right_id", n.Right, 1, 64)
	f.text("marketplace", n.Marketplace, 1, 64)
	f.one("regime", n.Regime, Regimes())
	f.one("target", n.Target, []string{TargetListing, TargetStorefront})
	f.one("reason", n.Reason, Reasons())
	f.text("explanation", strings.TrimSpace(n.Explanation), minExplanation, maxExplanation)
	f.check(n.GoodFaith, "good_faith", "must be true: a notice needs the statement that you believe in good faith that the use is not allowed")
	f.check(n.Accuracy, "accuracy", "must be true: a notice needs the statement that it is accurate and that you may act for the holder")
	f.text("signature", strings.TrimSpace(n.Signature), 1, 300)
	f.text("reference", n.Reference, 0, 200)
	f.text("notifier.name", strings.TrimSpace(n.Notifier.Name), 1, 300)
	f.text("notifier.phone", n.Notifier.Phone, 0, 64)
	address, err := mail.ParseAddress(n.Notifier.Email)
	f.check(err == nil && address.Address == n.Notifier.Email && len(n.Notifier.Email) <= 254, "notifier.email", "must be one e-mail address")
	f.items(n)
	f.evidence(n.Evidence)
	if t := n.TestBuy; t != nil {
		f.text("test_buy.order", t.Order, 1, 200)
		f.text("test_buy.result", t.Result, 1, 2000)
		f.check(!t.BoughtOn.IsZero() && t.BoughtOn.Before(n.CreatedAt.Add(24*time.Hour)), "test_buy.bought_on", "must be a day that is past")
	}
	return f.err()
}

func (f *faults) items(n Notice) {
	if n.Target == TargetStorefront {
		f.text("storefront", n.Storefront, 1, 256)
	} else {
		f.check(n.Storefront == "", "storefront", "belongs to a notice with the target storefront; leave it out")
	}
	f.check(len(n.Items) >= 1 && len(n.Items) <= MaxListings, "items", "must have 1 to %d listings, not %d", MaxListings, len(n.Items))
	seen := map[string]int{}
	for i, it := range n.Items[:min(len(n.Items), MaxListings)] {
		at := fmt.Sprintf("items[%d]", i)
		f.check(it.Listing != "" || it.URL != "", at, "needs the listing's ID or its address")
		f.text(at+".listing", it.Listing, 0, 256)
		f.text(at+".report", it.Report, 0, 64)
		f.text(at+".note", it.Note, 0, 2000)
		if it.URL != "" {
			u, err := url.Parse(it.URL)
			f.check(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(it.URL) <= 2000, at+".url", "must be a web address")
		}
		key := it.key()
		if j, twice := seen[key]; twice {
			f.check(false, at, "is the same listing as items[%d]", j)
		}
		seen[key] = i
	}
}

// key tells listings of one marketplace apart.
func (it Item) key() string {
	if it.Listing != "" {
		return "id:" + it.Listing
	}
	return "url:" + it.URL
}

func (f *faults) evidence(list []Evidence) {
	f.check(len(list) <= MaxEvidence, "evidence", "must have at most %d files, not %d", MaxEvidence, len(list))
	for i, e := range list[:min(len(list), MaxEvidence)] {
		at := fmt.Sprintf("evidence[%d]", i)
		f.check(hashPattern.MatchString(e.Blob), at+".blob", "must be the SHA-256 of a file that was sent here, in 64 hexadecimal digits")
		f.one(at+".kind", e.Kind, kinds)
		f.text(at+".note", e.Note, 0, 2000)
	}
}
