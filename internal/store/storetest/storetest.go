// Package storetest is the suite that every store of the service passes: what
// casework, server and intake ask of one, concurrency, reopening, and that
// nothing acknowledged is lost when the process is killed.
package storetest

import (
	"context"
	"testing"
	"time"

	"touchstone/internal/casework"
	"touchstone/internal/casework/dossier"
	"touchstone/internal/casework/followup"
	"touchstone/internal/casework/inquiry"
	"touchstone/internal/casework/partner"
	"touchstone/internal/casework/sellerlink"
	"touchstone/internal/casework/survey"
	"touchstone/internal/casework/webhook"
	"touchstone/internal/drift"
	"touchstone/internal/guard"
	"touchstone/internal/intake"
	"touchstone/internal/jobs"
	"touchstone/internal/listings"
	"touchstone/internal/people"
	"touchstone/internal/removals"
	"touchstone/internal/rollout"
	"touchstone/internal/server"
	"touchstone/internal/sweep"
	"touchstone/internal/tracing"
)

// Store is all that a store does.
type Store interface {
	casework.Store
	server.KeyStore
	server.IdempotencyStore
	server.QuotaStore
	intake.ReportStore
	listings.Store
	sweep.Store
	intake.LocalStore
	people.Store
	guard.Store
	followup.Store
	inquiry.Reader
	survey.Reader
	partner.Reader
	sellerlink.Reader
	jobs.Store
	tracing.Store
	rollout.Store
	removals.Store
	drift.Store
	// Kin are the other stores of a store's family.
	Kin(ctx context.Context, marketplace, seller string) ([]string, error)
	dossier.Reader
	webhook.Store
	// ReportOn is the last report about a marketplace's listing.
	ReportOn(ctx context.Context, marketplace, listing string) (reportID string, err error)
	BatchLine(ctx context.Context, batchID, lineKey string) (reportID string, ok bool, err error)
	SaveBatchLine(ctx context.Context, batchID, lineKey, reportID string) error
	Ping(ctx context.Context) error
	Close() error
}

// Opener opens the store kept at a place; the same place again finds what was
// stored there.
type Opener func(ctx context.Context, place string) (Store, error)

// T0 is the moment at which the suite begins.
var T0 = time.Date(2026, 3, 1, 12, 0, 0, 123_456_000, time.UTC)

// Run runs the suite. Each test gets a fresh place from newPlace.
func Run(t *testing.T, open Opener, newPlace func(t *testing.T) string) {
	tests := map[string]func(*testing.T, Store){
		"Holders":      testHolders,
		"Rights":       testRights,
		"RightLists":   testRightLists,
		"States":       testStates,
		"References":   testReferences,
		"Tombstones":   testTombstones,
		"Sellers":      testSellers,
		"Marketplaces": testMarketplaces,
		"Keys":         testKeys,
		"RotateKey":    testRotateKey,
		"Idempotency":  testIdempotency,
		"Quotas":       testQuotas,
		"Reports":      testReports,
		"Listings":     testListings,
		"ListingQueue": testListingQueue,
		"Clusters":     testClusters,
		"Sweeps":       testSweeps,
		"SweepQueue":   testSweepQueue,
		"Candidates":   testCandidates,
		"ListingEnds":  testListingEnds,
		"Batches":      testBatches,
		"Local":        testLocalFeatures,
		"People":       testPeople,
		"Sessions":     testSessions,
		"PersonNotes":  testPersonNotes,
		"Curves":       testCurves,
		"Past":         testPast,
		"Showing":      testSellersShowing,
		"Removals":     testRemovals,
		"Suppressions": testSuppressions,
		"Quarantine":   testQuarantine,
		"Matches":      testMatches,
		"Traits":       testSellerTraits,
		"Upstream":     testUpstream,
		"Families":     testFamilies,
		"Notices":      testNotices,
		"Cases":        testCases,
		"Atomic":       testAtomic,
		"Queues":       testQueues,
		"Inquiries":    testInquiries,
		"Partners":     testPartners,
		"PartnerNews":  testPartnerAlerts,
		"JointActions": testJointActions,
		"PartnerFiles": testPartnerBundles,
		"Surveys":      testSurveys,
		"Measures":     testMeasures,
		"Salts":        testSalts,
		"Erasures":     testErasures,
		"Erase":        testErase,
		"Retention":    testRetention,
		"Seller links": testSellerLinks,
		"Alarms":       testAlarms,
		"Feed":         testFeed,
		"Files":        testFiles,
		"Powers":       testPowers,
		"Certificates": testCertificates,
		"Decisions":    testRightDecisions,
		"OthersRights": testRightsOfOthers,
		"StoreOrders":  testStoreOrders,
		"Hooks":        testHooks,
		"Deliveries":   testDeliveries,
		"Callbacks":    testCallbacks,
		"Jobs":         testJobs,
		"Rollouts":     testRollouts,
		"Scores":       testScores,
		"Concurrent":   testConcurrent,
		"Cancelled":    testCancelled,
		"Closed":       testClosed,
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			s := mustOpen(t, open, newPlace(t))
			defer closeStore(t, s)
			test(t, s)
		})
	}
	t.Run("Reopen", func(t *testing.T) { testReopen(t, open, newPlace(t)) })
}

func mustOpen(t *testing.T, open Opener, place string) Store {
	t.Helper()
	s, err := open(context.Background(), place)
	if err != nil {
		t.Fatalf("open store: %v", err)
	}
	return s
}

func closeStore(t *testing.T, s Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Errorf("close store: %v", err)
	}
}

// must fails the test on an error.
func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func at(minutes int) time.Time { return T0.Add(time.Duration(minutes) * time.Minute) }

func ptr[T any](v T) *T { return &v }

func holder(id, account string) casework.Holder {
	return casework.Holder{ID: id, Account: account, LegalName: "Ünïon & Söhne 株式会社", Country: "DE", BusinessID: "HRB 1", Email: "a@b.example", CreatedAt: T0}
}

// right is a right with every field set.
func right(id, holderID, account string) casework.Right {
	return casework.Right{
		ID: id, HolderID: holderID, Account: account, Name: "Wave " + id, Type: casework.TrademarkFigurative, Office: "EUIPO",
		Territories: []string{"EU", "CH"}, RegistrationNumber: "01" + id, ApplicationNumber: "A1", Registrant: "Union",
		FiledOn: ptr(time.Date(1875, 1, 1, 0, 0, 0, 0, time.UTC)), GrantedOn: ptr(at(-9999)), ExpiresOn: ptr(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)),
		Nice: []string{"9", "25"}, Vienna: []string{"27.5.1"}, State: casework.StatePending,
		RetailPrice: &casework.Money{Amount: 19.99, Currency: "EUR"}, CreatedAt: T0,
	}
}

func imageRef(id, rightID string) casework.Reference {
	return casework.Reference{ID: id, RightID: rightID, Kind: casework.ReferenceImage, View: "front", Blob: "hash-" + id, Width: 640, Height: 480, CreatedAt: T0}
}

// seed stores a holder h1 with the rights r1 and r2 in account acme.
func seed(t *testing.T, s Store) {
	t.Helper()
	ctx := context.Background()
	must(t, s.CreateHolder(ctx, holder("h1", "acme")))
	must(t, s.CreateRight(ctx, right("r1", "h1", "acme")))
	must(t, s.CreateRight(ctx, right("r2", "h1", "acme")))
}
