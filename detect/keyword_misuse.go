package detect

import (
	"context"
	"slices"
	"sort"
	"strings"

	"touchstone/detect/wordmark"
	"touchstone/index"
)

// keywordMisuse finds registered words in the listing's texts, however they are spelt or hidden, and weighs the context of
// use. Candidates come from two sides: the lexicon (spellings that rules undo) and the word embedder's neighbours.
type keywordMisuse struct {
	cfg     KeywordConfig
	space   index.Space
	embed   TextEmbedder
	index   Searcher
	lexicon *wordmark.Lexicon
}

func (s *keywordMisuse) name() string { return SignalKeywordMisuse }

func (s *keywordMisuse) output() string { return s.space.Output }

// WordKey is the form in which a word or a piece of a title is embedded: lower case.
func WordKey(text string) string { return strings.ToLower(text) }

// field is one text of a listing with its spans and the references that may be in it.
type field struct {
	name       string
	text       string
	factor     float64
	spans      []wordmark.Span
	references map[string]string // reference to right
	in         *written          // where it stands, for a text in a picture
}

func (s *keywordMisuse) candidates(ctx context.Context, l Listing, _ *sight, scope Scope) (*proposals, error) {
	p := &proposals{rights: map[string]bool{}}
	fields := s.fields(l)
	if len(fields) == 0 {
		p.unchecked = append(p.unchecked, Unchecked{Signal: s.name(), Reason: "The listing has no title, description or attributes."})
		return p, nil
	}
	p.checked = true
	return p, s.propose(ctx, p, fields, scope)
}

// propose searches the words of some fields and leaves in p what they may mean.
func (s *keywordMisuse) propose(ctx context.Context, p *proposals, fields []field, scope Scope) error {
	lexicon := s.lexicon
	if scope.Lexicon != nil {
		lexicon = scope.Lexicon
	}
	var keys []string
	place := map[string]int{} // the same span in two fields is embedded once
	for i := range fields {
		f := &fields[i]
		f.spans = wordmark.Spans(f.text, s.cfg.MaxSpans)
		f.references = map[string]string{}
		for _, m := range lexicon.Lookup(f.spans) {
			f.references[m.Reference] = m.Right
		}
		for _, span := range f.spans {
			key := WordKey(span.Text)
			if _, ok := place[key]; !ok {
				place[key] = len(keys)
				keys = append(keys, key)
			}
		}
	}
	err := s.neighbours(ctx, fields, keys, place, scope)
	for _, f := range fields { // of the lexicon, if there are no neighbours
		for _, right := range f.references {
			p.rights[right] = true
		}
	}
	p.state = fields
	return err
}

// fieldText is the text of a field by the name that evidence gives it.
func fieldText(l Listing, name string) string {
	switch name {
	case "title":
		return l.Title
	case "description":
		return l.Description
	}
	return l.Attributes[strings.TrimPrefix(name, "attributes.")]
}

// fields lists the listing's texts that hold anything.
func (s *keywordMisuse) fields(l Listing) []field {
	all := []field{{name: "title", text: l.Title, factor: 1}, {name: "description", text: l.Description, factor: s.cfg.Description}}
	names := make([]string, 0, len(l.Attributes))
	for name := range l.Attributes {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		all = append(all, field{name: "attributes." + name, text: l.Attributes[name], factor: s.cfg.Description})
	}
	kept := all[:0]
	for _, f := range all {
		if strings.TrimSpace(f.text) != "" {
			kept = append(kept, f)
		}
	}
	return kept
}

// neighbours adds the references whose words lie close to a span in the embedder's space.
func (s *keywordMisuse) neighbours(ctx context.Context, fields []field, keys []string, place map[string]int, scope Scope) error {
	if len(keys) == 0 {
		return nil
	}
	vectors, err := s.embed.Texts(ctx, s.space.Output, keys)
	if err != nil {
		return err
	}
	lists, err := scope.searcher(s.index).Search(ctx, Alias(s.space.Output), index.Query{Space: s.space, Vectors: vectors, Limit: s.cfg.Candidates, Filter: scope.Filter})
	if err != nil {
		return err
	}
	for _, f := range fields {
		for _, span := range f.spans {
			for _, h := range lists[place[WordKey(span.Text)]] {
				if float64(h.Score) < s.cfg.MinCosine {
					break // hits descend
				}
				f.references[h.ID] = h.Payload.Right
			}
		}
	}
	return nil
}

func (s *keywordMisuse) find(l Listing, p *proposals, facts Facts) []Finding {
	return s.match(s.name(), s.cfg.Calibration, l, p, facts)
}

// match weighs what was proposed, and gives the best finding a right, and the best that is excused.
func (s *keywordMisuse) match(signal string, calibration Calibration, l Listing, p *proposals, facts Facts) []Finding {
	fields, _ := p.state.([]field)
	best := map[claims]Finding{}
	for _, f := range fields {
		picture := ""
		if f.in != nil {
			picture = l.Pictures[f.in.picture].Hash
		}
		for _, part := range passages(f, facts) {
			for _, m := range s.cfg.Words.Find(f.text, part.spans, part.marks, l.Goods) {
				key := claims{m.Mark.Right, part.expected != nil || facts.excused(m.Mark.Right, m.Mark.Reference, picture)}
				score := m.Score * f.factor
				if b, ok := best[key]; ok && b.Score >= score {
					continue
				}
				best[key] = f.finding(signal, m, score, calibration, part.expected)
			}
		}
	}
	found := make([]Finding, 0, len(best))
	for _, f := range best {
		found = append(found, f)
	}
	return found
}

// finding is a match as evidence.
func (f field) finding(signal string, m wordmark.Match, score float64, calibration Calibration, expected *Suppression) Finding {
	out := Finding{
		Signal: signal, Right: m.Mark.Right, Reference: m.Mark.Reference, Score: score, Probability: calibration.Probability(score),
		Text: &TextEvidence{
			Field: f.name, Start: m.Span.Start, End: m.Span.End, Matched: f.text[m.Span.Start:m.Span.End], ReadAs: m.Span.Read,
			Word: m.Mark.Word, Similarity: m.Similarity, Rules: m.Rules,
		},
		For: notes(m.For), Against: notes(m.Against),
	}
	if f.in != nil {
		out.Text.Picture, out.Text.Box = &f.in.picture, &f.in.box
	}
	if expected != nil {
		out.Against, out.Excused = append(out.Against, expected.note()), true
	}
	return out
}

// A passage is some spans of a field with the marks to be looked for in them.
type passage struct {
	spans    []wordmark.Span
	marks    []wordmark.Mark
	expected *Suppression // the spans stand in a phrase that a reviewer recorded as benign for the marks' right
}

// passages keeps the spans in recorded phrases apart from the others, for the marks that the phrases were recorded for: the best match of
// a mark must not be one that is excused while another is not.
func passages(f field, facts Facts) []passage {
	list := []passage{{spans: f.spans}}
	for _, m := range marks(f.references, facts) {
		right := facts.Rights[m.Right]
		if !slices.ContainsFunc(right.Suppressions, func(s Suppression) bool { return s.Words != "" }) {
			list[0].marks = append(list[0].marks, m)
			continue
		}
		outside := passage{marks: []wordmark.Mark{m}}
		inside := outside
		for _, span := range f.spans {
			if s := right.expected(f.text, span.Start, span.End); s != nil {
				inside.spans, inside.expected = append(inside.spans, span), s
			} else {
				outside.spans = append(outside.spans, span)
			}
		}
		list = append(list, outside, inside)
	}
	return list
}

// marks resolves candidate references to registered words, in a fixed order; what facts does not hold is out of scope.
func marks(references map[string]string, facts Facts) []wordmark.Mark {
	ids := make([]string, 0, len(references))
	for id := range references {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	var list []wordmark.Mark
	for _, id := range ids {
		right, ok := facts.Rights[references[id]]
		if !ok {
			continue
		}
		if ref, ok := right.References[id]; ok && ref.Word != "" {
			list = append(list, wordmark.Mark{Reference: id, Right: right.Right, Word: ref.Word, Language: ref.Language, Goods: right.Goods})
		}
	}
	return list
}

func notes(in []wordmark.Note) []Note {
	var out []Note
	for _, n := range in {
		out = append(out, Note(n))
	}
	return out
}
