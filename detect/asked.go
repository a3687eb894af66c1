package detect

import (
	"context"
	"math"

	"touchstone/index"
)

// A Reach is how far the answers to one question went: for each vector that was searched, the score of the last hit when as many
// came back as were asked for, and -Inf where all that there was came back. With the references that were candidates and the reach of
// each question, an answer can be given again without the index.
type Reach struct {
	Target string    // what was searched
	Scores []float32 // one a vector; nil for a question that the index did not answer
}

// asked passes questions on to an index and notes the reach of each answer, in the order of asking.
type asked struct {
	Searcher
	reach []Reach
}

// Search implements Searcher.
func (a *asked) Search(ctx context.Context, target string, q index.Query) ([][]index.Hit, error) {
	lists, err := a.Searcher.Search(ctx, target, q)
	if err != nil {
		a.reach = append(a.reach, Reach{Target: target})
		return lists, err
	}
	scores := make([]float32, len(lists))
	for i, list := range lists {
		scores[i] = float32(math.Inf(-1))
		if n := len(list); n > 0 && n >= q.Limit {
			scores[i] = list[n-1].Score
		}
	}
	a.reach = append(a.reach, Reach{target, scores})
	return lists, nil
}

// searcher is the index that a scope names, or a signal's own.
func (s Scope) searcher(own Searcher) Searcher {
	if s.Index != nil {
		return s.Index
	}
	return own
}

// Reaches are those of the questions that the signals asked, in their order.
func (c *Candidates) Reaches() []Reach { return c.reach }

// TextRights are the candidate rights that a signal of words proposed: which word is meant can depend on what else is registered.
func (c *Candidates) TextRights() map[string]bool {
	set := map[string]bool{}
	for _, p := range c.bySignal {
		if _, words := p.state.([]field); words {
			for right := range p.rights {
				set[right] = true
			}
		}
	}
	return set
}
