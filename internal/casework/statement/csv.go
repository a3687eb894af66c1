package statement

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// CSV writes the report as a table of section, of, and, value, low and high, for spreadsheets.
func (r TransparencyReport) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	rows := [][]string{{"section", "of", "and", "value", "low", "high"},
		{"period", "from", r.From.Format(time.RFC3339), "", "", ""}, {"period", "to", r.To.Format(time.RFC3339), "", "", ""},
		{"decisions", "", "", strconv.Itoa(r.Decisions), "", ""}}
	for _, t := range []struct {
		name string
		list []Counted
	}{{"by_source", r.BySource}, {"by_reason", r.ByReason}, {"declined_by_code", r.Declined}, {"by_automation", r.ByAutomated}, {"contested", r.Contested}, {"suspensions", r.Suspensions}} {
		for _, c := range t.list {
			rows = append(rows, []string{t.name, c.Of, c.And, strconv.Itoa(c.Count), "", ""})
		}
	}
	for _, s := range []struct {
		name  string
		share Share
	}{{"taken_down_of_notices", r.TakenDown}, {"notices_decided_within_24_hours", r.InADay}, {"decided_fully_automatically", r.Automated},
		{"automated_decisions_reversed", r.Errors}, {"other_decisions_reversed", r.HumanErrors}} {
		rows = append(rows, []string{s.name, "part", "", strconv.Itoa(s.share.Part), "", ""}, []string{s.name, "of", "", strconv.Itoa(s.share.Of), "", ""},
			[]string{s.name, "share", "", decimal(s.share.Share), decimal(s.share.Low), decimal(s.share.High)})
	}
	for _, h := range []struct {
		name  string
		hours Hours
	}{{"time_to_decision", r.ToDecision}, {"time_to_decision_on_complaints", r.ToResolved}} {
		rows = append(rows, []string{h.name, "median", "hours", decimal(h.hours.Median), "", ""}, []string{h.name, "p90", "hours", decimal(h.hours.P90), "", ""})
	}
	for _, row := range rows {
		for i := range row {
			row[i] = Cell(row[i])
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write report: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }

// Cell makes a text safe in a spreadsheet, which takes a cell that begins with one of = + - @ or an invisible character for a formula
// (OWASP, "CSV injection"): such a text gets an apostrophe before it. Characters that turn the direction of others are left out. Numbers stay
// numbers.
func Cell(s string) string {
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, s)
	if begin := strings.TrimLeft(s, " \t\r\n\u00a0\ufeff\u200b"); begin != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(begin)[0]) || strings.HasPrefix(s, "\t") || strings.HasPrefix(s, "\r") {
		return "'" + s
	}
	return s
}
