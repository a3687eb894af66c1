package wordmark

import (
	"slices"
	"strings"

	"github.com/mozillazg/go-unidecode"
)

// alphabets maps letters of alphabets and abjads to phones. Weak vowels (~) stand for signs that are often not spoken.
var alphabets = letterTable(
	// Cyrillic
	"а a б b в v г g д d е e ж J з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х h ц ts ч C ш S щ S ъ ~ ы i ь ~ э e",
	"ю yu я ya і i ї i є e ґ g ў w ј y љ l њ n ћ C ђ J џ J қ k ғ g ү u ұ u ө o ә a ң N һ h",
	// Greek
	"α a β v γ g δ d ε e ζ z η i θ t ι i κ k λ l μ m ν n ξ ks ο o π p ρ r σ s τ t υ i φ f χ h ψ ps ω o",
	// Arabic, Persian letters folded before; short vowels are not written
	"ا a ب b ت t ث t ج G ح h خ h د d ذ z ر r ز z س s ش S ص s ض d ط t ظ z ع a غ g ف f ق k ك k ل l م m ن n ه h و u ي i ء ~ ة a ؤ u ئ i",
	// Hebrew
	"א a ב b ג g ד d ה h ו u ז z ח h ט t י i כ k ך k ל l מ m ם m נ n ן n ס s ע a פ p ף f צ ts ץ ts ק k ר r ש S ת t",
	// Thai consonants and vowels; leading vowels are moved behind their consonant first
	"ก k ข k ฃ k ค k ฅ k ฆ k ง N จ J ฉ C ช C ซ s ฌ C ญ y ฎ d ฏ t ฐ t ฑ t ฒ t ณ n ด d ต t ถ t ท t ธ t น n บ b ป p ผ p ฝ f พ p ฟ f ภ p",
	"ม m ย y ร r ล l ว w ศ s ษ s ส s ห h ฬ l ฮ h ฤ r ะ a ั a า a ิ i ี i ึ u ื u ุ u ู u เ e แ e โ o ใ ai ไ ai ํ a",
	// Devanagari, inherent vowels added below
	"अ a आ a इ i ई i उ u ऊ u ए e ऐ ai ओ o औ au ऑ o ऍ e ा a ि i ी i ु u ू u े e ै ai ो o ौ au ॉ o ॅ e ं n ँ n",
	"क k ख k ग g घ g ङ N च C छ C ज J झ J ञ n ट t ठ t ड d ढ d ण n त t थ t द d ध d न n प p फ f ब b भ b म m य y र r ल l व v श S ष S स s ह h",
)

func letterTable(rows ...string) map[rune]string {
	m := map[rune]string{}
	for _, row := range rows {
		f := strings.Fields(row)
		for i := 0; i+1 < len(f); i += 2 {
			m[[]rune(f[i])[0]] = f[i+1]
		}
	}
	return m
}

// digraphs are read together before single letters are.
var digraphs = strings.NewReplacer(
	"дж", "џ", "тс", "ц", "μπ", "б", "ντ", "д", "ου", "у", "γκ", "г", "γγ", "г", "τζ", "џ", "τσ", "ц", "αι", "ε", "ει", "ι",
	"تش", "ч",
)

// phonesOf reads folded letters of any script as phones; * passes through for masked letters.
func phonesOf(letters []rune, sc script) string {
	var out []byte
	switch sc {
	case scriptLatin:
		return latinPhones(string(letters))
	case scriptHan:
		if slices.ContainsFunc(letters, kana) {
			out = japanesePhones(letters)
			break
		}
		return hanPhones(letters)
	case scriptHiragana, scriptKatakana:
		out = kanaPhones(letters)
	case scriptHangul:
		out = hangulPhones(letters)
	case scriptThai:
		out = alphabetPhones(reorderThai(letters))
	case scriptDevanagari:
		out = devanagariPhones(letters)
	case scriptArabic:
		if len(letters) > 2 && letters[0] == 'ا' && (letters[1] == 'و' || letters[1] == 'ي') {
			letters = letters[1:] // alef only carries the vowel
		}
		out = alphabetPhones([]rune(digraphs.Replace(string(letters))))
	case scriptGreek:
		out = alphabetPhones([]rune(digraphs.Replace(greekNasals(string(letters)))))
	case scriptCyrillic, scriptHebrew:
		out = alphabetPhones([]rune(digraphs.Replace(string(letters))))
	default:
		return latinPhones(strings.ToLower(unidecode.Unidecode(string(letters))))
	}
	return string(squeeze(glides(out)))
}

// greekNasals keeps the nasal of μπ, ντ and γκ inside a word, where foreign names have one more often than not.
func greekNasals(word string) string {
	first, size := "", 0
	for _, pair := range []string{"μπ", "ντ", "γκ"} {
		if strings.HasPrefix(word, pair) {
			first, size = pair, len(pair)
		}
	}
	return first + strings.NewReplacer("μπ", "μб", "ντ", "νд", "γκ", "νг").Replace(word[size:])
}

// alphabetPhones reads letter by letter.
func alphabetPhones(letters []rune) []byte {
	out := make([]byte, 0, len(letters)+4)
	for _, r := range letters {
		if r == '*' {
			out = append(out, '*')
		} else {
			out = append(out, alphabets[r]...)
		}
	}
	return out
}

// glides turns i and u before a vowel, at the start of a word or behind another vowel, into y and w.
func glides(p []byte) []byte {
	for i := 0; i+1 < len(p); i++ {
		if !isVowel(p[i+1]) || p[i+1] == p[i] || i > 0 && !isVowel(p[i-1]) {
			continue
		}
		switch p[i] {
		case 'i':
			p[i] = 'y'
		case 'u':
			p[i] = 'w'
		}
	}
	return p
}

// reorderThai moves leading vowels behind their consonant, drops tone marks, silences vowel carriers and the h that only sets
// the tone. A consonant under the silencing sign stays: in foreign names it spells a sound of the original.
func reorderThai(word []rune) []rune {
	in := make([]rune, 0, len(word))
	for _, r := range word {
		if r != '็' && (r < '่' || r > '์') {
			in = append(in, r)
		}
	}
	out := make([]rune, 0, len(in))
	for i := 0; i < len(in); i++ {
		r := in[i]
		switch {
		case r == 'เ' && i+3 < len(in) && (in[i+2] == 'ี' && in[i+3] == 'ย' || in[i+2] == 'ื' && in[i+3] == 'อ'):
			out = append(out, in[i+1], in[i+2], 'า') // ia, uea
			i += 3
		case r >= 'เ' && r <= 'ไ' && i+1 < len(in):
			if in[i+1] != 'อ' {
				out = append(out, in[i+1])
			}
			out = append(out, r)
			i++
		case r == 'อ':
			if i > 0 && i+1 < len(in) && consonantThai(in[i-1]) {
				out = append(out, 'โ')
			}
		case r == 'ห' && i+1 < len(in) && strings.ContainsRune("งนมยรลว", in[i+1]):
		case r == 'ว' && i > 0 && (i+1 == len(in) || consonantThai(in[i+1])) && !(i > 0 && consonantThai(in[i-1])):
			out = append(out, 'ุ')
		default:
			out = append(out, r)
		}
	}
	return out
}

func consonantThai(r rune) bool { return r >= 'ก' && r <= 'ฮ' }

// devanagariPhones adds the inherent vowel between consonants.
func devanagariPhones(in []rune) []byte {
	out := make([]byte, 0, 2*len(in))
	consonant := func(r rune) bool { return r >= 'क' && r <= 'ह' }
	for i, r := range in {
		if r == '*' {
			out = append(out, '*')
			continue
		}
		out = append(out, alphabets[r]...)
		if consonant(r) && i+1 < len(in) && consonant(in[i+1]) {
			out = append(out, '~')
		}
	}
	return out
}
