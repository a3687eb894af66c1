package wordmark

// Note is one reason in a code for programs and a sentence for people.
type Note struct {
	Code string `json:"code"`
	Text string `json:"text"`
}

// Codes of notes. A match has no others.
var (
	codesAgainst = []string{
		"compatible_use", "independent", "descriptive", "common_word", "name", "part_of_word", "short_word", "part_of_mark", "loose_sound",
		"goods_apart", "other_mark", "ambiguous",
	}
	codesFor = []string{"hidden", "other_script", "replica_term", "claim", "brand_list", "goods_match"}
)

// Codes lists the codes of the notes that speak against and for misuse.
func Codes() (against, misuse []string) {
	return append([]string(nil), codesAgainst...), append([]string(nil), codesFor...)
}
