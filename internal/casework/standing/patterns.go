package standing

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"touchstone/internal/policy"
)

// Patterns of filing that a person should look at.
const (
	PatternSameText      = "same_text"      // one explanation for very many listings in a short time
	PatternForeignRights = "foreign_rights" // claims on rights of others
	PatternDuplicate     = "duplicate"      // the same listing, right and reason again
)

// Filed is what patterns need to know of a notice that was filed.
type Filed struct {
	ID       string
	At       time.Time
	Reason   string
	RightID  string
	Entitled bool     // the notifier holds the right, or has a power of attorney in force
	Text     string   // TextKey of the explanation
	Listings []string // IDs, each with its marketplace
}

// Pattern is what was found, with the notices that show it.
type Pattern struct {
	Kind     string   `json:"kind"`
	Count    int      `json:"count"` // listings, rights, or listings again
	Sentence string   `json:"sentence"`
	Notices  []string `json:"notices"`
}

var (
	links  = regexp.MustCompile(`(?i)\b(?:https?://|www\.)\S+`)
	spaces = regexp.MustCompile(`\s+`)
)

// TextKey is the same for explanations that differ only in links, numbers, case, signs and spaces; "" for one that says nothing else.
func TextKey(explanation string) string {
	text := links.ReplaceAllString(norm.NFKC.String(explanation), " ")
	text = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsMark(r) {
			return unicode.ToLower(r)
		}
		return ' '
	}, text)
	text = strings.TrimSpace(spaces.ReplaceAllString(text, " "))
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// Patterns looks through the notices of one notifier.
func Patterns(p policy.Standing, filed []Filed) []Pattern {
	filed = slices.Clone(filed)
	slices.SortFunc(filed, func(a, b Filed) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	var out []Pattern
	for _, find := range []func(policy.Standing, []Filed) []Pattern{sameText, foreignRights, duplicates} {
		out = append(out, find(p, filed)...)
	}
	return out
}

// sameText slides a window over the notices of each text and tells of the fullest one.
func sameText(p policy.Standing, filed []Filed) []Pattern {
	byText := map[string][]Filed{}
	var texts []string
	for _, f := range filed {
		if f.Text == "" {
			continue
		}
		if byText[f.Text] == nil {
			texts = append(texts, f.Text)
		}
		byText[f.Text] = append(byText[f.Text], f)
	}
	var out []Pattern
	for _, text := range texts {
		list, first, n := byText[text], 0, 0
		var best Pattern
		for i, f := range list {
			n += len(f.Listings)
			for ; f.At.Sub(list[first].At) >= time.Duration(p.SameTextHours)*time.Hour; first++ {
				n -= len(list[first].Listings)
			}
			if n > best.Count {
				best = Pattern{Kind: PatternSameText, Count: n, Notices: ids(list[first : i+1])}
			}
		}
		if best.Count >= p.SameTextListings {
			best.Sentence = fmt.Sprintf("The same explanation was given for %d listings within %d hours.", best.Count, p.SameTextHours)
			out = append(out, best)
		}
	}
	return out
}

func foreignRights(p policy.Standing, filed []Filed) []Pattern {
	rights := map[string]bool{}
	var found []Filed
	for _, f := range filed {
		if !f.Entitled {
			rights[f.RightID] = true
			found = append(found, f)
		}
	}
	if len(rights) < p.ForeignRights {
		return nil
	}
	return []Pattern{{Kind: PatternForeignRights, Count: len(rights), Notices: ids(found),
		Sentence: fmt.Sprintf("Notices were filed on %d rights that the notifier neither holds nor has a power of attorney for.", len(rights))}}
}

func duplicates(_ policy.Standing, filed []Filed) []Pattern {
	type claim struct{ listing, right, reason string }
	first := map[claim]string{} // by the notice that was first
	again := 0
	var notices []string
	for _, f := range filed {
		for _, l := range f.Listings {
			c := claim{l, f.RightID, f.Reason}
			before, ok := first[c]
			if !ok {
				first[c] = f.ID
				continue
			}
			again++
			notices = append(notices, before, f.ID)
		}
	}
	if again == 0 {
		return nil
	}
	slices.Sort(notices)
	return []Pattern{{Kind: PatternDuplicate, Count: again, Notices: slices.Compact(notices),
		Sentence: fmt.Sprintf("%d listings were notified again for the same right and reason.", again)}}
}

func ids(list []Filed) []string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = f.ID
	}
	return out
}
