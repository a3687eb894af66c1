package message_test

import (
	"testing"

	"touchstone/internal/message"
)

// TestRetell: a sentence comes back in another language with what it was filled with, and what people wrote stays as it is.
func TestRetell(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"en", "The dates fit together.", "The dates fit together."},
		{"de", "The dates fit together.", "Die Daten passen zusammen."},
		{"zh", "The number 018 has the form of EUIPO.", "编号 018 符合 EUIPO 的格式。"},
		{"de", "The number 018 has the form of EUIPO; it is an application, and nothing is registered yet.", "Die Nummer 018 hat die Form von EUIPO; es ist eine Anmeldung, eingetragen ist noch nichts."},
		{"de", "The form says 7 as the number; the certificate shows 8. Correct the form or file the right certificate first.",
			"Das Formular nennt als Nummer 7; die Urkunde zeigt 8. Berichtigen Sie erst das Formular oder reichen Sie die richtige Urkunde ein."},
		{"de", "The agent {name} acts under a power of attorney in force.", "Der Vertreter {name} handelt mit einer gültigen Vollmacht."},
		{"de", "The dates fit together. I think.", "The dates fit together. I think."},
		{"de", "", ""},
	} {
		if got := message.Retell(c.language, c.text); got != c.want {
			t.Errorf("%s: %q is %q, want %q", c.language, c.text, got, c.want)
		}
	}
}
