package detect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"

	"touchstone/detect/wordmark"
	"touchstone/index"
	"touchstone/models"
)

// Config is what a Detector works with. Reader may be nil: text in pictures is then not read. Pictures, Texts, Index and Lexicon are safe for concurrent use.
type Config struct {
	Pack     *models.Pack
	Pictures PictureEmbedder
	Texts    TextEmbedder
	Index    Searcher
	Lexicon  *wordmark.Lexicon
	Reader   TextReader
	Local    LocalFeatures // nil = nothing is verified by geometry
}

// A Detector runs the signals of one pack. It is safe for concurrent use.
type Detector struct {
	pack     PackRef
	fusion   Fusion
	signals  []signal
	pictures PictureEmbedder
	index    Searcher
	local    LocalFeatures
	outputs  []string    // that signals read of whole pictures and their regions
	logos    *LogoConfig // of the signal that reads places in pictures; nil when it does not run
	support  []supporter
}

// signal is one way to see an infringement. Candidates asks the index, without knowing any facts; find judges what came back,
// with them. A signal returns findings with raw scores and evidence, never a verdict; what it could not check it says.
type signal interface {
	name() string
	output() string // of the pack, that it reads
	candidates(ctx context.Context, l Listing, seen *sight, scope Scope) (*proposals, error)
	find(l Listing, p *proposals, facts Facts) []Finding
}

// Scope limits which references are searched.
type Scope struct {
	Filter index.Filter
	Full   bool // the full profile: signals that cost much run too
	// Before is what the same listing had in the fast profile: its vectors serve again. nil = the models look anew.
	Before *Candidates
	// Lexicon takes the place of the detector's own, where the marks of a few rights are all that matters; nil = the detector's.
	Lexicon *wordmark.Lexicon
	// Index takes the place of the detector's own, when a report is made again from what was kept; nil = the detector's.
	Index Searcher
}

// maxFindings is how many rights a signal reports for one listing.
const maxFindings = 10

// proposals is what one signal got from the index for one listing.
type proposals struct {
	checked   bool // the signal had something to look at
	unchecked []Unchecked
	rights    map[string]bool // candidate rights
	state     any             // the signal's own, between candidates and find
}

// incomplete notes that the index did not answer. What a signal found without it stays.
func (p *proposals) incomplete(signal string) {
	p.checked = p.state != nil
	p.unchecked = append(p.unchecked, Unchecked{Signal: signal, Code: UncheckedIndex,
		Reason: "Index incomplete: the registered references could not be searched in full. Score the listing again later."})
}

// Candidates is what the index proposes for a listing, before any fact is known.
type Candidates struct {
	bySignal []*proposals
	seen     *sight
	full     bool
	reach    []Reach
	removed  map[pair]*check // pictures of the listing and removed ones that geometry looked at, in this stage and those before
}

// Seen is what the models saw in a listing's pictures: the positions of those that could be read, and by output their vectors
// as [picture of Pictures][region][dimension]. It is shared: read only.
type Seen struct {
	Pictures []int
	Vectors  map[string][][][]float32
}

// Seen gives the vectors that the candidates were searched with, so that they can be kept.
func (c *Candidates) Seen() Seen { return Seen{Pictures: c.seen.where, Vectors: c.seen.vectors} }

// Rights lists the candidate rights in ascending order: those whose facts Assess needs.
func (c *Candidates) Rights() []string {
	set := map[string]bool{}
	for _, p := range c.bySignal {
		for r := range p.rights {
			set[r] = true
		}
	}
	rights := make([]string, 0, len(set))
	for r := range set {
		rights = append(rights, r)
	}
	sort.Strings(rights)
	return rights
}

// New makes a detector out of a pack. It fails when the pack has no fusion file or none of the outputs that a signal needs.
func New(cfg Config) (*Detector, error) {
	m := cfg.Pack.Manifest()
	raw, err := cfg.Pack.Fusion()
	if err != nil {
		return nil, fmt.Errorf("detect: pack %s: %w", m.Name, err)
	}
	fusion, err := ParseFusion(raw)
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w", m.Name, err)
	}
	d := &Detector{pack: PackRef{Name: m.Name, Version: m.Version}, fusion: fusion, pictures: cfg.Pictures, index: cfg.Index, local: cfg.Local}
	for _, model := range m.Models {
		for _, out := range model.Outputs {
			s, err := newSignal(cfg, fusion, m, out)
			if err != nil {
				return nil, fmt.Errorf("detect: pack %s: %w", m.Name, err)
			}
			if s == nil {
				continue
			}
			d.signals = append(d.signals, s)
			if logo, ok := s.(*logoInScene); ok {
				d.logos = &logo.cfg
			} else if model.Input.Kind == models.KindPicture {
				d.outputs = append(d.outputs, out.Name)
			}
		}
	}
	if len(d.signals) == 0 {
		return nil, fmt.Errorf("detect: pack %s has no output %q, %q or %q: no signal can run", m.Name, OutputCopy, OutputDesign, OutputWord)
	}
	for _, s := range d.signals {
		if words, ok := s.(*keywordMisuse); ok && fusion.ImageText != nil && cfg.Pictures != nil {
			read := &markInImageText{keywordMisuse: words, own: *fusion.ImageText, reader: cfg.Reader}
			if fusion.Logo != nil {
				read.place = fusion.Logo.Where
			}
			d.signals = append(d.signals, read)
		}
	}
	d.support = append(d.support, standing()...)
	if fusion.Price != nil {
		d.support = append(d.support, priceAnomaly{*fusion.Price})
	}
	if fusion.Obfuscation != nil {
		d.support = append(d.support, obfuscatedBrand{})
	}
	sort.Slice(d.signals, func(i, j int) bool { return d.signals[i].name() < d.signals[j].name() })
	return d, nil
}

// newSignal makes the signal that reads an output; nil when none does, or the fusion file has no settings for it.
func newSignal(cfg Config, fusion Fusion, m models.Manifest, out models.Output) (signal, error) {
	if out.Name == OutputWord && cfg.Texts != nil {
		return &keywordMisuse{cfg: fusion.Keyword, space: Space(m, out), embed: cfg.Texts, index: cfg.Index, lexicon: cfg.Lexicon}, nil
	}
	runs := out.Name == OutputCopy || out.Name == OutputDesign && fusion.Design != nil || out.Name == OutputMark && fusion.Logo != nil && hasOutput(m, OutputPlaces)
	if cfg.Pictures == nil || !runs {
		return nil, nil
	}
	background, err := cfg.Pack.Background(out)
	if err != nil {
		return nil, err
	}
	if out.Name == OutputMark {
		c := *fusion.Logo
		if c.Refined > 0 && !hasOutput(m, OutputFrame) {
			return nil, fmt.Errorf("logo_in_scene.refined is %d, and no model has the output %q: write 0, or add the output", c.Refined, OutputFrame)
		}
		return &logoInScene{cfg: c, crowd: crowd{background, c.Neighbours, c.Beta}, index: cfg.Index, space: Space(m, out)}, nil
	}
	if out.Name == OutputDesign {
		return newDesignSimilarity(*fusion.Design, Space(m, out), out.Regions, background, cfg.Index), nil
	}
	return newNearCopy(fusion.NearCopy, Space(m, out), out.Regions, background, cfg.Index), nil
}

func hasOutput(m models.Manifest, name string) bool {
	for _, model := range m.Models {
		for _, o := range model.Outputs {
			if o.Name == name {
				return true
			}
		}
	}
	return false
}

// Outputs lists the outputs of the pack that signals read, in ascending order: a reference is kept in the index of each of its kind.
func (d *Detector) Outputs() []string {
	var list []string
	for _, s := range d.signals {
		list = append(list, s.output())
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Pack names the pack that reports are made with.
func (d *Detector) Pack() PackRef { return d.pack }

// Fusion is the pack's fusion data.
func (d *Detector) Fusion() Fusion { return d.fusion }

// Candidates embeds the listing and asks the index for references of every signal. It fails only when a part that it needs
// fails (embedder busy): what the listing itself lacks is reported as unchecked instead, and so is a signal whose references an index
// that is out of reach, slow or incomplete did not give (index.ErrUnavailable).
func (d *Detector) Candidates(ctx context.Context, l Listing, scope Scope) (*Candidates, error) {
	c := &Candidates{bySignal: make([]*proposals, len(d.signals)), full: scope.Full}
	logos := d.logos
	if !scope.Full {
		logos = nil // places and what they show are several runs a picture
	}
	var before *sight
	if scope.Before != nil {
		before = scope.Before.seen
	}
	seen, err := look(ctx, d.pictures, l, d.outputs, logos, before)
	if err != nil {
		return nil, err
	}
	c.seen = seen
	asking := &asked{Searcher: scope.searcher(d.index)}
	scope.Index = asking
	var errs []error
	for i, s := range d.signals {
		p, err := s.candidates(ctx, l, seen, scope)
		if errors.Is(err, index.ErrUnavailable) && ctx.Err() == nil {
			p.incomplete(s.name())
			err = nil
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", s.name(), err))
		}
		if state, ok := p.state.(*likeState); ok && scope.Before != nil {
			state.known = scope.Before.known(i)
		}
		c.bySignal[i] = p
	}
	c.reach = asking.reach
	if scope.Before != nil {
		c.removed = scope.Before.removed
	}
	return c, errors.Join(errs...)
}

// Assess judges the candidates with the facts and makes the report. Candidates of rights that facts does not hold are out of
// scope. It is deterministic: the same listing, candidates and facts give the same report.
func (d *Detector) Assess(l Listing, c *Candidates, facts Facts) *Report {
	r := &Report{
		Listing: l.ID, Marketplace: l.Marketplace, Seller: l.Seller, ContentHash: l.ContentHash(), Pack: d.pack, Profile: profile(c.full),
		Pictures: make([]PictureRef, len(l.Pictures)), Findings: []Finding{}, Verdicts: []Verdict{}, Checked: []string{}, Unchecked: []Unchecked{},
	}
	for i, p := range l.Pictures {
		r.Pictures[i] = PictureRef{Hash: p.Hash}
		if p.Photo != nil {
			r.Pictures[i].Width, r.Pictures[i].Height = p.Photo.Width, p.Photo.Height
		}
	}
	for i, s := range d.signals {
		p := c.bySignal[i]
		r.Unchecked = append(r.Unchecked, p.unchecked...)
		if p.checked {
			r.Checked = append(r.Checked, s.name())
		}
		found := s.find(l, p, facts)
		unrelated := d.fusion.signals()[s.name()].Unrelated
		for j := range found {
			found[j].CloserThan = unrelated.closerThan(found[j].Score)
			weigh(&found[j], l, facts)
			found[j].Explanations = explain(found[j])
		}
		sortFindings(found)
		found = found[:min(len(found), maxFindings)]
		r.Findings = append(r.Findings, found...)
	}
	if d.logos == nil && len(l.Pictures) > 0 {
		r.Unchecked = append(r.Unchecked, Unchecked{Signal: SignalLogoInScene, Reason: "The pack in use cannot look for marks in pictures."})
	}
	if facts.RelistedUnchecked != nil {
		r.Unchecked = append(r.Unchecked, *facts.RelistedUnchecked)
	}
	r.Findings = append(r.Findings, d.relisted(l, c, facts)...)
	more, unchecked := supported(d.support, l, r.Findings, facts)
	r.Findings, r.Unchecked = append(r.Findings, more...), append(r.Unchecked, unchecked...)
	r.Verdicts = append(r.Verdicts, d.fusion.fuse(r.Findings)...)
	return r
}

func profile(full bool) string {
	if full {
		return ProfileFull
	}
	return ProfileFast
}

// sortFindings puts what counts first and orders by score, then right, then reference, so that a report is the same every time.
func sortFindings(f []Finding) {
	sort.SliceStable(f, func(i, j int) bool {
		if f[i].Excused != f[j].Excused {
			return !f[i].Excused
		}
		if f[i].Score != f[j].Score {
			return f[i].Score > f[j].Score
		}
		if f[i].Right != f[j].Right {
			return f[i].Right < f[j].Right
		}
		return f[i].Reference < f[j].Reference
	})
}
