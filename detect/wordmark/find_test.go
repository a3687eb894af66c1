package wordmark

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// shop is a small lexicon with marks that the development set does not have.
func shop() *Lexicon {
	l := NewLexicon()
	for _, words := range [][]string{
		{"Adidas", "阿迪达斯"}, {"Zara"}, {"Rolex", "劳力士"}, {"Gucci", "古驰"}, {"Nike", "耐克"}, {"Louis Vuitton", "路易威登"}, {"Coca-Cola", "可口可乐"},
		{"Apple", "苹果"}, {"3M"}, {"Toyota", "丰田"}, {"Nintendo", "任天堂"}, {"Hitachi", "日立"}, {"L'Oréal"},
	} {
		for _, w := range words {
			l.Add(Mark{Reference: w, Right: words[0], Word: w, Goods: []string{"9"}})
		}
	}
	return l
}

func search(l *Lexicon, title string, goods ...string) []Match {
	spans := Spans(title, 0)
	return Find(title, spans, l.Lookup(spans), goods)
}

func TestFindReads(t *testing.T) {
	l := shop()
	for _, c := range []struct {
		title, right, text string
		rules              []string
	}{
		{"new Adidas shoes", "Adidas", "Adidas", nil},
		{"new adidas-shoes", "Adidas", "adidas", nil},
		{"Ａｄｉｄａｓ shoes", "Adidas", "Ａｄｉｄａｓ", []string{"fullwidth"}},
		{"𝗥𝗼𝗹𝗲𝘅 watch", "Rolex", "𝗥𝗼𝗹𝗲𝘅", []string{"math"}},
		{"Ⓖⓤⓒⓒⓘ bag", "Gucci", "Ⓖⓤⓒⓒⓘ", []string{"enclosed"}},
		{"new R\u200bolex watch", "Rolex", "R\u200bolex", []string{"zero-width"}},
		{"Аdidаs shoes", "Adidas", "Аdidаs", []string{"homoglyph"}},
		{"Gυccι bag", "Gucci", "Gυccι", []string{"homoglyph"}},
		{"4d1d4s shoes", "Adidas", "4d1d4s", []string{"leet"}},
		{"R0l3x watch", "Rolex", "R0l3x", []string{"leet"}},
		{"@did@$ shoes", "Adidas", "@did@$", []string{"leet"}},
		{"R o l e x watch", "Rolex", "R o l e x", []string{"spaced"}},
		{"a G.u.c.c.i bag", "Gucci", "G.u.c.c.i", []string{"spaced"}},
		{"正品 劳/力/士 手表", "Rolex", "劳/力/士", []string{"spaced"}},
		{"Rol⭐ex watch", "Rolex", "Rol⭐ex", []string{"emoji"}},
		{"Nin tendo console", "Nintendo", "Nin tendo", []string{"joined"}},
		{"Rolllex watch", "Rolex", "Rolllex", []string{"doubled"}},
		{"Adiads shoes", "Adidas", "Adiads", []string{"typo"}},
		{"Nintndo console", "Nintendo", "Nintndo", []string{"typo"}},
		{"Ad*das shoes", "Adidas", "Ad*das", []string{"masked"}},
		{"N~~~~~~o console", "Nintendo", "N~~~~~~o", []string{"masked"}},
		{"高仿 劳*士 手表", "Rolex", "劳*士", []string{"masked"}},
		{"豐田 配件 正品", "Toyota", "豐田", []string{"simplified"}},
		{"часы Ролекс копия", "Rolex", "Ролекс", []string{"transliterated"}},
		{"アディダス 風 スニーカー", "Adidas", "アディダス", []string{"transliterated"}},
		{"나이키 스타일 운동화", "Nike", "나이키", []string{"transliterated"}},
		{"حذاء أديداس كوبي", "Adidas", "أديداس", []string{"transliterated"}},
		{"รองเท้า อาดิดาส เกรดเอ", "Adidas", "อาดิดาส", []string{"transliterated"}},
		{"часы Р.о.л.е.к.с копия", "Rolex", "Р.о.л.е.к.с", []string{"spaced", "transliterated"}},
		{"часы Р*лекс копия", "Rolex", "Р*лекс", []string{"masked", "transliterated"}},
		{"нинтендо приставка", "Nintendo", "нинтендо", []string{"transliterated"}},
		{"Coca Cola glass", "Coca-Cola", "Coca Cola", nil},
		{"CocaCola glass", "Coca-Cola", "CocaCola", nil},
		{"LouisVuitton bag", "Louis Vuitton", "LouisVuitton", nil},
		{"LOREAL cream", "L'Oréal", "LOREAL", nil},
		{"3M tape", "3M", "3M", nil},
		{"rolexwatch strap", "Rolex", "rolex", []string{"compound"}},
	} {
		t.Run(c.title, func(t *testing.T) {
			ms := search(l, c.title)
			if len(ms) == 0 {
				t.Fatal("nothing found")
			}
			m := ms[0]
			if m.Mark.Right != c.right || m.Span.Text != c.text || c.title[m.Span.Start:m.Span.End] != c.text {
				t.Errorf("found %s in %q; want %s in %q", m.Mark.Right, m.Span.Text, c.right, c.text)
			}
			if diff := cmp.Diff(c.rules, m.Rules); diff != "" {
				t.Errorf("rules -want +got:\n%s", diff)
			}
		})
	}
}

func TestFindLeavesAlone(t *testing.T) {
	l := shop()
	for _, title := range []string{
		"", "   ", "wireless mouse silent 2.4G", "432804-B21 server memory 8GB", "Intel i7 6700K 4.0GHz LGA1151", "zebra print dress", "bike helmet",
		"Nokia phone", "roller skates", "наушники беспроводные с микрофоном", "무선 이어폰 방수 게이밍", "ワイヤレスイヤホン 防水 軽量",
		"قميص رجالي صيفي قطن", "เสื้อเชิ้ตผู้ชาย ผ้าลินิน", "蓝牙耳机 入耳式 降噪", "电动牙刷 成人 软毛 声波", "* * * sale * * *", "60*60*40 cm box",
	} {
		for _, m := range search(l, title) {
			if m.Score >= 0.5 {
				t.Errorf("%q: %s in %q scores %.2f", title, m.Mark.Word, m.Span.Text, m.Score)
			}
		}
	}
}

// TestContext orders uses of one mark: each title must score below (or above) the bare use of it.
func TestContext(t *testing.T) {
	l := shop()
	bare := search(l, "new Adidas headphones")[0].Score
	for _, c := range []struct {
		title, code string
		higher      bool
	}{
		{"case compatible with Adidas watch", "compatible_use", false},
		{"strap for Adidas watch 22mm, third party", "independent", false},
		{"Hülle passend für Adidas Uhr", "compatible_use", false},
		{"funda compatible para Adidas", "compatible_use", false},
		{"coque pour Adidas (marque générique)", "independent", false},
		{"чехол для Adidas", "compatible_use", false},
		{"适用于 Adidas 手机壳", "compatible_use", false},
		{"Adidas 対応 互換バッテリー", "compatible_use", false},
		{"Adidas 호환 배터리", "compatible_use", false},
		{"غطاء متوافق مع Adidas", "compatible_use", false},
		{"สายนาฬิกา สำหรับ Adidas", "compatible_use", false},
		{"Adidas style shoes", "replica_term", true},
		{"shoes inspired by Adidas", "replica_term", true},
		{"Adidas dupe", "replica_term", true},
		{"Adidas 1:1 AAA", "replica_term", true},
		{"高仿 Adidas 鞋", "replica_term", true},
		{"Adidas 風 スニーカー", "replica_term", true},
		{"Adidas 互換ではない 新品", "", true},
		{"Adidas not compatible, original quality", "claim", true},
		{"A*didas shoes", "hidden", true},
		{"Аdidаs shoes", "hidden", true},
	} {
		t.Run(c.title, func(t *testing.T) {
			ms := search(l, c.title)
			if len(ms) == 0 {
				t.Fatal("nothing found")
			}
			m := ms[0]
			if (m.Score > bare) != c.higher && !(c.code == "" && m.Score >= bare) {
				t.Errorf("score %.3f against %.3f of the bare mark, higher = %v wanted", m.Score, bare, c.higher)
			}
			if c.code != "" && !slices.Contains(append(codes(m.For), codes(m.Against)...), c.code) {
				t.Errorf("notes %v %v lack %s", m.For, m.Against, c.code)
			}
			if c.code == "" && slices.Contains(codes(m.Against), "compatible_use") {
				t.Error("a denied compatibility counts")
			}
		})
	}
}

func TestCommonWords(t *testing.T) {
	l := shop()
	small, capital, goods := search(l, "red apple plush toy")[0], search(l, "new Apple headphones, black, original quality")[0], search(l, "red apple plush toy", "9")[0]
	if !(small.Score < goods.Score && goods.Score < capital.Score && small.Score < 0.3 && capital.Score > 0.8) {
		t.Errorf("small %.2f, small in class 9 %.2f, capital %.2f; want them rising from below 0.3 to above 0.8", small.Score, goods.Score, capital.Score)
	}
	inside, alone := search(l, "苹果汁 饮料")[0], search(l, "苹果 手机 正品")[0]
	if inside.Score >= alone.Score || inside.Score > 0.4 {
		t.Errorf("苹果 in 苹果汁 scores %.2f, as a brand %.2f", inside.Score, alone.Score)
	}
}

func TestAmbiguousMask(t *testing.T) {
	one, many := NewLexicon(), NewLexicon()
	for i, w := range []string{"Rolex", "Remax", "Rodox", "Rilax"} {
		m := Mark{Reference: w, Right: w, Word: w}
		if i == 0 {
			one.Add(m)
		}
		many.Add(m)
	}
	clear, crowded := search(one, "R***x watch"), search(many, "R***x watch")
	if len(clear) != 1 || len(crowded) != 4 || crowded[0].Score >= clear[0].Score {
		t.Fatalf("one mark: %+v\nfour marks: %+v", clear, crowded)
	}
}

func TestLexicon(t *testing.T) {
	l := NewLexicon()
	l.Add(Mark{Reference: "a", Right: "1", Word: "Rolex"}, Mark{Reference: "b", Right: "2", Word: "Zara"}, Mark{Reference: "c", Right: "3", Word: "***"})
	l.Add(Mark{Reference: "a", Right: "1", Word: "Rolex", Language: "en"})
	if l.Len() != 2 {
		t.Fatalf("%d marks; want 2: one without letters is ignored, a repeated one replaced", l.Len())
	}
	if ms := l.Lookup(Spans("rolex zara", 0)); len(ms) != 2 || ms[0].Language != "en" {
		t.Errorf("looked up %+v", ms)
	}
	l.Remove("a", "unknown")
	if diff := cmp.Diff([]Mark{{Reference: "b", Right: "2", Word: "Zara"}}, l.Lookup(Spans("rolex zara", 0))); diff != "" {
		t.Errorf("after removal -want +got:\n%s", diff)
	}
	l.Add(manyMarks(300)...)
	for _, m := range manyMarks(300) {
		l.Remove(m.Reference)
	}
	if ms := l.Lookup(Spans("zara", 0)); l.Len() != 1 || len(ms) != 1 {
		t.Errorf("after a rebuild %d marks, %+v", l.Len(), ms)
	}
}

func TestLexiconConcurrently(t *testing.T) {
	l := shop()
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			for _, m := range manyMarks(100) {
				m.Reference += string(rune('a' + i))
				l.Add(m)
				if len(search(l, "Rolex watch")) == 0 {
					t.Error("a held mark is not found while others are added")
				}
				l.Remove(m.Reference)
			}
		})
	}
	wg.Wait()
}

func TestWeightsTravel(t *testing.T) {
	data, err := json.Marshal(DefaultWeights())
	if err != nil {
		t.Fatal(err)
	}
	var back Weights
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(DefaultWeights(), back); diff != "" {
		t.Error(diff)
	}
	title := "Adidas style shoes"
	spans := Spans(title, 0)
	w := DefaultWeights()
	w.Replica = 0
	plain := w.Find(title, spans, shop().Lookup(spans), nil)[0].Score
	if styled := search(shop(), title)[0].Score; plain >= styled {
		t.Errorf("the weight of replica terms changes nothing: %.3f, %.3f", plain, styled)
	}
}

// TestScoreFormula checks the documented sum on a match without context: similarity 1, nothing else true.
func TestScoreFormula(t *testing.T) {
	w := Weights{Bias: -1, Similarity: 3}
	title := "Rolex"
	spans := Spans(title, 0)
	got := w.Find(title, spans, []Mark{{Reference: "r", Right: "r", Word: "Rolex"}}, nil)[0].Score
	if want := 0.8807970779778823; got < want-1e-9 || got > want+1e-9 { // 1/(1+exp(-2))
		t.Errorf("score %v, want %v", got, want)
	}
}

func TestAdversarial(t *testing.T) {
	l := NewLexicon()
	l.Add(manyMarks(2000)...)
	for _, text := range []string{
		strings.Repeat("a*", 3000), strings.Repeat("三", 3000), strings.Repeat("ก", 3000), strings.Repeat("a b ", 2000), strings.Repeat("e\u0301", 4000),
		strings.Repeat("\u200b", 5000), "a" + strings.Repeat("\u0301", 5000), strings.Repeat("1l", 3000), strings.Repeat("❤", 3000),
		strings.Repeat("\u0301\u0e49\u064b", 2000), strings.Repeat("\u202ea\u202c", 2000), strings.Repeat("\u202e", 3000), strings.Repeat("\ufffd", 3000),
		strings.Repeat("(a+)+", 2000) + "$", strings.Repeat("|<", 3000), strings.Repeat("/V\\", 2000), strings.Repeat("ㄱㅏ", 2000), strings.Repeat("aA1", 2000),
		strings.Repeat("ǝʇ", 2000), strings.Repeat("for ", 2000), strings.Repeat("A,", 2000), strings.Repeat("用", 3000), strings.Repeat("rn", 3000),
	} {
		checkSpans(t, text)
		search(l, text)
	}
}

// TestAMillionCharacters: as a title, and as a word that somebody registers, of whatever kind; what is read is bounded, and nothing of the
// word stays when it is taken out.
func TestAMillionCharacters(t *testing.T) {
	const million = 1_000_000
	for name, text := range map[string]string{
		"letters": strings.Repeat("v", million), "Han": strings.Repeat("三", million), "combining marks": strings.Repeat("\u0301", million),
		"overrides": strings.Repeat("\u202e", million), "lone surrogates": strings.Repeat("\xed\xa0\x80", million/3), "zero width": strings.Repeat("\u200b", million),
		"masks": strings.Repeat("v*", million/2), "a regex bomb": strings.Repeat("(a+)+", million/5), "blanks": strings.Repeat(" ", million),
		"a mark behind it all": strings.Repeat(" ", million) + "Velmora",
	} {
		l := NewLexicon()
		l.Add(Mark{Reference: "v", Right: "v", Word: "Velmora"}, Mark{Reference: "long", Right: "long", Word: text})
		if n := utf8.RuneCountInString(Normalise(text)); n > maxRunes {
			t.Errorf("%s: %d characters are read", name, n)
		}
		checkSpans(t, text)
		search(l, text)
		if len(Warnings(text)) == 0 {
			t.Errorf("%s: no warning of a word of a million characters", name)
		}
		if l.Remove("long"); l.Len() != 1 || len(search(l, "Velmora bag")) != 1 {
			t.Errorf("%s: %d marks stay", name, l.Len())
		}
	}
}

func TestBearsStopsAtPunctuation(t *testing.T) {
	l := shop()
	apart, beside := search(l, "strap for men; Adidas shoes")[0], search(l, "strap for Adidas shoes")[0]
	if apart.Score <= beside.Score {
		t.Errorf("a preposition behind a semicolon weighs: %.3f, %.3f", apart.Score, beside.Score)
	}
}
