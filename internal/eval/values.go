package eval

import "math"

// eceBins is the number of equal-mass bins of the expected calibration error.
const eceBins = 15

func defined(v float64) bool { return !math.IsNaN(v) }

// ratio is a over b, undefined (NaN) for b = 0.
func ratio(a, b float64) float64 {
	if b == 0 {
		return math.NaN()
	}
	return a / b
}

// ones are the weights of the sample itself.
func ones(n int) []int {
	w := make([]int, n)
	for i := range w {
		w[i] = 1
	}
	return w
}

// values computes every figure with row i counted w[i] times; NaN where it is not defined.
func (s *sample) values(w []int) (v [numFigures]float64) {
	for i := range v {
		v[i] = math.NaN()
	}
	positives, guilty := 0, 0
	for _, g := range s.guilty {
		positives += w[g.row] * g.positives
		guilty += w[g.row]
	}
	if positives > 0 {
		v[uap], v[recallAtP90] = s.pooledCurve(w, positives)
		v[recallAt1], v[recallAt5] = s.recallAt(w, guilty, 1), s.recallAt(w, guilty, 5)
		v[recallAtFA1] = s.recallAtFalseAlarms(w, guilty, 1)
		v[recallAtFA2] = s.recallAtFalseAlarms(w, guilty, 2)
		v[recallAtFA5] = s.recallAtFalseAlarms(w, guilty, 5)
	}
	if s.threshold != nil {
		s.atThreshold(w, positives, &v)
	}
	v[ece], v[brierSkill] = s.calibrationError(w), s.brierSkill(w)
	v[boxIoU50] = s.boxRecall(w)
	return v
}

// pooledCurve walks all predictions from the highest score down. Average precision is the sum of precision times gain
// in recall over the distinct scores; predictions of equal score enter together, since no threshold parts them.
func (s *sample) pooledCurve(w []int, positives int) (ap, recall90 float64) {
	hits, seen, before, best := 0, 0, 0, 0
	for _, p := range s.pool {
		seen += w[p.row]
		if p.right {
			hits += w[p.row]
		}
		if !p.last || seen == 0 {
			continue
		}
		ap += float64(hits) / float64(seen) * float64(hits-before)
		before = hits
		if 10*hits >= 9*seen {
			best = hits
		}
	}
	return ap / float64(positives), float64(best) / float64(positives)
}

// recallAt is the share of guilty listings with a true right among the first k.
func (s *sample) recallAt(w []int, guilty, k int) float64 {
	found := 0
	for _, g := range s.guilty {
		if g.rank > 0 && g.rank <= k {
			found += w[g.row]
		}
	}
	return ratio(float64(found), float64(guilty))
}

// recallAtFalseAlarms is the share of guilty listings with a true right above the highest score that percent of the
// innocent listings reach. Undefined without innocent listings.
func (s *sample) recallAtFalseAlarms(w []int, guilty, percent int) float64 {
	total := 0
	for _, in := range s.innocents {
		total += w[in.row]
	}
	if total == 0 {
		return math.NaN()
	}
	reached, bar := 0, math.Inf(-1)
	for _, in := range s.innocents {
		reached += w[in.row]
		if w[in.row] > 0 && 100*reached >= percent*total {
			bar = in.score
			break
		}
	}
	found := 0
	for _, g := range s.guilty {
		if g.score > bar {
			found += w[g.row]
		}
	}
	return ratio(float64(found), float64(guilty))
}

// atThreshold computes the figures at the active threshold. Precision at the prior gives the guilty listings together
// the weight of the prior and the innocent ones the rest, wherever their alarms point.
func (s *sample) atThreshold(w []int, positives int, v *[numFigures]float64) {
	var hits, wrongGuilty, wrongInnocent, innocent, rest float64
	for i, r := range s.rows {
		if r.innocent {
			innocent += float64(w[i])
		} else {
			rest += float64(w[i])
		}
	}
	for _, p := range s.pool {
		n := float64(w[p.row])
		switch {
		case !p.alarm:
		case p.right:
			hits += n
		case s.rows[p.row].innocent:
			wrongInnocent += n
		default:
			wrongGuilty += n
		}
	}
	if positives > 0 {
		v[recall] = hits / float64(positives)
		v[precision] = ratio(hits, hits+wrongGuilty+wrongInnocent)
		if innocent > 0 {
			guiltyWeight, innocentWeight := s.prior/rest, (1-s.prior)/innocent
			v[precisionAtPrior] = ratio(hits*guiltyWeight, (hits+wrongGuilty)*guiltyWeight+wrongInnocent*innocentWeight)
		}
	}
	v[falseAlarmRate] = s.falseAlarms(w)
}

func (s *sample) falseAlarms(w []int) float64 {
	own, alarmed := 0, 0
	for _, in := range s.innocents {
		if !in.own {
			continue
		}
		own += w[in.row]
		if in.alarm {
			alarmed += w[in.row]
		}
	}
	return ratio(float64(alarmed), float64(own))
}

// calibrationError is the expected calibration error of the best right of each listing in bins of equal mass
// (Nixon et al., Measuring Calibration in Deep Learning, 2019). Listings of equal probability share their mean outcome
// and are split over a bin's edge in proportion, so that their order does not matter. A listing without any right is left out.
func (s *sample) calibrationError(w []int) float64 {
	bins := s.bins(w)
	gap, mass := 0.0, 0.0
	for _, b := range bins {
		gap += math.Abs(b.believed - b.right)
		mass += b.mass
	}
	return ratio(gap, mass)
}

// A bin sums the mass, the probabilities and the true outcomes of the listings in it.
type bin struct{ mass, believed, right float64 }

func (s *sample) bins(w []int) []bin {
	total := 0
	for _, b := range s.best {
		total += w[b.row]
	}
	if total == 0 {
		return nil
	}
	bins := make([]bin, eceBins)
	size := float64(total) / eceBins
	at := 0
	for i := 0; i < len(s.best); {
		mass, hits, p := 0, 0, s.best[i].p
		for ; i < len(s.best) && s.best[i].p == p; i++ {
			mass += w[s.best[i].row]
			if s.best[i].right {
				hits += w[s.best[i].row]
			}
		}
		left := float64(mass)
		for left > 0 {
			part := left
			if at < eceBins-1 {
				part = min(left, size-bins[at].mass)
			}
			bins[at].mass += part
			bins[at].believed += part * p
			bins[at].right += part * float64(hits) / float64(mass)
			left -= part
			if at < eceBins-1 && bins[at].mass >= size*(1-1e-12) {
				at++
			}
		}
	}
	return bins
}

// brierSkill is one minus the mean squared error of the best rights' probabilities over that of always answering
// their base rate (Brier, 1950). Undefined where every best right is right, or none.
func (s *sample) brierSkill(w []int) float64 {
	var mass, hits, loss float64
	for _, b := range s.best {
		n, y := float64(w[b.row]), 0.0
		if b.right {
			y = 1
		}
		mass += n
		hits += n * y
		loss += n * (b.p - y) * (b.p - y)
	}
	if hits == 0 || hits == mass {
		return math.NaN()
	}
	rate := hits / mass
	return 1 - loss/mass/(rate*(1-rate))
}

func (s *sample) boxRecall(w []int) float64 {
	boxes, hits := 0, 0
	for _, b := range s.boxes {
		boxes += w[b.row] * b.boxes
		hits += w[b.row] * b.hits
	}
	return ratio(float64(hits), float64(boxes))
}
