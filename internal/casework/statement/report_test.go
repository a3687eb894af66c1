package statement

import (
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func records(t *testing.T, n int) []Record {
	out := make([]Record, n)
	for i := range out {
		f := facts()
		f.ID = fmt.Sprintf("dec_%d", i)
		r, err := Of(f)
		if err != nil {
			t.Fatal(err)
		}
		out[i] = r
	}
	return out
}

func TestBatches(t *testing.T) {
	all := records(t, 250)
	got, err := Batches(all)
	if err != nil || len(got) != 3 || len(got[0].Statements) != 100 || len(got[2].Statements) != 50 || got[2].Statements[49].PUID != "dec_249" {
		t.Errorf("%d batches, %v", len(got), err)
	}
	if _, err := Batches(append(all, all[7])); err == nil || !strings.Contains(err.Error(), "dec_7") {
		t.Errorf("a repeated PUID: %v", err)
	}
}

func TestSubmission(t *testing.T) {
	r := records(t, 2)
	s, err := Submit(r[0], decided)
	if err != nil || s.State != Waiting {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, err := Submit(Record{}, decided); err == nil {
		t.Error("a record that the database would refuse")
	}
	if _, err := s.Accept(decided); !errors.Is(err, ErrState) {
		t.Errorf("accepted before it went out: %v", err)
	}
	out, err := s.Export("bat_1", decided)
	if err != nil || out.Batch != "bat_1" {
		t.Fatalf("%+v, %v", out, err)
	}
	if _, err := out.Export("bat_2", decided); !errors.Is(err, ErrState) {
		t.Errorf("in two batches: %v", err)
	}
	refused, err := out.Reject("content_date is wrong", decided)
	if err != nil || refused.Problem == "" {
		t.Fatalf("%+v, %v", refused, err)
	}
	if _, err := refused.Again(r[1], decided); !errors.Is(err, ErrState) {
		t.Errorf("another PUID: %v", err)
	}
	again, err := refused.Again(r[0], decided)
	if err != nil || again.State != Waiting || again.Batch != "" {
		t.Fatalf("%+v, %v", again, err)
	}
	out, err = again.Export("bat_2", decided)
	if err != nil {
		t.Fatal(err)
	}
	done, err := out.Accept(decided)
	if err != nil || done.State != Accepted || done.Problem != "" {
		t.Fatalf("%+v, %v", done, err)
	}
	if same, err := done.Accept(decided.Add(time.Hour)); err != nil || !cmp.Equal(same, done) {
		t.Errorf("accepted twice: %+v, %v", same, err)
	}
	if _, err := done.Reject("late", decided); !errors.Is(err, ErrState) {
		t.Errorf("rejected after it was accepted: %v", err)
	}
}

func list(all []Decided) iter.Seq2[Decided, error] {
	return func(yield func(Decided, error) bool) {
		for _, d := range all {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// month is ten decisions, worked out by hand in TestCompile.
func month() []Decided {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	d := func(source, outcome, code, automation string, hours float64) Decided {
		return Decided{Source: source, Reason: "counterfeit_goods", Outcome: outcome, Code: code, Automation: automation, OpenedAt: from, DecidedAt: from.Add(time.Duration(hours * float64(time.Hour)))}
	}
	all := []Decided{
		d(FromNotice, TakenDown, "", AutomationFull, 0), d(FromNotice, TakenDown, "", AutomationFull, 1), d(FromNotice, TakenDown, "", AutomationPartial, 10),
		d(FromNotice, Declined, "DUPLICATE", AutomationFull, 0.5), d(FromNotice, Declined, "INSUFFICIENT_EVIDENCE", AutomationNone, 30), d(FromTrustedFlagger, TakenDown, "", AutomationNone, 24),
		d(FromDetection, TakenDown, "", AutomationFull, 0), d(FromDetection, NoAction, "", AutomationPartial, 40),
		d(FromNotice, TakenDown, "", AutomationFull, 24*30), d(FromNotice, TakenDown, "", AutomationFull, -1),
	}
	all[1].Contested, all[1].Reversed, all[1].ResolvedAt = "counter_notice", true, all[1].DecidedAt.Add(48*time.Hour)
	all[2].Contested, all[2].ResolvedAt = "complaint", all[2].DecidedAt.Add(24*time.Hour)
	all[4].Contested = "complaint"
	return all
}

func TestCompile(t *testing.T) {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	got, err := Compile(from, from.AddDate(0, 0, 30), list(month()), []Measure{{FrozenStore, "strike"}, {FrozenStore, "strike"}, {"notifier_suspended", "misuse_of_notices"}})
	if err != nil {
		t.Fatal(err)
	}
	want := TransparencyReport{
		From: from, To: from.AddDate(0, 0, 30), Decisions: 8, // the last two lie outside
		BySource:   []Counted{{FromNotice, "", 5}, {FromDetection, "", 2}, {FromTrustedFlagger, "", 1}},
		ByReason:   []Counted{{"counterfeit_goods", Declined, 2}, {"counterfeit_goods", NoAction, 1}, {"counterfeit_goods", TakenDown, 5}},
		Declined:   []Counted{{"DUPLICATE", "", 1}, {"INSUFFICIENT_EVIDENCE", "", 1}},
		TakenDown:  Share{4, 6, 4. / 6, 0.3000, 0.9032}, // Wilson by hand
		InADay:     Share{5, 6, 5. / 6, 0.4365, 0.9699},
		ToDecision: Hours{6, 5.5, 30},
		Automated:  Share{4, 8, 0.5, 0.2152, 0.7848},
		ByAutomated: []Counted{{AutomationFull, Declined, 1}, {AutomationFull, TakenDown, 3}, {AutomationNone, Declined, 1}, {AutomationNone, TakenDown, 1},
			{AutomationPartial, NoAction, 1}, {AutomationPartial, TakenDown, 1}},
		Errors:      Share{1, 4, 0.25, 0.0456, 0.6994},
		HumanErrors: Share{0, 4, 0, 0, 0.4899},
		Contested:   []Counted{{"complaint", "open", 1}, {"complaint", "upheld", 1}, {"counter_notice", "reversed", 1}},
		ToResolved:  Hours{2, 36, 48},
		Suspensions: []Counted{{"notifier_suspended", "misuse_of_notices", 1}, {FrozenStore, "strike", 2}},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateApprox(0, 0.0001), cmpopts.SortSlices(func(a, b Counted) bool { return a.Of+a.And < b.Of+b.And })); diff != "" {
		t.Error(diff)
	}
	gone := errors.New("gone")
	if _, err := Compile(from, from, func(yield func(Decided, error) bool) { yield(Decided{}, gone) }, nil); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

func TestEmptyReportIsWhole(t *testing.T) {
	r, err := Compile(decided, decided, list(nil), nil)
	if err != nil || r.BySource == nil || r.TakenDown.High != 1 || r.ToDecision.Median != 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestCSV(t *testing.T) {
	all := month()
	all[3].Code = `=HYPERLINK("http://x","y")`
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	r, err := Compile(from, from.AddDate(0, 0, 30), list(all), nil)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := r.CSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, row := range rows {
		text += strings.Join(row, "|") + "\n"
	}
	for _, want := range []string{"decisions|||8||\n", "by_reason|counterfeit_goods|taken_down|5||\n", "automated_decisions_reversed|share||0.2500|0.0456|0.6994\n",
		"time_to_decision|median|hours|5.5000||\n", `declined_by_code|'=HYPERLINK("http://x","y")||1||`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestCellIsNeverAFormula: what a spreadsheet reads first is never a sign that begins one, unless the cell is a number.
func TestCellIsNeverAFormula(t *testing.T) {
	for in, want := range map[string]string{"=1+1": "'=1+1", " =1": "' =1", "\t@x": "'\t@x", "-5.2": "-5.2", "plain": "plain", "": "", "－1+2": "'－1+2", "\r": "'\r"} {
		if got := Cell(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.StringOf(rapid.RuneFrom([]rune("=+-@ \t\r\n1aé'＝"))).Draw(t, "in")
		out := Cell(in)
		if strings.TrimPrefix(out, "'") != in && out != in {
			t.Fatalf("%q became %q", in, out)
		}
		first := strings.TrimLeft(out, " \t\r\n")
		if first != "" && strings.ContainsRune("=@＝", []rune(first)[0]) {
			t.Fatalf("%q is a formula", out)
		}
	})
}
