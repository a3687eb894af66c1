package network

import (
	"errors"
	"fmt"
)

// Config is how sure the network must be. The zero value takes the defaults.
type Config struct {
	// Link is the probability from which two sellers are linked. Default 0.95.
	Link float64
	// PublicAtMost is the highest probability that traits which anybody can copy may reach alone; below Link. Default 0.8.
	PublicAtMost float64
	// ChainPenalty is how much of ln(pairs between two clusters) a merge must outweigh, 0 to 1. Default 0.7.
	ChainPenalty float64
	// MaxRing is the largest ring that may form without a person: a merge beyond it is refused and listed. Default 2000.
	MaxRing int
}

func (c Config) withDefaults() Config {
	if c.Link == 0 {
		c.Link = 0.95
	}
	if c.PublicAtMost == 0 {
		c.PublicAtMost = 0.8
	}
	if c.ChainPenalty == 0 {
		c.ChainPenalty = 0.7
	}
	if c.MaxRing == 0 {
		c.MaxRing = 2000
	}
	return c
}

// Validate reports every fault at once. It is meant for a Config with its defaults.
func (c Config) Validate() error {
	var errs []error
	if !(c.Link > 0.5 && c.Link < 1) {
		errs = append(errs, fmt.Errorf("Link is %g: use more than 0.5 and less than 1", c.Link))
	}
	if !(c.PublicAtMost > 0 && c.PublicAtMost < c.Link) {
		errs = append(errs, fmt.Errorf("PublicAtMost is %g: use more than 0 and less than Link (%g)", c.PublicAtMost, c.Link))
	}
	if !(c.ChainPenalty >= 0 && c.ChainPenalty <= 1) {
		errs = append(errs, fmt.Errorf("ChainPenalty is %g: use 0 to 1", c.ChainPenalty))
	}
	if c.MaxRing < 2 {
		errs = append(errs, fmt.Errorf("MaxRing is %d: use 2 or more", c.MaxRing))
	}
	return errors.Join(errs...)
}
