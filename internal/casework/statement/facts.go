package statement

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"touchstone/internal/casework"
)

// What a decision restricts.
const (
	RemovedListing = "listing_removed"
	HeldListing    = "listing_held" // not put on sale until it is decided
	FrozenStore    = "store_frozen"
	ClosedStore    = "store_closed"
)

// Where a decision came from.
const (
	FromNotice         = "notice"          // DSA art. 16
	FromTrustedFlagger = "trusted_flagger" // DSA art. 22
	FromOther          = "other_notification"
	FromDetection      = "own_initiative"
)

// How far machines decided, as the docket writes it.
const (
	AutomationNone    = "none"
	AutomationPartial = "partial"
	AutomationFull    = "full"
)

// Facts are what a statement of reasons tells. IDs are the service's own.
type Facts struct {
	ID          string // of the decision or measure: unique
	Case        string
	Marketplace string // name
	Listing     string // the marketplace's ID; of a store nothing
	URL         string
	Title       string
	Seller      string
	Restriction string // RemovedListing, ...
	Until       time.Time
	Territories []string // where it holds; as in the registry
	Reason      string   // for complaint, such as counterfeit_goods
	RightName   string
	RightType   casework.RightType
	RightNumber string // registration number, with the office before it
	Notifier    string // name, where a notice was filed: needed to judge a claim of intellectual property
	Source      string // FromNotice, ...
	Detected    bool   // found or scored by a machine
	Automation  string
	Remark      string // of the reviewer, for the seller
	ListedAt    time.Time
	DecidedAt   time.Time
	ContestBy   time.Time // last day for a complaint
}

// Validate reports every fault at once.
func (f Facts) Validate() error {
	var errs []error
	need := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	need(f.ID != "" && f.Marketplace != "" && f.Seller != "", "id, marketplace and seller are needed")
	need(slices.Contains([]string{RemovedListing, HeldListing, FrozenStore, ClosedStore}, f.Restriction), "restriction %q is none that needs a statement of reasons", f.Restriction)
	need(f.ofStore() || f.Listing != "" || f.URL != "", "a listing is needed")
	need((f.Restriction == FrozenStore) == !f.Until.IsZero(), "until goes with a frozen store, and it needs one")
	need(reasons[f.Reason].ground != "", "reason %q is no reason for complaint", f.Reason)
	need(slices.Contains([]string{FromNotice, FromTrustedFlagger, FromOther, FromDetection}, f.Source), "source is %q", f.Source)
	need(slices.Contains([]string{AutomationNone, AutomationPartial, AutomationFull}, f.Automation), "automation is %q", f.Automation)
	need(!f.DecidedAt.IsZero() && !f.ContestBy.IsZero(), "decided_at and contest_by are needed")
	return errors.Join(errs...)
}

func (f Facts) ofStore() bool { return f.Restriction == FrozenStore || f.Restriction == ClosedStore }

// reason is what the law calls a reason for complaint.
type reason struct {
	ground  string // legal ground for the transparency database
	keyword string
}

const (
	groundMark   = "Trade mark law: Regulation (EU) 2017/1001, art. 9, or the national law that corresponds to it"
	groundDesign = "Design law: Regulation (EC) No 6/2002, art. 19, or the national law that corresponds to it"
)

// reasons by code, as docket has them.
var reasons = map[string]reason{
	"counterfeit_goods":      {groundMark, "KEYWORD_TRADEMARK_INFRINGEMENT"},
	"model_does_not_exist":   {groundMark, "KEYWORD_TRADEMARK_INFRINGEMENT"},
	"mark_on_page":           {groundMark, "KEYWORD_TRADEMARK_INFRINGEMENT"},
	"mark_on_goods":          {groundMark, "KEYWORD_TRADEMARK_INFRINGEMENT"},
	"parallel_import":        {groundMark, "KEYWORD_TRADEMARK_INFRINGEMENT"},
	"copied_design":          {groundDesign, "KEYWORD_DESIGN_INFRINGEMENT"},
	"copied_picture_or_text": {"Copyright law: Directive 2001/29/EC, art. 2 to 4, as transposed by the member states", "KEYWORD_COPYRIGHT_INFRINGEMENT"},
	"patent":                 {"Patent law of the member states, or Regulation (EU) No 1257/2012", "KEYWORD_PATENT_INFRINGEMENT"},
}

// law is what the reason rests on, given the right's own type: a design may be protected as a copyright or a 3D mark, for instance.
func (f Facts) law() reason {
	r := reasons[f.Reason]
	switch f.RightType {
	case casework.Design:
		return reasons["copied_design"]
	case casework.CopyrightRegistered, casework.CopyrightUnregistered:
		return reasons["copied_picture_or_text"]
	case casework.Patent, casework.UtilityModel:
		return reasons["patent"]
	case casework.GeographicalIndication:
		return reason{"Geographical indications: Regulation (EU) 2024/1143 or Regulation (EU) 2023/2411", "KEYWORD_GEOGRAPHIC_INDICATIONS_INFRINGEMENT"}
	case casework.TrademarkWord, casework.TrademarkFigurative, casework.Trademark3D:
		return reasons["mark_on_goods"]
	}
	return r
}
