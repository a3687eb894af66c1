package rollout_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"touchstone/embed"
	"touchstone/embed/onnx"
	"touchstone/embed/onnx/onnxtest"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/rollout"
	"touchstone/models"
)

// childVariable makes this program the child that examines packs, or a service that is killed; see TestMain.
const childVariable = "TOUCHSTONE_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVariable) {
	case "examine":
		err := rollout.Examine(os.Args[len(os.Args)-1], os.Stdout, func() (embed.Runtime, error) { return onnx.New(onnx.Config{}) })
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case "":
	default:
		crashMain()
	}
	os.Exit(m.Run())
}

// checker examines packs in children of this program.
func checker(t *testing.T, limits rollout.Limits) rollout.Child {
	t.Helper()
	library, err := onnx.FindLibrary("")
	if errors.Is(err, onnx.ErrLibrary) {
		onnxtest.Missing(t, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return rollout.Child{Program: os.Args[0], Env: []string{childVariable + "=examine", "ONNXRUNTIME_LIB=" + library}, Limits: limits}
}

// pairPack copies one of the two packs whose vectors have nothing in common, with a fusion file; change may do something to the folder
// before it is sealed.
func pairPack(t testing.TB, n int, change func(dir string)) *models.Pack {
	t.Helper()
	dir := t.TempDir()
	err := os.CopyFS(dir, os.DirFS(filepath.Join(onnxtest.Testdata(), "pair", fmt.Sprint(n))))
	if err := errors.Join(err, os.WriteFile(filepath.Join(dir, "fusion.json"), intaketest.Fusion(t), 0o644)); err != nil {
		t.Fatal(err)
	}
	editManifest(t, dir, func(m map[string]any) { m["fusion"] = map[string]any{"path": "fusion.json"} })
	if change != nil {
		change(dir)
	}
	if err := models.Seal(dir); err != nil {
		t.Fatal(err)
	}
	p, err := models.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func editManifest(t testing.TB, dir string, edit func(map[string]any)) {
	t.Helper()
	path := filepath.Join(dir, models.ManifestName)
	var m map[string]any
	data, err := os.ReadFile(path)
	if err := errors.Join(err, json.Unmarshal(data, &m)); err != nil {
		t.Fatal(err)
	}
	edit(m)
	data, err = json.Marshal(m)
	if err := errors.Join(err, os.WriteFile(path, data, 0o644)); err != nil {
		t.Fatal(err)
	}
}

var (
	operator  = casework.Actor{Account: "ops", Role: "operator"}
	scientist = rollout.Actor{Account: "lab"}
)

// world is a service with real models and a manager of rollouts.
type world struct {
	*intaketest.World
	manager *rollout.Manager
	holder  string
}

// newWorld opens a service on a folder with a pack.
func newWorld(t testing.TB, dir string, pack *models.Pack) *world {
	t.Helper()
	runtime := onnxtest.Runtime(t)
	open := func(p *models.Pack) (rollout.Models, error) { return embed.Open(p, runtime, embed.Config{}) }
	first, err := open(pack)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{World: intaketest.OpenReal(t, dir, pack, first)}
	w.manager = rollout.NewManager(rollout.Parts{
		Store: w.Store, Intake: w.Service, Shelf: rollout.Shelf{Dir: filepath.Join(dir, "packs")}, Open: open, InUse: pack, Models: first,
	})
	w.Observer = w.manager
	t.Cleanup(func() {
		if err := w.manager.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// design registers a right with one picture.
func (w *world) design(t testing.TB, name string, picture []byte) casework.Reference {
	t.Helper()
	if w.holder == "" {
		h, err := w.Registry.CreateHolder(t.Context(), operator, casework.Holder{LegalName: "Velmora Srl", Country: "IT", Email: "ip@velmora.example"})
		if err != nil {
			t.Fatal(err)
		}
		w.holder = h.ID
	}
	right, err := w.Registry.CreateRight(t.Context(), operator, casework.Right{HolderID: w.holder, Name: name, Type: casework.Design, Territories: []string{"WW"}, RegistrationNumber: name})
	if err == nil {
		right, err = w.SetRightState(t.Context(), operator, right.ID, casework.StateVerified)
	}
	if err != nil {
		t.Fatal(err)
	}
	ref, err := w.AddImageReference(t.Context(), operator, right.ID, intake.ImageReference{Data: picture})
	if err != nil || ref.IndexedAt == nil {
		t.Fatalf("reference %+v: %v", ref, err)
	}
	return ref
}

// start begins a rollout and demands that it may.
func (w *world) start(t testing.TB, q rollout.Request) rollout.Rollout {
	t.Helper()
	r, err := w.manager.Start(t.Context(), scientist, q)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// stands demands that a rollout stands somewhere.
func (w *world) stands(t testing.TB, id, state string) rollout.Rollout {
	t.Helper()
	r, err := w.manager.Rollout(t.Context(), id)
	if err != nil || r.State != state {
		t.Fatalf("rollout %+v, %v; want it %s", r, err, state)
	}
	return r
}
