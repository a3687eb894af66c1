package detect

import (
	"fmt"
	"math"
)

// Moved is the calibration whose log-odds are stretched by slope, above 0, and moved by shift. It stays monotone.
func (c Calibration) Moved(slope, shift float64) Calibration {
	if len(c.Points) == 0 {
		return Calibration{A: slope * c.A, B: slope*c.B + shift}
	}
	out := Calibration{Points: make([][2]float64, len(c.Points))}
	for i, p := range c.Points {
		out.Points[i] = [2]float64{p[0], sigmoid(slope*logit(p[1]) + shift)}
	}
	return out
}

// Signals lists the signals that a fusion file calibrates and weighs; relisting is set and not among them.
func (f Fusion) Signals() map[string]SignalConfig {
	all := f.signals()
	delete(all, SignalRelisting)
	return all
}

// WithSignal is the fusion with other settings of a signal. Nothing that f holds is changed.
func (f Fusion) WithSignal(name string, c SignalConfig) (Fusion, error) {
	switch {
	case name == SignalNearCopy:
		f.NearCopy.SignalConfig = c
	case name == SignalKeywordMisuse:
		f.Keyword.SignalConfig = c
	case name == SignalDesignSimilarity && f.Design != nil:
		d := *f.Design
		d.SignalConfig = c
		f.Design = &d
	case name == SignalLogoInScene && f.Logo != nil:
		l := *f.Logo
		l.SignalConfig = c
		f.Logo = &l
	case name == SignalMarkInImageText && f.ImageText != nil:
		t := *f.ImageText
		t.SignalConfig = c
		f.ImageText = &t
	default:
		return f, fmt.Errorf("detect: the fusion file sets no signal %q", name)
	}
	return f, nil
}

// LogOdds fuses the probabilities that some signals give one right, as a verdict without facts does.
func (f Fusion) LogOdds(heard map[string]float64) float64 {
	sum := 0.0
	for _, c := range f.own(heard) {
		sum += c.LogOdds
	}
	if math.IsNaN(sum) {
		return f.Infringement.base()
	}
	return sum
}
