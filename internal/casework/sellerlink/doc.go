// Package sellerlink gives sellers, who have no account here, a way to what was decided about their listing: a link that the
// marketplace hands on. It is signed, so that none can be guessed; it ends by itself; and it can be taken back at any time.
//
// A link opens one case, as the seller's own key would (the role seller, bound to MARKETPLACE/SELLER): what a seller may see and do is
// decided in package docket alone.
package sellerlink
