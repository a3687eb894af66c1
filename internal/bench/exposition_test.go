package bench

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSamples(t *testing.T) {
	got, err := samples(strings.NewReader("# HELP go_goroutines Goroutines.\n# TYPE go_goroutines gauge\ngo_goroutines 12\n\n" +
		"go_memstats_mallocs_total 1.5e+06\nrejected{reason=\"the queue\",x=\"1\"} 3\n"))
	want := map[string]float64{"go_goroutines": 12, "go_memstats_mallocs_total": 1.5e6, `rejected{reason="the queue",x="1"}`: 3}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, bad := range []string{"alone", "name value"} {
		if got, err := samples(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read as %v", bad, got)
		}
	}
}
