package intake

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/internal/casework"
)

// exact is how close two numbers of a report and its replay must be: the models' own rounding is a hundredth of it.
const exact = 1e-4

// sinceFacts notes what casework says otherwise today of the rights that the report knew.
func (r *replay) sinceFacts(ctx context.Context) error {
	ids := slices.Sorted(maps.Keys(r.facts.Rights))
	now, err := r.Service.facts(ctx, r.listing, r.market, detect.Scope{Filter: index.Filter{
		Rights: ids, At: r.now(), ActiveOnly: true, Territories: casework.IndexTerritories(r.market.Territories),
	}, Full: true}, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		was := r.facts.Rights[id]
		is, there := now.Rights[id]
		if !there {
			r.changed(ChangedRight, id, "The right %s is no longer in force, or no longer there.", id)
			continue
		}
		r.sinceRight(was, is)
	}
	return nil
}

func (r *replay) sinceRight(was, is detect.RightFacts) {
	for _, what := range []struct{ name, was, is string }{
		{"state", was.State, is.State}, {"name", was.Name, is.Name}, {"goods", strings.Join(was.Goods, ", "), strings.Join(is.Goods, ", ")},
		{"retail price", money(was.RetailPrice), money(is.RetailPrice)}, {"seller authorised", strconv.FormatBool(was.Authorised), strconv.FormatBool(is.Authorised)},
		{"reach", strings.Join(was.Outside, ", "), strings.Join(is.Outside, ", ")}, {"suppressions", suppressed(was), suppressed(is)}, {"quarantine", quarantines(was), quarantines(is)},
	} {
		if what.was != what.is {
			r.changed(ChangedRight, was.Right, "The right %s has another %s: it was %q and is %q.", was.Right, what.name, what.was, what.is)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(was.References)) {
		if _, there := is.References[id]; !there {
			r.changed(ReferenceDeleted, id, "The reference %s of %s was deleted since; the replay uses what is kept of it.", id, was.Right)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(is.References)) {
		if _, there := was.References[id]; !there {
			r.changed(ReferenceAdded, id, "The reference %s of %s was registered since; the replay leaves it out.", id, was.Right)
		}
	}
}

func suppressed(r detect.RightFacts) string {
	var ids []string
	for _, s := range r.Suppressions {
		ids = append(ids, s.ID)
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), ", ")
}

func quarantines(r detect.RightFacts) string {
	var ids []string
	for _, ref := range r.References {
		if ref.Quarantined != "" {
			ids = append(ids, ref.Quarantined)
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, ", ")
}

func money(m *detect.Money) string {
	if m == nil {
		return ""
	}
	return fmt.Sprintf("%g %s", m.Amount, m.Currency)
}

// compare holds what comes out against what was kept.
func (r *replay) compare() {
	then, now := &r.rec.Report, &r.out.Remade
	r.same("outcome.band", r.out.Then.Band, r.out.Now.Band)
	r.same("outcome.action", r.out.Then.Action, r.out.Now.Action)
	r.same("outcome.priority", strconv.Itoa(r.out.Then.Priority), strconv.Itoa(r.out.Now.Priority))
	r.same("profile", then.Profile, now.Profile)
	if a, b := then.Stages, now.Stages; a != nil && b != nil {
		r.sameNumber("stages.first", a.First, b.First)
		if a.Closer != nil && b.Closer != nil {
			r.sameNumber("stages.closer", *a.Closer, *b.Closer)
		}
	}
	r.same("checked", strings.Join(then.Checked, ", "), strings.Join(now.Checked, ", "))
	r.same("unchecked", unchecked(then), unchecked(now))
	for _, signal := range then.Checked {
		if !slices.Contains(now.Checked, signal) {
			r.changed(SignalUnavailable, signal, "The signal %s could look then, and cannot now.", signal)
		}
	}
	verdicts(r, then, now)
	findings(r, then, now)
	r.out.Identical = len(r.out.Differences) == 0
}

func unchecked(rep *detect.Report) string {
	list := make([]string, len(rep.Unchecked))
	for i, u := range rep.Unchecked {
		list[i] = strings.TrimSpace(u.Signal + " " + u.Place + ": " + u.Reason)
	}
	return strings.Join(list, "; ")
}

func (r *replay) same(what, then, now string) {
	if then != now {
		r.out.Differences = append(r.out.Differences, Difference{what, then, now})
	}
}

func (r *replay) sameNumber(what string, then, now float64) {
	if !(math.Abs(then-now) <= exact*math.Max(1, math.Abs(then))) {
		r.out.Differences = append(r.out.Differences, Difference{what, number(then), number(now)})
	}
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', 5, 64) }

// pairs walks two lists by key in ascending order, with the positions in each, -1 for what one of them lacks.
func pairs[T any](then, now []T, key func(T) string, fn func(key string, i, j int)) {
	at := map[string][2]int{}
	for i, x := range then {
		at[key(x)] = [2]int{i, -1}
	}
	for j, x := range now {
		p, there := at[key(x)]
		if !there {
			p[0] = -1
		}
		at[key(x)] = [2]int{p[0], j}
	}
	for _, k := range slices.Sorted(maps.Keys(at)) {
		fn(k, at[k][0], at[k][1])
	}
}

func verdicts(r *replay, then, now *detect.Report) {
	pairs(then.Verdicts, now.Verdicts, func(v detect.Verdict) string { return v.Right }, func(right string, i, j int) {
		what := "verdict " + right
		if i < 0 || j < 0 {
			r.same(what, verdict(then, i), verdict(now, j))
			return
		}
		a, b := then.Verdicts[i], now.Verdicts[j]
		r.sameNumber(what+" probability", a.Probability, b.Probability)
		r.sameNumber(what+" score", a.Score, b.Score)
		r.same(what+" against", codes(a.Against), codes(b.Against))
	})
}

func verdict(rep *detect.Report, i int) string {
	if i < 0 {
		return "none"
	}
	return number(rep.Verdicts[i].Probability)
}

func findings(r *replay, then, now *detect.Report) {
	a, b := keyed(then.Findings), keyed(now.Findings)
	pairs(a, b, func(x keyedFinding) string { return x.key }, func(k string, i, j int) {
		what := "finding " + k
		if i < 0 || j < 0 {
			r.same(what, shown(a, i), shown(b, j))
			return
		}
		x, y := a[i], b[j]
		r.sameNumber(what+" score", x.Score, y.Score)
		r.sameNumber(what+" probability", x.Probability, y.Probability)
		r.same(what+" reference", x.Reference, y.Reference)
		r.same(what+" place", place(x.Finding), place(y.Finding))
		r.same(what+" for", codes(x.For), codes(y.For))
		r.same(what+" against", codes(x.Against), codes(y.Against))
	})
}

type keyedFinding struct {
	key string
	detect.Finding
}

// keyed names findings by signal and right. Of a right that a signal has two findings on, the second is one that counts for nothing.
func keyed(list []detect.Finding) []keyedFinding {
	out, seen := make([]keyedFinding, len(list)), map[string]int{}
	for i, f := range list {
		key := f.Signal + " " + f.Right
		out[i] = keyedFinding{key + strings.Repeat(" again", seen[key]), f}
		seen[key]++
	}
	return out
}

func shown(list []keyedFinding, i int) string {
	if i < 0 {
		return "none"
	}
	return fmt.Sprintf("%s, probability %s", place(list[i].Finding), number(list[i].Probability))
}

// place says where a finding is.
func place(f detect.Finding) string {
	switch {
	case f.Text != nil:
		return fmt.Sprintf("%s %d to %d", f.Text.Field, f.Text.Start, f.Text.End)
	case f.Picture != nil:
		return fmt.Sprintf("picture %d %v", f.Picture.Index, f.Picture.Box)
	}
	return ""
}

func codes(notes []detect.Note) string {
	list := make([]string, len(notes))
	for i, n := range notes {
		list[i] = n.Code
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), ", ")
}
