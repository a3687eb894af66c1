package eval

// Agreement says how far two people who judge the same cases agree.
type Agreement struct {
	Cases   int
	Share   float64 // of the cases on which both said the same, 0 to 1
	Kappa   float64 // Cohen's: what share is above that of chance, of what could be above it (Cohen, 1960)
	Defined bool    // Kappa is: not everybody said the same of everything
}

// Agree measures pairs of judgements.
func Agree(pairs [][2]bool) Agreement {
	a := Agreement{Cases: len(pairs)}
	if len(pairs) == 0 {
		return a
	}
	var same, first, second float64
	for _, p := range pairs {
		if p[0] == p[1] {
			same++
		}
		if p[0] {
			first++
		}
		if p[1] {
			second++
		}
	}
	n := float64(len(pairs))
	a.Share = same / n
	chance := first/n*second/n + (1-first/n)*(1-second/n)
	if a.Defined = chance < 1; a.Defined {
		a.Kappa = (a.Share - chance) / (1 - chance)
	}
	return a
}
