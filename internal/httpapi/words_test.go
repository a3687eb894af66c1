package httpapi_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/internal/httpapi"
	"touchstone/internal/server"
)

// word registers a word and returns the codes of the warnings.
func (w *world) word(t *testing.T, right, word string) []string {
	t.Helper()
	var added httpapi.AddedReference
	w.send(t, server.RoleOperator, "POST", "/v1/rights/"+right+"/references", object{"word": word}, http.StatusCreated, &added)
	var codes []string
	for _, n := range added.Warnings {
		codes = append(codes, n.Code)
	}
	return codes
}

func TestRegistrationWarns(t *testing.T) {
	w := newWorld(t, nil, nil)
	right := w.right(t, w.holder(t).ID, "trademark_word", "Velmora").ID
	for word, want := range map[string][]string{
		"Velmora": nil, "V": {"short_mark"}, "the": {"common_mark"}, "Apple": {"common_mark"}, "!?": {"no_letters"}, "苹果": {"common_mark"},
	} {
		if diff := cmp.Diff(want, w.word(t, right, word)); diff != "" {
			t.Errorf("%q -want +got:\n%s", word, diff)
		}
	}
}

// TestOddTitles sends what is no fault of the request: it is scored, and the service lives on.
func TestOddTitles(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.word(t, w.right(t, w.holder(t).ID, "trademark_word", "Velmora").ID, "Velmora")
	var rows []row
	for name, title := range map[string]string{
		"combining marks": strings.Repeat(`\u0301`, 900), "overrides": strings.Repeat(`\u202e`, 600), "lone surrogates": `\ud800 \udfff Velmora \ud83d`,
		"regex bomb": strings.Repeat("(a+)+", 300), "masks": strings.Repeat("*a", 900), "zero width": "V" + strings.Repeat(`\u200b`, 600) + "elmora",
	} {
		rows = append(rows, row{name, scoreBody(`{"title":"` + title + `"}`), http.StatusOK, "", `"verdicts"`})
	}
	rows = append(rows, row{"a million characters", scoreBody(`{"title":"` + strings.Repeat("ü", 1_000_000) + `"}`), http.StatusUnprocessableEntity, "body.title", "at most 2000"})
	w.try(t, server.RolePipeline, rows)
	w.healthy(t)
}

// TestHiddenWord follows a hidden mark to its supporting finding and its sentences.
func TestHiddenWord(t *testing.T) {
	w := newWorld(t, nil, nil)
	w.word(t, w.right(t, w.holder(t).ID, "trademark_word", "Velmora").ID, "Velmora")
	var plain, hidden httpapi.Scored
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"title": "Velmora style handbag"}, http.StatusOK, &plain)
	w.send(t, server.RolePipeline, "POST", "/v1/score", object{"title": "Vel\u200bmora style handbag"}, http.StatusOK, &hidden)
	if hidden.Probability <= plain.Probability {
		t.Errorf("hidden %.4f, plain %.4f", hidden.Probability, plain.Probability)
	}
	at := slices.IndexFunc(hidden.Report.Findings, func(f detect.Finding) bool { return f.Signal == "obfuscated_brand" })
	if at < 0 {
		t.Fatalf("no supporting finding in %+v", hidden.Report.Findings)
	}
	f := hidden.Report.Findings[at]
	if !f.Support || f.Text.Matched != "Vel\u200bmora" || f.Text.Start != 0 || f.Text.End != len("Vel\u200bmora") {
		t.Errorf("finding %+v", f)
	}
	for _, language := range []string{"en", "zh", "de"} {
		if !strings.Contains(f.Explanations[language], "Velmora") || !strings.Contains(hidden.Report.Findings[0].Explanations[language], "Velmora") {
			t.Errorf("%s: %q, %q", language, f.Explanations[language], hidden.Report.Findings[0].Explanations[language])
		}
	}
	if slices.ContainsFunc(plain.Report.Findings, func(f detect.Finding) bool { return f.Signal == "obfuscated_brand" }) {
		t.Error("a plain word is called hidden")
	}
}
