package wordmark

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed data/english.txt
var englishText string

//go:embed data/chinese.txt
var chineseText string

//go:embed data/listing.txt
var listingText string

//go:embed data/foreign.txt
var foreignText string

//go:embed data/seams.txt
var seamsText string

//go:embed data/names.txt
var namesText string

var englishWords = sync.OnceValue(func() map[string]struct{} { return wordSet(englishText) })
var chineseWords = sync.OnceValue(func() map[string]struct{} { return wordSet(chineseText) })
var seamWords = sync.OnceValue(func() map[string]struct{} { return wordSet(seamsText) })
var nameWords = sync.OnceValue(func() map[string]struct{} { return wordSet(namesText) })
var foreignWords = sync.OnceValue(func() map[string]struct{} { return wordSet(foreignText) })

// listingWords are the everyday words of listings and of the terms of use, normalised.
var listingWords = sync.OnceValue(func() map[string]struct{} {
	set := map[string]struct{}{}
	for w := range wordSet(listingText) {
		set[newForm(w).plain] = struct{}{}
	}
	for _, t := range terms().list {
		for _, w := range strings.Fields(t.text) {
			set[newForm(w).plain] = struct{}{}
		}
	}
	return set
})

// everyday reports a span that is, or has as one of its words, an everyday word of its own language, so that its sound says
// nothing.
func everyday(f *form) bool {
	if f.daily == 0 {
		f.daily = -1
		if f.hasListingWord() {
			f.daily = 1
		}
	}
	return f.daily > 0
}

func (f *form) hasListingWord() bool {
	if _, ok := listingWords()[f.plain]; ok {
		return f.atoms == 1
	}
	if f.single || f.spaces == 0 {
		return false
	}
	for word := range f.pieces() {
		if _, ok := listingWords()[word]; ok {
			return true
		}
	}
	return false
}

// wordSet reads a list of words, one or more a line; # starts a comment line.
func wordSet(text string) map[string]struct{} {
	set := make(map[string]struct{}, strings.Count(text, "\n"))
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, w := range strings.Fields(line) {
			set[w] = struct{}{}
		}
	}
	return set
}

// ordinary reports an English word of everyday use, or its regular plural.
func ordinary(word string) bool {
	_, ok := englishWords()[word]
	return ok
}

// chineseWord reports a Chinese word of everyday use.
func chineseWord(word string) bool {
	_, ok := chineseWords()[word]
	return ok
}

// foreignWord reports a common word of another language in Latin letters.
func foreignWord(word string) bool {
	_, ok := foreignWords()[word]
	return ok
}

// nameWord reports a name of people or places, in lower case.
func nameWord(word string) bool {
	_, ok := nameWords()[word]
	return ok
}

// seamWord reports a rarer Chinese word of two characters: enough to show that a mark is cut out of its neighbours.
func seamWord(word string) bool {
	_, ok := seamWords()[word]
	return ok
}
