// Package people signs people in: reviewers, rights holders and operators who use the pages. Programs use API keys instead, which
// are those of internal/server.
//
// A person has an e-mail address, a password kept as argon2id (RFC 9106) and, where staff signs in, a time-based code (TOTP, RFC
// 6238). A session is a random token of which only the SHA-256 is stored. Wrong passwords lock a person out for a while, longer
// each time, and an unknown address costs the same time as a wrong password, so that addresses cannot be probed.
package people
