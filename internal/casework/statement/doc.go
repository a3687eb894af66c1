// Package statement writes what the Digital Services Act (Regulation (EU) 2022/2065) asks of a platform that restricts something: the
// statement of reasons to the seller (art. 17), the record for the Commission's transparency database (art. 24(5)), with the rules
// that the database checks, batches of such records with their state of submission, and the transparency report (art. 15, 24, 42).
//
// The package is pure: facts go in; texts, records and tables come out.
package statement
