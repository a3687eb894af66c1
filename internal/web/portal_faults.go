package web

import (
	"errors"
	"regexp"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/intake"
)

// faultForms are the forms in which use cases say what is wrong with a field, with the message of each and the names of what it says.
var faultForms = []struct {
	form  *regexp.Regexp
	key   string
	names []string
}{
	{regexp.MustCompile(`^must have (\d+) to (\d+) characters, not (\d+)$`), "length", []string{"least", "most", "now"}},
	{regexp.MustCompile(`^must have (\d+) to (\d+) listings, not (\d+)$`), "listings", []string{"least", "most", "now"}},
	{regexp.MustCompile(`^must be one of `), "one", nil},
	{regexp.MustCompile(`^must (?:be valid UTF-8|not contain control characters)$`), "characters", nil},
	{regexp.MustCompile(`^must be one e-mail address`), "email", nil},
	{regexp.MustCompile(`^must be true:`), "declare", nil},
	{regexp.MustCompile(`^must be an ISO 3166 country code`), "country", nil},
	{regexp.MustCompile(`^needs at least one ISO 3166 code`), "territories", nil},
	{regexp.MustCompile(`^must be (?:0 to|a score)`), "score", nil},
	{regexp.MustCompile(`^must be a day that is past`), "past", nil},
	{regexp.MustCompile(`^must not be before `), "order", nil},
	{regexp.MustCompile(`^must lie between the years`), "year", nil},
	{regexp.MustCompile(`^must be a web address`), "address", nil},
	{regexp.MustCompile(`^is the same listing as`), "twice", nil},
	{regexp.MustCompile(`^is there twice`), "twice", nil},
	{regexp.MustCompile(`^classes belong to`), "classes", nil},
	{regexp.MustCompile(`^names nothing that is yours`), "yours", nil},
	{regexp.MustCompile(`^(?:needs|is needed|must not be empty)`), "needed", nil},
}

// fieldIndex is the place of an element in a path such as items[2].url.
var fieldIndex = regexp.MustCompile(`\[(\d+)\]`)

// fieldFault says what is wrong with a field in the page's language. English keeps the sentence of the use case, which knows most.
func (f frame) fieldFault(e casework.FieldError) string {
	name := fieldIndex.ReplaceAllString(e.Path, "")
	label := f.Or("page.field."+name, name)
	if m := fieldIndex.FindStringSubmatch(e.Path); m != nil {
		label += " (" + e.Path + ")"
	}
	for _, form := range faultForms {
		m := form.form.FindStringSubmatch(e.Message)
		if m == nil {
			continue
		}
		values := []any{"field", label}
		for i, n := range form.names {
			values = append(values, n, m[i+1])
		}
		return f.T("page.fault."+form.key, values...)
	}
	if told := f.Told(e.Message); f.Language == "en" || told != e.Message {
		return label + ": " + told
	}
	return f.T("page.fault.other", "field", label)
}

// faultOf is what of an error the person can mend, in their language; "" for others.
func (f frame) faultOf(err error) string {
	var invalid *casework.ValidationError
	var input *intake.InputError
	switch {
	case errors.As(err, &invalid):
		list := make([]string, len(invalid.Fields))
		for i, e := range invalid.Fields {
			list[i] = f.fieldFault(e)
		}
		return strings.Join(list, "\n")
	case errors.As(err, &input):
		if f.Language == "en" {
			return input.Message
		}
		if told := f.Told(input.Message); told != input.Message {
			return told
		}
		return f.T("page.fault.file")
	case errors.Is(err, casework.ErrConflict):
		if f.Language == "en" {
			_, text, _ := strings.Cut(err.Error(), casework.ErrConflict.Error()+": ")
			return text
		}
		return f.T("page.fault.conflict")
	}
	return ""
}
