package tokens

import (
	"math"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
	"google.golang.org/protobuf/encoding/protowire"
)

// unigram is a SentencePiece model of the unigram kind: of all ways to cut a text into pieces, the likeliest one.
type unigram struct {
	pieces       map[string]piece
	longest      int // bytes of a piece
	size         int
	unknown, end int64
	unlikely     float32 // log probability of a character that no piece covers
	form         normaliser
}

type piece struct {
	id    int64
	score float32 // log probability
}

// Kinds of pieces in the model file.
const (
	kindNormal, kindUnknown, kindControl, kindUser, kindUnused, kindByte = 1, 2, 3, 4, 5, 6
	typeUnigram                                                          = 1
	unknownPenalty                                                       = 10
	space                                                                = "▁" // U+2581, how pieces write a space
	mostPieces                                                           = 1 << 20
)

// fields calls fn for each field of a protocol buffer's message; bytes for length-delimited ones, number for the others.
func fields(message []byte, fn func(field protowire.Number, data []byte, number uint64) error) error {
	for len(message) > 0 {
		field, kind, n := protowire.ConsumeTag(message)
		if n < 0 {
			return unusable("it is not a SentencePiece model: %w", protowire.ParseError(n))
		}
		message = message[n:]
		var data []byte
		var number uint64
		switch kind {
		case protowire.BytesType:
			data, n = protowire.ConsumeBytes(message)
		case protowire.VarintType:
			number, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(message)
			number = uint64(v)
		default:
			n = protowire.ConsumeFieldValue(field, kind, message)
		}
		if n < 0 {
			return unusable("it is not a SentencePiece model: %w", protowire.ParseError(n))
		}
		message = message[n:]
		if err := fn(field, data, number); err != nil {
			return err
		}
	}
	return nil
}

// parseUnigram reads a SentencePiece .model file (sentencepiece_model.proto).
func parseUnigram(data []byte) (*unigram, error) {
	u := &unigram{pieces: map[string]piece{}, unknown: -1, end: -1, form: normaliser{dummyPrefix: true, strip: true}}
	least, kind := float32(math.Inf(1)), uint64(typeUnigram)
	err := fields(data, func(field protowire.Number, data []byte, _ uint64) error {
		switch field {
		case 1:
			return u.add(data, &least)
		case 2:
			return fields(data, func(field protowire.Number, _ []byte, number uint64) error {
				if field == 3 {
					kind = number
				}
				return nil
			})
		case 3:
			return u.form.read(data)
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case kind != typeUnigram:
		return nil, unusable("it is a SentencePiece model of another kind than unigram (%d)", kind)
	case u.unknown < 0 || u.end < 0:
		return nil, unusable("its pieces lack one for the unknown or the end, </s>")
	case len(u.pieces) == 0:
		return nil, unusable("it has no pieces")
	}
	u.unlikely = least - unknownPenalty
	return u, nil
}

// add takes one piece in.
func (u *unigram) add(message []byte, least *float32) error {
	var text string
	var score float32
	kind := uint64(kindNormal)
	err := fields(message, func(field protowire.Number, data []byte, number uint64) error {
		switch field {
		case 1:
			text = string(data)
		case 2:
			score = math.Float32frombits(uint32(number)) //nolint:gosec // fixed32
		case 3:
			kind = number
		}
		return nil
	})
	if err != nil {
		return err
	}
	id := int64(u.size)
	u.size++
	switch {
	case u.size > mostPieces:
		return unusable("it has more than %d pieces", mostPieces)
	case kind == kindUnknown:
		u.unknown = id
	case kind == kindControl && text == "</s>":
		u.end = id
	case kind == kindUser || kind == kindByte:
		return unusable("piece %d, %.40q, is a user's symbol or a byte, which this tokenizer does not know", id, text)
	case kind == kindNormal:
		if text == "" || !utf8.ValidString(text) || math.IsNaN(float64(score)) || math.IsInf(float64(score), 0) {
			return unusable("piece %d, %.40q, is empty, no text or of no number", id, text)
		}
		if _, twice := u.pieces[text]; twice {
			return unusable("piece %d, %.40q, stands there twice", id, text)
		}
		u.pieces[text] = piece{id, score}
		u.longest, *least = max(u.longest, len(text)), min(*least, score)
	}
	return nil
}

// Size implements Tokenizer.
func (u *unigram) Size() int { return u.size }

// Encode implements Tokenizer: the pieces of the canonical text, the end, and the end again where there is room, as SigLIP was trained.
func (u *unigram) Encode(text string, dst []int64) {
	ids := u.cut(u.form.apply(canonical(cut(text, mostRunes*len(dst)))))
	n := copy(dst[:len(dst)-1], ids)
	for i := n; i < len(dst); i++ {
		dst[i] = u.end
	}
}

// canonical is the text as SigLIP was trained on: without the punctuation of ASCII, in lower case, with single spaces.
func canonical(text string) string {
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "_", " "), string(utf8.RuneError))
	text = strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7F && !(r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z') {
			return -1
		}
		return r
	}, text)
	return oneSpace(cases.Lower(language.Und).String(text))
}

// cut finds the likeliest pieces by dynamic programming (Viterbi). Characters that none covers are unknown, several of them one token.
func (u *unigram) cut(text string) []int64 {
	type arrival struct {
		score float32
		from  int
		id    int64
	}
	best := make([]arrival, len(text)+1)
	for i := range best {
		best[i].from = -1
	}
	best[0].from = 0
	for i := 0; i < len(text); {
		_, width := utf8.DecodeRuneInString(text[i:])
		single := false
		reach := func(end int, score float32, id int64) {
			if s := best[i].score + score; best[end].from < 0 || s > best[end].score {
				best[end] = arrival{s, i, id}
			}
		}
		for end := i + width; end <= len(text) && end-i <= u.longest; end++ {
			if end < len(text) && !utf8.RuneStart(text[end]) {
				continue
			}
			if p, ok := u.pieces[text[i:end]]; ok {
				reach(end, p.score, p.id)
				single = single || end == i+width
			}
		}
		if !single {
			reach(i+width, u.unlikely, u.unknown)
		}
		i += width
	}
	var ids []int64
	for i := len(text); i > 0; i = best[i].from {
		if id := best[i].id; id != u.unknown || len(ids) == 0 || ids[len(ids)-1] != id {
			ids = append(ids, id)
		}
	}
	for i, j := 0, len(ids)-1; i < j; i, j = i+1, j-1 {
		ids[i], ids[j] = ids[j], ids[i]
	}
	return ids
}
