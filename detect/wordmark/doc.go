// Package wordmark finds registered word marks in the text of a listing, however they are written, and judges from the words
// around them whether the mark is misused.
//
// The way of a title: [Spans] cuts it into windows worth looking up, [Lexicon.Lookup] names the marks that could be meant,
// [Find] compares, reads the context and scores. Every span keeps the byte offsets of the original text, so evidence can be
// shown in the seller's own characters beside what they were read as and by which rules.
//
// Comparison has two halves. Spelling: compatibility forms, hidden characters, look-alikes (Unicode Technical Standard 39),
// digits for letters, separators, masks and typing errors are undone rune by rune. Sound: words of another script are turned
// into coarse phones and aligned with the phones of the mark by a weighted edit distance in the manner of Editex (Zobel and
// Dart, "Phonetic string matching", SIGIR 1996).
//
// The package keeps no clock and no storage; all of it is safe for concurrent use.
package wordmark
