package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"touchstone/embed/embedtest"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/people"
	"touchstone/internal/rollout"
	"touchstone/internal/web"
	"touchstone/internal/web/sitetest"
	"touchstone/internal/web/webtest"
	"touchstone/models"
)

// closing is the fake embedder as models that can be closed.
type closing struct{ *embedtest.Fake }

// Close implements rollout.Models.
func (closing) Close() error { return nil }

// blindPack is a pack that finds next to nothing likely.
func blindPack(t *testing.T) *models.Pack {
	t.Helper()
	dir := intaketest.Pack(t, "2.0.0").Dir()
	path := filepath.Join(dir, "fusion.json")
	raw, err := os.ReadFile(path)
	var fusion map[string]any
	if err := errors.Join(err, json.Unmarshal(raw, &fusion)); err != nil {
		t.Fatal(err)
	}
	fusion["near_copy"].(map[string]any)["calibration"] = map[string]any{"a": 1, "b": -9}
	fusion["measured"] = map[string]any{"near_copy": map[string]any{"kind": "labelled", "source": "sets", "infringing": 100, "innocent": 1000, "steps": []any{map[string]any{"at": 0.5, "taken": 80, "wrong": 0}}}}
	raw, err = json.Marshal(fusion)
	if err := errors.Join(err, os.WriteFile(path, raw, 0o644), models.Seal(dir)); err != nil {
		t.Fatal(err)
	}
	p, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// withPacks lets the packs of a site change.
func withPacks(t *testing.T, m **rollout.Manager) func(*web.Web) {
	return func(w *web.Web) {
		service := w.Evidence.(*intake.Service)
		*m = rollout.NewManager(rollout.Parts{Store: w.Reports.(rollout.Store), Intake: service, Shelf: rollout.Shelf{Dir: t.TempDir()}, InUse: intaketest.Pack(t, "1.0.0"), Models: closing{&embedtest.Fake{}},
			Open: func(*models.Pack) (rollout.Models, error) { return closing{&embedtest.Fake{}}, nil }})
		service.Observer, w.Rollouts = *m, *m
	}
}

// lab is a site whose packs can change, with a second one on its shelf and a scientist signed in.
func lab(t *testing.T) (*site, *rollout.Manager) {
	t.Helper()
	var m *rollout.Manager
	s := newSite(t, withPacks(t, &m))
	if _, err := m.Shelf.Add(t.Context(), blindPack(t).Dir()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.People.Add(t.Context(), people.Person{ID: "per_5", Email: "lab@example.com", Role: "scientist", Account: "lab"}, password); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); m.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	s.SignIn(t, "lab@example.com")
	return s, m
}

// until waits for a rollout.
func until(t *testing.T, m *rollout.Manager, id string, is func(rollout.Rollout) bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		r, err := m.Rollout(t.Context(), id)
		if err == nil && is(r) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("rollout %+v, %v", r, err)
		}
	}
}

// TestPacks: a scientist starts a shadow by the page, sees what the packs differ on with pictures, stops it, activates the pack and rolls back.
func TestPacks(t *testing.T) {
	s, m := lab(t)
	p := s.Get(t, "/operations/packs").Want(t, 200, "test@1.0.0", "test@2.0.0", "In use", "No pack was changed yet", "80.0 %")
	token := p.Token(t)
	start := func(kind, share string) page {
		return s.Post(t, "/operations/packs/rollouts", url.Values{"token": {token}, "kind": {kind}, "pack": {"test@2.0.0"}, "share": {share}})
	}
	start("shadow", "0").Want(t, 422, "above 0")
	start("nothing", "").Want(t, 422)
	start("rollback", "").Want(t, 409, "cannot be done now", "no pack was in use before")
	p = start("shadow", "100").Want(t, 200, "goes on in the background", "Shadow")
	id := regexp.MustCompile(`/operations/packs/rollouts/(rol_\w+)"`).FindStringSubmatch(p.Body)[1]
	until(t, m, id, func(r rollout.Rollout) bool { return r.State == rollout.StateShadow })
	start("activate", "").Want(t, 409, "wait for its end")
	s.Complain(t, `Bag <b> العربية`, "L1", "L2")
	until(t, m, id, func(r rollout.Rollout) bool { return r.Shadowed.Listings == 2 })
	at := "/operations/packs/rollouts/" + id
	p = s.Get(t, at).Want(t, 200, "The packs differ on 2", "Velmora print", "another outcome")
	pictures := regexp.MustCompile(`src="(/operations[^"]+)"`).FindAllStringSubmatch(p.Body, -1)
	if len(pictures) != 4 {
		t.Fatalf("%d pictures of two differences", len(pictures))
	}
	for _, found := range pictures {
		if got := s.Get(t, found[1]).Want(t, 200); got.Header.Get("Content-Type") != "image/jpeg" {
			t.Errorf("%s is %s", found[1], got.Header.Get("Content-Type"))
		}
	}
	s.Get(t, at+"/differences/dif_none/shadow").Want(t, 404)
	s.Get(t, "/operations/packs/rollouts/rol_none").Want(t, 404)

	b := webtest.Open(t, s.Server.URL, time.Minute)
	sitetest.Enter(b, "lab@example.com")
	sitetest.Both(b, "/operations/packs", "packs")
	sitetest.Both(b, at, "rollout")
	b.Go("/operations/packs")
	b.Leave(chromedp.Click("#list form button", chromedp.ByQuery))
	b.Calm()

	s.Post(t, at+"/stop", url.Values{"token": {token}}).Want(t, 409) // the browser did
	id = regexp.MustCompile(`/operations/packs/rollouts/(rol_\w+)"`).FindStringSubmatch(start("activate", "").Want(t, 200, "goes on").Body)[1]
	until(t, m, id, func(r rollout.Rollout) bool { return r.State == rollout.StateDone })
	s.Get(t, "/operations/packs").Want(t, 200, "Roll back", "done")
	id = regexp.MustCompile(`/operations/packs/rollouts/(rol_\w+)"`).FindStringSubmatch(start("rollback", "").Want(t, 200, "goes on").Body)[1]
	until(t, m, id, func(r rollout.Rollout) bool { return r.State == rollout.StateDone })
	if got := m.PackInUse().Manifest().Version; got != "1.0.0" {
		t.Errorf("version %s is in use", got)
	}
}

// TestPackDoors: packs are for who makes the models and who runs the service.
func TestPackDoors(t *testing.T) {
	s, _ := lab(t)
	for _, email := range []string{"robin@example.com", "holder@example.com"} {
		s.SignIn(t, email)
		for _, path := range []string{"/operations/packs", "/operations/packs/rollouts/rol_1", "/operations/packs/rollouts/rol_1/differences/dif_1/shadow"} {
			s.Get(t, path).Want(t, 403)
		}
		for _, path := range []string{"/operations/packs/rollouts", "/operations/packs/rollouts/rol_1/stop"} {
			if p := s.Post(t, path, nil); p.Status != 403 {
				t.Errorf("%s posts to %s: %d", email, path, p.Status)
			}
		}
	}
}
