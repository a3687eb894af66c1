package partner

import (
	"time"
)

// Kinds of alert.
const (
	AlertAttack = "attack" // a right is attacked more than chance explains
	AlertRaised = "raised" // somebody of the desk or a partner tells of something
)

// Bounds of an alert.
const (
	maxTitle  = 200
	maxText   = 5000
	maxForms  = 50
	maxMarket = 200
)

// Attack is a surge as internal/tracing sees it.
type Attack struct {
	Right    string
	At, From time.Time
	Markets  []MarketCount
	Forms    []string
}

// MarketCount is how much of an attack a marketplace has.
type MarketCount struct {
	Marketplace string   `json:"marketplace"`
	Listings    int      `json:"listings,omitempty"`
	Sellers     int      `json:"sellers,omitempty"`
	Expected    float64  `json:"expected,omitempty" doc:"listings that the time before lets expect"`
	Territories []string `json:"territories,omitempty" doc:"of the marketplace"`
}

// Alert is one partner's copy of an alert, whole: what of it the partner is told is a Warning. It holds nothing about persons.
type Alert struct {
	ID          string        `json:"id"`
	Partner     string        `json:"partner_id"`
	Kind        string        `json:"kind"`
	Right       string        `json:"right_id"`
	RightName   string        `json:"right_name"`
	Holder      string        `json:"holder_id"`
	HolderName  string        `json:"holder_name"`
	Territories []string      `json:"territories"` // of the right
	At          time.Time     `json:"at"`
	From        time.Time     `json:"from"` // of the span that was looked at
	Markets     []MarketCount `json:"markets,omitempty"`
	Elsewhere   bool          `json:"elsewhere,omitempty"` // it is also on marketplaces outside of the agreement
	Forms       []string      `json:"forms,omitempty"`
	Title       string        `json:"title,omitempty"`
	Text        string        `json:"text,omitempty"`
	By          string        `json:"by,omitempty"`    // of a raised one: the partner, or desk
	Allow       []Field       `json:"allow,omitempty"` // of a raised one: what others may be told

	SeenAt  *time.Time `json:"acknowledged_at,omitempty"`
	SeenBy  string     `json:"acknowledged_by,omitempty"`
	Note    string     `json:"note,omitempty"`
	Told    time.Time  `json:"-"` // when it was shared; it is stored beside it and not read back, and where it is zero At stands for it
	Request string     `json:"-"` // account and key of the request that raised it; it is stored and not read back
	Version int64      `json:"-"`
}

// Warning is an alert as far as a partner is told.
type Warning struct {
	ID      string    `json:"id"`
	Partner string    `json:"partner_id"`
	Kind    string    `json:"kind" enum:"attack,raised"`
	At      time.Time `json:"at"`

	Right      string        `json:"right_id,omitempty"`
	RightName  string        `json:"right_name,omitempty"`
	Holder     string        `json:"holder,omitempty" doc:"legal name"`
	From       *time.Time    `json:"from,omitempty" doc:"of the span that was looked at"`
	Listings   *int          `json:"listings,omitempty" doc:"on the marketplaces of the agreement"`
	Sellers    *int          `json:"sellers,omitempty"`
	Expected   *float64      `json:"expected,omitempty" doc:"listings that the time before lets expect"`
	Markets    []MarketCount `json:"marketplaces,omitempty"`
	Forms      []string      `json:"forms,omitempty" doc:"how sellers write a registered word; told where every marketplace of the alert is within the agreement"`
	Title      string        `json:"title,omitempty"`
	Text       string        `json:"text,omitempty"`
	By         string        `json:"by,omitempty" doc:"partner that raised it, or desk"`
	SeenAt     *time.Time    `json:"acknowledged_at,omitempty"`
	Note       string        `json:"note,omitempty" doc:"of who acknowledged it"`
	SeenPerson string        `json:"acknowledged_by,omitempty" doc:"shown to operators"`
}

// tell copies what is allowed.
func (al Alert) tell(t told) Warning {
	n := Warning{ID: al.ID, Partner: al.Partner, Kind: al.Kind, At: al.At, SeenAt: al.SeenAt, Note: al.Note}
	if t[AlertRight] {
		n.Right, n.RightName = al.Right, al.RightName
	}
	if t[AlertHolder] {
		n.Holder = al.HolderName
	}
	if t[AlertCounts] && len(al.Markets) > 0 {
		var listings, sellers int
		var expected float64
		for _, m := range al.Markets {
			listings, sellers, expected = listings+m.Listings, sellers+m.Sellers, expected+m.Expected
		}
		from := al.From
		n.From, n.Listings, n.Sellers, n.Expected = &from, &listings, &sellers, &expected
	}
	if t[AlertMarketplaces] {
		for _, m := range al.Markets {
			m.Territories = nil
			if !t[AlertCounts] {
				m = MarketCount{Marketplace: m.Marketplace}
			}
			n.Markets = append(n.Markets, m)
		}
	}
	if t[AlertForms] && !al.Elsewhere {
		n.Forms = al.Forms
	}
	if t[AlertText] {
		n.Title, n.Text, n.By = al.Title, al.Text, al.By
	}
	return n
}
