package rollout_test

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/detect"
	"touchstone/embed"
	"touchstone/embed/onnx"
	"touchstone/index"
	"touchstone/index/local"
	"touchstone/internal/audit"
	"touchstone/internal/blob"
	"touchstone/internal/casework"
	"touchstone/internal/intake"
	"touchstone/internal/intake/intaketest"
	"touchstone/internal/policy"
	"touchstone/internal/rollout"
	"touchstone/internal/store/sqlite"
	"touchstone/models"
)

// Where the service under test is killed.
const (
	dieFilling = "filling" // after a few references are embedded
	dieCutting = "cutting" // between the note that the pack is in use and its aliases
)

const crashReferences = 12

// TestKilled: a service that dies without warning in the middle of an activation goes on with it when it starts again, embeds only what is
// missing, and serves with one pack at every moment.
func TestKilled(t *testing.T) {
	for _, where := range []string{dieFilling, dieCutting} {
		t.Run(where, func(t *testing.T) {
			check := checker(t, rollout.Limits{}) // for its way to the runtime
			dir := t.TempDir()
			first := pairPack(t, 1, nil)
			w := &world{}
			var refs []casework.Reference
			t.Run("before", func(t *testing.T) {
				w = newWorld(t, dir, first)
				for i := range crashReferences {
					refs = append(refs, w.design(t, fmt.Sprint("D", i), intaketest.Drawing(t, uint64(i))))
				}
				for _, p := range []*models.Pack{first, pairPack(t, 2, nil)} {
					if _, err := w.manager.Shelf.Add(t.Context(), p.Dir()); err != nil {
						t.Fatal(err)
					}
				}
				w.start(t, rollout.Request{Kind: rollout.KindActivate, Pack: "pair@2"})
			})
			cmd := exec.Command(os.Args[0], dir)
			cmd.Env = append(os.Environ(), childVariable+"="+where, check.Env[1])
			out, err := cmd.StdoutPipe()
			cmd.Stderr = os.Stderr
			if err == nil {
				err = cmd.Start()
			}
			if err != nil {
				t.Fatal(err)
			}
			for lines := bufio.NewScanner(out); lines.Scan(); {
				if strings.HasPrefix(lines.Text(), "kill") {
					_ = cmd.Process.Kill()
				}
			}
			_ = cmd.Wait()
			if status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signal() != syscall.SIGKILL {
				t.Fatalf("the service ended otherwise than killed: %v", cmd.ProcessState)
			}
			goesOn(t, dir, where, refs)
		})
	}
}

// goesOn starts the service again as its command would, with the pack that its store says is in use.
func goesOn(t *testing.T, dir, where string, refs []casework.Reference) {
	shelf := rollout.Shelf{Dir: filepath.Join(dir, "packs")}
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "db"))
	if err != nil {
		t.Fatal(err)
	}
	use, ok, err := rollout.InUse(t.Context(), store)
	if err != nil || ok != (where == dieCutting) {
		t.Fatalf("in use: %+v %t %v", use, ok, err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	version := "1"
	if ok {
		version = use.Version
	}
	pack, err := shelf.Open("pair@" + version)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, dir, pack)
	w.findsAll(t, refs, version)
	runs := 0
	opened := w.manager.Open
	w.manager.Open = func(p *models.Pack) (rollout.Models, error) {
		m, err := opened(p)
		return &watched{m, func() { runs++ }}, err
	}
	if err := w.manager.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	all, err := w.manager.Rollouts(t.Context(), "", 10)
	if err != nil || len(all) != 1 || all[0].State != rollout.StateDone {
		t.Fatalf("rollouts %+v, %v", all, err)
	}
	if runs >= crashReferences || (runs == 0) != (where == dieCutting) {
		t.Errorf("%d references were embedded again, of %d", runs, crashReferences)
	}
	w.findsAll(t, refs, "2")
	aliases, err := w.Index.Aliases(t.Context())
	want := map[string]string{
		detect.Alias("copy"): "copy@pair-2", detect.Alias("word"): "word@pair-2", "rollback.copy": "copy@pair-1", "rollback.word": "word@pair-1",
		detect.ListingsAlias("copy"): "listings.copy@pair-2",
	}
	if d := cmp.Diff(want, aliases); err != nil || d != "" {
		t.Errorf("aliases, %v (-want +got):\n%s", err, d)
	}
}

// findsAll demands that the references are found by a version of the pack.
func (w *world) findsAll(t *testing.T, refs []casework.Reference, version string) {
	t.Helper()
	for i, ref := range refs {
		if got := w.finds(t, intaketest.Drawing(t, uint64(i)), ref.ID); got != version {
			t.Fatalf("version %s answers, want %s", got, version)
		}
	}
}

// watched tells of each run of models.
type watched struct {
	rollout.Models
	before func()
}

func (w *watched) Pictures(ctx context.Context, pics []image.Image, outputs ...string) ([][][][]float32, error) {
	w.before()
	return w.Models.Pictures(ctx, pics, outputs...)
}

// dying kills the process when the cut-over was noted.
type dying struct {
	*sqlite.Store
	where string
}

func (d dying) SaveRollout(ctx context.Context, r rollout.Rollout, events ...audit.Event) error {
	err := d.Store.SaveRollout(ctx, r, events...)
	if d.where == dieCutting && r.CutAt != nil {
		die()
	}
	return err
}

// die has the parent kill this process.
func die() {
	fmt.Println("kill")
	select {}
}

// crashMain is the service that is killed: it opens the folder that its last argument names and works on the rollout there.
func crashMain() {
	if err := crash(os.Args[len(os.Args)-1], os.Getenv(childVariable)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func crash(dir, where string) error {
	ctx := context.Background()
	runtime, err := onnx.New(onnx.Config{})
	if err != nil {
		return err
	}
	runs := 0
	open := func(p *models.Pack) (rollout.Models, error) {
		e, err := embed.Open(p, runtime, embed.Config{})
		if err != nil {
			return nil, err
		}
		return &watched{e, func() {
			if runs++; where == dieFilling && runs == crashReferences/2 {
				die()
			}
		}}, nil
	}
	shelf := rollout.Shelf{Dir: filepath.Join(dir, "packs")}
	pack, err := shelf.Open("pair@1")
	if err != nil {
		return err
	}
	first, err := embed.Open(pack, runtime, embed.Config{})
	if err != nil {
		return err
	}
	store, err := sqlite.Open(ctx, filepath.Join(dir, "db"))
	if err != nil {
		return err
	}
	blobs, err := blob.Open(filepath.Join(dir, "blobs"))
	if err != nil {
		return err
	}
	x, err := local.Open(filepath.Join(dir, "index"), local.Config{})
	if err != nil {
		return err
	}
	s, err := crashService(store, blobs, x, pack, first)
	if err != nil {
		return err
	}
	if err := s.Prepare(ctx, nil); err != nil {
		return err
	}
	return rollout.NewManager(rollout.Parts{Store: dying{store, where}, Intake: s, Shelf: shelf, Open: open, InUse: pack, Models: first}).Once(ctx)
}

func crashService(store *sqlite.Store, blobs *blob.Store, x *index.Index, pack *models.Pack, models intake.Embedder) (*intake.Service, error) {
	return intake.New(intake.DefaultConfig(), intake.Parts{
		Registry: casework.NewRegistry(store, nil), Reports: store, Local: store, Blobs: blobs, Index: x, Listings: store, Pack: pack, Embed: models,
		Policies: policy.Set{"default": policy.Default()},
	})
}
