package simulate

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"

	"touchstone/internal/policy"
	"touchstone/internal/threshold"
)

// The policies of the built-in months, as `serve --policies` takes them, and what was measured of their thresholds (make month-thresholds).
var (
	//go:embed policies/market.json
	marketPolicy []byte
	//go:embed policies/market.measured.json
	marketMeasured []byte
	//go:embed policies/notices.json
	noticesPolicy []byte
)

// rules is the policy file that the month is lived under: the caller's, or that of the built-in months, with thresholds read off months of
// other seeds, for all listings of a marketplace or for those that somebody complained of, of which far more infringe.
func (p Params) rules(o Options) ([]byte, error) {
	out := noticesPolicy
	if p.Listings.Count > 0 {
		out = marketPolicy
	}
	if o.Policy != "" {
		var err error
		if out, err = os.ReadFile(o.Policy); err != nil {
			return nil, fmt.Errorf("policy file: %w", err)
		}
	}
	if _, err := policy.Parse(bytes.NewReader(out)); err != nil {
		return nil, fmt.Errorf("policy file %s: %w", o.Policy, err)
	}
	return out, nil
}

// Base is the default policy of the month: of the file that Options name, or the built-in one.
func (p Params) Base(o Options) (policy.Policy, error) {
	b, err := p.rules(o)
	if err != nil {
		return policy.Policy{}, err
	}
	set, err := policy.Parse(bytes.NewReader(b))
	if err != nil {
		return policy.Policy{}, fmt.Errorf("policy file: %w", err)
	}
	return set.For("default"), nil
}

// measured is what the service knows of its thresholds when the month begins: what the caller's file says, or with the built-in policy of
// a marketplace what was measured for it. What was measured with another pack does not count.
func (p Params) measured(o Options) ([]threshold.Kept, error) {
	var b []byte
	switch {
	case o.Measured != "":
		var err error
		if b, err = os.ReadFile(o.Measured); err != nil {
			return nil, fmt.Errorf("measured thresholds: %w", err)
		}
	case o.Policy == "" && p.Listings.Count > 0:
		b = marketMeasured
	default:
		return nil, nil
	}
	var list []threshold.Kept
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&list); err != nil {
		return nil, fmt.Errorf("measured thresholds %s: %w", o.Measured, err)
	}
	for _, k := range list {
		if err := k.Curve.Validate(); err != nil {
			return nil, fmt.Errorf("measured thresholds %s: %s of %s: %w", o.Measured, k.Signal, k.Pack, err)
		}
	}
	return list, nil
}
