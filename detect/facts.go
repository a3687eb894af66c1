package detect

// Facts is what casework knows when a listing is scored, as a plain value: a report can be replayed from it. A right that is
// not in Rights is out of scope (expired, rejected, another territory) and yields no finding.
type Facts struct {
	Rights map[string]RightFacts `json:"rights"`
}

// RightFacts is what is known of one right with regard to one listing and its seller.
type RightFacts struct {
	Right       string                    `json:"right"`
	Holder      string                    `json:"holder"`
	Name        string                    `json:"name"`
	Kind        string                    `json:"kind"`  // "word", "logo" or "design"
	State       string                    `json:"state"` // "pending" or "verified"
	Goods       []string                  `json:"goods,omitempty"`
	Authorised  bool                      `json:"authorised"` // the listing's seller may sell these goods under this right
	RetailPrice *Money                    `json:"retail_price,omitempty"`
	References  map[string]ReferenceFacts `json:"references"` // by reference ID
}

// ReferenceFacts is one registered picture or word.
type ReferenceFacts struct {
	Word     string `json:"word,omitempty"`
	Language string `json:"language,omitempty"`
	Picture  string `json:"picture,omitempty"` // SHA-256 of the stored picture
	Width    int    `json:"width,omitempty"`   // of that picture, upright, in pixels
	Height   int    `json:"height,omitempty"`
}
