package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// allowed is the import table: for each package (or tree, with "/...") the packages of ours that it may import. A package that
// no row names fails the test: add it here and to docs/architecture.md. Test files are free, as they wire parts together.
var allowed = map[string][]string{
	"models":                     {},
	"index":                      {},
	"index/qdrant":               {"index"},
	"index/qdrant/qdranttest":    {},
	"index/local":                {"index", "index/local/segment", "index/local/sketch"},
	"index/local/segment":        {"index", "index/local/sketch"},
	"index/local/sketch":         {},
	"index/indextest":            {"index"},
	"internal/photo":             {},
	"internal/fetch":             {"internal/photo"},
	"internal/blob":              {"internal/blob/volume"},
	"internal/blob/volume":       {},
	"internal/policy":            {"internal/threshold"},
	"internal/threshold":         {},
	"internal/message":           {},
	"internal/seal":              {},
	"internal/signing":           {},
	"internal/audit":             {"internal/signing"},
	"internal/lanczos":           {"internal/photo"},
	"internal/dot":               {},
	"embed":                      {"embed/tokens", "internal/lanczos", "internal/photo", "models"},
	"embed/tokens":               {},
	"embed/kept":                 {},
	"embed/onnx":                 {"embed", "models"},
	"embed/embedtest":            {"embed", "internal/photo", "models"},
	"embed/onnx/onnxtest":        {"embed", "embed/onnx", "models"},
	"internal/bench":             {"*"},
	"detect/wordmark":            {},
	"detect":                     {"internal/threshold", "detect/keypoint", "detect/wordmark", "index", "internal/dot", "internal/message", "internal/photo", "models"},
	"detect/keypoint":            {},
	"internal/casework":          {"detect", "internal/blob", "internal/jobs", "internal/policy"},
	"internal/casework/deadline": {"internal/policy"},
	"internal/casework/dossier": {
		"internal/audit",
		"internal/blob",
		"internal/casework",
		"internal/casework/docket",
		"internal/casework/office",
		"internal/document",
		"internal/jobs",
		"internal/policy",
	},
	"internal/casework/catalogue":         {"internal/casework", "internal/casework/office", "internal/photo"},
	"internal/casework/office":            {},
	"internal/document":                   {"internal/photo"},
	"internal/casework/enforce":           {"internal/policy"},
	"internal/casework/evidence":          {"internal/audit", "internal/photo", "internal/signing"},
	"internal/casework/followup":          {"internal/audit", "internal/threshold", "internal/casework", "internal/casework/docket", "internal/casework/enforce", "internal/casework/standing", "internal/casework/statement", "internal/jobs", "internal/policy"},
	"internal/backup":                     {},
	"internal/casework/webhook":           {"internal/audit", "internal/casework", "internal/casework/docket"},
	"internal/httpapi/hooks":              {"internal/casework/docket", "internal/casework/webhook", "internal/httpapi/rest", "internal/jobs", "internal/server"},
	"internal/casework/standing":          {"internal/policy"},
	"internal/casework/statement":         {"internal/casework", "internal/message"},
	"internal/jobs":                       {},
	"internal/casework/docket":            {"internal/threshold", "internal/audit", "internal/casework", "internal/casework/deadline", "internal/jobs", "internal/policy"},
	"internal/casework/docket/dockettest": {"internal/casework", "internal/casework/docket", "internal/policy", "internal/store/sqlite"},
	"internal/caseload": {"internal/threshold",
		"detect",
		"internal/blob",
		"internal/casework",
		"internal/casework/catalogue",
		"internal/casework/docket",
		"internal/casework/dossier",
		"internal/casework/evidence",
		"internal/casework/followup",
		"internal/casework/partner",
		"internal/intake",
		"internal/listings",
		"internal/network",
		"internal/policy",
		"internal/signing",
		"internal/tracing",
	},
	"internal/guard":    {"internal/casework", "internal/policy"},
	"internal/removals": {"detect", "index", "internal/blob", "internal/photo"},
	"internal/listings": {"detect", "index", "internal/blob", "internal/casework", "internal/photo", "internal/policy"},
	"internal/intake": {"internal/threshold",
		"detect",
		"detect/keypoint",
		"detect/wordmark",
		"embed",
		"index",
		"internal/blob",
		"internal/casework",
		"internal/fetch",
		"internal/guard",
		"internal/jobs",
		"internal/listings",
		"internal/photo",
		"internal/policy",
		"internal/removals",
		"models",
	},
	"internal/refit":      {"detect", "internal/eval", "models"},
	"internal/comparison": {"internal/casework", "internal/eval", "models"},
	"internal/rollout":    {"detect", "detect/wordmark", "embed", "index", "models", "internal/audit", "internal/casework", "internal/intake", "internal/policy"},
	"internal/sweep": {
		"detect",
		"detect/wordmark",
		"index",
		"internal/blob",
		"internal/casework",
		"internal/intake",
		"internal/listings",
		"internal/policy",
	},
	"internal/intake/intaketest": {
		"detect/wordmark",
		"embed/embedtest",
		"index",
		"index/local",
		"internal/blob",
		"internal/casework",
		"internal/guard",
		"internal/intake",
		"internal/policy",
		"internal/store/sqlite",
		"models",
	},
	"internal/store": {"internal/store/postgres", "internal/store/sqlite", "internal/store/sqlstore"},
	"internal/store/...": {"internal/threshold",
		"detect",
		"internal/audit",
		"internal/casework",
		"internal/casework/docket",
		"internal/casework/dossier",
		"internal/casework/enforce",
		"internal/casework/followup",
		"internal/casework/inquiry",
		"internal/casework/partner",
		"internal/casework/privacy",
		"internal/casework/sellerlink",
		"internal/casework/standing",
		"internal/casework/survey",
		"internal/casework/webhook",
		"internal/drift",
		"internal/guard",
		"internal/intake",
		"internal/jobs",
		"internal/listings",
		"internal/network",
		"internal/people",
		"internal/removals",
		"internal/policy",
		"internal/server",
		"internal/rollout",
		"internal/store/sqlstore",
		"internal/store/storetest",
		"internal/sweep",
		"internal/tracing",
	},
	"internal/eval": {"internal/threshold", "detect", "internal/casework", "internal/intake", "internal/photo", "models"},
	"internal/ocr":  {"embed", "models"},
	"internal/web": {
		"detect",
		"internal/casework",
		"internal/casework/docket",
		"internal/casework/dossier",
		"internal/casework/followup",
		"internal/casework/onboarding",
		"internal/casework/partner",
		"internal/casework/sellerlink",
		"internal/casework/inquiry",
		"internal/casework/catalogue",
		"internal/casework/standing",
		"internal/casework/statement",
		"internal/casework/survey",
		"internal/intake",
		"internal/listings",
		"internal/message",
		"internal/people",
		"internal/policy",
		"internal/people/oidc",
		"internal/drift",
		"internal/rollout",
		"internal/threshold",
		"internal/upkeep",
		"index",
		"internal/network",
		"internal/tracing",
	},
	"internal/people":           {},
	"internal/demo":             {},
	"internal/drift":            {"detect", "internal/intake", "internal/threshold"},
	"internal/network":          {},
	"internal/tracing":          {"internal/casework", "internal/casework/docket", "internal/casework/followup", "internal/jobs", "internal/listings", "internal/network"},
	"internal/simulate":         {"internal/casework/standing", "internal/network", "internal/policy", "internal/simulate/picture", "internal/threshold"},
	"internal/simulate/picture": {},
	"internal/server":           {},
	"internal/upkeep":           {"index"},
	"internal/httpapi": {"internal/threshold",
		"detect",
		"index",
		"internal/audit",
		"internal/caseload",
		"internal/casework",
		"internal/casework/catalogue",
		"internal/casework/docket",
		"internal/casework/dossier",
		"internal/casework/followup",
		"internal/casework/sellerlink",
		"internal/casework/statement",
		"internal/guard",
		"internal/httpapi/rest",
		"internal/intake",
		"internal/listings",
		"internal/network",
		"internal/policy",
		"internal/server",
		"internal/sweep",
		"internal/tracing",
		"internal/upkeep",
		"internal/people",
	},
	"internal/archtest":   {},
	"cmd/...":             {"*"},
	"detect/wordmark/...": {}, // generators of tables

	"internal/casework/partner":    {"internal/audit", "internal/blob", "internal/casework", "internal/casework/docket", "internal/casework/evidence", "internal/jobs", "internal/signing"},
	"internal/httpapi/partners":    {"internal/casework/partner", "internal/httpapi/rest", "internal/server"},
	"internal/casework/inquiry":    {"internal/audit", "internal/casework", "internal/casework/deadline", "internal/casework/docket", "internal/jobs", "internal/message", "internal/policy"},
	"internal/casework/onboarding": {"internal/casework", "internal/casework/docket", "internal/message"},
	"internal/casework/privacy":    {"internal/audit", "internal/blob", "internal/casework", "internal/casework/docket", "internal/casework/dossier", "internal/casework/enforce", "internal/casework/followup", "internal/casework/inquiry", "internal/casework/partner", "internal/casework/sellerlink", "internal/casework/survey", "internal/jobs", "internal/people", "internal/policy"},
	"internal/casework/refusals":   {"internal/audit", "internal/casework", "internal/casework/docket", "internal/jobs"},
	"internal/casework/survey":     {"internal/audit", "internal/casework", "internal/casework/docket", "internal/casework/statement", "internal/jobs", "internal/policy", "internal/signing"},
	"internal/casework/sellerlink": {"internal/audit", "internal/casework", "internal/casework/docket", "internal/signing"},
	"internal/httpapi/rest":        {"internal/casework", "internal/casework/docket", "internal/server"},
	"internal/httpapi/desk":        {"internal/casework", "internal/casework/docket", "internal/casework/inquiry", "internal/casework/onboarding", "internal/casework/privacy", "internal/casework/survey", "internal/httpapi/rest", "internal/server"},
	"internal/httpapi/packs":       {"internal/comparison", "internal/httpapi/rest", "internal/intake", "internal/server", "internal/rollout", "models"},
	"internal/web/webtest":         {"embed/onnx/onnxtest"},
	"internal/web/sitetest":        {"*"},
	"internal/web/walk":            {},

	"internal/people/oidc":          {"internal/people"},
	"internal/people/oidc/oidctest": {},
}

// only names packages of others that a single package of ours, and those below it, may import: engines and runtimes stay behind one
// door.
var only = map[string]string{
	"github.com/yalue/onnxruntime_go": "embed/onnx",
	"github.com/qdrant/go-client":     "index/qdrant",
	"modernc.org/sqlite":              "internal/store/sqlite",
	"github.com/klippa-app/go-pdfium": "internal/document",
	"github.com/jackc/pgx":            "internal/store/postgres",
}

type listed struct {
	ImportPath string
	Imports    []string
}

func TestImports(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, "touchstone/")
		may, ok := row(name)
		if !ok {
			t.Errorf("%s is in no row of the import table: add it here and to docs/architecture.md", name)
			continue
		}
		for _, imp := range p.Imports {
			ours, isOurs := strings.CutPrefix(imp, "touchstone/")
			if isOurs && ours != name && !slices.Contains(may, "*") && !slices.Contains(may, ours) {
				t.Errorf("%s imports %s, which the import table does not allow", name, ours)
			}
			for prefix, home := range only {
				if (imp == prefix || strings.HasPrefix(imp, prefix+"/")) && name != home && !strings.HasPrefix(name, home+"/") {
					t.Errorf("%s imports %s: only %s may", name, imp, home)
				}
			}
		}
	}
}

// row finds the most special row for a package.
func row(name string) ([]string, bool) {
	if may, ok := allowed[name]; ok {
		return may, true
	}
	for tree := name; ; {
		i := strings.LastIndex(tree, "/")
		if i < 0 {
			return nil, false
		}
		tree = tree[:i]
		if may, ok := allowed[tree+"/..."]; ok && tree != "internal" {
			return may, true
		}
	}
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports", "touchstone/...")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatal(err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list found only %d packages", len(all))
	}
	return all
}
