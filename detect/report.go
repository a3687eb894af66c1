package detect

import "slices"

// Signals that this package knows. "infringement" is the fused verdict on a (listing, right).
const (
	SignalNearCopy         = "near_copy"
	SignalDesignSimilarity = "design_similarity"
	SignalLogoInScene      = "logo_in_scene"
	SignalKeywordMisuse    = "keyword_misuse"
	SignalInfringement     = "infringement"
)

// Profiles say how much is looked at.
const (
	ProfileFast   = "fast"   // what every listing of a market can have
	ProfileFull   = "full"   // signals that cost much as well: for what fast finds suspicious, and for cases
	ProfileStaged = "staged" // fast, and full for what fast does not find clear; a report names the one that decided
)

// Report is everything that was found in one listing. It names the pack that made it, so that it can be replayed.
type Report struct {
	Listing     string       `json:"listing"`
	Marketplace string       `json:"marketplace,omitempty"`
	Seller      string       `json:"seller,omitempty"`
	ContentHash string       `json:"content_hash" doc:"SHA-256 of what was scored; a changed listing is a new score"`
	Pack        PackRef      `json:"pack"`
	Profile     string       `json:"profile" enum:"fast,full" doc:"how much was looked at; of a listing scored in stages, the profile that decided"`
	Stages      *Stages      `json:"stages,omitempty" doc:"there for a listing scored in stages: what the first one came to, and why there was a second or none"`
	Pictures    []PictureRef `json:"pictures"`
	Verdicts    []Verdict    `json:"verdicts" doc:"one a right, most likely infringement first"`
	Findings    []Finding    `json:"findings" doc:"one signal, one right, one place; best first within a signal"`
	Checked     []string     `json:"checked" doc:"the signals that could check anything"`
	Unchecked   []Unchecked  `json:"unchecked" doc:"what a signal could not check, which is not the same as nothing found"`
}

// Best is the highest calibrated probability of any verdict; 0 without one.
func (r *Report) Best() float64 {
	if len(r.Verdicts) == 0 {
		return 0
	}
	return r.Verdicts[0].Probability
}

// PackRef names a version of a pack.
type PackRef struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// PictureRef is a listing picture as it was received.
type PictureRef struct {
	Hash   string `json:"hash,omitempty" doc:"SHA-256 of the bytes received"`
	Width  int    `json:"width,omitempty" doc:"upright width in pixels"`
	Height int    `json:"height,omitempty" doc:"upright height in pixels"`
}

// Verdict is the fused judgement on one right: how likely the listing infringes it, all signals taken together.
type Verdict struct {
	Right       string  `json:"right"`
	Score       float64 `json:"score" doc:"fused score before calibration; ranks"`
	Probability float64 `json:"probability" doc:"calibrated likelihood of infringement, 0 to 1"`
	Findings    []int   `json:"findings" doc:"positions in findings"`
	// Contributions add up to Score.
	Contributions []Contribution `json:"contributions" doc:"what each signal adds to the score, in log-odds; they add up to it"`
	Against       []Note         `json:"against,omitempty" doc:"what speaks against an infringement"`
}

// Contribution is what one signal adds to a verdict's score. The first, "base", is where every verdict starts.
type Contribution struct {
	Source  string  `json:"source" doc:"base, or a signal"`
	LogOdds float64 `json:"log_odds"`
}

// Finding is one signal about one right at one place of the listing.
type Finding struct {
	Signal       string            `json:"signal"`
	Right        string            `json:"right"`
	Reference    string            `json:"reference"`
	Score        float64           `json:"score" doc:"what the signal ranks by, after all its steps; higher is more likely"`
	Probability  float64           `json:"probability" doc:"the score, calibrated; 0 for a finding that supports others"`
	Support      bool              `json:"support,omitempty" doc:"the finding supports others on the same right and says nothing alone; its score is its strength, 0 to 1, or below 0 where it speaks against"`
	CloserThan   int               `json:"closer_than,omitempty" doc:"of 10,000 unrelated pictures or texts, how many are less close to the right than this one; absent where the pack does not say"`
	Excused      bool              `json:"excused,omitempty" doc:"something speaks against it so strongly that it counts for nothing; against says what"`
	Picture      *PictureEvidence  `json:"picture,omitempty"`
	Text         *TextEvidence     `json:"text,omitempty"`
	Price        *PriceEvidence    `json:"price,omitempty"`
	Relisted     *Relisted         `json:"relisted,omitempty"`
	Seller       *SellerFacts      `json:"seller,omitempty"`
	Explanations map[string]string `json:"explanations,omitempty" doc:"the finding in one plain sentence, by language (en, zh, de)"`
	For          []Note            `json:"for,omitempty"`
	Against      []Note            `json:"against,omitempty"`
}

// PictureEvidence is a place in a listing picture and how close it is to the reference.
type PictureEvidence struct {
	Index      int     `json:"index" doc:"which picture of the listing, from 0"`
	Box        Box     `json:"box" doc:"x, y, width, height in pixels of the upright picture"`
	Region     string  `json:"region" doc:"the part of the listing picture that matched best"`
	Cosine     float64 `json:"cosine" doc:"raw cosine of the two vectors, -1 to 1"`
	Background float64 `json:"background" doc:"how close that part is to pictures in general; subtracted in the score"`
	// Where is told of marks alone: platforms treat a mark on the goods, on their packaging and on the page as different cases.
	Where      string  `json:"where,omitempty" enum:"goods,packaging,page,unsure" doc:"what carries the mark: the goods, their packaging, or the page (laid over the picture); of logo_in_scene"`
	WhereSure  float64 `json:"where_sure,omitempty" doc:"how sure that is, 0 to 1"`
	Objectness float64 `json:"objectness,omitempty" doc:"how sure the detector of marks is of this place, 0 to 1; of logo_in_scene alone"`
	Reference  string  `json:"reference_picture,omitempty" doc:"SHA-256 of the registered picture"`
	// Verification is there where geometry looked at the pair.
	Verification *Verification `json:"verification,omitempty"`
}

// Box is x, y, width and height in pixels.
type Box [4]int

// TextEvidence is a place in a text of the listing and how it was read.
type TextEvidence struct {
	Field      string   `json:"field" doc:"title, description, attributes.NAME, or pictures[N].text[LINE] for a line read in a picture"`
	Start      int      `json:"start" doc:"first byte of the match in the field (UTF-8)"`
	End        int      `json:"end" doc:"byte behind the match"`
	Matched    string   `json:"matched" doc:"the characters as the seller wrote them"`
	ReadAs     string   `json:"read_as" doc:"what they were read as"`
	Word       string   `json:"word" doc:"the registered word"`
	Similarity float64  `json:"similarity" doc:"0 to 1, before context"`
	Picture    *int     `json:"picture,omitempty" doc:"for a text in a picture: which of the listing, from 0"`
	Box        *Box     `json:"box,omitempty" doc:"for a text in a picture: the line's place, in pixels of the upright picture"`
	Where      string   `json:"where,omitempty" enum:"goods,packaging,page,unsure" doc:"for a text in a picture: what carries it, as for a mark"`
	WhereSure  float64  `json:"where_sure,omitempty" doc:"how sure that is, 0 to 1"`
	Rules      []string `json:"rules,omitempty" doc:"what was undone to read it: zero-width, homoglyph, transliteration, ..."`
}

// Note is a reason for or against, with a code for machines and a sentence for people.
type Note struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Unchecked says what a signal could not check and why.
type Unchecked struct {
	Signal string `json:"signal"`
	Place  string `json:"place,omitempty" doc:"for example pictures[2]"`
	Code   string `json:"code,omitempty" doc:"index_incomplete: the fault is on this side, and the listing should be scored again"`
	Reason string `json:"reason"`
}

// UncheckedIndex is the code of what was not checked because the index did not answer, or not in full. It is the service's fault
// and not the listing's, and the same listing scored again later may be checked.
const UncheckedIndex = "index_incomplete"

// Incomplete says whether references were left out because the index did not answer: such a report clears nothing.
func (r *Report) Incomplete() bool {
	return slices.ContainsFunc(r.Unchecked, func(u Unchecked) bool { return u.Code == UncheckedIndex })
}
