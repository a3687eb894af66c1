// Package partner is who works with the desk against copyists from outside of it: brands, alliances of them, police, customs, courts. Each is a
// Partner with an Agreement, which says until when, where, about which rights, and exactly which data fields it is told; its members are
// accounts. What partners share are joint actions and files of litigation, alerts, and signed bundles of evidence.
//
// The agreement is data. Everything that leaves for a partner is copied field by field out of what is known, by the one list in this package
// (Catalogue), as the agreement stands at that moment: what is not named in it is not copied. Before an agreement begins, after it ends and while it is
// suspended a partner is told nothing, and what it asks for is refused and kept in the audit log.
package partner
