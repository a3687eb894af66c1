package statement

import (
	"strings"

	"touchstone/internal/message"
)

// publicGround explains why the content is illegal, without names of people.
func publicGround(f Facts) string {
	return message.Text("en", "ground."+f.Reason, nil) + " " +
		message.Text("en", "statement.right", map[string]string{"right": oneLine(f.RightName), "number": f.number("en")})
}

// publicFacts tells how the decision came about. Neither the seller nor the notifier is named, and a reviewer's remark, in which
// either may be, is left out.
func publicFacts(f Facts) string {
	anonymous := f
	anonymous.Notifier = ""
	parts := []string{
		publicRestriction(f),
		publicGround(f),
		message.Text("en", "statement.source."+f.Source, map[string]string{"notifier": anonymous.notifier("en")}),
		message.Text("en", "statement.automation."+f.automation(), nil),
	}
	return strings.Join(parts, " ")
}

func publicRestriction(f Facts) string {
	switch f.Restriction {
	case HeldListing:
		return "The offer of a product was held back from sale until it is decided."
	case FrozenStore:
		return "The account of a trader was suspended until " + day(f.Until) + " after repeated infringements."
	case ClosedStore:
		return "The account of a trader was terminated after repeated infringements."
	}
	return "The offer of a product was removed."
}
