package docket

import "touchstone/internal/casework"

// For is the case as an actor may see it. Those who judge see all of it; the parties and the marketplace see neither who judges nor
// scores nor what reviewers wrote to each other, and only what was decided.
func (c Case) For(a casework.Actor) Case {
	if a.SeesAll() {
		return c
	}
	c.Claim, c.Handled, c.Opinion, c.Before, c.Notes = nil, nil, nil, nil, nil
	c.Grounds = nil
	c.Pictures, c.Probability, c.Signals, c.Signal, c.Priority, c.Pack = nil, 0, nil, "", 0, ""
	if c.Decision != nil {
		d := c.Decision.For(a)
		c.Decision = &d
	}
	if c.Question != nil {
		q := *c.Question
		q.AskedBy = "reviewer"
		c.Question = &q
	}
	if c.Contest != nil {
		k := *c.Contest
		k.By, k.Decider = k.Side, ""
		c.Contest = &k
	}
	if a.Role == roleSeller {
		c.Evidence, c.Question = nil, nil
	}
	return c
}

// For is the decision as an actor may see it.
func (d Decision) For(a casework.Actor) Decision {
	if a.SeesAll() {
		return d
	}
	d = d.public()
	d.Chance, d.Notes = 0, nil
	if a.Role == roleSeller {
		d.Evidence = nil
	}
	return d
}
