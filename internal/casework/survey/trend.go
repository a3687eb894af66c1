package survey

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/gonum/stat/distuv"

	"touchstone/internal/casework"
	"touchstone/internal/casework/statement"
	"touchstone/internal/policy"
)

// Steps of a trend.
const (
	ByMonth   = "month"
	ByQuarter = "quarter"
)

// TrendQuery asks for a trend over months from one on and before another, such as 2026-07; empty fields do not restrict.
type TrendQuery struct {
	From, Before, Kind, Side string
	By                       string // ByMonth or ByQuarter; "" is ByMonth
}

var monthPattern = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

func (q TrendQuery) validate() error {
	var f casework.Faults
	f.Check(q.From == "" || monthPattern.MatchString(q.From), "from", "must be a month such as 2026-07")
	f.Check(q.Before == "" || monthPattern.MatchString(q.Before), "before", "must be a month such as 2026-10")
	f.One("kind", q.Kind, append(Kinds(), ""))
	f.One("side", q.Side, append(policy.Asked(), ""))
	f.One("by", q.By, []string{ByMonth, ByQuarter, ""})
	return f.Err()
}

// TopicPoint is a topic in a month or quarter. Means and shares have intervals of 95 %: Student's for the mean, the normal one for the net share; of a
// single answer there is none.
type TopicPoint struct {
	Period     string   `json:"period" doc:"2026-11, or 2026-Q4"`
	Kind       string   `json:"kind" enum:"case,quarter"`
	Side       string   `json:"side" enum:"holder,notifier,seller"`
	Topic      string   `json:"topic"`
	Answers    int64    `json:"answers"`
	Mean       float64  `json:"mean" doc:"0 to 10"`
	Low        *float64 `json:"low,omitempty"`
	High       *float64 `json:"high,omitempty"`
	Promoters  float64  `json:"promoters" doc:"share of 9 and 10"`
	Detractors float64  `json:"detractors" doc:"share of 0 to 6"`
	Net        float64  `json:"net" doc:"promoters less detractors, -1 to 1"`
	NetLow     *float64 `json:"net_low,omitempty"`
	NetHigh    *float64 `json:"net_high,omitempty"`
}

// ResponseRate is how many of those who were asked in a month or quarter answered.
type ResponseRate struct {
	Period   string  `json:"period"`
	Kind     string  `json:"kind" enum:"case,quarter"`
	Side     string  `json:"side" enum:"holder,notifier,seller"`
	Asked    int64   `json:"asked"`
	Answered int64   `json:"answered"`
	Share    float64 `json:"share"`
}

// Figures are what surveys say over time, oldest first.
type Figures struct {
	Points []TopicPoint   `json:"points" doc:"by period, kind, side and topic"`
	Rates  []ResponseRate `json:"rates" doc:"by period, kind and side"`
}

// Trend reckons what surveys say, for those who look after the service.
func (v *Surveys) Trend(ctx context.Context, a casework.Actor, q TrendQuery) (Figures, error) {
	if err := mayRead(a); err != nil {
		return Figures{}, err
	}
	if err := q.validate(); err != nil {
		return Figures{}, err
	}
	span := Span{q.From, q.Before, q.Kind, q.Side}
	sums, err := v.Store.SurveySums(ctx, span)
	if err != nil {
		return Figures{}, fmt.Errorf("trend of surveys: %w", err)
	}
	counts, err := v.Store.SurveyCounts(ctx, span)
	if err != nil {
		return Figures{}, fmt.Errorf("trend of surveys: %w", err)
	}
	period := func(month string) string { return month }
	if q.By == ByQuarter {
		period = quarterOfMonth
	}
	out := Figures{Points: []TopicPoint{}, Rates: []ResponseRate{}}
	for _, s := range merge(sums, func(s *Sum) string { s.Month = period(s.Month); return s.Month + s.Kind + "/" + s.Side + "/" + s.Topic }, addSum) {
		out.Points = append(out.Points, s.point())
	}
	for _, c := range merge(counts, func(c *Count) string { c.Month = period(c.Month); return c.Month + c.Kind + "/" + c.Side }, addCount) {
		out.Rates = append(out.Rates, ResponseRate{c.Month, c.Kind, c.Side, c.Asked, c.Answered, float64(c.Answered) / float64(max(1, c.Asked))})
	}
	return out, nil
}

func quarterOfMonth(month string) string {
	t, err := time.Parse("2006-01", month)
	if err != nil {
		return month
	}
	return quarterOf(t)
}

// merge adds up what has the same key, and keeps the order of the keys.
func merge[T any](list []T, key func(*T) string, add func(to *T, v T)) []T {
	var keys []string
	sums := map[string]T{}
	for _, v := range list {
		k := key(&v)
		to, there := sums[k]
		if !there {
			keys = append(keys, k)
			sums[k] = v
			continue
		}
		add(&to, v)
		sums[k] = to
	}
	slices.Sort(keys)
	out := make([]T, len(keys))
	for i, k := range keys {
		out[i] = sums[k]
	}
	return out
}

func addSum(to *Sum, s Sum) {
	to.N, to.Total, to.Squares = to.N+s.N, to.Total+s.Total, to.Squares+s.Squares
	to.Promoters, to.Detractors = to.Promoters+s.Promoters, to.Detractors+s.Detractors
}

func addCount(to *Count, c Count) { to.Asked, to.Answered = to.Asked+c.Asked, to.Answered+c.Answered }

// point reckons mean, shares and intervals.
func (s Sum) point() TopicPoint {
	n := float64(s.N)
	p := TopicPoint{Period: s.Month, Kind: s.Kind, Side: s.Side, Topic: s.Topic, Answers: s.N, Mean: float64(s.Total) / n, Promoters: float64(s.Promoters) / n, Detractors: float64(s.Detractors) / n}
	p.Net = p.Promoters - p.Detractors
	if s.N < 2 {
		return p
	}
	variance := math.Max(0, (float64(s.Squares)-n*p.Mean*p.Mean)/(n-1))
	half := distuv.StudentsT{Sigma: 1, Nu: n - 1}.Quantile(0.975) * math.Sqrt(variance/n)
	low, high := math.Max(0, p.Mean-half), math.Min(MaxScore, p.Mean+half)
	p.Low, p.High = &low, &high
	half = 1.96 * math.Sqrt(math.Max(0, p.Promoters+p.Detractors-p.Net*p.Net)/n)
	netLow, netHigh := math.Max(-1, p.Net-half), math.Min(1, p.Net+half)
	p.NetLow, p.NetHigh = &netLow, &netHigh
	return p
}

// CSV writes the trend as a table for spreadsheets: a line a topic, and a line "asked" a kind and side with how many were asked and answered.
func (t Figures) CSV(w io.Writer) error {
	rows := [][]string{{"period", "kind", "side", "topic", "answers", "mean", "low", "high", "promoters", "detractors", "net", "net_low", "net_high", "asked"}}
	for _, p := range t.Points {
		rows = append(rows, []string{p.Period, p.Kind, p.Side, p.Topic, strconv.FormatInt(p.Answers, 10), decimal(&p.Mean), decimal(p.Low), decimal(p.High),
			decimal(&p.Promoters), decimal(&p.Detractors), decimal(&p.Net), decimal(p.NetLow), decimal(p.NetHigh), ""})
	}
	for _, r := range t.Rates {
		rows = append(rows, []string{r.Period, r.Kind, r.Side, "asked", strconv.FormatInt(r.Answered, 10), "", "", "", "", "", "", "", "", strconv.FormatInt(r.Asked, 10)})
	}
	return writeTable(w, rows)
}

// mostAnswers is how many answers one table holds.
const mostAnswers = 10_000

// AnswersCSV writes what parties answered, newest first, as a table with a column a topic: at most 10,000 rows. It names nobody.
func (v *Surveys) AnswersCSV(ctx context.Context, a casework.Actor, q Query, w io.Writer) error {
	if err := mayRead(a); err != nil {
		return err
	}
	topics := []string{TopicSpeed, TopicReasons, TopicFairness, TopicEffort, TopicDetection, TopicSupport}
	rows := [][]string{append(append([]string{"survey", "answered_at", "kind", "side", "marketplace", "case", "about", Overall}, topics...), "text")}
	q.State, q.Limit = StateAnswered, 500
	for len(rows) <= mostAnswers {
		list, err := v.List(ctx, a, q)
		if err != nil {
			return err
		}
		for _, s := range list {
			if s.Answer == nil { // erased
				continue
			}
			row := []string{s.ID, s.Answer.At.UTC().Format(time.RFC3339), s.Kind, s.Side, s.Marketplace, s.Case, s.Period, strconv.Itoa(s.Answer.Score)}
			for _, topic := range topics {
				cell := ""
				if score, ok := s.Answer.Topics[topic]; ok {
					cell = strconv.Itoa(score)
				}
				row = append(row, cell)
			}
			rows = append(rows, append(row, strings.ReplaceAll(s.Answer.Text, "\r", "")))
		}
		if len(list) < q.Limit {
			break
		}
		q.Before = list[len(list)-1].ID
	}
	return writeTable(w, rows)
}

func writeTable(w io.Writer, rows [][]string) error {
	out := csv.NewWriter(w)
	for _, row := range rows {
		for i := range row {
			row[i] = statement.Cell(row[i])
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write a table: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

func decimal(f *float64) string {
	if f == nil {
		return ""
	}
	return strconv.FormatFloat(*f, 'f', 4, 64)
}
