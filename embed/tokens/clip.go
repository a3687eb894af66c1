package tokens

import (
	"bytes"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// clip is the tokenizer of CLIP: words are bytes, of which the last one of a word is another token than the same byte before it;
// pairs are merged in the order of the vocabulary's lines.
type clip struct {
	byteOf [256]int32          // token of a byte within a word
	merges map[[2]int32]merged // by the pair of tokens
	size   int
}

type merged struct{ rank, token int32 }

const (
	bytesKinds = 256
	mostMerges = 1 << 20
)

// words are what is merged within: the endings of English, runs of letters, single digits, runs of anything else.
var words = regexp.MustCompile(`'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^ \p{L}\p{N}]+`)

// byteOrder lists the bytes in the order of the vocabulary: printable ones first, each written as itself; the others are written as the
// runes from U+0100 on. spelled gives the byte of a rune.
func byteOrder() (order [bytesKinds]byte, spelled map[rune]byte) {
	printable := func(b int) bool { return b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE }
	spelled = map[rune]byte{}
	n, next := 0, rune(bytesKinds)
	for _, wanted := range []bool{true, false} {
		for b := range bytesKinds {
			if printable(b) != wanted {
				continue
			}
			order[n] = byte(b)
			n++
			if wanted {
				spelled[rune(b)] = byte(b)
			} else {
				spelled[next] = byte(b)
				next++
			}
		}
	}
	return order, spelled
}

// parseMerges reads a list of merges: a line that says what it is, then two tokens a line, parted by a space. The tokens are numbered
// as CLIP does: bytes, bytes that end a word, merges, begin, end.
func parseMerges(data []byte) (*clip, error) {
	lines := strings.Split(strings.TrimRight(string(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))), "\n"), "\n")
	if len(lines) > 0 && (strings.HasPrefix(lines[0], "#") || strings.HasPrefix(lines[0], `"bpe`)) {
		lines = lines[1:]
	}
	if len(lines) > mostMerges {
		return nil, unusable("it has %d merges; at most %d are read", len(lines), mostMerges)
	}
	const end = "</w>"
	order, spelled := byteOrder()
	c := &clip{merges: make(map[[2]int32]merged, len(lines))}
	known := make(map[string]int32, 2*bytesKinds+len(lines))
	runeOf := map[byte]string{}
	for r, b := range spelled {
		runeOf[b] = string(r)
	}
	for i, b := range order {
		c.byteOf[b] = int32(i)
		known[runeOf[b]], known[runeOf[b]+end] = int32(i), int32(bytesKinds+i)
	}
	for i, line := range lines {
		left, right, ok := strings.Cut(strings.TrimSuffix(line, "\r"), " ")
		a, okA := known[left]
		b, okB := known[right]
		if !ok || !okA || !okB {
			return nil, unusable("merge %d, %.60q, is not two tokens that the lines before it give, parted by a space", i+1, line)
		}
		token := int32(2*bytesKinds + i)
		if _, twice := c.merges[[2]int32{a, b}]; twice {
			return nil, unusable("merge %d, %.60q, stands there twice", i+1, line)
		}
		c.merges[[2]int32{a, b}] = merged{int32(i), token}
		if _, twice := known[left+right]; !twice {
			known[left+right] = token
		}
	}
	c.size = 2*bytesKinds + len(lines) + 2
	return c, nil
}

// Size implements Tokenizer.
func (c *clip) Size() int { return c.size }

// Encode implements Tokenizer: begin, the text in lower case, end, then zeros. Text is composed (NFC) and its spaces are made one, as the
// tokenizer does that is published with the models; nothing in a text means begin or end.
func (c *clip) Encode(text string, dst []int64) {
	begin, end := int64(c.size-2), int64(c.size-1)
	text = cut(text, mostRunes*len(dst))
	text = cases.Lower(language.Und, cases.HandleFinalSigma(false)).String(oneSpace(norm.NFC.String(strings.ToValidUTF8(text, string(utf8.RuneError)))))
	dst[0] = begin
	n := 1
	for _, at := range words.FindAllStringIndex(text, -1) {
		for _, token := range c.pairs(text[at[0]:at[1]]) {
			if n == len(dst)-1 {
				break
			}
			dst[n] = int64(token)
			n++
		}
	}
	dst[n] = end
	clear(dst[n+1:])
}

// pairs merges the bytes of a word, the pair that stands first in the vocabulary first.
func (c *clip) pairs(word string) []int32 {
	out := make([]int32, len(word))
	for i := range len(word) {
		out[i] = c.byteOf[word[i]]
	}
	out[len(out)-1] += bytesKinds
	for len(out) > 1 {
		best := merged{rank: mostMerges}
		var pair [2]int32
		for i := range len(out) - 1 {
			if m, ok := c.merges[[2]int32{out[i], out[i+1]}]; ok && m.rank < best.rank {
				best, pair = m, [2]int32{out[i], out[i+1]}
			}
		}
		if best.rank == mostMerges {
			break
		}
		kept := out[:0]
		for i := 0; i < len(out); i++ {
			if i+1 < len(out) && out[i] == pair[0] && out[i+1] == pair[1] {
				kept = append(kept, best.token)
				i++
				continue
			}
			kept = append(kept, out[i])
		}
		out = kept
	}
	return out
}

// oneSpace makes each run of white space one space, and drops those at the ends.
func oneSpace(text string) string {
	return strings.Join(strings.FieldsFunc(text, unicode.IsSpace), " ")
}
