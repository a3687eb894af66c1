// Package dossier keeps what stands behind a right: the papers that prove it, the powers of attorney of agents who act for its holder, and
// its verification by a person with the checks that a machine can make.
//
// A paper is a file by hash (PDF, JPEG or PNG; see package document). A certificate's text is read by a job and held against what the form
// says, field by field: most notices that are declined fail because the documents filed do not match. A power of attorney lets the
// account of an agent act for a holder within scope, territory and time; Acting gives an actor what its powers let it do now.
//
// Papers and powers are rows beside the registry, and every change commits with its row of the audit log (ADR 0039).
package dossier
