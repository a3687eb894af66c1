package wordmark

import "slices"

// target is a mark made comparable, in the few bytes that a lexicon of a million marks can afford: one way to write the mark.
type target struct {
	plain  string // letters and digits in their own script
	latin  string // the reading in Latin letters, if there is one
	phones string
	rules  ruleSet // how the mark itself is written
	way    ruleSet // how this writing differs from the mark: romanised, initials
	set    uint32  // letters of latin, a bit each
	heavy  int16   // weight of all phones
	length uint8   // letters and digits
	atoms  uint8   // pieces between separators
	spaces uint8   // separators that are spaces
	script script
}

// targetOf reduces a form of a mark.
func targetOf(f *form, way ruleSet) target {
	s := f.sounds()
	t := target{
		plain: f.plain, latin: f.latin(), phones: s.phones, rules: f.rules, way: way, set: f.set, heavy: int16(s.heavy),
		length: uint8(min(len(f.letters), 255)), atoms: uint8(min(f.atoms, 255)), spaces: uint8(min(f.spaces, 255)), script: f.script,
	}
	if t.latin == t.plain {
		t.latin = t.plain // one string in memory
	}
	return t
}

// written is a mark in one of its writings, with everything that judging needs.
type written struct {
	form    *form
	target  target
	classes []string // consonant classes in all readings
}

// mayHold reports that a part of a word may be the mark: written in the same script, or with the same consonants.
func (w *written) mayHold(span *form) bool {
	if span.script == w.target.script || span.mixed || span.script == scriptLatin {
		return true
	}
	a, b := span.classes()
	return slices.Contains(w.classes, a) || slices.Contains(w.classes, b)
}

// classesOf lists the consonant classes of a mark in all readings.
func classesOf(phones string) []string {
	a, b := consonants(phones)
	c, _ := consonants(silentR(phones))
	return []string{a, b, c}
}

// writings are all ways to write a mark, the registered one first. A mark without a letter or digit has none.
func writings(m Mark) []written {
	f := markForm(m.Word)
	if len(f.letters) == 0 {
		return nil
	}
	out := []written{{f, targetOf(f, 0), classesOf(f.phones())}}
	for _, r := range readingsOf(m.Word, f) {
		g := markForm(r.text)
		if len(g.letters) > 0 {
			out = append(out, written{g, targetOf(g, r.rules), classesOf(g.phones())})
		}
	}
	return out
}

// markForm reads a mark. Signs in a mark are no masks.
func markForm(word string) *form {
	n := 0
	for i := range word {
		if n == maxMarkRunes {
			word = word[:i]
			break
		}
		n++
	}
	f := newForm(word)
	f.pattern = nil
	return f
}
