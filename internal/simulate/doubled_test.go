package simulate

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// half is a file of which half of the listings copy pictures, cropped and mirrored alike, and half name a mark as it is.
func half() Params {
	return Params{Listings: Listings{Kinds: map[string]float64{kindPicture: 1, kindKeyword: 1}},
		Evasions: Evasions{Picture: map[string]float64{"crop": 1, "mirror": 1, "none": 0}, Keyword: map[string]float64{"none": 3}}}
}

// TestDoubledByHand: cropped pictures are stopped 8 times of 10, mirrored ones 2 of 10, words 10 of 10. As the file has it that is
// (0.8 + 0.2)/4 + 1/2 = 0.75; with crops doubled (2·0.8 + 0.2)/6 + 1/2 = 0.8, and with mirrors 0.7.
func TestDoubledByHand(t *testing.T) {
	runs := []Result{{ByEvasion: map[string]*Caught{
		stratum(kindPicture, "crop"): {Stopped: Share{3, 5}, Before: Share{0, 5}}, stratum(kindPicture, "mirror"): {Stopped: Share{2, 10}, Before: Share{2, 10}},
	}}, {ByEvasion: map[string]*Caught{
		stratum(kindPicture, "crop"): {Stopped: Share{5, 5}, Before: Share{5, 5}}, stratum(kindKeyword, "none"): {Stopped: Share{10, 10}, Before: Share{10, 10}},
	}}}
	seen, p := caught(runs), half()
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	near("as it is", seen.at(p, stoppedOf), 0.75)
	near("before the first sale", seen.at(p, beforeOf), (0.5+0.2)/4+0.5)
	crop, mirror := seen.double(p, "picture", "crop"), seen.double(p, "picture", "mirror")
	near("crops doubled", crop.Stopped.Value, 0.8)
	near("by", crop.Stopped.By, 0.05)
	near("mirrors doubled", mirror.Stopped.Value, 0.7)
	// Shares move by 1/12 from one to the other; with two of each added 10 of 14 and 4 of 14 have the variance 10·4/14³ each.
	near("interval", crop.Stopped.High-crop.Stopped.By, z*math.Sqrt(2*40.0/(14*14*14))/12)
	if crop.Seen != 10 || mirror.Seen != 10 {
		t.Errorf("seen %d and %d", crop.Seen, mirror.Seen)
	}
	near("what was not seen stands for nothing", caught(runs[1:]).at(p, stoppedOf), 1)
}

// TestDoubledBounds: whatever was seen, shares are shares, and the interval holds the difference.
func TestDoubledBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, seen := half(), strata{}
		for _, k := range []string{stratum(kindPicture, "crop"), stratum(kindPicture, "mirror"), stratum(kindKeyword, "none")} {
			of := rapid.IntRange(0, 50).Draw(t, "of")
			n := rapid.IntRange(0, of).Draw(t, "stopped")
			seen[k] = Caught{Stopped: Share{n, of}, Before: Share{rapid.IntRange(0, n).Draw(t, "before"), of}}
		}
		d := seen.double(p, "picture", "crop")
		for _, m := range []Moved{d.Stopped, d.Before} {
			if !(m.Value >= -1e-12 && m.Value <= 1+1e-12 && m.Low <= m.By && m.By <= m.High) {
				t.Fatalf("%+v of %+v", m, seen)
			}
		}
		if d.Before.Value > d.Stopped.Value+1e-12 {
			t.Fatalf("%+v", d)
		}
	})
}

// TestEven: an even month has the copyists of the whole one, sells nothing innocent, and hides in each way alike.
func TestEven(t *testing.T) {
	for _, name := range []string{"market", "notices"} {
		p, err := Builtin(name)
		if err != nil {
			t.Fatal(err)
		}
		p.Scale = 0.01
		e := p.even()
		if err := e.Validate(); err != nil || e.Scaled().Sellers.Copyists != p.Sellers.Copyists || e.Notices.Unfounded != 0 && name == "notices" {
			t.Errorf("%s: %v, %+v", name, err, e)
		}
		if p.Evasions.Picture["none"] == 1 || p.Listings.Kinds[kindPicture] == 1 {
			t.Error("the file's own weights were changed")
		}
		if name == "notices" {
			continue
		}
		seen := map[string]int{}
		for _, l := range NewWorld(e, 3001, nil).Offers() {
			seen[stratum(l.Kind, l.Evasion)]++
		}
		if len(seen) < 40 || seen[stratum(kindKeyword, "leet")] < 4 {
			t.Errorf("seen %v", seen)
		}
	}
}
