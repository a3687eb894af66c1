package wordmark

import (
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// kanaTable maps katakana to phones, small kana in lower rows; hiragana is shifted to katakana first.
var kanaTable = letterTable(
	"ア a イ i ウ u エ e オ o カ ka キ ki ク ku ケ ke コ ko ガ ga ギ gi グ gu ゲ ge ゴ go サ sa シ Si ス su セ se ソ so ザ za ジ Ji ズ zu ゼ ze ゾ zo",
	"タ ta チ Ci ツ tsu テ te ト to ダ da ヂ Ji ヅ zu デ de ド do ナ na ニ ni ヌ nu ネ ne ノ no ハ ha ヒ hi フ fu ヘ he ホ ho",
	"バ ba ビ bi ブ bu ベ be ボ bo パ pa ピ pi プ pu ペ pe ポ po マ ma ミ mi ム mu メ me モ mo ヤ ya ユ yu ヨ yo",
	"ラ ra リ ri ル ru レ re ロ ro ワ wa ヲ o ン n ヴ vu ヷ va ヸ vi ヹ ve ヺ vo",
)

// smallKana are the vowels that replace the one before them.
var smallKana = letterTable("ァ a ィ i ゥ u ェ e ォ o ャ ya ュ yu ョ yo ヮ wa")

// kanaPhones reads kana. The vowels that a syllabary must put behind a foreign consonant (u; o after t and d) are weak.
func kanaPhones(in []rune) []byte {
	out := make([]byte, 0, 2*len(in))
	for i, r := range in {
		if r >= 'ぁ' && r <= 'ゖ' {
			r += 'ァ' - 'ぁ'
		}
		if small, ok := smallKana[r]; ok {
			out = appendSmall(out, small)
			continue
		}
		switch {
		case r == '*':
			out = append(out, '*')
		case strings.ContainsRune("スクグズツフブプムルトド", r) && !(i+1 < len(in) && in[i+1] == 'ー'):
			p := kanaTable[r]
			out = append(append(out, p[:len(p)-1]...), '~')
		default:
			out = append(out, kanaTable[r]...)
		}
	}
	return out
}

// appendSmall joins a small kana to the syllable before: fu+a = fa, Si+ya = Sa, ki+ya = kya, u+e = we.
func appendSmall(out []byte, small string) []byte {
	n := len(out)
	if n == 0 || !isVowel(out[n-1]) {
		return append(out, small...)
	}
	if n == 1 || isVowel(out[n-2]) {
		if out[n-1] == 'u' {
			out[n-1] = 'w'
		}
		return append(out, small...)
	}
	out = out[:n-1]
	if small[0] == 'y' && strings.IndexByte("SJC", out[n-2]) >= 0 {
		small = small[1:]
	}
	return append(out, small...)
}

// Phones of the jamo, in the order of the Hangul syllable block.
var (
	hangulInitial = strings.Fields("g g n d d r m b b s s - J J C k t p h")
	hangulVowel   = strings.Fields("a e ya ye o e yo ye o wa we we yo u wo we wi yu ~ ui i")
	hangulFinal   = strings.Fields("- k k k n n n t l l l l l l l l m p p t t N t t k t p t")
)

// hangulPhones takes syllables apart arithmetically (Unicode chapter 3.12). Liquids that meet count once.
func hangulPhones(in []rune) []byte {
	out := make([]byte, 0, 3*len(in))
	for _, r := range in {
		if r == '*' {
			out = append(out, '*')
			continue
		}
		s := r - 0xAC00
		if s < 0 || s >= 11172 {
			continue
		}
		if p := hangulInitial[s/588]; p != "-" {
			if n := len(out); p == "r" && n > 0 && out[n-1] == 'l' {
				p = ""
			}
			out = append(out, p...)
		}
		vowel := hangulVowel[s%588/28]
		if n := len(out); n > 0 && vowel[0] != '~' && len(vowel) > 1 && (vowel[0] == 'y' || vowel == "wi") && strings.IndexByte("sJC", out[n-1]) >= 0 {
			if out[n-1] == 's' {
				out[n-1] = 'S' // 쉬, 샤: the glide is heard in the consonant
			}
			vowel = vowel[1:]
		}
		out = append(out, vowel...)
		if p := hangulFinal[s%28]; p != "-" {
			out = append(out, p...)
		}
	}
	return out
}

var pinyinArgs = pinyin.NewArgs()

// hanPhones reads Han characters by their commonest Pinyin.
func hanPhones(in []rune) string {
	var b strings.Builder
	for _, r := range in {
		if r == '*' {
			b.WriteByte('*')
			continue
		}
		b.WriteString(hanPhone(r))
	}
	return b.String()
}

// hanHeard remembers the phones of characters: taking the tones off Pinyin is slow. It is bounded by the characters there are.
var hanHeard sync.Map

// hanPhone reads one character; "" when it has no Pinyin.
func hanPhone(r rune) string {
	if known, ok := hanHeard.Load(r); ok {
		return known.(string)
	}
	phones := ""
	if p := pinyin.SinglePinyin(r, pinyinArgs); len(p) > 0 {
		phones = pinyinPhones(p[0])
	}
	hanHeard.Store(r, phones)
	return phones
}

var pinyinReader = strings.NewReplacer("zh", "J", "ch", "C", "sh", "S", "ng", "N", "x", "S", "q", "C", "j", "J", "c", "ts", "z", "ts", "ü", "u", "v", "u")

// pinyinPhones reads one syllable of Pinyin.
func pinyinPhones(syllable string) string { return pinyinReader.Replace(syllable) }

// kana reports a letter of the Japanese syllabaries.
func kana(r rune) bool {
	sc := scriptOf(r)
	return sc == scriptKatakana || sc == scriptHiragana
}

// japanesePhones reads Han characters between kana by their on reading, or by kun where there is none.
func japanesePhones(in []rune) []byte {
	var out []byte
	var syllables []rune
	flush := func() {
		out = append(out, kanaPhones(syllables)...)
		syllables = syllables[:0]
	}
	for _, r := range in {
		if kana(r) || r == '*' {
			syllables = append(syllables, r)
			continue
		}
		flush()
		h := hanReadings()[r]
		if h.on == "" {
			h.on = h.kun
		}
		out = append(out, latinPhones(h.on)...)
	}
	flush()
	return out
}
