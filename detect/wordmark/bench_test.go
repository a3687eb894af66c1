package wordmark

import (
	"fmt"
	"math/rand/v2"
	"syscall"
	"testing"
	"time"
)

// syllablesOf make names that can be said, as marks are.
var onsets = []string{"b", "br", "c", "d", "dr", "f", "g", "h", "k", "l", "m", "n", "p", "pr", "r", "s", "st", "t", "tr", "v", "z"}
var rimes = []string{"a", "an", "e", "el", "er", "i", "in", "o", "on", "or", "u", "us", "ix", "ea"}

// manyMarks makes n different names of two to four syllables.
func manyMarks(n int) []Mark {
	r := rand.New(rand.NewPCG(1, 2))
	out := make([]Mark, n)
	for i := range out {
		word := ""
		for range 2 + r.IntN(3) {
			word += onsets[r.IntN(len(onsets))] + rimes[r.IntN(len(rimes))]
		}
		out[i] = Mark{Reference: fmt.Sprint(i), Right: fmt.Sprint(i), Word: word}
	}
	return out
}

// Titles of about 120 characters in several scripts.
var longTitles = map[string]string{
	"Latin":    "new Sam sung style wireless headphones bluetooth 5.3 free shipping noise cancelling over ear with microphone black 2026 hot",
	"Cyrillic": "наушники беспроводные Самсунг новые копия 1:1 с микрофоном быстрая зарядка черные оригинал качество доставка сегодня",
	"Japanese": "サムスン 風 ワイヤレスイヤホン 高品質 送料無料 新品 防水 軽量 ノイズキャンセリング ブルートゥース ブラック スポーツ ランニング 充電器",
	"Korean":   "삼성 스타일 무선 이어폰 방수 게이밍 노이즈캔슬링 블루투스 무료배송 정품급 충전기 남성 여성 공용 블랙 화이트 최신형 당일발송",
	"Chinese":  "高仿三星耳机无线蓝牙入耳式降噪超长续航适用于苹果华为小米手机通用正品包邮2026新款运动跑步防水防汗男女学生党高音质重低音",
	"Thai":     "หูฟังซัมซุงใหม่ส่งฟรี หูฟังไร้สาย กันน้ำ เกรดเอ ที่ชาร์จเร็ว ของแท้ สำหรับผู้ชาย ราคาถูก พร้อมส่ง",
	"masked":   "S**g P__s B·n L~~h M*a C_n N·n H**i X**i D_n G*e K_n T·a Y_a S_o F*m E·n G_n B**e M~~n S*y P*c",
}

// cpuTime is what the process has used; the machine may be shared.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkTitle reads a title against 100,000 marks: spans, lookup and judgement.
func BenchmarkTitle(b *testing.B) {
	lexicon := NewLexicon()
	lexicon.Add(manyMarks(100_000)...)
	lexicon.Add(Mark{Reference: "s", Right: "s", Word: "Samsung"})
	for name, title := range longTitles {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			n, before := 0, cpuTime()
			for b.Loop() {
				spans := Spans(title, 0)
				Find(title, spans, lexicon.Lookup(spans), nil)
				n++
			}
			b.ReportMetric(float64((cpuTime()-before).Microseconds())/float64(n), "cpu-µs/op")
		})
	}
}
