// Package survey asks holders, notifiers and sellers how the service did: after a case, and each quarter. They give a score from 0 to 10, one for
// each topic that they like, and words; what comes of it is a trend by topic with its uncertainty.
//
// Policy says whom and how often. Nobody is asked twice in a quarter for the same thing: a party, a kind of survey and a quarter are unique in the
// store. Surveys are planned from the event feed behind a cursor, off the way of decisions, and asked when their time has come, if what they are about
// still stands. A party answers with its key, in the portal, or by a signed link; its answer is taken once.
package survey
