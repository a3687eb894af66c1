package wordmark

import "strings"

// latinRule reads a group of letters as phones when it stands at the place given.
type latinRule struct {
	letters, phones string
	initial, before string // initial "^": only first; before: the next letter must be one of these, $ for the end
}

// latinRules are tried in order, longest groups first. They follow the English reading of brand names, with the Pinyin reading
// of initial x, q and zh; where usage differs, a phone that is cheap to exchange stands for both.
var latinRules = []latinRule{
	{letters: "tion", phones: "Son"},
	{letters: "sch", phones: "S"}, {letters: "tch", phones: "C"}, {letters: "dge", phones: "J~"},
	{letters: "igh", phones: "ai"}, {letters: "eau", phones: "o"},
	{letters: "ph", phones: "f"}, {letters: "sh", phones: "S"}, {letters: "ch", phones: "C"}, {letters: "th", phones: "t"},
	{letters: "ck", phones: "k"}, {letters: "zh", phones: "J"}, {letters: "dg", phones: "J", before: "ei"},
	{letters: "kn", phones: "n", initial: "^"}, {letters: "wr", phones: "r", initial: "^"}, {letters: "ps", phones: "s", initial: "^"},
	{letters: "gh", phones: "g"}, {letters: "qu", phones: "kw"}, {letters: "ng", phones: "nJ", before: "e"}, {letters: "ng", phones: "N"},
	{letters: "sc", phones: "s", before: "eiy"}, {letters: "cc", phones: "C", before: "i"}, {letters: "cc", phones: "ks", before: "e"},
	{letters: "oo", phones: "u"}, {letters: "ee", phones: "i"}, {letters: "ea", phones: "ia", before: "$"}, {letters: "ea", phones: "i"}, {letters: "ie", phones: "i"},
	{letters: "ou", phones: "u"}, {letters: "ow", phones: "au", before: "$nld"}, {letters: "oa", phones: "o"}, {letters: "aw", phones: "o", before: "$lnkdst"},
	{letters: "x", phones: "S", initial: "^", before: "iu"}, {letters: "x", phones: "z", initial: "^"}, {letters: "x", phones: "ks"},
	{letters: "q", phones: "C", before: "i"}, {letters: "q", phones: "k"},
	{letters: "c", phones: "s", before: "eiy"}, {letters: "c", phones: "k"},
	{letters: "g", phones: "G", before: "eiy"}, {letters: "j", phones: "J"},
	{letters: "y", phones: "y", before: "aeiou"}, {letters: "y", phones: "i"},
	{letters: "w", phones: "w", before: "aeiouyh"}, {letters: "w", phones: "u"},
}

// latinPhones reads a lower-case ASCII word.
func latinPhones(word string) string {
	out := make([]byte, 0, len(word)+4)
	for i := 0; i < len(word); {
		rest := word[i:]
		if p, n, ok := latinGroup(rest, i == 0); ok {
			out, i = append(out, p...), i+n
			continue
		}
		c := word[i]
		i++
		if c == 'e' && i == len(word) && i > 2 && !isVowel(word[i-2]) { // silent, or spoken in "nike": weak
			c = '~'
		}
		if c >= 'a' && c <= 'z' || c == '~' || c == '*' {
			out = append(out, c)
		}
	}
	return string(squeeze(out))
}

// latinGroup applies the first rule that fits at the start of rest.
func latinGroup(rest string, initial bool) (phones string, letters int, ok bool) {
	for _, r := range latinRules {
		if !strings.HasPrefix(rest, r.letters) || r.initial != "" && !initial {
			continue
		}
		next := byte('$')
		if len(rest) > len(r.letters) {
			next = rest[len(r.letters)]
		}
		if r.before != "" && strings.IndexByte(r.before, next) < 0 {
			continue
		}
		return r.phones, len(r.letters), true
	}
	return "", 0, false
}
