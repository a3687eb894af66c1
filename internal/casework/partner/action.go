package partner

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"touchstone/internal/casework"
)

// Kinds of action.
const (
	ActionJoint      = "joint_action" // a sweep, a raid, a series of test buys
	ActionLitigation = "litigation"
	ActionCriminal   = "criminal_case" // an investigation or prosecution
	ActionBorder     = "border_measure"
)

// ActionKinds lists them.
func ActionKinds() []string {
	return []string{ActionJoint, ActionLitigation, ActionCriminal, ActionBorder}
}

// States of an action. Courts have more of them than raids.
const (
	ActionPlanned   = "planned"
	ActionRunning   = "running"
	ActionFiled     = "filed"   // with a court or authority
	ActionPending   = "pending" // before it
	ActionDecided   = "decided"
	ActionAppealed  = "appealed"
	ActionConcluded = "concluded"
	ActionAbandoned = "abandoned"
)

// ActionStates lists them.
func ActionStates() []string {
	return []string{ActionPlanned, ActionRunning, ActionFiled, ActionPending, ActionDecided, ActionAppealed, ActionConcluded, ActionAbandoned}
}

// steps are the states that may follow a state: of what goes before a court or authority, and of what partners do by themselves. What is concluded or
// abandoned can be taken up again.
var (
	courtSteps = map[string][]string{
		ActionPlanned:   {ActionFiled, ActionAbandoned},
		ActionFiled:     {ActionPending, ActionDecided, ActionConcluded, ActionAbandoned},
		ActionPending:   {ActionDecided, ActionConcluded, ActionAbandoned},
		ActionDecided:   {ActionAppealed, ActionConcluded},
		ActionAppealed:  {ActionPending, ActionDecided, ActionConcluded, ActionAbandoned},
		ActionConcluded: {ActionPending},
		ActionAbandoned: {ActionPlanned},
	}
	ownSteps = map[string][]string{
		ActionPlanned:   {ActionRunning, ActionAbandoned},
		ActionRunning:   {ActionConcluded, ActionAbandoned},
		ActionConcluded: {ActionRunning},
		ActionAbandoned: {ActionPlanned},
	}
)

// Parts that a partner takes in an action.
const (
	PartLead     = "lead"
	PartMember   = "member"
	PartObserver = "observer" // reads
)

// Bounds of an action.
const (
	maxSummary   = 5000
	maxParts     = 100
	maxRights    = 200
	maxCases     = 500
	maxRings     = 100
	maxDocuments = 200
	maxEntries   = 2000
)

// ActionPart is a partner's part in an action. One that has left sees nothing of it any more.
type ActionPart struct {
	Partner string     `json:"partner_id"`
	Name    string     `json:"name"`
	As      string     `json:"as" enum:"lead,member,observer"`
	Since   time.Time  `json:"since"`
	Until   *time.Time `json:"until,omitempty"`
}

// RightLink is a right that an action is about, with what agreements are held against.
type RightLink struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Holder      string   `json:"holder_id"`
	Territories []string `json:"territories"`
}

// CaseLink is a case that it is about.
type CaseLink struct {
	ID          string   `json:"id"`
	Right       string   `json:"right_id"`
	Holder      string   `json:"holder_id"`
	Marketplace string   `json:"marketplace"`
	Territories []string `json:"territories"`
}

func (l RightLink) subject() Subject {
	return Subject{Right: l.ID, Holder: l.Holder, Territories: l.Territories}
}

func (l CaseLink) subject() Subject {
	return Subject{Right: l.Right, Holder: l.Holder, Marketplace: l.Marketplace, Territories: l.Territories}
}

// Exhibit is a document of an action, kept by hash.
type Exhibit struct {
	Hash string    `json:"hash" doc:"SHA-256"`
	Name string    `json:"name"`
	Type string    `json:"media_type"`
	Size int       `json:"size"`
	By   string    `json:"by" doc:"partner that added it, or desk"`
	At   time.Time `json:"at"`
	// Account that sent the file: the row under which its bytes are found.
	Account string `json:"account,omitempty"`
}

// Action is something that partners do together, or a file of litigation, whole: what a partner is told of it is what tell leaves.
type Action struct {
	ID        string       `json:"id"`
	Kind      string       `json:"kind" enum:"joint_action,litigation,criminal_case,border_measure"`
	State     string       `json:"state" enum:"planned,running,filed,pending,decided,appealed,concluded,abandoned"`
	Title     string       `json:"title,omitempty"`
	Summary   string       `json:"summary,omitempty"`
	Authority string       `json:"authority,omitempty" doc:"court or authority"`
	Reference string       `json:"reference,omitempty" doc:"its number of the file"`
	Outcome   string       `json:"outcome,omitempty"`
	Partners  []ActionPart `json:"partners,omitempty"`
	Rights    []RightLink  `json:"rights,omitempty"`
	Cases     []CaseLink   `json:"cases,omitempty"`
	Rings     []string     `json:"rings,omitempty"`
	Documents []Exhibit    `json:"documents,omitempty"`
	Entries   int          `json:"entries,omitempty" doc:"how many there are"`
	Own       string       `json:"own_part,omitempty" enum:"lead,member,observer" doc:"how the partner that asks takes part; the desk is told none"`
	OpenedAt  time.Time    `json:"opened_at"`
	UpdatedAt time.Time    `json:"updated_at"`

	Account string `json:"-"`
	Request string `json:"-"`
	Version int64  `json:"-"`
}

// ActionEntry is what happened in an action: what, when, who, with what outcome. Entries are never changed.
type ActionEntry struct {
	ID         string    `json:"id"`
	Action     string    `json:"action_id"`
	At         time.Time `json:"at" doc:"when it happened"`
	What       string    `json:"what"`
	Who        string    `json:"who,omitempty"`
	Outcome    string    `json:"outcome,omitempty"`
	State      string    `json:"state,omitempty" doc:"that it brought the action into"`
	Internal   bool      `json:"internal,omitempty" doc:"for the desk alone"`
	About      Field     `json:"about,omitempty" doc:"field that it also tells of: it is shown to those alone who are told that"`
	By         string    `json:"by" doc:"partner that recorded it, or desk"`
	Person     string    `json:"person,omitempty" doc:"shown to operators"`
	RecordedAt time.Time `json:"recorded_at"`
}

// part of a partner that it takes now.
func (x Action) part(partner string) (ActionPart, bool) {
	for _, p := range x.Partners {
		if p.Partner == partner && p.Until == nil {
			return p, true
		}
	}
	return ActionPart{}, false
}

// open tells whether there is still something to do.
func (x Action) open() bool { return x.State != ActionConcluded && x.State != ActionAbandoned }

// Takes tells whether who was told of the action may add to it: the desk, or a partner that does not merely observe, while it is open.
func (x Action) Takes() bool { return x.open() && x.Own != PartObserver }

// Next lists the states that may follow.
func (x Action) Next() []string {
	if x.Kind == ActionJoint {
		return ownSteps[x.State]
	}
	return courtSteps[x.State]
}

// move brings the action into another state.
func (x *Action) move(to string) error {
	if !slices.Contains(x.Next(), to) {
		return fmt.Errorf("%w: action %s is %s; from there it can become %s", casework.ErrConflict, x.ID, x.State, strings.Join(x.Next(), " or "))
	}
	x.State = to
	return nil
}

func (x Action) validate() error {
	var f casework.Faults
	f.One("kind", x.Kind, ActionKinds())
	f.Text("title", strings.TrimSpace(x.Title), 3, maxTitle)
	f.Text("summary", x.Summary, 0, maxSummary)
	f.Text("authority", x.Authority, 0, maxName)
	f.Text("reference", x.Reference, 0, maxName)
	return f.Err()
}

func (e ActionEntry) validate(now time.Time) error {
	var f casework.Faults
	f.Text("what", strings.TrimSpace(e.What), 3, maxText)
	f.Text("who", e.Who, 0, maxName)
	f.Text("outcome", e.Outcome, 0, maxText)
	f.Check(!e.At.After(now.AddDate(0, 0, 1)), "at", "lies ahead; an entry tells what has happened")
	return f.Err()
}

// tell copies what a partner is told: by its fields, and only what lies within its agreement.
func (x Action) tell(t told, g Agreement, own string) Action {
	out := Action{ID: x.ID, Kind: x.Kind, State: x.State, OpenedAt: x.OpenedAt, UpdatedAt: x.UpdatedAt}
	if part, there := x.part(own); there {
		out.Own = part.As
	}
	if t[ActionTitle] {
		out.Title, out.Summary = x.Title, x.Summary
	}
	if t[ActionAuthority] {
		out.Authority, out.Reference = x.Authority, x.Reference
	}
	if t[ActionOutcome] {
		out.Outcome = x.Outcome
	}
	if t[ActionPartners] {
		out.Partners = x.Partners
	}
	if t[ActionRights] {
		out.Rights = within(x.Rights, func(l RightLink) bool { return g.Covers(l.subject()) })
	}
	if t[ActionCases] {
		out.Cases = within(x.Cases, func(l CaseLink) bool { return g.Covers(l.subject()) })
	}
	if t[ActionRings] {
		out.Rings = x.Rings
	}
	if t[ActionDocuments] {
		for _, d := range x.Documents {
			d.Account, d.By = "", writer(d.By, own, t)
			out.Documents = append(out.Documents, d)
		}
	}
	if t[ActionEntries] {
		out.Entries = x.Entries
	}
	return out
}

func within[T any](list []T, covered func(T) bool) (out []T) {
	for _, v := range list {
		if covered(v) {
			out = append(out, v)
		}
	}
	return out
}

// writer is who wrote something, as a partner is told that knows itself, and others only where it is told who takes part.
func writer(by, own string, t told) string {
	if by == desk || by == own || t[ActionPartners] {
		return by
	}
	return "partner"
}

// tell copies an entry for a partner; ok is false for one that it is not told.
func (e ActionEntry) tell(t told, own string) (out ActionEntry, ok bool) {
	if !t[ActionEntries] || e.Internal || e.About != "" && !t[e.About] {
		return ActionEntry{}, false
	}
	out = e
	out.Person, out.About, out.By = "", "", writer(e.By, own, t)
	if !t[ActionOutcome] {
		out.Outcome = ""
	}
	return out, true
}
