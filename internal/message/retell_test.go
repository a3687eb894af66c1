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
		{"de", "The picture could not be downloaded: unreachable: its host name cannot be found; check the spelling",
			"Das Bild konnte nicht geladen werden: nicht erreichbar: sein Rechnername ist nicht zu finden; prüfen Sie die Schreibweise"},
		{"zh", "What the URL delivers could not be read: format not accepted: this is a BMP file; send a JPEG, PNG, GIF or WebP picture",
			"无法读取该网址提供的内容：不接受该格式：这是BMP 文件；请发送 JPEG、PNG、GIF 或 WebP 图片"},
		{"de", "What the URL delivers could not be read: damaged file: the JPEG data are damaged or cut short (invalid JPEG format: bad RST marker); save the picture again and resend it",
			"Was die Adresse liefert, konnte nicht gelesen werden: beschädigte Datei: die JPEG-Daten sind beschädigt oder abgeschnitten (ein technischer Fehler); speichern Sie das Bild neu und senden Sie es noch einmal"},
		{"de", "It could not be read: the file is a program; send a PDF, a JPEG or a PNG.", "Es konnte nicht gelesen werden: die Datei ist ein Programm; senden Sie ein PDF, JPEG oder PNG."},
		{"de", "The picture's text could not be read: ocr: detector: out of memory", "Der Text des Bildes konnte nicht gelesen werden: ein technischer Fehler"},
		{"zh", "the table cannot be read: parse error on line 3, column 7: bare \" in non-quoted field", "无法读取表格：第 3 行第 7 处：未加引号的字段中出现引号"},
		{"de", "A reviewer recorded this likeness as benign: our own print (sup_1).", "Diese Ähnlichkeit wurde als harmlos vermerkt: our own print (sup_1)."},
	} {
		if got := message.Retell(c.language, c.text); got != c.want {
			t.Errorf("%s: %q is %q, want %q", c.language, c.text, got, c.want)
		}
	}
}
