package detect

import (
	"math"

	"github.com/viterin/vek/vek32"

	"touchstone/detect/wordmark"
	"touchstone/index"
)

// bisections of a search for a score: 2⁻⁴⁰ of the range is far below what any score is exact to.
const bisections = 40

// PictureOutputs lists the outputs of the pack that signals read of pictures.
func (d *Detector) PictureOutputs() []string { return append([]string(nil), d.outputs...) }

// Raw is the best raw score that the vectors of a picture's regions have against one reference, as the picture signal of the
// output would give it: vectors kept from an earlier run serve in place of a new one. ok is false for an output that no picture
// signal reads, and for vectors that are not of its regions.
func (d *Detector) Raw(output string, reference []float32, regions [][]float32) (score float64, ok bool) {
	l := d.likeness(output)
	if l == nil || len(regions) != len(l.regions) || len(reference) != l.space.Dimension {
		return 0, false
	}
	best := math.Inf(-1)
	backgrounds := l.backgrounds(regions)
	for i, v := range regions {
		best = math.Max(best, l.raw(float64(vek32.Dot(v, reference)), backgrounds[i], i))
	}
	return best, true
}

// Resembling counts the hits of a whole picture's vector that the output's signal would give a probability of at least p by the vectors
// alone.
func (d *Detector) Resembling(output string, whole []float32, hits []index.Hit, p float64) int {
	l := d.likeness(output)
	if l == nil {
		return 0
	}
	calibration := l.cfg.Calibration
	if l.cfg.Verify != nil {
		calibration = l.cfg.Verify.Unverified
	}
	n, background := 0, l.backgrounds([][]float32{whole})[0]
	for _, h := range hits {
		if calibration.Probability(l.raw(float64(h.Score), background, 0)) >= p {
			n++
		}
	}
	return n
}

// LeastRaw is the raw score of the output's signal from which its finding alone can bring the fused probability to p, and
// whether any score does. It is found by bisection, since calibrations and fusion never fall. Where geometry has the last word,
// it is the score from which a pair is looked at.
func (d *Detector) LeastRaw(output string, p float64) (float64, bool) {
	name := SignalKeywordMisuse
	if l := d.likeness(output); l != nil {
		if l.cfg.Verify != nil {
			return l.cfg.Verify.Floor, true
		}
		name = l.signal
	} else if output != OutputWord {
		return 0, false
	}
	reaches := func(raw float64) bool {
		probability := d.fusion.signals()[name].Calibration.Probability(raw)
		v := d.fusion.fuse([]Finding{{Signal: name, Score: raw, Probability: probability}})
		return v[0].Probability >= p
	}
	low, high := -4.0, 4.0 // beyond what cosines, bonuses and scores of words can be
	if !reaches(high) {
		return 0, false
	}
	for range bisections {
		if mid := (low + high) / 2; reaches(mid) {
			high = mid
		} else {
			low = mid
		}
	}
	return high, true
}

// LeastCosine bounds from below the cosine between reference and region that a raw score of the output needs: the background is
// taken off and the bonus of the whole put on, and the mean of the nearest of many backgrounds is never below 0.
func (d *Detector) LeastCosine(output string, raw float64) float64 {
	l := d.likeness(output)
	if l == nil {
		return 1
	}
	return raw - math.Max(0, l.cfg.WholeBonus)
}

// Title is the raw score of the keyword signal for a title and the marks of a lexicon alone, 0 without a match: the way by
// spelling, without a model. goods are the listing's Nice classes.
func (d *Detector) Title(lexicon *wordmark.Lexicon, title string, goods []string) float64 {
	spans := wordmark.Spans(title, d.fusion.Keyword.MaxSpans)
	marks := lexicon.Lookup(spans)
	if len(marks) == 0 {
		return 0
	}
	best := 0.0
	for _, m := range d.fusion.Keyword.Words.Find(title, spans, marks, goods) {
		best = math.Max(best, m.Score)
	}
	return best
}

func (d *Detector) likeness(output string) *likeness {
	for _, s := range d.signals {
		if s.output() != output {
			continue
		}
		switch s := s.(type) {
		case *nearCopy:
			return s.likeness
		case *designSimilarity:
			return s.likeness
		}
	}
	return nil
}
