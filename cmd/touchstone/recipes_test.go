//go:build recipes

package main

import (
	"flag"
	"image"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/embed/onnx"
	"touchstone/internal/casework"
	"touchstone/internal/httpapi/packs"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/photo"
	"touchstone/internal/rollout"
	"touchstone/models"
)

var packsFlag = flag.String("packs", "", "folder of packs that the export recipes wrote")

// TestRecipes takes every pack in, activates one after the other at one running service, and finds a registered picture with each. make
// train-check runs it with packs that training-notes/export/backbone.py has just written.
func TestRecipes(t *testing.T) {
	entries, err := os.ReadDir(*packsFlag)
	if err != nil || len(entries) == 0 {
		t.Fatalf("no packs in %q: %v", *packsFlag, err)
	}
	data := filepath.Join(t.TempDir(), "data")
	p := start(t, data)
	c := p.client(p.key)
	var holder casework.Holder
	c.must(t, http.MethodPost, "/v1/holders", map[string]any{"legal_name": "Velmora Srl", "country": "IT", "email": "ip@velmora.example"}, &holder)
	rights := map[uint64]string{}
	for seed := range uint64(5) {
		var right casework.Right
		c.must(t, http.MethodPost, "/v1/rights", map[string]any{"holder_id": holder.ID, "name": string(rune('A' + seed)), "type": casework.Design, "territories": []string{"WW"}, "registration_number": string(rune('1' + seed))}, &right)
		c.must(t, http.MethodPost, "/v1/rights/"+right.ID+"/references", map[string]any{"picture": intaketest.Drawing(t, seed)}, &struct{}{})
		rights[seed] = right.ID
	}
	for _, e := range entries {
		dir := filepath.Join(*packsFlag, e.Name())
		pack, err := models.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		id := rollout.PackOf(pack).ID()
		for _, args := range [][]string{{"import", "--local", dir}, {"activate", id, "--url", p.url, "--key", p.key}} {
			if out, said, status := command(t, append(append([]string{"models"}, args...), "--data", data)...); status != 0 {
				t.Fatalf("%s: %v: %s%s", id, args, out, said)
			}
		}
		for seed, right := range rights {
			var r struct {
				Report detect.Report `json:"report"`
			}
			c.must(t, http.MethodPost, "/v1/score", map[string]any{"pictures": []any{map[string]any{"data": intaketest.Drawing(t, seed)}}}, &r)
			if f := r.Report.Findings; r.Report.Pack.Name != pack.Manifest().Name || len(f) == 0 || f[0].Right != right || f[0].Score < 0.99 {
				t.Errorf("%s: drawing %d: %+v", id, seed, f)
			}
		}
		if joint := jointOf(pack); joint != "" {
			foundByText(t, c, pack, joint, rights)
		}
	}
}

// jointOf is the output of texts that lies among the pack's pictures.
func jointOf(p *models.Pack) string {
	for _, m := range p.Manifest().Models {
		for _, o := range m.Outputs {
			if o.Joint != "" {
				return o.Name
			}
		}
	}
	return ""
}

// foundByText searches by a text and holds the answer against cosines that are worked out here: with random weights nothing else can be known.
func foundByText(t *testing.T, c *client, pack *models.Pack, joint string, rights map[uint64]string) {
	t.Helper()
	const text = "A red bag, 50% off!"
	rt, err := onnx.New(onnx.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer rt.Close()
	e, err := embed.Open(pack, rt, embed.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	words, err := e.Texts(t.Context(), joint, []string{text})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{}
	for seed, right := range rights {
		drawn, err := photo.Decode(intaketest.Drawing(t, seed), photo.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		vectors, err := e.Pictures(t.Context(), []image.Image{drawn.Image}, detect.OutputCopy)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range vectors[0][0][0] {
			want[right] += float64(v) * float64(words[0][i])
		}
	}
	var found []packs.Described
	c.must(t, http.MethodPost, "/v1/references/search", map[string]any{"text": text}, &found)
	if len(found) != len(rights) {
		t.Fatalf("%s: %d references by text, want %d", pack.Manifest().Name, len(found), len(rights))
	}
	for i, f := range found {
		if math.Abs(f.Cosine-want[f.Right]) > 1e-3 || i > 0 && f.Cosine > found[i-1].Cosine {
			t.Errorf("%s: place %d is %+v, its cosine is %.4f", pack.Manifest().Name, i+1, f, want[f.Right])
		}
	}
}
