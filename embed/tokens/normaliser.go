package tokens

import (
	"bytes"
	"encoding/binary"
	"strings"
	"unicode/utf8"

	"google.golang.org/protobuf/encoding/protowire"
)

// normaliser brings a text to the form that a SentencePiece model was trained on. The rules lie in the model: a trie of what is
// replaced (a double array as Darts writes it: Aoe, "An Efficient Implementation of Trie Structures", 1992) and the replacements.
type normaliser struct {
	units        []uint32
	replacements []byte
	dummyPrefix  bool // a space is put before the text
	strip        bool // spaces at the ends go, and of several one stays
}

// read takes the settings of a NormalizerSpec.
func (f *normaliser) read(message []byte) error {
	return fields(message, func(field protowire.Number, data []byte, number uint64) error {
		switch field {
		case 2:
			return f.readRules(data)
		case 3:
			f.dummyPrefix = number != 0
		case 4:
			f.strip = number != 0
		case 5:
			if number == 0 {
				return unusable("it does not write spaces as pieces, which this tokenizer cannot")
			}
		}
		return nil
	})
}

// readRules parts the rules: the size of the trie in bytes, the trie, the replacements, each ended by a zero.
func (f *normaliser) readRules(data []byte) error {
	if len(data) == 0 {
		return nil
	}
	const word = 4
	if len(data) < word {
		return unusable("its rules of normalisation are cut short")
	}
	size := int64(binary.LittleEndian.Uint32(data))
	if size%word != 0 || size > int64(len(data)-word) {
		return unusable("its rules of normalisation are cut short")
	}
	trie := data[word : word+size]
	f.units = make([]uint32, size/word)
	for i := range f.units {
		f.units[i] = binary.LittleEndian.Uint32(trie[word*i:])
	}
	f.replacements = data[word+size:]
	return nil
}

// Parts of a unit of the double array.
func hasLeaf(unit uint32) bool  { return unit>>8&1 == 1 }
func value(unit uint32) uint32  { return unit &^ (1 << 31) }
func label(unit uint32) uint32  { return unit & (1<<31 | 0xFF) }
func offset(unit uint32) uint32 { return unit >> 10 << (unit >> 6 & 8) }

// match finds the longest rule that the text begins with: its replacement and how many bytes it replaces, 0 for none.
func (f *normaliser) match(text string) (replacement string, n int) {
	if len(f.units) == 0 {
		return "", 0
	}
	at := offset(f.units[0])
	for i := range len(text) {
		c := uint32(text[i])
		at ^= c
		if int64(at) >= int64(len(f.units)) || c == 0 || label(f.units[at]) != c {
			break
		}
		unit := f.units[at]
		at ^= offset(unit)
		if !hasLeaf(unit) || int64(at) >= int64(len(f.units)) {
			continue
		}
		if from := int64(value(f.units[at])); from < int64(len(f.replacements)) {
			found, _, _ := bytes.Cut(f.replacements[from:], []byte{0})
			replacement, n = string(found), i+1
		}
	}
	return replacement, n
}

// apply gives the normal form, with spaces as pieces write them.
func (f *normaliser) apply(text string) string {
	var b strings.Builder
	for text != "" {
		part, n := f.match(text)
		if n == 0 {
			_, n = utf8.DecodeRuneInString(text)
			part = text[:n]
		}
		b.WriteString(part)
		text = text[n:]
	}
	out := strings.ToValidUTF8(b.String(), string(utf8.RuneError))
	if f.strip {
		out = strings.Join(strings.FieldsFunc(out, func(r rune) bool { return r == ' ' }), " ")
	}
	if f.dummyPrefix && out != "" {
		out = " " + out
	}
	return strings.ReplaceAll(out, " ", space)
}
