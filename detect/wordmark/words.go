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

//go:embed data/foreign.txt
var foreignText string

var englishWords = sync.OnceValue(func() map[string]struct{} { return wordSet(englishText) })
var chineseWords = sync.OnceValue(func() map[string]struct{} { return wordSet(chineseText) })
var foreignWords = sync.OnceValue(func() map[string]struct{} { return wordSet(foreignText) })

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
