package blob

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestLift opens a store as an earlier version left it, with some of its files lifted by an Open that was cut short.
func TestLift(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "with [brackets]")
	s := open(t, dir)
	hashes := map[string]Class{put(t, s, Certificate, "hello"): Certificate, put(t, s, Evidence, "there"): Evidence, put(t, s, Certificate, "again"): Certificate}
	if err := os.Remove(filepath.Join(dir, "flat")); err != nil {
		t.Fatal(err)
	}
	first := true
	for hash, class := range hashes {
		old := filepath.Join(dir, hash[:2], hash[2:4])
		if err := os.Mkdir(old, 0o755); err != nil {
			t.Fatal(err)
		}
		names := []string{hash, hash + "." + string(class)}
		if first {
			names, first = names[1:], false
		}
		for _, name := range names {
			if err := os.Rename(filepath.Join(dir, hash[:2], name), filepath.Join(old, name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for range 2 {
		s = open(t, dir)
		for hash, class := range hashes {
			if !has(t, s, hash) {
				t.Errorf("%s is lost", hash)
			}
			if _, err := os.Stat(s.path(hash) + "." + string(class)); err != nil {
				t.Error(err)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(escape(dir), "??", "??")); len(left) != 0 {
		t.Errorf("folders left: %v", left)
	}
	if n, err := s.Expire(t.Context(), Certificate, time.Now().Add(time.Hour)); n != 2 || err != nil {
		t.Errorf("%d expired, %v; want 2", n, err)
	}
}

// TestMarkers: a class's marker has a time of its own, whether or not it is another name of the bytes.
func TestMarkers(t *testing.T) {
	s := open(t, t.TempDir())
	hash := put(t, s, Certificate, "hello")
	put(t, s, Evidence, "hello")
	age(t, s, Certificate, hash, 100*24*time.Hour)
	if n, err := s.Expire(t.Context(), Evidence, time.Now().Add(-time.Hour)); n != 0 || err != nil {
		t.Errorf("%d of the other class expired, %v", n, err)
	}
	if n, err := s.Expire(t.Context(), Certificate, time.Now().Add(-time.Hour)); n != 1 || err != nil {
		t.Errorf("%d expired, %v; want 1", n, err)
	}
	if !has(t, s, hash) {
		t.Error("bytes went with the class that brought them, though another holds them")
	}
	if err := s.Delete(t.Context(), Evidence, hash); err != nil || has(t, s, hash) {
		t.Errorf("still there without a holder; %v", err)
	}
}

// TestFormerListings: pictures of listings that were kept in files of their own go on as they are until their time comes.
func TestFormerListings(t *testing.T) {
	dir := t.TempDir()
	s := open(t, dir)
	hash := put(t, s, Certificate, "hello")
	if err := os.Rename(s.path(hash)+".certificate", s.path(hash)+".listing"); err != nil {
		t.Fatal(err)
	}
	s = open(t, dir)
	if !has(t, s, hash) {
		t.Fatal("lost")
	}
	age(t, s, Listing, hash, 100*24*time.Hour)
	put(t, s, Listing, "hello")
	if volumes, err := filepath.Glob(filepath.Join(escape(dir), "volumes", "*.vol")); err != nil || len(volumes) != 0 {
		t.Errorf("kept a second time in %v, %v", volumes, err)
	}
	before := time.Now().Add(-24 * time.Hour)
	if n, err := s.Expire(t.Context(), Listing, before); n != 0 || err != nil {
		t.Errorf("%d that were given again expired, %v", n, err)
	}
	age(t, s, Listing, hash, 100*24*time.Hour)
	if err := s.Hold(t.Context(), Evidence, hash); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Expire(t.Context(), Listing, before); n != 1 || err != nil || !has(t, s, hash) {
		t.Errorf("%d expired, %v; want 1 whose bytes stay as evidence", n, err)
	}
	if err := s.Delete(t.Context(), Evidence, hash); err != nil || has(t, s, hash) {
		t.Errorf("still there, %v", err)
	}
}
