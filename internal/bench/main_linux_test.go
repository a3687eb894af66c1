//go:build bench

package bench

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

var (
	sharedDir      = flag.String("shared", "../../../shared", "folder with bench/peer.py and weights/")
	packDir        = flag.String("pack", "../../models/packs/touchstone-base", "pack that the service is measured with")
	program        = flag.String("program", "../../bin/touchstone", "the program that is measured")
	clientsList    = flag.String("clients", "1,4,16", "numbers of clients of the listings' comparison")
	picturesList   = flag.String("pictures", "1,4", "numbers of pictures a listing of the listings' comparison")
	qdrantSettles  = flag.Duration("qdrant-settles", 10*time.Minute, "how long a real Qdrant has to build its graph")
	qdrantPoints   = flag.String("qdrant-points", "50000", "sizes that a collection in a real Qdrant grows through, multiples of 1000")
	qdrantPids     = flag.String("qdrant-pids", "", "processes of the real Qdrant, whose memory and processor time are read")
	qdrantData     = flag.String("qdrant-data", "", "its folders, whose size on the disk is read")
	qdrantShards   = flag.Int("qdrant-shards", 0, "shards of the collection; 0 leaves it to the server")
	qdrantReplicas = flag.Int("qdrant-replicas", 0, "copies of each shard; 0 leaves it to the server")
	profileDir     = flag.String("profile", "", "folder for profiles of the program while it scores; empty takes none")
	rounds         = flag.Int("rounds", 3, "turns that each arm of a comparison has")
)

// figures are the tables of this run.
var figures = report{Machine: map[string]string{
	"begun": time.Now().UTC().Format(time.RFC3339), "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH,
	"cores": fmt.Sprint(runtime.NumCPU()), "load at the begin": loadAverage(),
}}

func TestMain(m *testing.M) {
	flag.Parse()
	code := m.Run()
	figures.Machine["ended"] = time.Now().UTC().Format(time.RFC3339)
	figures.Machine["load at the end"] = loadAverage()
	const path = "../../out/bench/bench.json"
	if err := figures.write(os.Stdout, path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	fmt.Printf("\n%s cores, %s; load %s at the begin and %s at the end. Kept in out/bench/bench.json.\n",
		figures.Machine["cores"], figures.Machine["go"], figures.Machine["load at the begin"], figures.Machine["load at the end"])
	os.Exit(code)
}

// must ends a test that cannot go on.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// loadAverage is the machine's load over the last minute, as the kernel prints it; "" where it does not.
func loadAverage() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return ""
	}
	first, _, _ := strings.Cut(string(data), " ")
	return first
}
