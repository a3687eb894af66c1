package httpapi_test

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// What strangers write where a text is asked for: markup, a formula, and characters that turn the direction of what follows.
const (
	markup  = `"><img src=x onerror=alert(1)>'`
	formula = `=HYPERLINK("http://x.example","y")`
	bidi    = "annex\u202efdp.exe"
)

// A textField is a text of a body that may be anything: its place, and how long it may be (0: not said).
type textField struct {
	path []string
	most int
}

// textFields walks a schema of the document.
func textFields(schemas, schema map[string]any, path []string, depth int) (out []textField) {
	if ref, ok := schema["$ref"].(string); ok {
		schema, _ = schemas[ref[strings.LastIndex(ref, "/")+1:]].(map[string]any)
	}
	if depth > 4 {
		return nil
	}
	if items, ok := schema["items"].(map[string]any); ok {
		out = append(out, textFields(schemas, items, append(slices.Clone(path), "[]"), depth+1)...)
	}
	properties, _ := schema["properties"].(map[string]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if property, ok := properties[name].(map[string]any); ok && name != "$schema" {
			out = append(out, textFields(schemas, property, append(slices.Clone(path), name), depth+1)...)
		}
	}
	for _, bound := range []string{"enum", "pattern", "format", "contentEncoding"} {
		if schema[bound] != nil {
			return out
		}
	}
	if kind := schema["type"]; kind == "string" && len(path) > 0 {
		most, _ := schema["maxLength"].(float64)
		out = append(out, textField{path, int(most)})
	}
	return out
}

// put sets a text at a place of a body, and makes the way there.
func put(v any, path []string, text string) any {
	if len(path) == 0 {
		return text
	}
	if path[0] == "[]" {
		list, _ := v.([]any)
		if len(list) == 0 {
			list = []any{nil}
		}
		list[0] = put(list[0], path[1:], text)
		return list
	}
	m, _ := v.(map[string]any)
	if m == nil {
		m = map[string]any{}
	}
	m[path[0]] = put(m[path[0]], path[1:], text)
	return m
}

// TestTextsOfStrangers writes markup, formulas and turned text into every free text of every operation that takes a body, each in a role that may.
// Nothing fails, what is refused is refused with a sentence, and what is exported as a table holds no formula and no turned text.
func TestTextsOfStrangers(t *testing.T) {
	w := newWorld(t, nil, nil)
	of := w.estate(t)
	var document struct {
		Components struct{ Schemas map[string]any }
	}
	decodeInto(t, w.do(t, call{method: "GET", path: "/openapi.json"}).body, &document)
	fields, taken := 0, map[string]int{}
	for _, o := range w.operations(t) {
		row, ok := roles[o.id]
		schema := bodySchema(o)
		if !ok || schema == nil || row.with[""] == "" || o.id == "import-rights" {
			continue
		}
		for _, f := range textFields(document.Components.Schemas, schema, nil, 0) {
			fields++
			for _, text := range []string{markup, formula, bidi} {
				if got := w.write(t, o, row, of, f, text); got/100 == 2 {
					taken[text]++
				}
			}
		}
	}
	if fields < 100 || taken[markup] < 30 || taken[formula] < 30 {
		t.Errorf("%d fields were written to; taken were %v: the walk does not reach what it is for", fields, taken)
	}
	t.Logf("%d fields; taken %v", fields, taken)
	exports := 0
	for _, o := range w.operations(t) {
		if o.method != "GET" || !strings.Contains(string(encoded(t, o.doc)), "text/csv") {
			continue
		}
		for _, role := range letters(roles[o.id].may) {
			c := roles[o.id].request(o, of)
			c.token = w.tokens[role]
			if got := w.do(t, c); got.status == http.StatusOK {
				exports++
				harmless(t, o.id, got.body)
			}
		}
	}
	if exports < 3 {
		t.Errorf("only %d tables were exported", exports)
	}
	w.healthy(t)
}

func bodySchema(o operationOf) map[string]any {
	body, _ := o.doc["requestBody"].(map[string]any)
	content, _ := body["content"].(map[string]any)
	media, _ := content["application/json"].(map[string]any)
	schema, _ := media["schema"].(map[string]any)
	return schema
}

// write sends an operation with a text at a place, in every role that may until one is let in, and gives the last status.
func (w *world) write(t *testing.T, o operationOf, row access, of map[string]string, f textField, text string) (status int) {
	t.Helper()
	if f.most > 0 && utf8.RuneCountInString(text) > f.most {
		text = string([]rune(text)[:f.most])
	}
	for _, role := range letters(row.may) {
		c := row.request(o, of)
		var in any
		if err := json.NewDecoder(c.body).Decode(&in); err != nil {
			t.Fatalf("%s: %v", o.id, err)
		}
		c.body, c.token = strings.NewReader(string(encoded(t, put(in, f.path, text)))), w.tokens[role]
		got := w.do(t, c)
		status = got.status
		place := o.id + " " + strings.Join(f.path, ".")
		if got.status >= 500 && got.status != http.StatusServiceUnavailable {
			t.Errorf("%s as %s: %q is answered %d %.300s", place, role, text, got.status, got.body)
		}
		kind := got.header.Get("Content-Type")
		if got.status >= 400 && kind != "application/problem+json" || got.status < 400 && len(got.body) > 0 && kind != "application/json" && kind != "application/zip" {
			t.Errorf("%s as %s: %q is answered as %q", place, role, text, kind)
		}
		if got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: a browser may take the answer for a page", place)
		}
		if status/100 == 2 {
			return status
		}
	}
	return status
}

// harmless reads a table: no cell of it is a formula.
func harmless(t *testing.T, name string, data []byte) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(data), "\ufeff"))).ReadAll()
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) && !number(cell) || strings.Contains(cell, "\u202e") {
				t.Errorf("%s has the cell %q", name, cell)
			}
		}
	}
}

func number(s string) bool {
	var f float64
	return json.Unmarshal([]byte(s), &f) == nil
}
