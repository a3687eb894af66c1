package wordmark

// keyRows is the keyboard that slips are made on.
var keyRows = []string{"qwertyuiop", "asdfghjkl", "zxcvbnm"}

// keyPlaces are row and column of each letter of the keyboard.
var keyPlaces = func() (t ['z' - 'a' + 1][2]int) {
	for row, keys := range keyRows {
		for column, key := range keys {
			t[key-'a'] = [2]int{row, column}
		}
	}
	return t
}()

// neighbours reports keys that touch.
func neighbours(a, b rune) bool {
	if a < 'a' || a > 'z' || b < 'a' || b > 'z' {
		return false
	}
	x, y := keyPlaces[a-'a'], keyPlaces[b-'a']
	return abs(x[0]-y[0]) <= 1 && abs(x[1]-y[1]) <= 1
}

func abs(n int) int { return max(n, -n) }

// typing is the likeness of two words that may differ by slips of typing; 0 when they differ by more than their length allows.
func typing(word, target string) float64 {
	a, b := []rune(word), []rune(target)
	longer := max(len(a), len(b))
	if min(len(a), len(b)) < 3 || longer < 4 || longer > 40 || abs(len(a)-len(b)) > 2 {
		return 0
	}
	allowed := 1.05
	switch {
	case longer >= 8:
		allowed = 2.2
	case longer >= 6:
		allowed = 1.25
	}
	cost := slips(a, b)
	if a[0] != b[0] {
		cost += 0.3
	}
	if cost > allowed {
		return 0
	}
	if min(len(a), len(b)) == 3 {
		cost += 0.5
	}
	return 1 - cost/float64(longer)
}

// slips is the restricted Damerau-Levenshtein distance with cheaper doubled letters, neighbouring keys and swaps.
func slips(a, b []rune) float64 {
	const width = 42
	var rows [3][width]float64
	two, one, now := &rows[0], &rows[1], &rows[2]
	for j := range b {
		one[j+1] = float64(j + 1)
	}
	for i, x := range a {
		now[0] = float64(i + 1)
		insert := 1.1
		if i > 0 && a[i-1] == x {
			insert = 0.5
		} else if x == 's' && i == len(a)-1 { // plural
			insert = 0.4
		}
		for j, y := range b {
			change := 1.2
			if x == y {
				change = 0
			} else if neighbours(x, y) {
				change = 0.8
			} else if isVowel(byte(x)) && isVowel(byte(y)) && x < 0x80 && y < 0x80 {
				change = 0.9
			}
			remove := 1.0
			if j > 0 && b[j-1] == y {
				remove = 0.5
			}
			best := min(one[j]+change, one[j+1]+insert, now[j]+remove)
			if i > 0 && j > 0 && x == b[j-1] && a[i-1] == y && x != y {
				best = min(best, two[j-1]+0.7)
			}
			now[j+1] = best
		}
		two, one, now = one, now, two
	}
	return one[len(b)]
}
