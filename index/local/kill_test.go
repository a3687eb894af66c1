package local

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"touchstone/index"
)

const (
	killWriters = 3
	killDir     = "INDEX_KILL_DIR"  // set in the child: the folder
	killFrom    = "INDEX_KILL_FROM" // set in the child: the step at which each writer goes on
)

var killSpace = index.Space{Pack: "test", Version: "1", Output: "copy", Dimension: 32, Metric: index.Cosine}

// A step is what one writer does: a function of the writer and the number of the step alone, so that the parent can work out
// what must be in the index. Points carry the step that wrote them; writers share nothing but the collection.
type step struct {
	upsert []index.Point
	remove []string
	alias  string // lead the writer's own alias here
}

func stepOf(writer, number int) step {
	rnd := rand.New(rand.NewPCG(uint64(writer), uint64(number)))
	id := func(i int) string { return fmt.Sprintf("w%d-%d", writer, i) }
	switch rnd.IntN(8) {
	case 0:
		return step{alias: fmt.Sprintf("c%d", rnd.IntN(2))}
	case 1, 2:
		return step{remove: []string{id(rnd.IntN(12)), id(12 + rnd.IntN(8))}}
	}
	var s step
	for _, i := range rnd.Perm(20)[:1+rnd.IntN(6)] {
		p := index.Point{ID: id(i), Payload: index.Payload{Right: strconv.Itoa(number)}}
		for range 1 + rnd.IntN(3) {
			v := make([]float32, killSpace.Dimension)
			v[rnd.IntN(len(v))] = 1
			p.Vectors = append(p.Vectors, v)
		}
		s.upsert = append(s.upsert, p)
	}
	return s
}

// TestKillChild is the process that is killed. It writes without end and says after each acknowledged step which it was.
func TestKillChild(t *testing.T) {
	dir := os.Getenv(killDir)
	if dir == "" {
		return // not the child: TestKill starts it
	}
	idx, err := Open(dir, Config{checkpointAt: 6_000, sketchFrom: 8})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"c0", "c1"} {
		if err := idx.Create(t.Context(), name, killSpace); err != nil {
			t.Fatal(err)
		}
	}
	failed := make(chan error)
	for w, from := range strings.Split(os.Getenv(killFrom), ",") {
		number, _ := strconv.Atoi(from)
		go func() {
			for ; ; number++ {
				var err error
				switch s := stepOf(w, number); {
				case s.alias != "":
					err = idx.Alias(t.Context(), fmt.Sprintf("alias%d", w), s.alias)
				case s.remove != nil:
					err = idx.Delete(t.Context(), "c0", s.remove)
				default:
					err = idx.Upsert(t.Context(), "c0", killSpace, s.upsert)
				}
				if err != nil {
					failed <- err
				}
				fmt.Printf("ack %d %d\n", w, number)
			}
		}()
	}
	t.Fatal(<-failed)
}

// A world is what one writer's part of the index must be.
type world struct {
	Points map[string]index.Point
	Alias  string
}

func (w *world) apply(s step) {
	for _, p := range s.upsert {
		w.Points[p.ID] = p
	}
	for _, id := range s.remove {
		delete(w.Points, id)
	}
	if s.alias != "" {
		w.Alias = s.alias
	}
}

// TestKill kills a writing process again and again and looks at what it left: all that was acknowledged, and of the one step that
// each writer may have been at, all or nothing.
func TestKill(t *testing.T) {
	rounds := 15
	switch {
	case os.Getenv("TOUCHSTONE_SOAK") != "":
		rounds = 200
	case testing.Short():
		rounds = 3
	}
	dir := t.TempDir()
	var next [killWriters]int // the step at which each writer goes on
	var worlds [killWriters]world
	for w := range worlds {
		worlds[w].Points = map[string]index.Point{}
	}
	for round := range rounds {
		acked := killOnce(t, dir, next, 1+rand.IntN(120))
		found := readWorlds(t, dir)
		for w := range worlds {
			for ; next[w] <= acked[w]; next[w]++ {
				worlds[w].apply(stepOf(w, next[w]))
			}
			if cmp.Equal(worlds[w], found[w]) {
				continue
			}
			before := cmp.Diff(worlds[w], found[w])
			worlds[w].apply(stepOf(w, next[w])) // perhaps it was kept and the word of it was not heard
			next[w]++
			if diff := cmp.Diff(worlds[w], found[w]); diff != "" {
				t.Fatalf("round %d, writer %d: neither what was acknowledged up to step %d (-want +got):\n%s\nnor with the next step:\n%s",
					round, w, next[w]-2, before, diff)
			}
		}
	}
	t.Logf("%v steps in %d rounds", next, rounds)
}

// killOnce lets a child write until it has acknowledged this many steps, kills it, and returns the last step each writer
// acknowledged.
func killOnce(t *testing.T, dir string, next [killWriters]int, lines int) (acked [killWriters]int) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run=^TestKillChild$")
	from := strings.Trim(strings.ReplaceAll(fmt.Sprint(next), " ", ","), "[]")
	child.Env = append(os.Environ(), killDir+"="+dir, killFrom+"="+from)
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for w := range acked {
		acked[w] = next[w] - 1
	}
	heard := 0
	var other []string
	for scanner := bufio.NewScanner(out); scanner.Scan(); { // also what it said before it died
		var w, number int
		if _, err := fmt.Sscanf(scanner.Text(), "ack %d %d", &w, &number); err != nil {
			other = append(other, scanner.Text())
			continue
		}
		acked[w] = number
		if heard++; heard == lines {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	child.Wait() // "signal: killed"
	if heard < lines {
		t.Fatalf("the child ended by itself after %d of %d steps: %s", heard, lines, strings.Join(other, "\n"))
	}
	return acked
}

// readWorlds opens the index and takes it apart by writer; it also checks that searching finds exactly what is there.
func readWorlds(t *testing.T, dir string) (found [killWriters]world) {
	t.Helper()
	idx, err := Open(dir, Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer idx.Close()
	aliases, err := idx.Aliases(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for w := range found {
		found[w] = world{Points: map[string]index.Point{}, Alias: aliases[fmt.Sprintf("alias%d", w)]}
	}
	n := 0
	err = idx.Each(t.Context(), "c0", func(p index.Point) error {
		n++
		found[p.ID[1]-'0'].Points[p.ID] = p
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	v := make([]float32, killSpace.Dimension)
	v[0] = 1
	hits, err := idx.Search(t.Context(), "c0", index.Query{Space: killSpace, Vectors: [][]float32{v}, Limit: 1000})
	if err != nil || len(hits[0]) != n {
		t.Fatalf("%d hits, %v; want %d", len(hits[0]), err, n)
	}
	return found
}
