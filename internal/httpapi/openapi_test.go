package httpapi_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

var update = flag.Bool("update", false, "write the goldens afresh")

// TestOpenAPI holds the document against its golden, so that a change of the API is seen as one, against the schema of
// OpenAPI 3.1, and against the routes that there are.
func TestOpenAPI(t *testing.T) {
	w := newWorld(t, nil, nil)
	r := w.do(t, call{method: "GET", path: "/openapi.json"})
	if r.status != http.StatusOK || r.header.Get("Content-Type") != "application/openapi+json" {
		t.Fatalf("status %d, content type %q", r.status, r.header.Get("Content-Type"))
	}
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, r.body, "", "  "); err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	golden := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(golden, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), pretty.String()); d != "" {
		t.Errorf("the document changed; if it should, run the test with -update and note it in the changelog:\n%s", d)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("testdata", "openapi-3.1.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(document); err != nil {
		t.Errorf("not OpenAPI 3.1: %v", err)
	}
	walk(document, func(ref string) {
		if at(document, ref) == nil {
			t.Errorf("%s leads nowhere", ref)
		}
	})
	routesAreNamed(t, w, document.(map[string]any))
}

// walk calls fn with each reference.
func walk(v any, fn func(ref string)) {
	switch v := v.(type) {
	case map[string]any:
		if ref, ok := v["$ref"].(string); ok {
			fn(ref)
		}
		for _, inner := range v {
			walk(inner, fn)
		}
	case []any:
		for _, inner := range v {
			walk(inner, fn)
		}
	}
}

// at follows a reference within the document.
func at(document any, ref string) any {
	for _, part := range strings.Split(strings.TrimPrefix(ref, "#/"), "/") {
		m, _ := document.(map[string]any)
		document = m[part]
	}
	return document
}

var pathParameter = regexp.MustCompile(`:([a-z_]+)`)

// routesAreNamed checks that document and router agree, and that each operation names its parameters, answers and security.
func routesAreNamed(t *testing.T, w *world, document map[string]any) {
	t.Helper()
	paths, ids, routes := document["paths"].(map[string]any), map[string]bool{}, 0
	for _, r := range w.srv.Engine().Routes() {
		if !strings.HasPrefix(r.Path, "/v1/") {
			continue
		}
		routes++
		path := pathParameter.ReplaceAllString(r.Path, "{$1}")
		item, _ := paths[path].(map[string]any)
		op, _ := item[strings.ToLower(r.Method)].(map[string]any)
		if op == nil {
			t.Errorf("%s %s is not in the document", r.Method, path)
			continue
		}
		id, _ := op["operationId"].(string)
		if id == "" || ids[id] || op["summary"] == nil || op["security"] == nil {
			t.Errorf("%s %s: ID %q, summary %v, security %v", r.Method, path, id, op["summary"], op["security"])
		}
		ids[id] = true
		named := map[string]bool{}
		parameters, _ := op["parameters"].([]any)
		for _, p := range parameters {
			p := p.(map[string]any)
			named[p["in"].(string)+" "+p["name"].(string)] = true
		}
		for _, m := range pathParameter.FindAllStringSubmatch(r.Path, -1) {
			if !named["path "+m[1]] {
				t.Errorf("%s %s does not name its parameter %s", r.Method, path, m[1])
			}
		}
		answers := op["responses"].(map[string]any)
		for _, status := range []string{"401", "403", "429", "503"} {
			if answers[status] == nil {
				t.Errorf("%s %s does not say that it may answer %s", r.Method, path, status)
			}
		}
	}
	operations := 0
	for _, item := range paths {
		operations += len(item.(map[string]any))
	}
	if routes < 20 || operations != routes {
		t.Errorf("%d operations in the document, %d routes", operations, routes)
	}
}

// foreign finds what a page would load from another host.
var foreign = regexp.MustCompile(`(?i)(src|href|action)\s*=\s*["']?(https?:)?//|url\(\s*["']?(https?:)?//|@import|from\s+["']https?:|fetch\(\s*["'` + "`" + `](https?:)?//`)

func TestDocsPageLoadsNothingForeign(t *testing.T) {
	for bad, want := range map[string]bool{`<script src="https://cdn.example/a.js">`: true, `url(//x.example/a.woff)`: true, `<a href="/docs">`: false} {
		if foreign.MatchString(bad) != want {
			t.Fatalf("the pattern on %s", bad)
		}
	}
	w := newWorld(t, nil, nil)
	pending, seen := []string{"/docs"}, map[string]bool{}
	own := regexp.MustCompile(`(?:src|href)="(/[^"]+)"|from "\./([a-z.]+)"`)
	for len(pending) > 0 {
		path := pending[0]
		pending = pending[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		r := w.do(t, call{method: "GET", path: path})
		if r.status != http.StatusOK {
			t.Errorf("%s: %d", path, r.status)
		}
		if m := foreign.Find(r.body); m != nil && path != "/openapi.json" {
			t.Errorf("%s loads from elsewhere: %s", path, m)
		}
		if strings.HasPrefix(path, "/docs") && !strings.Contains(r.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s has the policy %q", path, r.header.Get("Content-Security-Policy"))
		}
		for _, m := range own.FindAllSubmatch(r.body, -1) {
			next := string(m[1])
			if next == "" {
				next = "/docs/" + string(m[2])
			}
			pending = append(pending, next)
		}
	}
	for _, path := range []string{"/docs/docs.js", "/docs/schema.js", "/docs/docs.css", "/openapi.json"} {
		if !seen[path] {
			t.Errorf("the page does not load %s", path)
		}
	}
}
