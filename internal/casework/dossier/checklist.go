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

// Results of a check.
const (
	Passed  = "passed"
	Failed  = "failed"  // speaks against verification
	Doubt   = "doubt"   // a person has to look
	Unknown = "unknown" // could not be checked
)

// Checks by their codes, which are also reasons for a rejection.
const (
	CheckNumber      = "number_format"
	CheckDates       = "dates"
	CheckClasses     = "classes"
	CheckTerritory   = "territory"
	CheckRegistrant  = "registrant"
	CheckCertificate = "certificate"
	CheckDuplicate   = "duplicate"
	CheckLookalike   = "look_alike"
	CheckElsewhere   = "registered_elsewhere"
	CheckReferences  = "references"
	CheckPower       = "power_of_attorney"
)

// Check is one point of the checklist.
type Check struct {
	Code     string   `json:"code" enum:"number_format,dates,classes,territory,registrant,certificate,duplicate,look_alike,registered_elsewhere,references,power_of_attorney"`
	State    string   `json:"state" enum:"passed,failed,doubt,unknown"`
	Sentence string   `json:"sentence"`
	See      []string `json:"see,omitempty" doc:"IDs of rights, certificates and powers that it is about"`
}

// RightChecklist is what a reviewer has to know of a right before verifying it.
type RightChecklist struct {
	Right         string            `json:"right_id"`
	State         casework.State    `json:"state"`
	Checks        []Check           `json:"checks"`
	Certificates  []CertificateView `json:"certificates" doc:"without their texts"`
	Lookalikes    []Alike           `json:"look_alikes"`
	Verifications []RightDecision   `json:"verifications" doc:"decisions on it so far, oldest first"`
	At            time.Time         `json:"at"`
}

// Checklist runs every check on a right that the actor may see. Others' rights are named to those who judge alone.
func (d *Dossier) Checklist(ctx context.Context, a casework.Actor, rightID string) (RightChecklist, error) {
	right, err := d.Registry.Right(ctx, a, rightID)
	if err != nil {
		return RightChecklist{}, err
	}
	k := &checker{d: d, ctx: ctx, right: right, now: d.moment(), names: a.SeesAll()}
	if k.holder, err = d.Registry.Holder(ctx, system, right.HolderID); err != nil {
		return RightChecklist{}, err
	}
	out := RightChecklist{Right: right.ID, State: right.EffectiveState(k.now), Certificates: []CertificateView{}, Lookalikes: []Alike{}, Verifications: []RightDecision{}, At: k.now}
	k.office, k.known = office.Find(right.Office)
	for _, check := range []func() error{k.number, k.dates, k.classes, k.territory, k.registrant, k.certificates, k.duplicates, k.references, k.lookalikes, k.power} {
		if err := check(); err != nil {
			return RightChecklist{}, fmt.Errorf("checklist of right %s: %w", rightID, err)
		}
	}
	out.Checks = k.checks
	out.Certificates = append(out.Certificates, k.papers...)
	if k.names {
		out.Lookalikes = append(out.Lookalikes, k.alike...)
	}
	list, err := d.Store.Verifications(ctx, rightID)
	if err != nil {
		return RightChecklist{}, fmt.Errorf("checklist of right %s: %w", rightID, err)
	}
	for _, v := range list {
		out.Verifications = append(out.Verifications, v.For(a))
	}
	return out, nil
}

// checker gathers the checks on one right.
type checker struct {
	d      *Dossier
	ctx    context.Context
	right  casework.Right
	holder casework.Holder
	office *office.Office
	known  bool
	now    time.Time
	names  bool // may name rights of others

	checks []Check
	papers []CertificateView
	alike  []Alike
}

func (k *checker) add(code, state, sentence string, see ...string) {
	k.checks = append(k.checks, Check{code, state, sentence, see})
}

// kind is what offices call the right's type.
func kindOf(t casework.RightType) office.Kind {
	switch t {
	case casework.TrademarkWord, casework.TrademarkFigurative, casework.Trademark3D:
		return office.Mark
	case casework.Design:
		return office.Design
	case casework.Patent:
		return office.Patent
	case casework.UtilityModel:
		return office.Utility
	case casework.GeographicalIndication:
		return office.Origin
	}
	return office.Copyright
}

func (k *checker) number() error {
	r, kind := k.right, kindOf(k.right.Type)
	number := r.RegistrationNumber
	if number == "" {
		number = r.ApplicationNumber
	}
	switch {
	case r.Type == casework.CopyrightUnregistered:
		k.add(CheckNumber, Passed, "An unregistered copyright has no number.")
	case number == "":
		k.add(CheckNumber, Failed, "The form has neither a registration nor an application number.")
	case !k.known || !k.office.Knows(kind):
		k.add(CheckNumber, Unknown, fmt.Sprintf("The form of the numbers of office %q is not known here; compare the number with its register.", r.Office))
	default:
		ok, example := k.office.Fits(kind, number)
		if !ok {
			k.add(CheckNumber, Failed, fmt.Sprintf("The number %s does not have the form of %s, such as %s.", number, k.office.Name, example))
			return nil
		}
		if r.RegistrationNumber == "" {
			k.add(CheckNumber, Doubt, fmt.Sprintf("The number %s has the form of %s; it is an application, and nothing is registered yet.", number, k.office.Name))
			return nil
		}
		k.add(CheckNumber, Passed, fmt.Sprintf("The number %s has the form of %s.", number, k.office.Name))
	}
	return nil
}

func (k *checker) dates() error {
	r := k.right
	var filed, granted time.Time
	if r.FiledOn != nil {
		filed = *r.FiledOn
	}
	if r.GrantedOn != nil {
		granted = *r.GrantedOn
	}
	unregistered := r.Type == casework.CopyrightUnregistered || r.Type == casework.CopyrightRegistered
	switch {
	case filed.After(k.now) || granted.After(k.now):
		k.add(CheckDates, Failed, "The filing or registration date lies in the future.")
	case !r.Until().IsZero() && !k.now.Before(r.Until()):
		k.add(CheckDates, Failed, fmt.Sprintf("The right expired on %s.", r.ExpiresOn.Format(time.DateOnly)))
	case unregistered:
		k.add(CheckDates, Passed, "The dates fit together.")
	case filed.IsZero() && granted.IsZero() || r.ExpiresOn == nil:
		k.add(CheckDates, Doubt, "The form lacks the filing or registration date, or the last day in force; without it nobody is reminded of the renewal.")
	default:
		k.term(filed, granted)
	}
	return nil
}

// term holds the last day against how long such a right can last.
func (k *checker) term(filed, granted time.Time) {
	if k.known {
		if t, ok := k.office.Term(kindOf(k.right.Type)); ok {
			last := t.Last(filed, granted)
			renewal := k.now.AddDate(t.Years+1, 0, 0) // renewed up to a year ahead
			if !last.IsZero() && k.right.ExpiresOn.After(last.AddDate(0, 1, 0)) || t.Renewable && k.right.ExpiresOn.After(renewal) {
				k.add(CheckDates, Failed, fmt.Sprintf("Rights of %s last at most %d years at a time; %s is later than that.", k.office.Name, t.Years, k.right.ExpiresOn.Format(time.DateOnly)))
				return
			}
		}
	}
	k.add(CheckDates, Passed, "The dates fit together.")
}

func (k *checker) classes() error {
	r := k.right
	switch kind := kindOf(r.Type); {
	case kind == office.Mark && len(r.Nice) == 0:
		k.add(CheckClasses, Failed, "The form names no Nice class; without one nobody can say which goods the mark covers.")
	case kind == office.Design && len(r.Locarno) == 0:
		k.add(CheckClasses, Doubt, "The form names no Locarno class.")
	case r.Type == casework.TrademarkFigurative && len(r.Vienna) == 0:
		k.add(CheckClasses, Doubt, "The form names no Vienna code for the figure.")
	default:
		k.add(CheckClasses, Passed, "The classes are of the classification of such rights.")
	}
	return nil
}

// territory holds where the right is said to hold against where its office registers for.
func (k *checker) territory() error {
	if !k.known || len(k.office.Territories) == 0 {
		k.add(CheckTerritory, Unknown, "The territories have to be compared with the register: the office registers for those that were designated.")
		return nil
	}
	within := casework.IndexTerritories(k.office.Territories)
	for _, t := range k.right.Territories {
		if t == casework.Worldwide || !slices.Contains(within, t) {
			k.add(CheckTerritory, Failed, fmt.Sprintf("The form claims %s; %s registers for %s.", t, k.office.Name, strings.Join(k.office.Territories, ", ")))
			return nil
		}
	}
	k.add(CheckTerritory, Passed, fmt.Sprintf("The territories are those of %s.", k.office.Name))
	return nil
}

func (k *checker) registrant() error {
	r := k.right
	switch {
	case r.Registrant == "":
		k.add(CheckRegistrant, Doubt, fmt.Sprintf("The form names no registrant; the register should name %s.", k.holder.LegalName))
	case fold(r.Registrant) == fold(k.holder.LegalName):
		k.add(CheckRegistrant, Passed, "The registrant is the holder.")
	case namesAgree(r.Registrant, k.holder.LegalName):
		k.add(CheckRegistrant, Passed, fmt.Sprintf("The registrant %q and the holder %q differ in their form alone.", r.Registrant, k.holder.LegalName))
	default:
		k.add(CheckRegistrant, Failed, fmt.Sprintf("The registrant is %q, the holder %q; an assignment or licence has to show why.", r.Registrant, k.holder.LegalName))
	}
	return nil
}
