package people

import (
	"context"
	"fmt"
)

// sealed is a secret of somebody's as it is kept.
func (p *People) sealed(secret, person string) string {
	if p.cfg.Seal == nil || secret == "" {
		return secret
	}
	return p.cfg.Seal.Seal(secret, "codes of "+person)
}

// unsealed is it as it is used.
func (p *People) unsealed(kept, person string) (string, error) {
	if p.cfg.Seal == nil {
		return kept, nil
	}
	return p.cfg.Seal.Open(kept, "codes of "+person)
}

// opening does something while the person's secret can be read.
func (p *People) opening(who *Person, do func()) error {
	kept := who.Secret
	plain, err := p.unsealed(kept, who.ID)
	if err != nil {
		return err
	}
	who.Secret = plain
	do()
	who.Secret = kept
	return nil
}

// Reseal seals every secret of codes that is not sealed with the newest key, and tells of how many people there was one.
func (p *People) Reseal(ctx context.Context) (int, error) {
	if p.cfg.Seal == nil {
		return 0, nil
	}
	all, err := p.store.People(ctx, "")
	if err != nil {
		return 0, fmt.Errorf("seal secrets of codes: %w", err)
	}
	n := 0
	for _, who := range all {
		if who.Secret == "" || !p.cfg.Seal.Stale(who.Secret) {
			continue
		}
		var faulty error
		_, err := p.change(ctx, who.ID, "seal the secret of codes", func(who *Person) {
			var plain string
			if plain, faulty = p.unsealed(who.Secret, who.ID); faulty == nil {
				who.Secret = p.sealed(plain, who.ID)
			}
		})
		if err == nil {
			err = faulty
		}
		if err != nil {
			return n, fmt.Errorf("seal secrets of codes of %s: %w", who.ID, err)
		}
		n++
	}
	return n, nil
}
