package policy

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
)

//go:embed rules.json
var rulesJSON []byte

// Rules are what casework goes by: deadlines, penalties of sellers, standing of notifiers, clocks of inquiries, surveys. A policy names only what
// differs from the policy "default", and that only what differs from the built-in rules: single deadlines, or one of the others as a whole.
type Rules struct {
	Version   string              `json:"version"`
	Deadlines map[string]Deadline `json:"deadlines,omitempty"`
	Penalties *Penalties          `json:"penalties,omitempty"`
	Standing  *Standing           `json:"standing,omitempty"`
	Inquiries *Inquiries          `json:"inquiries,omitempty"`
	Surveys   *Surveys            `json:"surveys,omitempty"`
	Retention *Retention          `json:"retention,omitempty"`
}

// builtInRules are read once: use cases ask for rules at every step of a case.
var builtInRules = sync.OnceValue(DefaultRules)

// DefaultRules are the built-in rules, the caller's to change; none of their parts is missing.
func DefaultRules() Rules {
	var r Rules
	err := json.Unmarshal(rulesJSON, &r)
	if err = errors.Join(err, r.Validate()); err != nil {
		panic(fmt.Sprintf("policy: built-in rules: %v", err)) // a test loads them
	}
	return r
}

// Rules that apply under the policy of that name, complete. Their parts are everybody's: who wants others copies a part first.
func (s Set) Rules(name string) Rules {
	r := builtInRules()
	r.Deadlines = maps.Clone(r.Deadlines)
	for _, layer := range []*Rules{s["default"].Rules, s.For(name).Rules} {
		if layer != nil {
			r = r.under(*layer)
		}
	}
	return r
}

// under gives the rules with what another layer says instead.
func (r Rules) under(top Rules) Rules {
	if top.Version != "" {
		r.Version = top.Version
	}
	maps.Copy(r.Deadlines, top.Deadlines)
	if top.Penalties != nil {
		r.Penalties = top.Penalties
	}
	if top.Standing != nil {
		r.Standing = top.Standing
	}
	if top.Inquiries != nil {
		r.Inquiries = top.Inquiries
	}
	if top.Surveys != nil {
		r.Surveys = top.Surveys
	}
	if top.Retention != nil {
		r.Retention = top.Retention
	}
	return r
}

// Validate reports every fault of the rules at once.
func (r Rules) Validate() error {
	var errs []error
	if r.Version == "" {
		errs = append(errs, errors.New("version is needed"))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Deadlines)) {
		if err := r.Deadlines[name].Validate(); err != nil {
			errs = append(errs, fmt.Errorf("deadlines.%s: %w", name, err))
		}
		if !slices.Contains(deadlineNames, name) {
			errs = append(errs, fmt.Errorf("deadlines.%s: there is no such deadline; the names are %q", name, deadlineNames))
		}
	}
	if r.Penalties != nil {
		errs = append(errs, r.Penalties.Validate())
	}
	if r.Standing != nil {
		errs = append(errs, r.Standing.Validate())
	}
	if r.Inquiries != nil {
		errs = append(errs, r.Inquiries.Validate())
	}
	if r.Surveys != nil {
		errs = append(errs, r.Surveys.Validate())
	}
	if r.Retention != nil {
		errs = append(errs, r.Retention.Validate())
	}
	return errors.Join(errs...)
}

// ranged collects a fault for a number outside its range.
func ranged[N int | float64](errs *[]error, field string, v, low, high N) {
	if !(v >= low && v <= high) { // also catches what is no number
		*errs = append(*errs, fmt.Errorf("%s is %v: use %v to %v", field, v, low, high))
	}
}
