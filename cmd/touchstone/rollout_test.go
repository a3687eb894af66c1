package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"touchstone/detect"
	"touchstone/internal/casework"
	"touchstone/internal/intake/intaketest"
	"touchstone/models"
)

// anotherVersion copies the default pack and gives the copy a version of its own.
func anotherVersion(t *testing.T, version string) string {
	t.Helper()
	pack := filepath.Join(t.TempDir(), "pack")
	if err := os.CopyFS(pack, os.DirFS(filepath.Join(packsFolder(t), "touchstone-base"))); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(pack, models.ManifestName)
	var m map[string]any
	data, err := os.ReadFile(path)
	if err := errors.Join(err, json.Unmarshal(data, &m)); err != nil {
		t.Fatal(err)
	}
	m["version"] = version
	data, err = json.Marshal(m)
	if err := errors.Join(err, os.WriteFile(path, data, 0o644)); err != nil {
		t.Fatal(err)
	}
	return pack
}

// TestRolloutByCommand goes the way of a data scientist with the real program and the real pack: import, shadow, activate, a restart, rollback.
func TestRolloutByCommand(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	p := start(t, data)
	c := p.client(p.key)
	var holder casework.Holder
	c.must(t, http.MethodPost, "/v1/holders", map[string]any{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, &holder)
	var right casework.Right
	c.must(t, http.MethodPost, "/v1/rights", map[string]any{"holder_id": holder.ID, "name": "Meander", "type": casework.Design, "territories": []string{"WW"}, "registration_number": "1"}, &right)
	c.must(t, http.MethodPost, "/v1/rights/"+right.ID+"/references", map[string]any{"picture": intaketest.Drawing(t, 1)}, &struct{}{})
	base, err := models.Open(filepath.Join(packsFolder(t), "touchstone-base"))
	if err != nil {
		t.Fatal(err)
	}
	old := base.Manifest().Version
	do := func(p *process, status int, words []string, args ...string) {
		t.Helper()
		out, said, got := command(t, append([]string{"models"}, append(args, "--url", p.url, "--key", p.key, "--data", data)...)...)
		if got != status {
			t.Fatalf("models %v: status %d, want %d\n%s%s", args, got, status, out, said)
		}
		contains(t, fmt.Sprint("models ", args), out+said, words...)
	}
	scores := func(p *process, version string) {
		t.Helper()
		var r struct {
			Report detect.Report `json:"report"`
		}
		p.client(p.key).must(t, http.MethodPost, "/v1/score", map[string]any{"pictures": []any{map[string]any{"data": intaketest.Drawing(t, 1)}}}, &r)
		if r.Report.Pack.Version != version || len(r.Report.Findings) == 0 || r.Report.Findings[0].Right != right.ID {
			t.Errorf("version %s answers %+v, want %s", r.Report.Pack.Version, r.Report.Findings, version)
		}
	}

	next := anotherVersion(t, old+"-next")
	id := "touchstone-base@" + old + "-next"
	do(p, 0, []string{id, "is checked"}, "import", next)
	do(p, 1, []string{"import it first"}, "activate", "touchstone-base@9")
	do(p, 1, []string{"o pack was in use before"}, "rollback")
	do(p, 0, []string{id, "filling"}, "shadow", "start", id, "--share", "1")
	do(p, 1, []string{"409", "stop it"}, "activate", id)
	do(p, 0, []string{"stopped"}, "shadow", "stop")
	do(p, 0, []string{"listings shadowed", "shadow.html"}, "shadow", "report", filepath.Join(t.TempDir(), "shadow.html"))
	scores(p, old)
	do(p, 0, []string{id + ": done, 1 of 1 references"}, "activate", id)
	scores(p, old+"-next")
	contains(t, "/metrics", p.get(t, "/metrics"), `touchstone_pack_info{name="touchstone-base",version="`+old+`-next"} 1`)
	p.quit(t)

	again := start(t, data) // with the flags as before: the pack that was activated stays
	again.key = p.key
	scores(again, old+"-next")
	contains(t, "the log", again.stderr.String(), "the pack that was activated is in use")
	do(again, 0, []string{"rollback", "done"}, "rollback")
	scores(again, old)
	do(again, 0, []string{"touchstone-base@" + old, "true", "activate", "rollback"}, "status")
	again.quit(t)
}

// TestImportOnTheMachine: a pack is taken in without a service; one of strangers that lies is not.
func TestImportOnTheMachine(t *testing.T) {
	data := t.TempDir()
	pack := anotherVersion(t, "9")
	out, said, status := command(t, "models", "import", "--local", "--data", data, pack)
	if status != 0 {
		t.Fatal(said)
	}
	contains(t, "import", out, "touchstone-base@9 is checked")
	if _, err := models.Open(filepath.Join(data, "packs", "touchstone-base@9")); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(pack, "text.onnx"), []byte("rust"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, said, status = command(t, "models", "import", "--local", "--data", t.TempDir(), pack); status == 0 {
		t.Error("a damaged pack is taken in")
	}
	contains(t, "the refusal", said, "text.onnx", "copy the pack again")
}
