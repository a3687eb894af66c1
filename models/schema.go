package models

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed manifest.schema.json
var schemaJSON []byte

// Schema gives the published JSON schema of a manifest (draft 2020-12).
func Schema() json.RawMessage { return bytes.Clone(schemaJSON) }

// schemas compiles the schemas on first use; they are part of the program, so
// a failure is a defect that the tests find.
var schemas = sync.OnceValue(func() (set struct{ manifest, golden *jsonschema.Schema }) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schemaJSON))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("manifest.schema.json", doc); err != nil {
		panic(err)
	}
	set.manifest = c.MustCompile("manifest.schema.json")
	set.golden = c.MustCompile("manifest.schema.json#/$defs/goldens")
	return set
})

// holdAgainst reports each place where the JSON value breaks the schema.
func holdAgainst(s *jsonschema.Schema, value any, file string) error {
	err := s.Validate(value)
	if err == nil {
		return nil
	}
	var broken *jsonschema.ValidationError
	if !errors.As(err, &broken) {
		return &Error{Kind: KindField, File: file, Message: err.Error(), Err: err}
	}
	var found faults
	seen := map[string]bool{}
	leaves(broken, func(leaf *jsonschema.ValidationError) {
		field, sentence := place(leaf.InstanceLocation), sentence(leaf.ErrorKind)
		if key := field + sentence; !seen[key] {
			seen[key] = true
			found.add(KindField, file, field, "%s", sentence)
		}
	})
	return found.err()
}

// leaves calls fn for the errors that have no finer causes.
func leaves(e *jsonschema.ValidationError, fn func(*jsonschema.ValidationError)) {
	if len(e.Causes) == 0 {
		fn(e)
	}
	for _, c := range e.Causes {
		leaves(c, fn)
	}
}

// place writes a JSON pointer the way people write paths: models[0].input.
func place(tokens []string) string {
	var b strings.Builder
	for _, t := range tokens {
		if _, err := strconv.Atoi(t); err == nil {
			fmt.Fprintf(&b, "[%s]", t)
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(t)
	}
	return b.String()
}

var english = message.NewPrinter(language.BritishEnglish)

// sentence says what a schema error means and what to do about it.
func sentence(k jsonschema.ErrorKind) string {
	switch k := k.(type) {
	case *kind.AdditionalProperties:
		return fmt.Sprintf("unknown field %s; remove it, or correct its spelling", quoted(k.Properties))
	case *kind.Required:
		return fmt.Sprintf("field %s is required; add it", quoted(k.Missing))
	case *kind.Pattern:
		return fmt.Sprintf("%q does not match %s; change it", k.Got, k.Want)
	case *kind.Type:
		return fmt.Sprintf("is %s, want %s; correct it", k.Got, strings.Join(k.Want, " or "))
	}
	return k.LocalizedString(english) + "; correct it"
}

func quoted(names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strconv.Quote(n)
	}
	return strings.Join(out, ", ")
}
