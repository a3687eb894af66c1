package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Campaign is a month lived several times: with several seeds, each with its twin where the file asks for one, and once more for each
// evasion with twice its weight.
type Campaign struct {
	Params  Params
	Seeds   []uint64
	Double  bool   // live the month again with each evasion doubled
	Folder  string // results of single runs are kept there, and what is there already is not run again
	Version string // of the program: another one starts anew
}

// Outcome is what a campaign came to.
type Outcome struct {
	Params  Params    `json:"params"`
	Runs    []Result  `json:"runs"`
	Twins   []Result  `json:"twins,omitempty"`
	Figures []Figure  `json:"figures"`
	Base    *Result   `json:"base,omitempty"` // what the doubled ones are compared with
	Doubled []Doubled `json:"doubled,omitempty"`
}

// Doubled is a month in which copyists use one evasion twice as often.
type Doubled struct {
	What   string `json:"what"` // picture or keyword
	Name   string `json:"name"`
	Result Result `json:"result"`
}

// Run lives all months of the campaign, those that are kept from an earlier call excepted.
func (c Campaign) Run(ctx context.Context, o Options) (Outcome, error) {
	out := Outcome{Params: c.Params}
	for _, seed := range c.Seeds {
		r, err := c.one(ctx, c.Params, seed, "run", o)
		if err != nil {
			return out, err
		}
		out.Runs = append(out.Runs, r)
		if !c.Params.Twin {
			continue
		}
		twin := c.Params
		twin.Proactive = false
		if r, err = c.one(ctx, twin, seed, "twin", o); err != nil {
			return out, err
		}
		out.Twins = append(out.Twins, r)
	}
	if c.Params.Listings.Count > 0 {
		out.Figures = MarketFigures(out.Runs, out.Twins)
	} else {
		out.Figures = NoticeFigures(out.Runs)
	}
	if !c.Double || len(c.Seeds) == 0 {
		return out, nil
	}
	return out, c.double(ctx, &out, o)
}

// double lives the month with each evasion doubled. The innocent listings are left out, since no evasion touches them.
func (c Campaign) double(ctx context.Context, out *Outcome, o Options) error {
	p := c.Params
	if p.Listings.Count > 0 {
		p.Listings.Count, p.Listings.Infringing = max(1, int(float64(p.Listings.Count)*p.Listings.Infringing)), 1
	} else {
		p.Notices.Unfounded, p.Scale = 0, p.Scale*0.1
	}
	base, err := c.one(ctx, p, c.Seeds[0], "base", o)
	if err != nil {
		return err
	}
	out.Base = &base
	for _, what := range []string{"picture", "keyword"} {
		weights := p.Evasions.Picture
		if what == "keyword" {
			weights = p.Evasions.Keyword
		}
		for _, name := range slices.Sorted(maps.Keys(weights)) {
			if name == "none" || weights[name] == 0 {
				continue
			}
			twice := p
			more := maps.Clone(weights)
			more[name] *= 2
			if what == "keyword" {
				twice.Evasions.Keyword = more
			} else {
				twice.Evasions.Picture = more
			}
			r, err := c.one(ctx, twice, c.Seeds[0], "double-"+what+"-"+name, o)
			if err != nil {
				return err
			}
			out.Doubled = append(out.Doubled, Doubled{what, name, r})
		}
	}
	return nil
}

// one lives a month unless its result is kept.
func (c Campaign) one(ctx context.Context, p Params, seed uint64, name string, o Options) (Result, error) {
	path, err := c.path(p, seed, name, o)
	if err != nil {
		return Result{}, err
	}
	var r Result
	b, err := os.ReadFile(path)
	switch {
	case err == nil:
		if err := json.Unmarshal(b, &r); err != nil {
			return r, fmt.Errorf("%s holds no result; remove it: %w", path, err)
		}
		return r, nil
	case !errors.Is(err, os.ErrNotExist):
		return r, fmt.Errorf("simulate: %w", err)
	}
	if o.Log != nil {
		o.Log.Info("a month begins", "what", name, "seed", seed)
	}
	o.Folder = filepath.Join(c.Folder, fmt.Sprintf("service-%s-%d", name, seed))
	if err := os.RemoveAll(o.Folder); err != nil { // of a run that was broken off
		return r, fmt.Errorf("simulate: %w", err)
	}
	if r, err = Run(ctx, p, seed, o); err != nil {
		return r, err
	}
	if b, err = json.Marshal(r); err != nil {
		return r, fmt.Errorf("simulate: %w", err)
	}
	part := path + ".part"
	if err := errors.Join(os.WriteFile(part, b, 0o600), os.Rename(part, path)); err != nil {
		return r, fmt.Errorf("simulate: %w", err)
	}
	return r, nil
}

// path is where a result is kept. Its name changes with all that the result depends on.
func (c Campaign) path(p Params, seed uint64, name string, o Options) (string, error) {
	rules, err := p.rules(o)
	if err != nil {
		return "", err
	}
	measured, err := p.measured(o)
	if err != nil {
		return "", err
	}
	b, err := json.Marshal([]any{p, seed, c.Version, string(rules), measured, o.Photos != nil})
	if err != nil {
		return "", fmt.Errorf("simulate: %w", err)
	}
	sum := sha256.Sum256(b)
	folder := filepath.Join(c.Folder, "runs")
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return "", fmt.Errorf("simulate: %w", err)
	}
	return filepath.Join(folder, fmt.Sprintf("%s-%d-%s.json", name, seed, hex.EncodeToString(sum[:6]))), nil
}
