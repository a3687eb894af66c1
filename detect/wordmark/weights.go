package wordmark

// Weights are the terms of the score. The score of a match is
//
//	1 / (1 + exp(-z)),  z = Bias + Similarity·(2·similarity − 1) + the weights of what is true of the match
//
// so each weight is in units of log odds. They travel as JSON with the fusion weights of a pack.
type Weights struct {
	Bias        float64 `json:"bias"`
	Similarity  float64 `json:"similarity"`
	Hidden      float64 `json:"hidden"`       // the word was altered so that a filter would not read it
	OtherScript float64 `json:"other_script"` // found by sound in another script
	Replica     float64 `json:"replica"`      // the title says copy, style, dupe, ...
	Claim       float64 `json:"claim"`        // the title claims to be genuine or of original quality
	BrandList   float64 `json:"brand_list"`   // three or more marks stuffed into one title
	GoodsMatch  float64 `json:"goods_match"`  // the listing's classes meet the mark's
	GoodsApart  float64 `json:"goods_apart"`  // they do not
	Compatible  float64 `json:"compatible"`   // "for", "compatible with"
	Independent float64 `json:"independent"`  // the seller says the product is not the maker's
	Descriptive float64 `json:"descriptive"`  // a colour, a place, a fruit is meant
	// A mark that is an everyday word: written small; written with a capital; in a language without capitals.
	CommonSmall   float64 `json:"common_small"`
	CommonCapital float64 `json:"common_capital"`
	CommonScript  float64 `json:"common_script"`
	CommonFirst   float64 `json:"common_first"` // with a capital that may only open the title, or as a part of a longer word
	CommonLoan    float64 `json:"common_loan"`  // by sound in another script: a loan word
	PartOfWord    float64 `json:"part_of_word"` // the mark is part of a longer everyday word
	Lone          float64 `json:"lone"`         // a common word with nothing else that speaks of a brand
	OtherMark     float64 `json:"other_mark"`   // the same characters fit a mark of another right better
	Ambiguous     float64 `json:"ambiguous"`    // times the logarithm of the number of rights that a masked word fits
	LoneScript    float64 `json:"lone_script"`  // the same for a common word of Chinese characters
	ShortScript   float64 `json:"short_script"` // two Chinese characters with nothing else that speaks of a brand, common word or not
	ShortLatin    float64 `json:"short_latin"`  // the same for one or two letters
	LoneHalf      float64 `json:"lone_half"`    // the same for the beginning of a mark, or its initials
	LoneSound     float64 `json:"lone_sound"`   // the same for a rough likeness by sound
}

// DefaultWeights returns the weights chosen for this package.
func DefaultWeights() Weights {
	return Weights{
		Bias: -1.6, Similarity: 4.2, Hidden: 0.7, OtherScript: 0.3, Replica: 0.9, Claim: 0.4, BrandList: 0.4, GoodsMatch: 0.5,
		GoodsApart: -0.4, Compatible: -3.6, Independent: -2.6, Descriptive: -1.5, CommonSmall: -3.6, CommonCapital: -0.8,
		CommonScript: -1.0, PartOfWord: -4.5, Lone: -1.2, LoneScript: -2.4, CommonFirst: -2.2, CommonLoan: -1.2, ShortScript: -1.6, ShortLatin: -3.2, LoneHalf: -2.5, LoneSound: -0.8, OtherMark: -1.5, Ambiguous: -0.5,
	}
}
