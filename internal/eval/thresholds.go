package eval

import "touchstone/internal/threshold"

// Sampled are the labelled listings of some runs as thresholds see them: those with a truth for the signal, and those without any truth.
// Runs are taken together, so that the innocents of all sets weigh in.
func Sampled(runs []*Run, signal string) threshold.Sample {
	out := threshold.Sample{Kind: threshold.KindLabelled}
	for _, run := range runs {
		for _, r := range layOut(run, signal) {
			switch {
			case len(r.truth) > 0:
				out.Infringing = append(out.Infringing, r.highest(true))
			case r.innocent:
				out.Innocent = append(out.Innocent, r.highest(false))
			}
		}
	}
	return out
}

// highest is the highest probability of a true right, or of any right; 0 without one.
func (r row) highest(trueOnly bool) float64 {
	best := 0.0
	for _, p := range r.preds {
		if !trueOnly || r.truth[p.Right] {
			best = max(best, p.Probability)
		}
	}
	return best
}
