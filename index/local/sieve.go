package local

import "touchstone/index"

// A sieve is a filter with its lists made into sets, as a filter may name thousands of rights. It agrees with Filter.Matches, which a
// test holds it to.
type sieve struct {
	rest                                index.Filter // what is not made into sets
	rights, kinds, holders, territories map[string]bool
}

func newSieve(f index.Filter) *sieve {
	return &sieve{
		rest:   index.Filter{ActiveOnly: f.ActiveOnly, At: f.At},
		rights: set(f.Rights), kinds: set(f.Kinds), holders: set(f.Holders), territories: set(f.Territories),
	}
}

// set returns nil for an empty list, which restricts nothing.
func set(list []string) map[string]bool {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]bool, len(list))
	for _, s := range list {
		m[s] = true
	}
	return m
}

func (s *sieve) matches(p *index.Payload) bool {
	return (s.rights == nil || s.rights[p.Right]) && (s.kinds == nil || s.kinds[p.Kind]) &&
		(s.holders == nil || s.holders[p.Holder]) && s.inTerritory(p.Territories) && s.rest.Matches(*p)
}

func (s *sieve) inTerritory(territories []string) bool {
	if s.territories == nil || len(territories) == 0 {
		return true
	}
	for _, t := range territories {
		if s.territories[t] {
			return true
		}
	}
	return false
}
