package local

import (
	"testing"

	"touchstone/index"
	"touchstone/index/indextest"
)

// TestConformance runs the suite on disk, with a log that is compacted all the time.
func TestConformance(t *testing.T) {
	indextest.Run(t, func(t *testing.T) (*index.Index, func() *index.Index) {
		dir := t.TempDir()
		open := func() *index.Index {
			idx, err := Open(dir, Config{checkpointAt: 20_000})
			if err != nil {
				t.Fatal(err)
			}
			return idx
		}
		idx := open()
		return idx, func() *index.Index {
			if err := idx.Close(); err != nil {
				t.Fatal(err)
			}
			idx = open()
			return idx
		}
	})
}

func TestConformanceInMemory(t *testing.T) {
	indextest.Run(t, func(t *testing.T) (*index.Index, func() *index.Index) {
		idx, err := Open("", Config{})
		if err != nil {
			t.Fatal(err)
		}
		return idx, nil
	})
}
