package detect

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What takes all weight off a finding: it is shown with its likeness as evidence and counts for nothing. Each has a line of its own in
// the finding and in the verdict.
const (
	codeAuthorised  = "authorised_seller"
	codeLicensee    = "licensed_seller"
	codeOwnAccount  = "holders_own_account"
	codeTerritory   = "out_of_territory"
	codeExpired     = "right_expired"
	codeSuppressed  = "known_benign"
	codeQuarantined = "quarantined"
)

// outsideNotes are the notes of a right that does not reach the listing.
var outsideNotes = map[string]Note{
	OutsideTerritory: {codeTerritory, "The right holds in no territory where the marketplace sells."},
	OutsideTime:      {codeExpired, "The right is no longer in force."},
}

// excused tells whether a likeness to a reference counts for nothing. picture is the SHA-256 of the listing's picture, "" for a text.
func (f Facts) excused(right, reference, picture string) bool {
	r := f.Rights[right]
	if r.Authorised || len(r.Outside) > 0 {
		return true
	}
	for i := range r.Suppressions {
		if r.Suppressions[i].covers(picture) {
			return true
		}
	}
	return r.References[reference].Quarantined != "" || picture != "" && f.Quarantined[picture] != ""
}

// covers tells whether a suppression is about everything, or about a picture.
func (s Suppression) covers(picture string) bool {
	return s.Everything || s.Picture != "" && s.Picture == picture
}

// excuses are the notes of what excused says yes to.
func (f Facts) excuses(right, reference, picture string) []Note {
	var notes []Note
	r := f.Rights[right]
	if r.Authorised {
		notes = append(notes, authorisation(r.Standing))
	}
	for _, outside := range r.Outside {
		notes = append(notes, outsideNotes[outside])
	}
	for _, s := range r.Suppressions {
		if s.covers(picture) {
			notes = append(notes, s.note())
		}
	}
	if q := r.References[reference].Quarantined; q != "" {
		notes = append(notes, Note{codeQuarantined, "So many listings resemble the registered picture or word that it tells nothing until a reviewer has looked at it (" + q + ")."})
	}
	if q := f.Quarantined[picture]; picture != "" && q != "" {
		notes = append(notes, Note{codeQuarantined, "The listing's picture resembles so much of what is registered that it tells nothing until a reviewer has looked at it (" + q + ")."})
	}
	return notes
}

func authorisation(standing string) Note {
	switch standing {
	case StandingLicensee:
		return Note{codeLicensee, "The seller has a licence for this right."}
	case StandingHolder:
		return Note{codeOwnAccount, "The seller is the rights holder's own account."}
	}
	return Note{codeAuthorised, "The seller is authorised for this right."}
}

func (s Suppression) note() Note {
	return Note{codeSuppressed, fmt.Sprintf("A reviewer recorded this likeness as benign: %s (%s).", strings.TrimSuffix(s.Reason, "."), s.ID)}
}

// weigh adds what the facts say about any finding on the right, whatever the signal. Where something excuses it the likeness stays in
// the evidence, but it is no infringement.
func weigh(f *Finding, l Listing, facts Facts) {
	picture := ""
	switch {
	case f.Picture != nil:
		picture = l.Pictures[f.Picture.Index].Hash
	case f.Text != nil && f.Text.Picture != nil:
		picture = l.Pictures[*f.Text.Picture].Hash
	}
	r := facts.Rights[f.Right]
	if notes := facts.excuses(f.Right, f.Reference, picture); len(notes) > 0 {
		f.Against, f.Excused = append(f.Against, notes...), true
	}
	if f.Excused { // here, or by the words around it
		f.Score, f.Probability = 0, 0
	}
	if r.State == "pending" {
		f.Against = append(f.Against, Note{Code: "right_pending", Text: "The right is registered here but not verified yet."})
	}
}

// expected finds the suppression whose phrase stands around a match of bytes start to end of a text; nil without one. A phrase elsewhere
// in the text excuses nothing, or a seller could write it anywhere.
func (r RightFacts) expected(text string, start, end int) *Suppression {
	for i := range r.Suppressions {
		if s := &r.Suppressions[i]; s.Words != "" && around(text, s.Words, start, end) {
			return s
		}
	}
	return nil
}

// around tells whether a phrase, compared without regard to case and to the length of gaps, covers the bytes start to end of a text.
func around(text, phrase string, start, end int) bool {
	words := strings.Fields(fold(phrase))
	if len(words) == 0 {
		return false
	}
	for from := 0; from <= start; {
		if to, ok := phraseAt(text, from, words); ok && to >= end {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[from:])
		if size == 0 {
			return false
		}
		from += size
	}
	return false
}

// phraseAt matches words set apart by gaps at a byte of a text, and gives the byte behind them. They begin and end with whole words.
func phraseAt(text string, at int, words []string) (end int, ok bool) {
	if before, _ := utf8.DecodeLastRuneInString(text[:at]); at > 0 && inWord(before) {
		if first, _ := utf8.DecodeRuneInString(words[0]); !unicode.Is(unicode.Han, first) {
			return 0, false
		}
	}
	for i, word := range words {
		if i > 0 {
			gap := at
			for at < len(text) {
				r, size := utf8.DecodeRuneInString(text[at:])
				if inWord(r) {
					break
				}
				at += size
			}
			if gap == at {
				return 0, false
			}
		}
		for _, want := range word {
			r, size := utf8.DecodeRuneInString(text[at:])
			if size == 0 || foldRune(r) != want {
				return 0, false
			}
			at += size
		}
	}
	last, _ := utf8.DecodeLastRuneInString(words[len(words)-1])
	if after, _ := utf8.DecodeRuneInString(text[at:]); at < len(text) && inWord(after) && !unicode.Is(unicode.Han, last) {
		return 0, false
	}
	return at, true
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

func fold(text string) string { return strings.Map(foldRune, text) }

func foldRune(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }
