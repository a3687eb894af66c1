package wordmark

// settleSymbols decides, from their neighbours, which signs stand for letters, hide them or set them apart: "$50" is a price and
// "$ony" a word, "Sony?" a question and "So?y" a mask, 〇 a figure in 二〇二六 and a mask in 피〇리.
func settleSymbols(cs []cell) {
	for i := range cs {
		c := &cs[i]
		next := i+1 < len(cs) && cs[i+1].kind == kindLetter
		before := i > 0 && cs[i-1].word()
		switch c.r {
		case '$', '@', '€', '£', '¥':
			if !next && !before {
				c.kind = kindHard
			}
		case '!', '|', '+':
			if next && before && !repeats(cs, i) && latinBeside(cs, i) {
				c.kind = kindSymbol
			}
		case '(', ')', '[', ']', '{', '}', ',':
			if next && before && (c.r != ',' || cs[i-1].kind == kindLetter) {
				c.kind = kindJoiner
			}
		case '?':
			if i > 0 && (before && (next || sameNext(cs, i)) || cs[i-1].r == '?' && cs[i-1].kind == kindMask) {
				c.kind = kindMask
			}
		case '…':
			if before && i+1 < len(cs) {
				c.kind = kindMask
			}
		case '-':
			if before && sameNext(cs, i) || i > 0 && cs[i-1].r == '-' && cs[i-1].kind == kindMask {
				c.kind = kindMask
			}
		case '〇':
			if !figure(cs, i-1) && !figure(cs, i+1) {
				c.kind = kindMask
			}
		case 'x':
			maskingX(cs, i)
		}
	}
}

// repeats reports a sign that stands behind every letter: it sets letters apart and stands for none.
func repeats(cs []cell, i int) bool {
	return i >= 2 && cs[i-2].r == cs[i].r || i+2 < len(cs) && cs[i+2].r == cs[i].r
}

func sameNext(cs []cell, i int) bool { return i+1 < len(cs) && cs[i+1].r == cs[i].r }

// latinBeside reports that both neighbours are of an alphabet in which the sign can stand for a letter.
func latinBeside(cs []cell, i int) bool {
	of := func(c cell) bool {
		return c.kind != kindLetter || c.script == scriptLatin || c.script.alphabetic() && cs[i].r == '!'
	}
	return of(cs[i-1]) && of(cs[i+1])
}

// figure reports a cell that writes a number in Han characters, or a digit, and so does the 〇 beside it.
func figure(cs []cell, i int) bool {
	if i < 0 || i >= len(cs) {
		return false
	}
	switch cs[i].r {
	case '一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '百', '千', '年':
		return true
	}
	return cs[i].kind == kindDigit
}

// maskingX takes a run of the letter x inside a word of a script without such a letter for a mask: 特x拉.
func maskingX(cs []cell, i int) {
	foreign := func(c cell) bool { return c.kind == kindLetter && !c.script.alphabetic() }
	if i == 0 || !foreign(cs[i-1]) && (cs[i-1].r != 'x' || cs[i-1].kind != kindMask) {
		return
	}
	end := i
	for end < len(cs) && cs[end].r == 'x' {
		end++
	}
	if end < len(cs) && cs[end].word() && !foreign(cs[end]) {
		return
	}
	cs[i].kind, cs[i].script = kindMask, scriptNone
}
