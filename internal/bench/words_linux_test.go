//go:build bench

package bench

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"touchstone/detect/wordmark"
)

// wordParts make names that can be said, as marks are.
var (
	wordOnsets = []string{"b", "br", "c", "ch", "d", "dr", "f", "g", "gl", "h", "j", "k", "l", "m", "n", "p", "pr", "r", "s", "sh", "st", "t", "tr", "v", "w", "z"}
	wordRimes  = []string{"a", "an", "ard", "e", "el", "er", "i", "ic", "in", "o", "on", "or", "u", "us", "ix", "ea"}
)

// coinedMarks makes n different-looking names of two to four syllables.
func coinedMarks(n int) []wordmark.Mark {
	random := rand.New(rand.NewPCG(5, 6))
	out := make([]wordmark.Mark, n)
	for i := range out {
		word := ""
		for range 2 + random.IntN(3) {
			word += wordOnsets[random.IntN(len(wordOnsets))] + wordRimes[random.IntN(len(wordRimes))]
		}
		out[i] = wordmark.Mark{Reference: fmt.Sprintf("ref_%d", i), Right: fmt.Sprintf("rgt_%d", i), Word: word, Goods: []string{"9"}}
	}
	return out
}

// wordTitles are titles of the length that marketplaces allow, in several scripts.
var wordTitles = []string{
	"new Velmora style wireless headphones bluetooth 5.3 free shipping noise cancelling over ear with microphone black 2026 hot",
	"наушники беспроводные Велмора новые копия 1:1 с микрофоном быстрая зарядка черные оригинал качество доставка сегодня",
	"ベルモラ 風 ワイヤレスイヤホン 高品質 送料無料 新品 防水 軽量 ノイズキャンセリング ブルートゥース ブラック スポーツ ランニング 充電器",
	"벨모라 스타일 무선 이어폰 방수 게이밍 노이즈캔슬링 블루투스 무료배송 정품급 충전기 남성 여성 공용 블랙 화이트 최신형 당일발송",
	"高仿维尔摩拉耳机无线蓝牙入耳式降噪超长续航适用于手机通用正品包邮新款运动跑步防水防汗男女学生党高音质重低音",
	"หูฟังเวลโมร่าใหม่ส่งฟรี หูฟังไร้สาย กันน้ำ เกรดเอ ที่ชาร์จเร็ว ของแท้ สำหรับผู้ชาย ราคาถูก พร้อมส่ง",
	"V3lm0ra V*lmora V e l m o r a Vel\u200bmora Ｖｅｌｍｏｒａ Vеlmоrа velmorashoes Velmroa",
}

// titleSpans is how many spans the pack looks at in a title.
const titleSpans = 96

// TestBenchWords measures a title against growing numbers of registered words, what a word costs in memory, and what registering
// one more costs.
func TestBenchWords(t *testing.T) {
	out := figures.table("Titles against registered words, detect/wordmark, one core",
		"words", "bytes a word", "ms a title", "slowest title ms", "µs to register one")
	out.note("Processor time of cutting, looking up and judging a title of 100 characters, mean over seven scripts and tricks, least of %d rounds.", *rounds)
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		marks := coinedMarks(n)
		before := liveHeap()
		lexicon := wordmark.NewLexicon()
		lexicon.Add(marks...)
		size := float64(liveHeap()-before) / float64(n)
		lexicon.Add(wordmark.Mark{Reference: "v", Right: "v", Word: "Velmora"})
		mean, slowest := titleCost(t, lexicon)
		one := cpuOf(t, func() {
			for i := range 1000 {
				lexicon.Add(wordmark.Mark{Reference: fmt.Sprintf("more_%d", i), Right: "more", Word: fmt.Sprintf("Quelmori%d", i)})
			}
		})
		out.add(n, size, mean, slowest, one*1e6/1000)
		runtime.KeepAlive(marks)
	}
}

// liveHeap is what is reachable, in bytes.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// titleCost is processor milliseconds a title, in the mean and of the slowest one. It fails where the mark is not found.
func titleCost(t *testing.T, lexicon *wordmark.Lexicon) (mean, slowest float64) {
	const repeats = 50
	for i, title := range wordTitles {
		least := 0.0
		for round := range *rounds {
			cpu := cpuOf(t, func() {
				for range repeats {
					spans := wordmark.Spans(title, titleSpans)
					wordmark.Find(title, spans, lexicon.Lookup(spans), nil)
				}
			}) * 1000 / repeats
			if round == 0 || cpu < least {
				least = cpu
			}
		}
		mean += least / float64(len(wordTitles))
		slowest = max(slowest, least)
		if i == 0 {
			spans := wordmark.Spans(title, titleSpans)
			if found := wordmark.Find(title, spans, lexicon.Lookup(spans), nil); len(found) == 0 || found[0].Mark.Reference != "v" {
				t.Errorf("%q: the mark is not found first", title)
			}
		}
	}
	return mean, slowest
}

// cpuOf is the processor seconds that a function takes.
func cpuOf(t *testing.T, f func()) float64 {
	before, err := ownCPU()
	must(t, err)
	f()
	after, err := ownCPU()
	must(t, err)
	return (after - before).Seconds()
}
