// Package docket is the spine of casework: notices, the cases that they and proactive detection open, the queues in which cases
// wait, the decisions on them, complaints against decisions, and what marketplaces were told to do.
//
// A Case is one listing and one right. Its state changes by the methods of case_*.go alone, which know no clock and no storage;
// Docket is the use cases around them: who may, in which transaction, what is told to whom. Whatever a use case changes (case,
// decision, event, audit row, job) commits in one transaction of the Store, or not at all.
//
//	open ─decide→ decided ─contest→ contested ─decide→ upheld | reinstated | decided (reversed) ─after the time for complaints→ closed
//	  │ clarify→ awaiting_clarification ─answer→ open
//	  └ decide, where policy wants four eyes → second_opinion ─agree→ decided, ─disagree→ open (hard queue)
//
// What waits in a queue is worked on under a Claim, a lease that ends by itself. A decision can be undone for a while; the case then
// is as it was before. Every deadline of a case is in the case itself (Alarm), so that none can be lost beside it.
package docket
