package web

import "testing"

func TestRound(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.034: "0.034", 7.26: "7.3", 99.4: "99", 99.99999: "100", 363.4: "363", 9999: "9999", 45_000: "45k", 1_250_000: "1.25M"} {
		if got := round(v); got != want {
			t.Errorf("round(%g) is %q, want %q", v, got, want)
		}
	}
}
