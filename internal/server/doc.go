// Package server is the ground that the HTTP rooms stand on; it knows nothing
// of rights or listings. Server owns the Gin engine, its middleware, the huma
// API and the life of the listener; Keys issues and checks API keys.
//
// A request passes, in this order: request ID, access log and metrics,
// recovery, security headers; and, below /v1/, key, quota, admission (a bounded
// queue), body guards and idempotency. Every error leaves as problem+json
// (RFC 9457). No body, key or picture reaches the log.
package server
