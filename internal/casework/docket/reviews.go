package docket

import "fmt"

// factDiffer notes that a second person did not agree with the first.
const factDiffer = "OPINIONS_DIFFER"

// differ is the note's text, which Reviews reads again.
const differ = "One reviewer would have decided %s (%s); another disagreed. %s"

// Reviews are what the first two people who judged a case thought of its listing, whether it infringes the right; ok is false where fewer
// than two did. Two have judged where policy asked for a second person, and where a complaint was decided by another person than the decision that
// it was about. A second person who did not agree is taken to have thought the opposite.
func Reviews(c Case, decisions []Decision) (first, second, ok bool) {
	for _, n := range c.Notes {
		var outcome, code string
		if n.Code != factDiffer {
			continue
		}
		if _, err := fmt.Sscanf(n.Text, "One reviewer would have decided %s (%s", &outcome, &code); err == nil {
			first = outcome == OutcomeTakenDown
			return first, !first, true
		}
	}
	var last *Decision
	for i, d := range decisions {
		switch {
		case d.Agreed != "":
			infringes := d.Effect == EffectRemoved
			return infringes, infringes, true
		case d.Automatic == "full" || d.Undoes != "":
			continue
		case d.OnContest != "" && last != nil && last.By != d.By:
			return last.Effect == EffectRemoved, d.Effect == EffectRemoved, true
		}
		last = &decisions[i]
	}
	return false, false, false
}
