package simulate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf8"
)

// Scripts that names and titles are written in.
var scripts = []string{"latin", "cyrillic", "han", "kana", "hangul", "arabic"}

// languageOf is the language of titles in a script (BCP 47).
var languageOf = map[string]string{"latin": "en", "cyrillic": "ru", "han": "zh", "kana": "ja", "hangul": "ko", "arabic": "ar"}

// A syllable in the six scripts. The readings are those that names are usually written with.
type syllable struct{ latin, cyrillic, han, kana, hangul, arabic string }

var syllables = []syllable{
	{"va", "ва", "瓦", "ヴァ", "바", "فا"}, {"lo", "ло", "洛", "ロ", "로", "لو"}, {"mi", "ми", "米", "ミ", "미", "مي"}, {"ra", "ра", "拉", "ラ", "라", "را"},
	{"ko", "ко", "科", "コ", "코", "كو"}, {"ta", "та", "塔", "タ", "타", "تا"}, {"ni", "ни", "尼", "ニ", "니", "ني"}, {"su", "су", "苏", "ス", "수", "سو"},
	{"da", "да", "达", "ダ", "다", "دا"}, {"pe", "пе", "佩", "ペ", "페", "بي"}, {"lu", "лу", "卢", "ル", "루", "لو"}, {"zo", "зо", "佐", "ゾ", "조", "زو"},
	{"ka", "ка", "卡", "カ", "카", "كا"}, {"re", "ре", "雷", "レ", "레", "ري"}, {"ma", "ма", "玛", "マ", "마", "ما"}, {"no", "но", "诺", "ノ", "노", "نو"},
	{"ti", "ти", "蒂", "ティ", "티", "تي"}, {"sa", "са", "萨", "サ", "사", "سا"}, {"bo", "бо", "博", "ボ", "보", "بو"}, {"fe", "фе", "菲", "フェ", "페", "في"},
	{"gu", "гу", "古", "グ", "구", "غو"}, {"do", "до", "多", "ド", "도", "دو"}, {"ly", "ли", "丽", "リ", "리", "لي"}, {"xe", "ксе", "谢", "ゼ", "제", "زي"},
}

// A name is a mark's word in every script.
type name map[string]string

// newName draws a name of three or four syllables that is no word of a title.
func newName(r *rand.Rand) name {
	for {
		if n := syllablesOf(r); !n.common() {
			return n
		}
	}
}

// common tells whether the name is, in any script, a part of what every title may say.
func (n name) common() bool {
	for script, word := range n {
		word = strings.ToLower(word)
		for _, more := range adjectives[script] {
			if strings.Contains(strings.ToLower(more), word) {
				return true
			}
		}
		for _, goods := range goodsOf {
			if strings.Contains(strings.ToLower(goods.words[script]), word) {
				return true
			}
		}
	}
	return false
}

func syllablesOf(r *rand.Rand) name {
	n := name{}
	for range 3 + r.IntN(2) {
		s := syllables[r.IntN(len(syllables))]
		for script, part := range map[string]string{"latin": s.latin, "cyrillic": s.cyrillic, "han": s.han, "kana": s.kana, "hangul": s.hangul, "arabic": s.arabic} {
			n[script] += part
		}
	}
	n["latin"], n["cyrillic"] = strings.ToUpper(n["latin"]), strings.ToUpper(n["cyrillic"])
	return n
}

// near is a name of others that begins alike: another sign, and no infringement.
func (n name) near(r *rand.Rand) name {
	for {
		out, other := name{}, newName(r)
		for script := range n {
			keep, add := []rune(n[script]), []rune(other[script])
			out[script] = string(keep[:(len(keep)+1)/2]) + string(add[len(add)/2:])
		}
		if out["latin"] != n["latin"] {
			return out
		}
	}
}

// Goods by shape of picture: what they are called, and their Nice class.
var goodsOf = map[string]struct {
	nice  string
	words name
}{
	"mug":      {"21", name{"latin": "ceramic mug", "cyrillic": "керамическая кружка", "han": "陶瓷马克杯", "kana": "マグカップ", "hangul": "머그컵", "arabic": "كوب خزفي"}},
	"bottle":   {"21", name{"latin": "water bottle", "cyrillic": "бутылка для воды", "han": "水杯", "kana": "水筒", "hangul": "물병", "arabic": "زجاجة ماء"}},
	"bag":      {"18", name{"latin": "shoulder bag", "cyrillic": "сумка на плечо", "han": "单肩包", "kana": "ショルダーバッグ", "hangul": "숄더백", "arabic": "حقيبة كتف"}},
	"shoe":     {"25", name{"latin": "low sneakers", "cyrillic": "кроссовки", "han": "休闲鞋", "kana": "スニーカー", "hangul": "운동화", "arabic": "حذاء رياضي"}},
	"shirt":    {"25", name{"latin": "cotton t-shirt", "cyrillic": "хлопковая футболка", "han": "纯棉短袖", "kana": "綿のシャツ", "hangul": "면 티셔츠", "arabic": "قميص قطني"}},
	"cushion":  {"20", name{"latin": "cushion cover", "cyrillic": "подушка", "han": "抱枕套", "kana": "クッション", "hangul": "쿠션 커버", "arabic": "غطاء وسادة"}},
	"case":     {"9", name{"latin": "phone case", "cyrillic": "чехол для телефона", "han": "手机壳", "kana": "スマホケース", "hangul": "휴대폰 케이스", "arabic": "غطاء هاتف"}},
	"lamp":     {"11", name{"latin": "table lamp", "cyrillic": "настольная лампа", "han": "台灯", "kana": "卓上ランプ", "hangul": "탁상 램프", "arabic": "مصباح طاولة"}},
	"watch":    {"14", name{"latin": "wrist watch", "cyrillic": "наручные часы", "han": "手表", "kana": "腕時計", "hangul": "손목시계", "arabic": "ساعة يد"}},
	"vase":     {"21", name{"latin": "flower vase", "cyrillic": "ваза для цветов", "han": "花瓶", "kana": "花瓶", "hangul": "꽃병", "arabic": "مزهرية"}},
	"cap":      {"25", name{"latin": "baseball cap", "cyrillic": "бейсболка", "han": "棒球帽", "kana": "野球帽", "hangul": "야구 모자", "arabic": "قبعة بيسبول"}},
	"plate":    {"21", name{"latin": "dinner plate", "cyrillic": "тарелка", "han": "餐盘", "kana": "ディナー皿", "hangul": "접시", "arabic": "طبق"}},
	"glasses":  {"9", name{"latin": "sunglasses", "cyrillic": "солнечные очки", "han": "太阳镜", "kana": "サングラス", "hangul": "선글라스", "arabic": "نظارة شمسية"}},
	"teddy":    {"28", name{"latin": "plush bear", "cyrillic": "плюшевый мишка", "han": "毛绒玩具熊", "kana": "ぬいぐるみ", "hangul": "곰 인형", "arabic": "دب قطيفة"}},
	"chair":    {"20", name{"latin": "dining chair", "cyrillic": "стул", "han": "餐椅", "kana": "椅子", "hangul": "식탁 의자", "arabic": "كرسي"}},
	"kettle":   {"21", name{"latin": "tea kettle", "cyrillic": "чайник", "han": "茶壶", "kana": "やかん", "hangul": "주전자", "arabic": "إبريق شاي"}},
	"umbrella": {"18", name{"latin": "folding umbrella", "cyrillic": "зонт", "han": "雨伞", "kana": "折りたたみ傘", "hangul": "우산", "arabic": "مظلة"}},
	"scarf":    {"25", name{"latin": "wool scarf", "cyrillic": "шерстяной шарф", "han": "羊毛围巾", "kana": "マフラー", "hangul": "목도리", "arabic": "وشاح"}},
	"speaker":  {"9", name{"latin": "wireless speaker", "cyrillic": "беспроводная колонка", "han": "无线音箱", "kana": "スピーカー", "hangul": "무선 스피커", "arabic": "مكبر صوت"}},
	"box":      {"16", name{"latin": "gift box", "cyrillic": "подарочная коробка", "han": "礼品盒", "kana": "ギフト箱", "hangul": "선물 상자", "arabic": "صندوق هدايا"}},
}

// adjectives surround the goods in a title.
var adjectives = map[string][]string{
	"latin":    {"new", "classic", "large", "gift idea", "premium quality", "in stock", "two colours", "handmade", "for women and men", "fast delivery"},
	"cyrillic": {"новый", "классический", "большой", "подарок", "в наличии", "два цвета", "ручная работа"},
	"han":      {"新款", "经典", "大号", "礼物", "现货", "两色可选", "手工", "男女通用"},
	"kana":     {"新品", "定番", "大きめ", "ギフト", "在庫あり", "二色", "手作り"},
	"hangul":   {"신상", "클래식", "대형", "선물", "재고 있음", "두 가지 색", "수제"},
	"arabic":   {"جديد", "كلاسيكي", "كبير", "هدية", "متوفر", "لونان", "صناعة يدوية"},
}

// fits says in a script that goods fit those of a mark; %s is the mark.
var fits = map[string]string{"latin": "compatible with %s", "cyrillic": "совместимо с %s", "han": "适用于 %s", "kana": "%s 対応", "hangul": "%s 호환", "arabic": "متوافق مع %s"}

// title is what a seller writes: the goods with one or two adjectives, and a word before or behind unless that is empty.
func title(r *rand.Rand, script, shape, word string) string {
	more := adjectives[script]
	parts := []string{goodsOf[shape].words[script], more[r.IntN(len(more))]}
	if r.IntN(2) == 0 {
		parts = append(parts, more[r.IntN(len(more))])
	}
	parts = slices.Compact(parts)
	if word != "" {
		parts = slices.Insert(parts, []int{0, 0, len(parts)}[r.IntN(3)], word)
	}
	return strings.Join(parts, " ")
}

// hidings are ways of writing a mark so that people read it and programs may not, by name.
var hidings = map[string]func(r *rand.Rand, n name, script string) string{
	"none":          func(_ *rand.Rand, n name, script string) string { return n[script] },
	"lower":         func(_ *rand.Rand, n name, _ string) string { return strings.ToLower(n["latin"]) },
	"transliterate": func(r *rand.Rand, n name, script string) string { return n[otherScript(r, script)] },
	"spaced": func(_ *rand.Rand, n name, script string) string {
		return strings.Join(strings.Split(n[script], ""), " ")
	},
	"dotted": func(_ *rand.Rand, n name, script string) string {
		return strings.Join(strings.Split(n[script], ""), ".")
	},
	"zero_width": func(_ *rand.Rand, n name, script string) string {
		return strings.Join(strings.Split(n[script], ""), "\u200b")
	},
	"leet":       func(_ *rand.Rand, n name, _ string) string { return leet.Replace(n["latin"]) },
	"confusable": func(_ *rand.Rand, n name, _ string) string { return confusable.Replace(n["latin"]) },
	"typo":       typo,
	"masked":     masked,
	"styled":     func(_ *rand.Rand, n name, script string) string { return n[script] + " style" },
}

var (
	leet       = strings.NewReplacer("O", "0", "I", "1", "E", "3", "A", "4", "S", "5")
	confusable = strings.NewReplacer("A", "А", "O", "О", "E", "Е", "K", "К", "T", "Т", "M", "М")
)

func otherScript(r *rand.Rand, script string) string {
	return scripts[(slices.Index(scripts, script)+1+r.IntN(len(scripts)-1))%len(scripts)]
}

// typo leaves a letter out, or writes one twice.
func typo(r *rand.Rand, n name, _ string) string {
	w := []rune(n["latin"])
	i := 1 + r.IntN(len(w)-2)
	if r.IntN(2) == 0 {
		return string(slices.Delete(w, i, i+1))
	}
	return string(slices.Insert(w, i, w[i]))
}

// masked hides a letter behind a star.
func masked(r *rand.Rand, n name, _ string) string {
	w := []rune(n["latin"])
	w[1+r.IntN(len(w)-2)] = '*'
	return string(w)
}

// Hidings lists the names of the ways, sorted.
func Hidings() []string {
	var out []string
	for name := range hidings {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// hide writes a mark in one of the ways.
func hide(r *rand.Rand, way string, n name, script string) (string, error) {
	do, ok := hidings[way]
	if !ok {
		return "", fmt.Errorf("there is no way %q to hide a mark; use one of %v", way, Hidings())
	}
	word := do(r, n, script)
	if !utf8.ValidString(word) {
		return "", fmt.Errorf("the way %q wrote no valid text of %v", way, n)
	}
	return word, nil
}
