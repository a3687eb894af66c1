// Package web is the console of reviewers and the portal of rights holders: pages that the server renders (html/template, with
// htmx for parts of pages), without a build step and without anything from another host.
//
// People sign in with internal/people; a page acts for them as an API key of their role would, through the same use cases, so that
// what a page may do is decided in one place. Every POST carries a token of its session and comes from this origin; scripts and
// styles are files of this package alone (Content-Security-Policy); pictures of strangers are encoded anew.
package web
