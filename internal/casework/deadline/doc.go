// Package deadline reckons when something is due: in hours, days, working days or months, by the calendar of a territory, with
// clocks that stop while somebody else has to answer.
//
// It is pure: times come in and go out, nothing here reads a clock. The lengths are data of internal/policy, the calendars are data of
// this package. Watch guards those who do read a clock against one that jumps.
//
// Days are reckoned as Regulation (EEC, Euratom) 1182/71 does: the day of the event does not count, the last day counts to its end.
package deadline
