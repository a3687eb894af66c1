// Package casework keeps the registry of rights: who holds them, what they
// look like (references), who may sell under them (authorised sellers) and on
// which marketplaces.
//
// Registry is the entry point. It checks every field of what it is given and
// reports all faults at once (*ValidationError), applies ownership (Actor) and
// leaves persistence to a Store, which internal/store implements. Nothing here
// knows of HTTP: an Actor is plain strings.
//
// Times are stored in UTC with microsecond resolution; dates are times at
// midnight UTC, and a right is in force until the end of its ExpiresOn day.
package casework
