package docket

import (
	"slices"

	"touchstone/internal/casework"
)

// Regimes are the rules a notice is filed under; they set forms and deadlines.
const (
	RegimeDSA      = "dsa"
	RegimeDMCA     = "dmca"
	RegimeChina    = "cn_ecommerce"
	RegimePlatform = "platform"
)

// Regimes lists them.
func Regimes() []string { return []string{RegimeDSA, RegimeDMCA, RegimeChina, RegimePlatform} }

// Reasons for complaint.
const (
	ReasonCounterfeit    = "counterfeit_goods"
	ReasonNoSuchModel    = "model_does_not_exist"
	ReasonMarkOnPage     = "mark_on_page" // in title, text or page without right
	ReasonMarkOnGoods    = "mark_on_goods"
	ReasonCopiedDesign   = "copied_design"
	ReasonCopiedContent  = "copied_picture_or_text"
	ReasonParallelImport = "parallel_import"
	ReasonPatent         = "patent"
)

// reasonTypes are the types of right that a reason can rest on.
var reasonTypes = map[string][]casework.RightType{
	ReasonCounterfeit:    {casework.TrademarkWord, casework.TrademarkFigurative, casework.Trademark3D, casework.Design, casework.GeographicalIndication},
	ReasonNoSuchModel:    {casework.TrademarkWord, casework.TrademarkFigurative, casework.Trademark3D},
	ReasonMarkOnPage:     {casework.TrademarkWord, casework.TrademarkFigurative, casework.Trademark3D, casework.GeographicalIndication},
	ReasonMarkOnGoods:    {casework.TrademarkWord, casework.TrademarkFigurative, casework.Trademark3D, casework.GeographicalIndication},
	ReasonCopiedDesign:   {casework.Design, casework.Trademark3D, casework.CopyrightRegistered, casework.CopyrightUnregistered},
	ReasonCopiedContent:  {casework.CopyrightRegistered, casework.CopyrightUnregistered},
	ReasonParallelImport: {casework.TrademarkWord, casework.TrademarkFigurative, casework.Trademark3D},
	ReasonPatent:         {casework.Patent, casework.UtilityModel},
}

// Reasons lists the reasons for complaint.
func Reasons() []string {
	return []string{ReasonCounterfeit, ReasonNoSuchModel, ReasonMarkOnPage, ReasonMarkOnGoods, ReasonCopiedDesign, ReasonCopiedContent, ReasonParallelImport, ReasonPatent}
}

// reasonFits tells whether a right of the type can carry the reason.
func reasonFits(reason string, t casework.RightType) bool {
	return slices.Contains(reasonTypes[reason], t)
}

// DefaultReason is what a finding on a right of the type is held against.
func DefaultReason(t casework.RightType) string {
	switch casework.Kind(t) {
	case casework.KindWord:
		return ReasonMarkOnPage
	case casework.KindLogo:
		return ReasonMarkOnGoods
	}
	if t == casework.Patent || t == casework.UtilityModel {
		return ReasonPatent
	}
	return ReasonCopiedDesign
}

// Codes of declined notices.
const (
	InsufficientEvidence = "INSUFFICIENT_EVIDENCE"
	ListingRightMismatch = "LISTING_RIGHT_MISMATCH"
	RightNotVerified     = "RIGHT_NOT_VERIFIED"
	RightExpired         = "RIGHT_EXPIRED"
	WrongTerritory       = "WRONG_TERRITORY"
	GoodsClassMismatch   = "GOODS_CLASS_MISMATCH"
	NotAuthorisedAgent   = "NOT_AUTHORISED_AGENT"
	WrongReasonCode      = "WRONG_REASON_CODE"
	MarkDiffers          = "MARK_DIFFERS_FROM_REGISTRATION"
	DescriptiveUse       = "DESCRIPTIVE_OR_COMPATIBLE_USE"
	AuthorisedSeller     = "AUTHORISED_SELLER"
	ListingNotFound      = "LISTING_NOT_FOUND"
	Duplicate            = "DUPLICATE"
	AlreadyActioned      = "ALREADY_ACTIONED"
	ClarificationNeeded  = "CLARIFICATION_REQUIRED"
	ManifestlyUnfounded  = "MANIFESTLY_UNFOUNDED"
	Withdrawn            = "WITHDRAWN"
)

// sentences say the codes plainly; DeclineCodes are its keys.
var sentences = map[string]string{
	InsufficientEvidence: "The notice does not show the infringement: the evidence sent does not let us see it on the listing.",
	ListingRightMismatch: "What the listing shows does not match the right that the notice names.",
	RightNotVerified:     "The right that the notice names is not verified here.",
	RightExpired:         "The right that the notice names was not in force when the notice was filed.",
	WrongTerritory:       "The right does not hold in any territory where this marketplace sells.",
	GoodsClassMismatch:   "The goods on the listing are not among the classes that the right covers.",
	NotAuthorisedAgent:   "Whoever filed the notice has no power of attorney of the holder that is valid today.",
	WrongReasonCode:      "The reason for complaint does not fit the kind of right that the notice names.",
	MarkDiffers:          "The sign on the listing is another one than the one registered.",
	DescriptiveUse:       "The listing uses the word to describe goods or to say what they fit, which the right does not forbid.",
	AuthorisedSeller:     "The seller is registered as authorised by the holder for these goods.",
	ListingNotFound:      "There is no such listing on the marketplace any more.",
	Duplicate:            "There is an open case about this listing and this right already.",
	AlreadyActioned:      "The listing was taken down for this right already.",
	ClarificationNeeded:  "We asked a question about the notice and got no answer in time.",
	ManifestlyUnfounded:  "The notice is manifestly unfounded.",
	Withdrawn:            "The notifier withdrew the notice.",
}

// DeclineCodes lists the codes of declined notices, sorted.
func DeclineCodes() []string {
	var out []string
	for code := range sentences {
		out = append(out, code)
	}
	slices.Sort(out)
	return out
}

// grounds say why something was taken down, by reason for complaint.
var grounds = map[string]string{
	ReasonCounterfeit:    "The goods offered are counterfeits: they bear or imitate a protected sign or design without the holder's consent.",
	ReasonNoSuchModel:    "The goods are offered under a protected mark as a model that its holder does not make.",
	ReasonMarkOnPage:     "The listing uses a protected mark in its title, text or page without right.",
	ReasonMarkOnGoods:    "The goods shown bear a protected mark without right.",
	ReasonCopiedDesign:   "The goods shown copy a protected design.",
	ReasonCopiedContent:  "The listing uses a protected picture or text without right.",
	ReasonParallelImport: "The goods are offered in a territory for which the holder has not released them.",
	ReasonPatent:         "The goods offered use a protected invention without right.",
}
