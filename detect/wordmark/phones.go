package wordmark

// A phone string is a coarse broad transcription in ASCII. Consonants: p b t d k g f v s z m n l r w y h, S (sh), J (zh, j),
// C (ch), G (g or j, the script does not say), N (ng). Vowels: a e i o u, and ~ for a weak vowel that a syllabary had to
// insert or that is not spoken. * stands for masked letters.

// Costs of the alignment, in hundredths of a consonant.
const (
	costConsonant = 100
	costVowel     = 40
	costWeak      = 8
	costGlide     = 55
	costClash     = 120 // vowel against consonant
)

// phoneCosts[a][b] is the cost of reading phone a as phone b.
var phoneCosts = buildPhoneCosts()

func isVowel(p byte) bool { return vowels[p&127] }

var vowels = [128]bool{'a': true, 'e': true, 'i': true, 'o': true, 'u': true, '~': true}

// weight is how much a phone adds to the length of a word.
func weight(p byte) int {
	switch {
	case p == '*':
		return 0
	case p == '~':
		return costWeak
	case isVowel(p):
		return costVowel
	case p == 'w' || p == 'y' || p == 'h':
		return costGlide
	}
	return costConsonant
}

// dropCost is what it costs that a phone has no partner: vowels come and go between scripts, consonants seldom.
func dropCost(p byte) int {
	switch {
	case p == '~':
		return 4
	case isVowel(p):
		return 26
	case p == 'w' || p == 'y':
		return 30
	case p == 'h':
		return 40
	}
	return costConsonant
}

// phoneticPairs lists confusions and their cost, both ways.
var phoneticPairs = []struct {
	pairs string
	cost  int16
}{
	{"gG JG", 8},
	{"pb td kg", 15},
	{"fv sz SJ CJ SC CG SG lr nN iy uw", 20},
	{"sS zJ zG vb vw bw", 25},
	{"fp SG tC dJ mn hk oa ei ea ou ae ui fh", 30},
	{"ai au eo eu io iu wo ye", 35},
	{"kC", 35},
	{"fw hw gJ zC sC sJ yJ yG yC", 45},
	{"ts dz tS hg", 55},
}

func buildPhoneCosts() *[128][128]int16 {
	var t [128][128]int16
	for a := range t {
		for b := range t[a] {
			switch {
			case a == b:
			case isVowel(byte(a)) && isVowel(byte(b)):
				t[a][b] = 35
			case isVowel(byte(a)) != isVowel(byte(b)):
				t[a][b] = costClash
			default:
				t[a][b] = costConsonant
			}
		}
	}
	for _, group := range phoneticPairs {
		for i := 0; i+1 < len(group.pairs); i += 3 {
			a, b := group.pairs[i], group.pairs[i+1]
			t[a][b], t[b][a] = group.cost, group.cost
		}
	}
	for _, v := range "aeiou" {
		t['~'][v], t[v]['~'] = 14, 14
	}
	return &t
}

// squeeze joins equal neighbours and vowels that a long vowel was spelled with.
func squeeze(p []byte) []byte {
	out := p[:0]
	for i, c := range p {
		if i > 0 && c == out[len(out)-1] {
			continue
		}
		out = append(out, c)
	}
	return out
}

// maxPhones bounds the alignment.
const maxPhones = 32

// sound is the phone string of a span with what an alignment needs of it.
type sound struct {
	phones string
	heavy  int // weight of all phones
	masked bool
}

func newSound(phones string) sound {
	phones = phones[:min(len(phones), maxPhones)]
	s := sound{phones: phones}
	for i := range len(phones) {
		s.heavy += weight(phones[i])
		s.masked = s.masked || phones[i] == '*'
	}
	return s
}

// soundsLike aligns the phones of a span with those of a mark: 1 for the same, 0 for nothing in common or less than floor. A *
// in the span takes any phones at no cost; known is then the share of the mark's weight that the span did show, else 1.
func soundsLike(span *sound, mark *target, floor float64) (similarity, known float64) {
	if span.phones == "" || mark.phones == "" {
		return 0, 0
	}
	heavy := int(mark.heavy)
	total, known := max(span.heavy, heavy, 1), 1.0
	if span.masked {
		total, known = max(span.heavy, 1), min(1, float64(span.heavy)/float64(max(heavy, 1)))
	}
	limit := int(float64(total) * (1 - floor))
	cost := 0
	if s, m := span.phones[0], mark.phones[0]; s != '*' && !isVowel(s) && !isVowel(m) && phoneCosts[s&127][m&127] >= costConsonant {
		cost = costVowel // words that begin otherwise are seldom the same
	}
	cost += alignPhones(span, mark.phones, limit)
	if cost > limit {
		return 0, known
	}
	return 1 - float64(cost)/float64(total), known
}

// alignPhones is the weighted edit distance; it gives up with a cost above limit as soon as no alignment can stay below.
func alignPhones(span *sound, m string, limit int) int {
	var rows [2][maxPhones + 1]int
	prev, cur := &rows[0], &rows[1]
	var drops [maxPhones]uint8
	for j := range len(m) {
		drops[j] = uint8(dropMark(m, j))
		prev[j+1] = prev[j] + int(drops[j])
	}
	for i := range len(span.phones) {
		s := span.phones[i]
		insert := dropCost(s)
		costs := &phoneCosts[s&127]
		if s == '*' {
			insert = 60
		}
		cur[0] = prev[0] + insert
		least := cur[0]
		for j := range len(m) {
			best := min(prev[j]+int(costs[m[j]&127]), prev[j+1]+insert)
			if s == '*' {
				best = min(prev[j+1]+insert, prev[j], cur[j])
			} else {
				best = min(best, cur[j]+int(drops[j]))
			}
			cur[j+1] = best
			least = min(least, best)
		}
		if least > limit {
			return limit + 1
		}
		prev, cur = cur, prev
	}
	return prev[len(m)]
}

// dropMark is the cost of a phone of the mark that the span leaves out. English r after a vowel is not spoken, g after ng is
// not either.
func dropMark(mark string, j int) int {
	p := mark[j]
	if p == 'r' && j > 0 && isVowel(mark[j-1]) && (j+1 == len(mark) || !isVowel(mark[j+1])) {
		return 35
	}
	if j > 0 && (p == 's' || p == 'z') && j+1 == len(mark) {
		return 70
	}
	return dropCost(p)
}

// consonants reduces phones to the classes that survive a change of script: labials P, dentals T, velars K, sibilants S, M, N,
// liquids L. Other glides and vowels vanish. Two readings where a letter is ambiguous (g before e; ch; w).
func consonants(phones string) (first, second string) {
	a, b := make([]byte, 0, 8), make([]byte, 0, 8)
	for i := range len(phones) {
		x, y := consonantClass(phones[i])
		open := i > 0 && isVowel(phones[i-1])
		if n := len(a); x != 0 && (n == 0 || a[n-1] != x || open) {
			a = append(a, x)
		}
		if n := len(b); y != 0 && (n == 0 || b[n-1] != y || open) {
			b = append(b, y)
		}
	}
	return string(a), string(b)
}

// firstClasses are the classes that a word's first phone may have in another script: h and f, y and j change places; V stands
// for vowels and what is read as one.
func firstClasses(p byte) string {
	switch p {
	case 'h':
		return "VP"
	case 'y':
		return "VS"
	case 'w':
		return "VP"
	}
	x, y := consonantClass(p)
	switch {
	case x == 0:
		return "V"
	case x == y:
		return string([]byte{x})
	}
	return string([]byte{x, y})
}

// consonantClass gives the class of a phone in both readings; 0 for what vanishes.
func consonantClass(p byte) (byte, byte) {
	switch p {
	case 'p', 'b', 'f', 'v':
		return 'P', 'P'
	case 't', 'd':
		return 'T', 'T'
	case 'k', 'g':
		return 'K', 'K'
	case 's', 'z', 'S', 'J':
		return 'S', 'S'
	case 'C', 'G':
		return 'S', 'K'
	case 'w': // v in scripts without w
		return 0, 'P'
	case 'm':
		return 'M', 'M'
	case 'n', 'N':
		return 'N', 'N'
	case 'l', 'r':
		return 'L', 'L'
	}
	return 0, 0
}
