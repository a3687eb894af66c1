package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Campaign is a month lived several times: with several seeds, each with its twin where the file asks for one, and once more
// for what becomes of the figures when each evasion doubles.
type Campaign struct {
	Params  Params
	Seeds   []uint64
	Double  bool   // reckon how the figures move when each evasion doubles, from one more month a seed
	Folder  string // results of single runs are kept there, and what is there already is not run again
	Version string // of the program: another one starts anew
}

// Outcome is what a campaign came to.
type Outcome struct {
	Params  Params    `json:"params"`
	Runs    []Result  `json:"runs"`
	Twins   []Result  `json:"twins,omitempty"`
	Figures []Figure  `json:"figures"`
	Whole   []Figure  `json:"whole,omitempty"` // of whole months, through the libraries alone: nothing is scored
	Even    *Even     `json:"even,omitempty"`  // what the doubled ones are reckoned from
	Doubled []Doubled `json:"doubled,omitempty"`
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
	if err := c.whole(ctx, &out); err != nil {
		return out, err
	}
	if !c.Double || len(c.Seeds) == 0 {
		return out, nil
	}
	return out, c.double(ctx, &out, o)
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
