package simulate

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"os"

	"touchstone/internal/policy"
)

// What the built-in months' policies say otherwise than the default one.
var (
	//go:embed policies/market.json
	marketPolicy []byte
	//go:embed policies/notices.json
	noticesPolicy []byte
)

// rules is the policy file that the month is lived under: the caller's, or the default policy with thresholds whose precision was measured
// on a month of another seed, for all listings of a marketplace or for those that somebody complained of, of which far more infringe.
func (p Params) rules(o Options) ([]byte, error) {
	if o.Policy != "" {
		b, err := os.ReadFile(o.Policy)
		if err != nil {
			return nil, fmt.Errorf("policy file: %w", err)
		}
		return b, nil
	}
	out, triage := policy.Default(), policy.DefaultTriage()
	out.Triage, out.Rules = &triage, &policy.Rules{Penalties: policy.DefaultRules().Penalties}
	change := noticesPolicy
	if p.Listings.Count > 0 {
		change = marketPolicy
	}
	if err := json.Unmarshal(change, &out); err != nil { // what it does not name stays
		return nil, fmt.Errorf("built-in policy: %w", err)
	}
	if err := out.Validate(); err != nil {
		return nil, fmt.Errorf("built-in policy: %w", err)
	}
	b, err := json.MarshalIndent([]policy.Policy{out}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("built-in policy: %w", err)
	}
	return b, nil
}
