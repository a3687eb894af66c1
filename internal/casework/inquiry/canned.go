package inquiry

import (
	"touchstone/internal/message"
)

// canned are the ready answers, by topic; their words are messages "canned.KEY" and "canned.KEY.title".
var canned = []struct{ key, topic string }{
	{"welcome", TopicRegistration},
	{"documents_needed", TopicRegistration},
	{"right_verified", TopicRegistration},
	{"evidence_needed", TopicNotice},
	{"notice_received", TopicNotice},
	{"why_declined", TopicDecision},
	{"how_to_complain", TopicDecision},
	{"how_to_counter", TopicCounterNotice},
	{"key_rotation", TopicAccount},
	{"become_partner", TopicPartnership},
	{"your_data", TopicPrivacy},
	{"under_investigation", TopicTechnical},
	{"more_details", TopicOther},
	{"closing", TopicOther},
}

// Ready is an answer that stands ready, in a language.
type Ready struct {
	Key   string `json:"key"`
	Topic string `json:"topic"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

// Canned lists the ready answers of a topic ("" is all) in a language, in which braces name what an inquiry fills in.
func Canned(topic, language string) []Ready {
	out := []Ready{}
	for _, c := range canned {
		if topic == "" || topic == c.topic {
			out = append(out, Ready{c.key, c.topic, message.Text(language, "canned."+c.key+".title", nil), message.Text(language, "canned."+c.key, nil)})
		}
	}
	return out
}

// cannedTopic is the topic of a ready answer; "" when there is no such one.
func cannedTopic(key string) string {
	for _, c := range canned {
		if c.key == key {
			return c.topic
		}
	}
	return ""
}

// ready is a ready answer to the inquiry, in its language.
func (i *Inquiry) ready(key string) string {
	return message.Text(i.Language, "canned."+key, map[string]string{"inquiry": i.ID, "title": i.Title, "case": i.About.Case, "notice": i.About.Notice, "right": i.About.Right})
}
