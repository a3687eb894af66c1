package detect

import (
	"fmt"
	"maps"
)

// StagedConfig says how the profile "staged" goes on from the profile fast. It is data of the pack: how near to suspicious the fast
// profile leaves what is an infringement all the same changes with the models.
type StagedConfig struct {
	// Near is the probability in the profile fast from which geometry looks at every candidate, as in full; no model runs for it.
	Near float64 `json:"near"`
	// From is the probability, in the profile fast or after that look, from which a listing is scored again in full.
	From float64 `json:"from"`
}

// DefaultStaged is that of a pack that says nothing (docs/adr/0049).
var DefaultStaged = StagedConfig{Near: 0.03, From: 0.3}

// Stage is how the profile staged goes on from the profile fast.
func (f Fusion) Stage() StagedConfig {
	if f.Staged == nil {
		return DefaultStaged
	}
	return *f.Staged
}

// Stages tells of a listing scored in stages how the profile that decided was chosen.
type Stages struct {
	First  float64  `json:"first" doc:"the highest probability that the profile fast came to, 0 to 1"`
	Near   float64  `json:"near" doc:"the probability from which geometry looks at every candidate"`
	Closer *float64 `json:"closer,omitempty" doc:"the highest probability after that look; absent where there was none"`
	From   float64  `json:"from" doc:"the probability from which a listing is scored again in the profile full"`
	Why    string   `json:"why" doc:"which profile decided, and why, in a sentence"`
}

// Stages begins with what the profile fast came to.
func (c StagedConfig) Stages(first float64) Stages {
	s := Stages{First: first, Near: c.Near, From: c.From}
	if s.Full() {
		s.Why = fmt.Sprintf("The profile full decided: fast came to %.3f, and from %.3g on everything is looked at again.", first, c.From)
	} else {
		s.Why = fmt.Sprintf("The profile fast decided: it came to %.3f, and only from %.3g on everything is looked at again.", first, c.From)
	}
	return s
}

// Look says whether geometry is to look at every candidate next.
func (s Stages) Look() bool { return s.Closer == nil && !s.Full() && s.First >= s.Near }

// Full says whether the listing is to be scored again in full.
func (s Stages) Full() bool {
	return s.First >= s.From || s.Closer != nil && *s.Closer >= s.From
}

// Looked goes on with what geometry made of it.
func (s Stages) Looked(closer float64) Stages {
	if s.Closer = &closer; s.Full() {
		s.Why = fmt.Sprintf("The profile full decided: fast came to %.3f, with geometry on every candidate to %.3f, and from %.3g on everything is looked at again.", s.First, closer, s.From)
	} else {
		s.Why = fmt.Sprintf("The profile fast decided: it came to %.3f, with geometry on every candidate to %.3f, and only from %.3g on everything is looked at again.", s.First, closer, s.From)
	}
	return s
}

// Closer gives candidates of the profile fast as geometry sees them in full: Verify looks at every pair above the floor, but for those that it
// has seen. The index is not asked again, and no model runs.
func (c *Candidates) Closer() *Candidates {
	out := *c
	out.bySignal = make([]*proposals, len(c.bySignal))
	for i, p := range c.bySignal {
		out.bySignal[i] = p
		if state, ok := p.state.(*likeState); ok {
			closer := *p
			closer.state = &likeState{hits: state.hits, full: true, known: state.seen(), vectors: state.vectors, backgrounds: state.backgrounds}
			out.bySignal[i] = &closer
		}
	}
	return &out
}

// known are the pairs that geometry looked at in the stages before, by the place of a signal.
func (c *Candidates) known(signal int) map[pair]*check {
	if c == nil {
		return nil
	}
	state, _ := c.bySignal[signal].state.(*likeState)
	return state.seen()
}

// seen are all pairs that geometry has looked at.
func (s *likeState) seen() map[pair]*check {
	if s == nil {
		return nil
	}
	all := maps.Clone(s.known)
	if all == nil {
		return s.checks
	}
	maps.Copy(all, s.checks)
	return all
}
