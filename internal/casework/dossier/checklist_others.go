package dossier

import (
	"fmt"
	"slices"
	"strings"

	"touchstone/internal/casework"
	"touchstone/internal/casework/office"
)

// certificates holds the papers against the form: one that says something else fails the check, and none at all does.
func (k *checker) certificates() error {
	list, err := k.d.Store.Certificates(k.ctx, k.right.ID)
	if err != nil {
		return err
	}
	var wrong, ids []string
	shown, waiting, unread := map[string]bool{}, false, 0
	for _, c := range list {
		ids = append(ids, c.ID)
		view := CertificateView{Certificate: c, Matches: []FieldMatch{}}
		switch c.State {
		case TextWaiting:
			waiting = true
		case TextUnread:
			unread++
		case TextRead:
			text, err := k.d.Store.CertificateText(k.ctx, c.ID)
			if err != nil {
				return err
			}
			view.Matches = append(view.Matches, Compare(k.right, k.holder, text)...)
		}
		for _, m := range view.Matches {
			shown[m.Field] = shown[m.Field] || m.State == Matches
			if m.State == Mismatches {
				wrong = append(wrong, m.Sentence)
			}
		}
		k.papers = append(k.papers, view)
	}
	needed := k.right.RegistrationNumber != "" || k.right.ApplicationNumber != ""
	switch {
	case len(list) == 0 && k.right.Type == casework.CopyrightUnregistered:
		k.add(CheckCertificate, Doubt, "No paper shows the authorship; an unregistered copyright rests on what its holder says.")
	case len(list) == 0:
		k.add(CheckCertificate, Failed, "No certificate was filed.")
	case waiting:
		k.add(CheckCertificate, Unknown, "A certificate is being read; look again in a moment.", ids...)
	case len(wrong) > 0:
		k.add(CheckCertificate, Failed, strings.Join(wrong, " "), ids...)
	case unread == len(list):
		k.add(CheckCertificate, Unknown, "The certificates could not be read by machine: compare them with the form.", ids...)
	case needed && !shown["registration_number"] && !shown["application_number"]:
		k.add(CheckCertificate, Doubt, "No certificate shows the number of the form: compare them with it.", ids...)
	default:
		k.add(CheckCertificate, Passed, "The certificates show the number of the form, and nothing on them speaks against it.", ids...)
	}
	return nil
}

// duplicates looks for the same registration elsewhere.
func (k *checker) duplicates() error {
	var numbers []string
	for _, n := range []string{k.right.RegistrationNumber, k.right.ApplicationNumber} {
		if n = office.Normalise(n); n != "" {
			numbers = append(numbers, n)
		}
	}
	var same, claimed []string
	if len(numbers) > 0 {
		list, err := k.d.Store.RightsNumbered(k.ctx, numbers)
		if err != nil {
			return err
		}
		for _, o := range list {
			switch {
			case o.ID == k.right.ID || o.State == casework.StateRejected || kindOf(o.Type) != kindOf(k.right.Type) || !sameOffice(o.Office, k.right.Office):
			case o.HolderID == k.right.HolderID:
				same = append(same, o.ID)
			default:
				claimed = append(claimed, o.ID)
			}
		}
	}
	switch {
	case len(claimed) > 0:
		k.add(CheckDuplicate, Failed, fmt.Sprintf("Another holder has registered the same number here (%d): one of them claims a right that it does not hold, or is its agent.", len(claimed)), k.named(claimed)...)
	case len(same) > 0:
		k.add(CheckDuplicate, Doubt, "The holder has registered the same number before.", same...)
	default:
		k.add(CheckDuplicate, Passed, "Nobody else has registered this number here.")
	}
	return nil
}

func sameOffice(a, b string) bool {
	x, okA := office.Find(a)
	y, okB := office.Find(b)
	return okA && okB && x == y || strings.EqualFold(a, b)
}

// named are IDs of rights of others, to those who may know them.
func (k *checker) named(ids []string) []string {
	if !k.names {
		return nil
	}
	return ids
}

// references looks whether there are any to search with, and whether somebody else has registered the same picture.
func (k *checker) references() error {
	views, err := k.d.Registry.Snapshot(k.ctx, []string{k.right.ID})
	if err != nil {
		return err
	}
	refs := views[k.right.ID].References
	word := k.right.Kind() == casework.KindWord
	switch {
	case len(refs) == 0:
		k.add(CheckReferences, Failed, "The right has no reference: nothing is searched for it.")
	case !word && !slices.ContainsFunc(refs, func(r casework.Reference) bool { return r.Kind == casework.ReferenceImage }):
		k.add(CheckReferences, Failed, "The right is seen, not read, and has no picture as a reference.")
	case word && !slices.ContainsFunc(refs, func(r casework.Reference) bool { return r.Kind == casework.ReferenceWord }):
		k.add(CheckReferences, Doubt, "The word itself is not among the references.")
	default:
		k.add(CheckReferences, Passed, fmt.Sprintf("It is searched with %d references.", len(refs)))
	}
	shown, err := k.d.Store.RightsShowing(k.ctx, k.right.ID)
	if err != nil {
		return err
	}
	var others []string
	for holder, rights := range shown {
		if holder != k.right.HolderID {
			others = append(others, rights...)
		}
	}
	slices.Sort(others)
	if len(others) > 0 {
		k.add(CheckElsewhere, Failed, fmt.Sprintf("Another holder has registered exactly the same picture (%d rights).", len(others)), k.named(others)...)
		return nil
	}
	k.add(CheckElsewhere, Passed, "None of its pictures is registered by somebody else.")
	return nil
}

// lookalikes looks for rights of others that this one resembles, by words and by vectors.
func (k *checker) lookalikes() error {
	if k.d.Likeness == nil {
		k.add(CheckLookalike, Unknown, "Nothing compares it with rights of others here.")
		return nil
	}
	found, unchecked, err := k.d.Likeness.Alike(k.ctx, k.right.ID)
	if err != nil {
		return err
	}
	k.alike = found
	var ids []string
	for _, f := range found {
		if !slices.Contains(ids, f.Right) {
			ids = append(ids, f.Right)
		}
	}
	switch {
	case len(ids) > 0:
		k.add(CheckLookalike, Doubt, fmt.Sprintf("It resembles rights of other holders (%d).", len(ids)), k.named(ids)...)
	case unchecked != "":
		k.add(CheckLookalike, Unknown, unchecked)
	default:
		k.add(CheckLookalike, Passed, "It resembles no right of another holder.")
	}
	return nil
}

// power looks whether an agent who keeps the holder has a power of attorney in force.
func (k *checker) power() error {
	list, err := k.d.Store.Powers(k.ctx, PowerQuery{Holder: k.right.HolderID, Limit: mostPowers})
	if err != nil || len(list) == 0 {
		return err
	}
	var ids []string
	state, says := Failed, "No power of attorney that was filed for the holder is in force."
	for _, p := range list {
		ids = append(ids, p.ID)
		switch {
		case p.InForce(k.now):
			state, says = Passed, fmt.Sprintf("The agent %s acts under a power of attorney in force.", p.Agent)
		case p.State == PowerPending && state == Failed:
			state, says = Doubt, "A power of attorney waits for a decision."
		}
	}
	if state == Failed && !slices.ContainsFunc(list, func(p Power) bool { return p.Agent == k.right.Account }) {
		return nil // powers to others that ended say nothing of a right that the holder keeps itself
	}
	k.add(CheckPower, state, says, ids...)
	return nil
}
