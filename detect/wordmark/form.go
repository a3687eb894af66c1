package wordmark

import (
	"slices"
	"strings"
)

// form is a span or a mark made comparable: every reading that a comparison may use.
type form struct {
	letters []cell
	plain   string // letters and digits in their own script
	look    string // the same with look-alikes read as Latin; "" when nothing changes
	pattern []rune // letters with * for each run of masks; nil without masks
	masks   int    // masking characters seen
	starts  []int  // letters at which the pieces between separators begin
	atoms   int    // pieces between separators
	single  bool   // all pieces are one letter
	spaces  int    // separators that were spaces
	emoji   bool
	digits  int
	script  script
	mixed   bool // scripts that borrow look-alikes are mixed
	rules   ruleSet
	sound   *sound    // filled by sounds()
	body    [2]string // filled by classes()
	word    []rune    // filled by runes()
	paired  string    // the Latin reading with pairs of letters read as the one they pass for, "" when nothing changes
	set     uint32    // Latin letters of the Latin reading, a bit each
	quiet   *form     // filled by calm()
	settled bool      // calm() was asked
	daily   int8      // everyday() remembered: 1 yes, -1 no
}

// newForm reads a text, which should be one span or one mark.
func newForm(text string) *form { return formOf(cells(text)) }

func formOf(cs []cell) *form {
	f := &form{single: true, letters: make([]cell, 0, len(cs))}
	run, gap := 0, true
	for i := range cs {
		c := &cs[i]
		if c.word() {
			f.addLetter(*c)
			if gap {
				f.starts = append(f.starts, len(f.letters)-1)
				f.atoms, run, gap = f.atoms+1, 0, false
			}
			run++
			f.single = f.single && run == 1
			continue
		}
		f.addGap(*c, !gap)
		gap = true
	}
	if f.masks == 0 || f.single && f.atoms > 2 {
		f.pattern = nil
	}
	f.finish()
	return f
}

// addLetter notes one letter, digit or sign.
func (f *form) addLetter(c cell) {
	if len(f.letters) == 0 {
		c.rules &^= ruleZeroWidth
	}
	f.rules |= c.rules
	if c.kind != kindLetter {
		f.digits++
	} else if f.script == scriptNone {
		f.script = c.script
	} else if c.script != f.script && c.script.alphabetic() && f.script.alphabetic() {
		f.mixed = true
	}
	f.letters = append(f.letters, c)
	f.pattern = append(f.pattern, c.r)
}

// addGap notes a separator; first is false when it follows another one.
func (f *form) addGap(c cell, first bool) {
	switch c.kind {
	case kindMask:
		f.masks++
		if n := len(f.pattern); n == 0 || f.pattern[n-1] != '*' {
			f.pattern = append(f.pattern, '*')
		}
	case kindSpace:
		if first {
			f.spaces++
		}
	case kindEmoji:
		f.emoji = true
	}
	f.rules |= c.rules & ruleZeroWidth
}

// finish builds the strings.
func (f *form) finish() {
	var plain, look strings.Builder
	changed, complete := false, true
	for _, c := range f.letters {
		plain.WriteRune(c.r)
		switch {
		case c.look != 0 && c.script != scriptLatin:
			look.WriteRune(c.look)
			changed = true
		default:
			complete = complete && (c.kind != kindLetter || c.script == scriptLatin)
			look.WriteRune(c.r)
		}
	}
	f.plain = plain.String()
	if back := turned(f.shown()); back != "" {
		f.look, f.rules, f.mixed, f.set = back, f.rules|ruleTurned, true, letterSet(back)
		return
	}
	if changed && (complete || f.mixed) {
		f.look = look.String()
	}
	if word := f.latin(); word != "" {
		f.set = letterSet(word)
		if shape := pairedShapes.Replace(word); shape != word {
			f.paired = shape
		}
	}
}

// calm is the word without repeated letters, of a script other than Latin; nil when it has none.
func (f *form) calm() *form {
	if f.settled {
		return f.quiet
	}
	f.settled = true
	if f.script == scriptLatin || f.script == scriptNone || f.mixed || f.pattern != nil || len(f.letters) < 3 {
		return nil
	}
	once := slices.CompactFunc(slices.Clone(f.letters), func(a, b cell) bool { return a.r == b.r && a.kind == kindLetter })
	if len(once) < len(f.letters) && len(once) >= 2 {
		f.quiet = formOf(once)
	}
	return f.quiet
}

// capitalCount is how many letters are capitals.
func (f *form) capitalCount() (n int) {
	for _, c := range f.letters {
		if c.upper {
			n++
		}
	}
	return n
}

// shown is the word before look-alikes are read.
func (f *form) shown() string {
	any := false
	for _, c := range f.letters {
		any = any || c.shape != 0
	}
	if !any {
		return ""
	}
	var b strings.Builder
	for _, c := range f.letters {
		if c.shape != 0 {
			b.WriteRune(c.shape)
		} else {
			b.WriteRune(c.r)
		}
	}
	return b.String()
}

// sounds gives the sound of the letters, with * where they are masked.
func (f *form) sounds() *sound {
	if f.sound == nil {
		letters := f.pattern
		if letters == nil {
			letters = f.runes()
		}
		s := newSound(phonesOf(letters, f.script))
		f.sound = &s
	}
	return f.sound
}

// classes are the consonant classes of the sound in both readings.
func (f *form) classes() (first, second string) {
	if f.body[0] == "" {
		f.body[0], f.body[1] = consonants(f.phones())
	}
	return f.body[0], f.body[1]
}

func (f *form) phones() string { return f.sounds().phones }

// runes are the letters of plain.
func (f *form) runes() []rune {
	if f.word == nil {
		f.word = []rune(f.plain)
	}
	return f.word
}

// pieces are the words between separators.
func (f *form) pieces() func(func(string) bool) {
	return func(yield func(string) bool) {
		letters := f.runes()
		for i, start := range f.starts {
			end := len(letters)
			if i+1 < len(f.starts) {
				end = f.starts[i+1]
			}
			if !yield(string(letters[start:end])) {
				return
			}
		}
	}
}

// latin is the reading in Latin letters, if there is one.
func (f *form) latin() string {
	switch {
	case f.look != "":
		return f.look
	case f.script == scriptLatin || f.script == scriptNone:
		return f.plain
	}
	return ""
}

// letterSet has a bit for each of the letters a to z in a word; digits count as nothing.
func letterSet(word string) (set uint32) {
	for i := range len(word) {
		if c := word[i] - 'a'; c < 26 {
			set |= 1 << c
		}
	}
	return set
}

// gapRules names how the span was written apart, compared with a mark that has the given number of pieces.
func (f *form) gapRules(markAtoms int) ruleSet {
	var s ruleSet
	if f.emoji {
		s |= ruleEmoji
	}
	if f.atoms <= markAtoms {
		return s
	}
	switch {
	case (f.single || f.masks > 0) && !f.emoji:
		s |= ruleSpaced
	case !f.emoji:
		s |= ruleJoined
	}
	return s
}

// leetClasses maps letters and the digits that stand for them to one key letter.
var leetClasses = map[rune]rune{
	'l': 'i', '1': 'i', '!': 'i', '|': 'i', '0': 'o', '3': 'e', '€': 'e', '4': 'a', '@': 'a', '5': 's', '$': 's', '7': 't', '+': 't',
	'b': 'g', '6': 'g', '8': 'g', '9': 'g', '2': 'z', '£': 'i',
}

// leetReadings lists what a digit or sign may stand for.
var leetReadings = map[rune]string{
	'0': "o", '1': "li", '2': "z", '3': "e", '4': "a", '5': "s", '6': "bg", '7': "t", '8': "b", '9': "g", '!': "il", '|': "li",
	'$': "s", '@': "a", '€': "e", '£': "l", '+': "t",
}

// leetKey folds letters that share a digit.
func leetKey(word string) string {
	return strings.Map(func(r rune) rune {
		if k, ok := leetClasses[r]; ok {
			return k
		}
		return r
	}, word)
}

// readsAs reports whether word with digits for letters spells mark exactly.
func readsAs(word, mark string) bool {
	m := []rune(mark)
	i := 0
	for _, r := range word {
		if i == len(m) || r != m[i] && !strings.ContainsRune(leetReadings[r], m[i]) {
			return false
		}
		i++
	}
	return i == len(m)
}

// collapse drops repeated letters.
func collapse(word string) string {
	var last rune
	return strings.Map(func(r rune) rune {
		if r == last {
			return -1
		}
		last = r
		return r
	}, word)
}
