package detect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"sort"
	"strings"

	"touchstone/detect/wordmark"
	"touchstone/internal/threshold"
	"touchstone/models"
)

// FusionFormat is the format of fusion files that this package reads.
const FusionFormat = 1

// Fusion is the part of a pack that turns raw scores into probabilities: candidates and normalisation of each signal, its
// calibration and weight, the calibration of the fused verdict, and recommended thresholds. It is data: a pack ships it.
type Fusion struct {
	Format       int                `json:"format"`
	NearCopy     PictureConfig      `json:"near_copy"`
	Design       *PictureConfig     `json:"design_similarity,omitempty"` // nil = the signal does not run
	Logo         *LogoConfig        `json:"logo_in_scene,omitempty"`     // nil = the signal does not run
	Keyword      KeywordConfig      `json:"keyword_misuse"`
	ImageText    *ImageTextConfig   `json:"mark_in_image_text,omitempty"` // nil = the signal does not run
	Price        *PriceConfig       `json:"price_anomaly,omitempty"`      // nil = the signal does not run
	Obfuscation  *ObfuscationConfig `json:"obfuscated_brand,omitempty"`   // nil = the signal does not run
	Infringement FusedConfig        `json:"infringement"`
	// Staged says what the profile fast hands on to full; and when; nil is DefaultStaged.
	Staged *StagedConfig `json:"staged,omitempty"`
	// Facts are the log-odds, at full strength, of what facts and wording say of a listing; those that a pack leaves out have the
	// values of factWeights. No picture is needed to judge them, so that they are not fitted to any.
	Facts map[string]float64 `json:"facts,omitempty"`
	// Measured is what thresholds do on sets that were held out, by signal ("infringement" is the fused verdict): what a marketplace
	// goes by until its own cases say more.
	Measured map[string]threshold.Curve `json:"measured,omitempty"`
}

// maxReferenceParts bounds what one reference may cost.
const maxReferenceParts = 16

// SignalConfig is what every signal has.
type SignalConfig struct {
	Calibration Calibration `json:"calibration"`
	Weight      float64     `json:"weight"`    // 0 to 1: the share of the signal's evidence that reaches the verdict
	Threshold   float64     `json:"threshold"` // recommended probability from which the signal counts as detected
	Unrelated   Rarity      `json:"unrelated,omitempty"`
}

// PictureConfig sets a signal that compares pictures.
type PictureConfig struct {
	SignalConfig
	Candidates int     `json:"candidates"` // references a region vector brings back
	Beta       float64 `json:"beta"`       // weight of the background similarity that is subtracted
	Neighbours int     `json:"neighbours"` // how many nearest background vectors are averaged
	// MirroredReferences says that a reference's vector is the mean of the picture's and its mirror image's, brought to unit
	// length: mirroring is the commonest edit, and this costs a second run at registration and nothing when scoring.
	MirroredReferences bool `json:"mirrored_references"`
	// ReferenceParts are fractions of a reference's picture that are registered beside the whole, a vector each: what a listing shows
	// of a design is often a detail. They cost runs at registration and room in the index, and no run when scoring.
	ReferenceParts []models.Region `json:"reference_parts,omitempty"`
	WholeBonus     float64         `json:"whole_bonus"` // added to the score of the whole picture, which is less often right by chance than ten parts are
	// Verify sets the verification by geometry; nil = the vectors have the last word. Only near copies are verified: with
	// it, the score is a probability.
	Verify *VerifyConfig `json:"verify,omitempty"`
	// Details adds to the score what geometry finds of a design in the listing's picture; nil = nothing. Designs alone have it.
	Details *DetailsConfig `json:"details,omitempty"`
}

// KeywordConfig sets the keyword_misuse signal.
type KeywordConfig struct {
	SignalConfig
	Candidates  int              `json:"candidates"`  // references a span vector brings back
	MinCosine   float64          `json:"min_cosine"`  // span vectors farther than this propose nothing
	MaxSpans    int              `json:"max_spans"`   // spans looked at in one field
	Description float64          `json:"description"` // factor on matches in the description and the attributes
	Words       wordmark.Weights `json:"words"`
}

// FusedConfig sets the fused verdict. It is fitted data of the pack (training-notes/export/fuse.py).
type FusedConfig struct {
	// Base is the log-odds of a verdict before any signal has spoken, below 0; 0 stands for DefaultBase.
	Base float64 `json:"base"`
	// Second, 0 to 1, is the share of its evidence that every signal but the strongest adds: signals that look at one picture,
	// or at one word, mostly see the same thing again.
	Second      float64     `json:"second"`
	Calibration Calibration `json:"calibration"`
	Threshold   float64     `json:"threshold"`
}

// DefaultBase is the base of a fusion file that names none: one right in 400.
const DefaultBase = -6.0

func (c FusedConfig) base() float64 {
	if c.Base == 0 {
		return DefaultBase
	}
	return c.Base
}

// ParseFusion reads a fusion file and reports every fault at once.
func ParseFusion(raw []byte) (Fusion, error) {
	var f Fusion
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return f, fmt.Errorf("detect: fusion file: %w", err)
	}
	if f.Format != FusionFormat {
		return f, fmt.Errorf("detect: fusion file has format %d; this program reads %d", f.Format, FusionFormat)
	}
	if err := f.Validate(); err != nil {
		return f, fmt.Errorf("detect: fusion file: %w", err)
	}
	return f, nil
}

// Validate reports every fault at once.
func (f Fusion) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	for name, s := range f.signals() {
		if err := s.Calibration.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s.calibration: %w", name, err))
		}
		if err := s.Unrelated.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("%s.%w", name, err))
		}
		check(s.Weight >= 0 && s.Weight <= 1, "%s.weight is %g: use 0 to 1", name, s.Weight)
		check(s.Threshold > 0 && s.Threshold <= 1, "%s.threshold is %g: use above 0 to 1", name, s.Threshold)
	}
	if err := f.Infringement.Calibration.Validate(); err != nil {
		errs = append(errs, fmt.Errorf("infringement.calibration: %w", err))
	}
	check(f.Infringement.Base <= 0 && finite(f.Infringement.Base), "infringement.base is %g: use below 0", f.Infringement.Base)
	check(f.Infringement.Second >= 0 && f.Infringement.Second <= 1, "infringement.second is %g: use 0 to 1", f.Infringement.Second)
	check(f.Infringement.Threshold > 0 && f.Infringement.Threshold <= 1, "infringement.threshold is %g: use above 0 to 1", f.Infringement.Threshold)
	pictures := map[string]PictureConfig{SignalNearCopy: f.NearCopy}
	if f.Design != nil {
		pictures[SignalDesignSimilarity] = *f.Design
	}
	for name, s := range pictures {
		check(s.Candidates > 0 && s.Candidates <= 1000, "%s.candidates is %d: use 1 to 1000", name, s.Candidates)
		check(s.Beta >= 0 && s.Beta <= 2, "%s.beta is %g: use 0 to 2", name, s.Beta)
		check(s.Neighbours > 0, "%s.neighbours is %d: use 1 or more", name, s.Neighbours)
		check(finite(s.WholeBonus), "%s.whole_bonus must be finite", name)
		check(len(s.ReferenceParts) <= maxReferenceParts, "%s.reference_parts are %d: use %d or fewer", name, len(s.ReferenceParts), maxReferenceParts)
		for i, r := range s.ReferenceParts {
			check(r.X >= 0 && r.Y >= 0 && r.W > 0 && r.H > 0 && r.X+r.W <= 1+1e-9 && r.Y+r.H <= 1+1e-9,
				"%s.reference_parts[%d] is %g, %g, %g x %g: a part lies within 0 to 1 and has a width and a height", name, i, r.X, r.Y, r.W, r.H)
		}
		check(s.Verify == nil || name == SignalNearCopy, "%s.verify: only near copies are verified", name)
		check(s.Details == nil || name == SignalDesignSimilarity, "%s.details: only designs have them", name)
		if s.Details != nil {
			s.Details.validate(name, check)
		}
		if s.Verify != nil {
			if err := s.Verify.Validate(); err != nil {
				errs = append(errs, fmt.Errorf("%s.verify: %w", name, err))
			}
		}
	}
	if f.Logo != nil {
		f.Logo.validate(check)
	}
	check(f.Keyword.Candidates > 0 && f.Keyword.Candidates <= 1000, "keyword_misuse.candidates is %d: use 1 to 1000", f.Keyword.Candidates)
	check(f.Keyword.MaxSpans > 0, "keyword_misuse.max_spans is %d: use 1 or more", f.Keyword.MaxSpans)
	check(f.Keyword.Description >= 0 && f.Keyword.Description <= 1, "keyword_misuse.description is %g: use 0 to 1", f.Keyword.Description)
	for name, s := range f.supports() {
		check(s.LogOdds > 0 && finite(s.LogOdds), "%s.log_odds is %g: use above 0", name, s.LogOdds)
	}
	for name := range f.Facts {
		_, known := factWeights[name]
		check(known, "facts.%s is not known: use %s", name, strings.Join(slices.Sorted(maps.Keys(factWeights)), ", "))
	}
	for name, c := range f.Measured {
		if err := c.Validate(); err != nil {
			errs = append(errs, fmt.Errorf("measured.%s: %w", name, err))
		}
	}
	if t := f.ImageText; t != nil {
		check(t.MinConfidence >= 0 && t.MinConfidence <= 1, "mark_in_image_text.min_confidence is %g: use 0 to 1", t.MinConfidence)
	}
	if s := f.Staged; s != nil {
		check(s.Near >= 0 && s.Near <= 1, "staged.near is %g: use 0 (geometry looks at every listing's candidates) to 1", s.Near)
		check(s.From >= 0 && s.From <= 1, "staged.from is %g: use 0 (everything is scored in full) to 1", s.From)
	}
	if p := f.Price; p != nil {
		check(p.Full > 0 && p.Full < p.From && p.From <= 1, "price_anomaly: full and from are %g and %g: use 0 < full < from <= 1", p.Full, p.From)
	}
	return errors.Join(errs...)
}

// supports gives the settings of the signals that support others, by name.
func (f Fusion) supports() map[string]SupportConfig {
	all := map[string]SupportConfig{}
	for name, logOdds := range factWeights {
		if own, set := f.Facts[name]; set {
			logOdds = own
		}
		all[name] = SupportConfig{LogOdds: logOdds}
	}
	if f.Price != nil {
		all[SignalPriceAnomaly] = f.Price.SupportConfig
	}
	if f.Obfuscation != nil {
		all[SignalObfuscatedBrand] = f.Obfuscation.SupportConfig
	}
	return all
}

// signals gives what every signal has, by the signal's name.
func (f Fusion) signals() map[string]SignalConfig {
	all := map[string]SignalConfig{SignalNearCopy: f.NearCopy.SignalConfig, SignalKeywordMisuse: f.Keyword.SignalConfig}
	if f.Design != nil {
		all[SignalDesignSimilarity] = f.Design.SignalConfig
	}
	if f.ImageText != nil {
		all[SignalMarkInImageText] = f.ImageText.SignalConfig
	}
	all[SignalRelisting] = relistingConfig
	if f.Logo != nil {
		all[SignalLogoInScene] = f.Logo.SignalConfig
	}
	return all
}

// Pictures gives the settings of the signal that reads a picture output, and whether there is one.
func (f Fusion) Pictures(output string) (PictureConfig, bool) {
	switch {
	case output == OutputCopy:
		return f.NearCopy, true
	case output == OutputDesign && f.Design != nil:
		return *f.Design, true
	}
	return PictureConfig{}, false
}

// Thresholds are the pack's recommended probabilities, by signal.
func (f Fusion) Thresholds() map[string]float64 {
	at := map[string]float64{SignalInfringement: f.Infringement.Threshold}
	for name, s := range f.signals() {
		at[name] = s.Threshold
	}
	return at
}

// fuse makes one verdict a right. Its score is log-odds: the base, and the evidence of the best finding of each signal, the
// strongest in full and every other by the share Second (an ordered weighted average: Yager, 1988), to which each supporting finding
// adds its strength times its own log-odds. Evidence is by how much a signal's probability lifts the base,
// weight·ln(1 + odds/e^base), and never below 0. So the score is monotone in every signal, a signal alone with the weight 1 keeps its
// probability, and a signal that did not run changes nothing. Rights without a finding of their own have no verdict.
func (f Fusion) fuse(findings []Finding) []Verdict {
	positions := map[string][]int{}
	var rights []string
	for i, x := range findings {
		if positions[x.Right] == nil {
			rights = append(rights, x.Right)
		}
		positions[x.Right] = append(positions[x.Right], i)
	}
	verdicts := make([]Verdict, 0, len(rights))
	for _, right := range rights {
		if v, ok := f.verdict(right, findings, positions[right]); ok {
			verdicts = append(verdicts, v)
		}
	}
	sort.SliceStable(verdicts, func(i, j int) bool {
		if verdicts[i].Score != verdicts[j].Score {
			return verdicts[i].Score > verdicts[j].Score
		}
		return verdicts[i].Right < verdicts[j].Right
	})
	return verdicts
}

// verdict fuses the findings at some positions, all of one right; false when none of them says anything alone. That a picture was removed
// before and what is found on it are one thing told twice, since it was removed for what was found: of the two the more telling counts.
func (f Fusion) verdict(right string, findings []Finding, positions []int) (Verdict, bool) {
	v := Verdict{Right: right, Findings: positions}
	seen, alone := map[string]bool{}, false
	for _, i := range positions {
		alone = alone || !findings[i].Support
		for _, n := range findings[i].Against {
			if !seen[n.Code] {
				seen[n.Code] = true
				v.Against = append(v.Against, n)
			}
		}
	}
	found, before := apart(findings, positions)
	v.Contributions, v.Score = f.sum(found)
	if len(before) > 0 {
		if all, score := f.sum(before); score > v.Score || len(found) == 0 {
			v.Contributions, v.Score = all, score
		}
	}
	v.Probability = f.Infringement.Calibration.Probability(v.Score)
	return v, alone
}

// apart gives the findings at some positions but for what was removed before, and those of them that count beside it: all that are not
// about the same picture. The second list is empty where nothing was removed before.
func apart(findings []Finding, positions []int) (found, before []Finding) {
	removed := map[int]bool{}
	for _, i := range positions {
		if x := findings[i]; x.Signal == SignalRelisting && x.Picture != nil {
			removed[x.Picture.Index] = true
		}
	}
	for _, i := range positions {
		x := findings[i]
		again := x.Signal == SignalRelisting
		if !again {
			found = append(found, x)
		}
		if len(removed) > 0 && (again || x.Support || x.Picture == nil || !removed[x.Picture.Index]) {
			before = append(before, x)
		}
	}
	return found, before
}

// sum gives what each signal and each supporting finding contributes, and the score that they add up to.
func (f Fusion) sum(findings []Finding) (all []Contribution, score float64) {
	best, strength := map[string]float64{}, map[string]float64{}
	for _, x := range findings {
		if !x.Support {
			best[x.Signal] = math.Max(best[x.Signal], x.Probability)
			continue
		}
		if at, is := strength[x.Signal]; !is || math.Abs(x.Score) > math.Abs(at) {
			strength[x.Signal] = x.Score
		}
	}
	all = append(f.own(best), f.added(strength)...)
	for _, c := range all {
		score += c.LogOdds
	}
	return all, score
}

// own tells what each signal adds to the log-odds, the strongest first.
func (f Fusion) own(best map[string]float64) []Contribution {
	signals, base := f.signals(), f.Infringement.base()
	list := make([]Contribution, 0, len(best)+1)
	for name, p := range best {
		list = append(list, Contribution{Source: name, LogOdds: signals[name].Weight * softplus(logit(p)-base)})
	}
	slices.SortFunc(list, func(a, b Contribution) int {
		return cmp.Or(cmp.Compare(b.LogOdds, a.LogOdds), cmp.Compare(a.Source, b.Source))
	})
	for i := range list[min(1, len(list)):] {
		list[i+1].LogOdds *= f.Infringement.Second
	}
	return slices.Insert(list, 0, Contribution{Source: "base", LogOdds: base})
}

// added tells what supporting findings add, by name.
func (f Fusion) added(strength map[string]float64) []Contribution {
	supports := f.supports()
	var list []Contribution
	for _, name := range slices.Sorted(maps.Keys(strength)) {
		list = append(list, Contribution{Source: name, LogOdds: supports[name].LogOdds * strength[name]})
	}
	return list
}

// logit is the log-odds of p, kept finite at 0 and 1.
func logit(p float64) float64 {
	const eps = 1e-6
	p = math.Min(1-eps, math.Max(eps, p))
	return math.Log(p / (1 - p))
}

// sigmoid is the probability of log-odds.
func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// softplus is ln(1 + e^x): about 0 far below 0, about x far above.
func softplus(x float64) float64 {
	if x > 30 {
		return x
	}
	return math.Log1p(math.Exp(x))
}
