//go:build bench

package bench

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"touchstone/detect"
	"touchstone/index"
	"touchstone/index/local"
	"touchstone/internal/casework"
	"touchstone/internal/store/sqlite"
	"touchstone/models"
)

// peerRights is how many rights share the ten thousand vectors: enough that ten nearest vectors are of nearly as many rights,
// each of which becomes a finding.
const peerRights = 1_000

// peerReferences reads the vectors that peer.py makes, made again by its own line of Python.
func peerReferences(t *testing.T, python string) [][]float32 {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vectors.f32")
	program := fmt.Sprintf(`import sys, numpy as np
v = np.random.default_rng(0).standard_normal((%d, %d), "f4")
(v / np.linalg.norm(v, axis=1, keepdims=True)).astype("<f4").tofile(sys.argv[1])`, peerVectors, peerDimension)
	must(t, runIn(t, "", os.Stderr, python, "-c", program, path))
	data, err := os.ReadFile(path)
	must(t, err)
	if len(data) != 4*peerVectors*peerDimension {
		t.Fatalf("%d bytes of vectors", len(data))
	}
	vectors := make([][]float32, peerVectors)
	for i := range vectors {
		vectors[i] = make([]float32, peerDimension)
		for k := range vectors[i] {
			vectors[i][k] = math.Float32frombits(binary.LittleEndian.Uint32(data[4*(i*peerDimension+k):]))
		}
	}
	return vectors
}

// reference is the ID in our index of a vector that the peer knows by its number.
func reference(number int) string { return fmt.Sprintf("ref-%05d", number) }

// peerFolder makes a data folder with the rights in the registry and the vectors in the index, where a service expects them.
func peerFolder(t *testing.T, pack *models.Pack, vectors [][]float32) string {
	t.Helper()
	dir := t.TempDir()
	rights := peerRegistry(t, filepath.Join(dir, "touchstone.db"))
	m := pack.Manifest()
	space := detect.Space(m, m.Models[0].Outputs[0])
	idx, err := local.Open(filepath.Join(dir, "index"), local.Config{})
	must(t, err)
	collection := space.Output + "@" + space.Pack + "-" + space.Version // as intake names it
	must(t, idx.Create(t.Context(), collection, space))
	points := make([]index.Point, len(vectors))
	for i, v := range vectors {
		points[i] = index.Point{ID: reference(i), Vectors: [][]float32{v}, Payload: index.Payload{Right: rights[i%len(rights)], Kind: casework.KindDesign, Active: true}}
	}
	for from := 0; from < len(points); from += 1000 {
		must(t, idx.Upsert(t.Context(), collection, space, points[from:min(len(points), from+1000)]))
	}
	must(t, idx.Alias(t.Context(), detect.Alias(space.Output), collection))
	must(t, idx.Close())
	return dir
}

// peerRegistry registers the rights and gives their IDs.
func peerRegistry(t *testing.T, path string) []string {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path)
	must(t, err)
	registry := casework.NewRegistry(store, nil)
	actor := casework.Actor{Account: "bench", Role: "operator"}
	holder, err := registry.CreateHolder(t.Context(), actor, casework.Holder{Account: "bench", LegalName: "Velmora Srl", Country: "IT", Email: "ip@velmora.example"})
	must(t, err)
	rights, errs := make([]string, peerRights), make([]error, peerRights)
	var group sync.WaitGroup
	for worker := range 32 { // writes at the same time share a sync
		group.Go(func() {
			for i := worker; i < len(rights); i += 32 {
				var r casework.Right
				r, errs[i] = registry.CreateRight(t.Context(), actor, casework.Right{
					HolderID: holder.ID, Account: "bench", Name: fmt.Sprint("Design ", i), Type: casework.Design, Territories: []string{"WW"},
				})
				rights[i] = r.ID
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		must(t, err)
	}
	peerPictures(t, store, rights)
	must(t, store.Close())
	return rights
}

// peerPictures registers the references that the vectors are of, as indexed: what the registry does not know is not found. There are no pictures behind them.
func peerPictures(t *testing.T, store *sqlite.Store, rights []string) {
	t.Helper()
	now := time.Now()
	errs := make([]error, peerVectors)
	var group sync.WaitGroup
	for worker := range 32 {
		group.Go(func() {
			for i := worker; i < peerVectors; i += 32 {
				ref := casework.Reference{
					ID: reference(i), RightID: rights[i%len(rights)], Kind: casework.ReferenceImage,
					Blob: fmt.Sprintf("%064x", i), Width: peerSide, Height: peerSide, CreatedAt: now,
				}
				if errs[i] = store.AddReference(t.Context(), ref); errs[i] == nil {
					errs[i] = store.MarkIndexed(t.Context(), ref.ID, now.Add(time.Second))
				}
			}
		})
	}
	group.Wait()
	must(t, errors.Join(errs...))
}
