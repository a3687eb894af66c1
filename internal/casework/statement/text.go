package statement

import (
	"fmt"
	"strings"
	"time"

	"touchstone/internal/message"
)

// Text is the statement of reasons to the seller in a language of internal/message: plain text, a paragraph for each of what
// art. 17(3) asks for.
func Text(language string, f Facts) (string, error) {
	if err := f.Validate(); err != nil {
		return "", fmt.Errorf("statement of reasons: %w", err)
	}
	say := func(key string, values map[string]string) string {
		return message.Text(language, "statement."+key, values)
	}
	paragraphs := []string{
		say("title", map[string]string{"id": f.ID, "date": day(f.DecidedAt)}),
		say("greeting", map[string]string{"seller": oneLine(f.Seller)}),
		say("restriction."+f.Restriction, map[string]string{"listing": f.named(), "marketplace": oneLine(f.Marketplace), "date": day(f.DecidedAt), "until": day(f.Until)}),
		say("scope", map[string]string{"territories": f.scope(language)}),
		message.Text(language, "ground."+f.Reason, nil) + " " + say("right", map[string]string{"right": oneLine(f.RightName), "number": f.number(language)}),
		say("law", map[string]string{"law": message.Retell(language, f.law().ground)}),
		say("source."+f.Source, map[string]string{"notifier": f.notifier(language)}),
		say("automation."+f.automation(), nil),
	}
	if remark := strings.TrimSpace(f.Remark); remark != "" {
		paragraphs = append(paragraphs, say("remark", map[string]string{"remark": oneLine(remark)}))
	}
	paragraphs = append(paragraphs, say("contest", map[string]string{"date": day(f.ContestBy), "case": f.Case}))
	return strings.Join(paragraphs, "\n\n") + "\n", nil
}

// automation tells detection and decision apart, as art. 17(3)(c) does.
func (f Facts) automation() string {
	switch {
	case f.Automation == AutomationFull:
		return "full"
	case f.Automation == AutomationPartial || f.Detected:
		return "partial"
	}
	return "none"
}

func (f Facts) named() string {
	name := oneLine(f.Title)
	if name == "" {
		name = f.Listing
	}
	if id := f.Listing; id != "" && id != name {
		name += " (" + oneLine(id) + ")"
	}
	if f.Listing == "" && f.URL != "" {
		name = strings.TrimSpace(name + " " + oneLine(f.URL))
	}
	return name
}

func (f Facts) number(language string) string {
	if f.RightNumber == "" {
		return message.Text(language, "statement.unregistered", nil)
	}
	return oneLine(f.RightNumber)
}

func (f Facts) notifier(language string) string {
	if f.Notifier == "" {
		return message.Text(language, "statement.holder", nil)
	}
	return oneLine(f.Notifier)
}

func (f Facts) scope(language string) string {
	if len(f.Territories) == 0 {
		return message.Text(language, "statement.everywhere", nil)
	}
	return message.List(language, f.Territories)
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.DateOnly)
}

// oneLine keeps strangers' words from writing paragraphs of their own.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
