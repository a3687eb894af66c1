package tracing

import (
	"context"

	"touchstone/internal/network"
)

// held are traits as those of a seller.
func held(seller string, traits []network.Trait) []Held {
	out := make([]Held, len(traits))
	for i, tr := range traits {
		out[i] = Held{Seller: seller, Trait: tr}
	}
	return out
}

// observe keeps traits of a seller.
func (t *Tracer) observe(ctx context.Context, seller string, traits []network.Trait) error {
	return t.learn(ctx, Batch{Traits: held(seller, traits)})
}

// learn keeps a batch first and then brings the network up to date with its traits, a seller at a time.
func (t *Tracer) learn(ctx context.Context, b Batch) error {
	if b.empty() {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.Store.Keep(ctx, b); err != nil {
		return err
	}
	if !t.ready { // Load reads it
		return nil
	}
	for from := 0; from < len(b.Traits); {
		to := from
		var traits []network.Trait
		for ; to < len(b.Traits) && b.Traits[to].Seller == b.Traits[from].Seller; to++ {
			traits = append(traits, b.Traits[to].Trait)
		}
		if _, err := t.net.Observe(b.Traits[from].Seller, traits...); err != nil {
			return problem(err)
		}
		from = to
	}
	return nil
}

func (b Batch) empty() bool {
	return len(b.Sellers)+len(b.Traits)+len(b.Names)+len(b.Prices)+len(b.Sightings)+len(b.Attacks) == 0
}
