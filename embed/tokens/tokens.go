// Package tokens cuts texts into the numbers that the text towers of CLIP and SigLIP read. A pack brings the vocabulary as its authors
// published it; both tokenizers give what the Python originals give (testdata/make.py wrote what the tests hold them against).
package tokens

import (
	"errors"
	"fmt"
)

// The tokenizers, by the names that a manifest gives them.
const (
	CLIP   = "clip"   // byte-level byte pairs (Radford et al. 2021); the vocabulary is the list of merges, as text
	SigLIP = "siglip" // a SentencePiece unigram model (Kudo 2018) of canonical text; the vocabulary is its .model file
)

// ErrVocabulary: a vocabulary cannot be used. What is returned wraps it with a sentence that says why.
var ErrVocabulary = errors.New("tokens: unusable vocabulary")

// mostRunes bounds the text that is looked at, a token: longer texts are cut, so that no text costs much.
const mostRunes = 32

// A Tokenizer turns texts into tokens. It is safe for concurrent use.
type Tokenizer interface {
	// Encode fills dst with the tokens of a text between the marks that the family's models expect: cut where they do not fit, padded where
	// there are fewer. dst holds at least two.
	Encode(text string, dst []int64)
	// Size is how many tokens the vocabulary has; all are from 0 to Size - 1.
	Size() int
}

// Open reads the vocabulary of a tokenizer.
func Open(name string, vocabulary []byte) (Tokenizer, error) {
	switch name {
	case CLIP:
		return parseMerges(vocabulary)
	case SigLIP:
		return parseUnigram(vocabulary)
	}
	return nil, fmt.Errorf("%w: there is no tokenizer %q; use %q or %q", ErrVocabulary, name, CLIP, SigLIP)
}

func unusable(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrVocabulary}, args...)...)
}

// cut keeps the first runes of a text.
func cut(text string, most int) string {
	n := 0
	for i := range text {
		if n == most {
			return text[:i]
		}
		n++
	}
	return text
}
