package dossier

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/office"
)

// What a certificate says of a field of the form.
const (
	Matches    = "match"
	Mismatches = "mismatch"  // it says something else
	NotShown   = "not_shown" // it says nothing that could be made out
)

// FieldMatch is a field of the form, held against a certificate.
type FieldMatch struct {
	Field    string `json:"field" enum:"registration_number,application_number,name,registrant,nice,locarno,filed_on,granted_on,expires_on"`
	State    string `json:"state" enum:"match,mismatch,not_shown"`
	Form     string `json:"form"`
	Found    string `json:"found,omitempty"`
	Sentence string `json:"sentence"`
}

// Against is what the certificates of a right say otherwise than its form, a sentence each; nothing of those that are not read yet.
func (d *Dossier) Against(ctx context.Context, a casework.Actor, rightID string) ([]string, error) {
	right, err := d.Registry.Right(ctx, a, rightID)
	if err != nil {
		return nil, err
	}
	list, err := d.Store.Certificates(ctx, rightID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	holder, err := d.Registry.Holder(ctx, system, right.HolderID)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, c := range list {
		if c.State != TextRead {
			continue
		}
		text, err := d.Store.CertificateText(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		for _, m := range Compare(right, holder, text) {
			if m.State == Mismatches && !slices.Contains(out, m.Sentence) {
				out = append(out, m.Sentence)
			}
		}
	}
	return out, nil
}

// Compare holds the fields of a right's form against the text of one certificate. A value that is somewhere in the text matches; what
// stands beside a label of the field and is another value is a mismatch; otherwise the certificate does not show the field.
func Compare(r casework.Right, h casework.Holder, text string) []FieldMatch {
	p := newPage(text)
	var out []FieldMatch
	add := func(field, form, state, found string) {
		if form != "" && state != "" {
			out = append(out, FieldMatch{field, state, form, found, sentence(field, form, state, found)})
		}
	}
	state, found := p.number(r.RegistrationNumber, labelRegistration)
	add("registration_number", r.RegistrationNumber, state, found)
	state, found = p.number(r.ApplicationNumber, labelApplication)
	add("application_number", r.ApplicationNumber, state, found)
	if r.Kind() == casework.KindWord { // of other rights the name is the holder's own label
		state = NotShown
		if strings.Contains(p.folded, fold(r.Name)) {
			state = Matches
		}
		add("name", r.Name, state, "")
	}
	registrant := r.Registrant
	if registrant == "" {
		registrant = h.LegalName
	}
	state, found = p.party(registrant)
	add("registrant", registrant, state, found)
	state, found = p.classes(r.Nice)
	add("nice", strings.Join(r.Nice, ", "), state, found)
	state, found = p.locarno(r.Locarno)
	add("locarno", strings.Join(r.Locarno, ", "), state, found)
	for _, d := range []struct {
		field string
		form  *time.Time
		label []string
	}{{"filed_on", r.FiledOn, labelFiled}, {"granted_on", r.GrantedOn, labelGranted}, {"expires_on", r.ExpiresOn, labelExpires}} {
		if d.form != nil {
			state, found = p.date(*d.form, d.label)
			add(d.field, d.form.UTC().Format(time.DateOnly), state, found)
		}
	}
	return out
}

var fieldNames = map[string]string{"registration_number": "number", "application_number": "application number", "name": "mark", "registrant": "owner", "nice": "classes",
	"locarno": "Locarno classes", "filed_on": "filing date", "granted_on": "registration date", "expires_on": "expiry date"}

func sentence(field, form, state, found string) string {
	name := fieldNames[field]
	switch state {
	case Matches:
		return fmt.Sprintf("The %s of the form, %s, is on the certificate.", name, form)
	case Mismatches:
		return fmt.Sprintf("The form says %s as the %s; the certificate shows %s.", form, name, found)
	}
	return fmt.Sprintf("The %s of the form, %s, could not be made out on the certificate.", name, form)
}

// Labels as certificates of the offices print them, folded.
var (
	labelRegistration = []string{"registration no", "registration number", "reg no", "reg. no", "certificate no", "patent no", "design no", "registernummer", "registernr", "numero d'enregistrement", "n° d'enregistrement", "注册号", "登録番号", "商标注册号", "专利号", "등록번호"}
	labelApplication  = []string{"application no", "application number", "serial no", "filing no", "filing number", "aktenzeichen", "numero de depot", "申请号", "出願番号", "출원번호"}
	labelParty        = []string{"owner", "holder", "proprietor", "registrant", "applicant", "inhaber", "titulaire", "deposant", "注册人", "权利人", "申请人", "专利权人", "権利者", "商標権者", "권리자", "출원인"}
	labelClass        = []string{"class", "classes", "nice class", "nice classes", "international class", "int cl", "int. cl", "klasse", "klassen", "classe", "国际分类", "类别", "商品及び役務の区分", "류"}
	labelFiled        = []string{"filing date", "date of filing", "filed", "application date", "date of application", "anmeldetag", "date de depot", "申请日", "申请日期", "出願日", "출원일"}
	labelGranted      = []string{"registration date", "date of registration", "registered on", "registered", "date of grant", "tag der eintragung", "eintragungstag", "date d'enregistrement", "注册日期", "授权公告日", "登録日", "등록일"}
	labelExpires      = []string{"expiry date", "expiration date", "date of expiry", "expires", "valid until", "renewal due", "due date", "schutzendedatum", "date d'expiration", "有效期至", "存続期間満了日", "존속기간만료일"}
)

// number looks for a number of the form, whole, however it is spaced.
func (p page) number(form string, label []string) (state, found string) {
	want := office.Normalise(form)
	if want == "" {
		return "", ""
	}
	if p.numbers[want] || digits(want) > 0 && (p.numbers[strings.TrimLeft(want, "0")] || p.numbers[bare(want)]) {
		return Matches, ""
	}
	for _, value := range p.beside(label) {
		for _, token := range strings.Fields(value) {
			if digits(token) >= 5 && !dated(token) {
				_, behind, _ := strings.Cut(value, token)
				return Mismatches, strings.Trim(token+behind, " .:;") // as it stands, to the line's end
			}
		}
	}
	return NotShown, ""
}

// party looks for the owner of the form.
func (p page) party(form string) (state, found string) {
	want := letters(form)
	if want == "" {
		return "", ""
	}
	if strings.Contains(p.letters, want) {
		return Matches, ""
	}
	for _, value := range p.beside(labelParty) {
		if shown := letters(value); len(shown) > 2 {
			if namesAgree(form, value) {
				return Matches, value
			}
			return Mismatches, value
		}
	}
	return NotShown, ""
}

// classes looks for the Nice classes of the form beside a label; more on the certificate than on the form is no fault.
func (p page) classes(form []string) (state, found string) {
	if len(form) == 0 {
		return "", ""
	}
	var shown []string
	for _, value := range p.beside(labelClass) {
		shown = append(shown, leadingClasses(value)...)
	}
	return held(form, shown)
}

func (p page) locarno(form []string) (state, found string) {
	if len(form) == 0 {
		return "", ""
	}
	return held(form, locarnoForm.FindAllString(p.text, -1))
}

// held tells whether all of the form is among what is shown.
func held(form, shown []string) (state, found string) {
	if len(shown) == 0 {
		return NotShown, ""
	}
	for _, c := range form {
		if !slices.Contains(shown, c) {
			slices.Sort(shown)
			return Mismatches, strings.Join(slices.Compact(shown), ", ")
		}
	}
	return Matches, ""
}

// date looks for a day of the form.
func (p page) date(form time.Time, label []string) (state, found string) {
	want := form.UTC().Format(time.DateOnly)
	for _, value := range p.beside(label) {
		if days := datesIn(value); len(days) > 0 && !slices.Contains(days, want) {
			return Mismatches, days[0]
		} else if len(days) > 0 {
			return Matches, ""
		}
	}
	if slices.Contains(p.dates, want) {
		return Matches, ""
	}
	return NotShown, ""
}
