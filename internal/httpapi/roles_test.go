package httpapi_test

import "touchstone/internal/server"

// What a stranger meets: somebody with a role that may do it, and nothing of their own there.
const (
	shared   = "shared"   // what is answered is nobody's, or what is made is the caller's own
	all      = "all"      // only roles that see everything, or that look after the models, may do it
	hidden   = "hidden"   // what belongs to another is not found, and the refusal is in the audit log
	empty    = "empty"    // a list of what belongs to others has no entries
	none     = "-"        // as owners: the estate has no such thing, as a heat map or a delivery; other tests make one
	nameless = "nameless" // what a body names and is another's is not valid (422), and the refusal is in the audit log
)

// access says who may carry out an operation, and how a stranger fares. Roles are letters, see roleLetters.
type access struct {
	may, stranger string
	// with fills the path ("id"), a query ("?right"), a header ("#webhook-id") and the body ("", JSON) with names of what the owner has:
	// $right. Owners are those of whom a part of the estate is; all of may when left out.
	with   map[string]string
	owners string
}

var roleLetters = map[rune]server.Role{
	'p': server.RolePipeline, 'r': server.RoleReviewer, 'h': server.RoleHolder, 'a': server.RoleAgent,
	's': server.RoleSeller, 'n': server.RolePartner, 'd': server.RoleScientist, 'o': server.RoleOperator, 'x': server.RoleAdmin,
}

// id names what the path is about.
func id(of string) map[string]string { return map[string]string{"id": "$" + of} }

// body is id with a body.
func body(of, json string) map[string]string { return map[string]string{"id": "$" + of, "": json} }

// query asks a list for what belongs to somebody.
func query(name, of string) map[string]string { return map[string]string{"?" + name: "$" + of} }

const (
	noticeBody  = `{"right_id":"$right","marketplace":"alpha","reason":"mark_on_page","items":[{"listing":"L8"}],"explanation":"The title names our registered mark for goods that are not ours.","good_faith":true,"accuracy":true,"signature":"Ada","notifier":{"name":"Ada","email":"ada@velmora.example"}}`
	objection   = `{"statement":"The goods are genuine and were bought from the holder.","sworn":true,"signature":"S"}`
	rightBody   = `{"holder_id":"$holder","name":"VELMORA II","type":"trademark_word","territories":["EU"],"registration_number":"2"}`
	powerBody   = `{"agent":"other","scopes":["registry"],"file":"JVBERi0xLjQKJSVFT0YK"}`
	messageBody = `{"text":"See our test buy."}`
)

// roles is who may carry out each operation. Whoever adds an operation adds its row; TestRoles fails without.
var roles = map[string]access{
	// Partners. What a partner is of others is not found; the operations of agreements are the desk's.
	"add-partner":           {may: "ox", stranger: all, with: body("partner", `{}`)},
	"list-partners":         {may: "nox", stranger: shared},
	"get-partner":           {may: "nox", stranger: hidden, with: id("partner")},
	"change-partner":        {may: "ox", stranger: all, with: body("partner", `{}`)},
	"list-partner-fields":   {may: "nox", stranger: shared},
	"add-partner-member":    {may: "ox", stranger: all, with: body("partner", `{"account":"third"}`)},
	"remove-partner-member": {may: "ox", stranger: all, with: map[string]string{"id": "$partner", "account": "third"}},
	"suspend-partner":       {may: "ox", stranger: all, with: body("partner", `{"reason":"for no reason"}`)},
	"resume-partner":        {may: "ox", stranger: all, with: id("partner")},
	"end-partner":           {may: "ox", stranger: all, with: body("partner", `{"reason":"for no reason"}`)},
	"list-alerts":           {may: "nox", stranger: hidden, with: query("partner", "partner")},
	"get-alert":             {may: "nox", stranger: hidden, with: id("alert")},
	"raise-alert":           {may: "nox", stranger: hidden, with: map[string]string{"": `{"right_id":"$right","title":"A copy","text":"It is sold in boxes."}`}},
	"acknowledge-alert":     {may: "n", stranger: hidden, with: body("alert", `{}`)},
	"open-action":           {may: "ox", stranger: all, with: map[string]string{"": `{"kind":"joint_action","title":"A sweep"}`}},
	"list-actions":          {may: "nox", stranger: hidden, with: query("partner", "partner")},
	"get-action":            {may: "nox", stranger: hidden, with: id("action")},
	"describe-action":       {may: "ox", stranger: all, with: body("action", `{"title":"A sweep"}`)},
	"list-action-entries":   {may: "nox", stranger: hidden, with: id("action")},
	"record-action-entry":   {may: "nox", stranger: hidden, with: body("action", `{"what":"A raid"}`)},
	"move-action":           {may: "ox", stranger: all, with: body("action", `{"state":"running"}`)},
	"invite-partner":        {may: "ox", stranger: all, with: body("action", `{"partner_id":"$partner","as":"member"}`)},
	"dismiss-partner":       {may: "ox", stranger: all, with: map[string]string{"id": "$action", "partner": "$partner"}},
	"link-action":           {may: "ox", stranger: all, with: body("action", `{"rights":["$right"]}`)},
	"unlink-action":         {may: "ox", stranger: all, with: body("action", `{"rights":["$right"]}`)},
	"attach-document":       {may: "nox", stranger: hidden, with: body("action", `{"sha256":"$file"}`)},
	"get-action-document":   {may: "nox", stranger: hidden, with: map[string]string{"id": "$action", "hash": "$file"}, owners: none},
	"make-partner-bundle":   {may: "ox", stranger: all, with: body("partner", `{"case_id":"$case","purpose":"for the file"}`)},
	"list-bundles":          {may: "nox", stranger: hidden, with: query("partner", "partner")},
	"get-bundle":            {may: "nox", stranger: hidden, with: id("bundle")},
	"fetch-bundle":          {may: "nox", stranger: hidden, with: id("bundle")},
	"revoke-bundle":         {may: "ox", stranger: all, with: body("bundle", `{"reason":"for no reason"}`)},

	// The registry.
	"create-holder":           {may: "haox", stranger: shared},
	"get-holder":              {may: "rhaox", stranger: hidden, with: id("holder")},
	"get-onboarding":          {may: "rhaox", stranger: hidden, with: id("holder")},
	"create-right":            {may: "haox", stranger: nameless, with: map[string]string{"": rightBody}},
	"list-rights":             {may: "rhaox", stranger: empty, with: query("holder", "holder")},
	"get-right":               {may: "rhaox", stranger: hidden, with: id("right")},
	"set-right-state":         {may: "ox", stranger: all, with: body("right", `{"state":"verified"}`)},
	"get-checklist":           {may: "rhaox", stranger: hidden, with: id("right")},
	"verify-right":            {may: "rox", stranger: all, with: body("right", `{"state":"verified","note":"The register was looked at."}`)},
	"list-suggested-aliases":  {may: "rhaox", stranger: hidden, with: id("right")},
	"list-authorized-sellers": {may: "rhaox", stranger: hidden, with: id("right")},
	"add-authorized-seller":   {may: "haox", stranger: hidden, with: body("right", `{"seller":"shop-9"}`)},
	"list-references":         {may: "rhaox", stranger: hidden, with: id("right")},
	"add-reference":           {may: "haox", stranger: hidden, with: body("right", `{"word":"VELMORA"}`)},
	"get-reference":           {may: "rhaox", stranger: hidden, with: id("reference")},
	"search-references":       {may: "rdox", stranger: all},
	"delete-reference":        {may: "haox", stranger: hidden, with: id("reference")},
	"list-certificates":       {may: "rhaox", stranger: hidden, with: id("right")},
	"add-certificate":         {may: "haox", stranger: hidden, with: body("pending", `{"file":"JVBERi0xLjQKJSVFT0YK"}`)},
	"get-certificate":         {may: "rhaox", stranger: hidden, with: id("certificate")},
	"delete-certificate":      {may: "haox", stranger: hidden, with: id("certificate")},
	"file-power":              {may: "haox", stranger: hidden, with: body("holder", powerBody), owners: "h"},
	"list-powers":             {may: "rhaox", stranger: empty, with: query("holder", "holder")},
	"get-power":               {may: "rhaox", stranger: hidden, with: id("power")},
	"decide-power":            {may: "rox", stranger: all, with: body("power", `{"state":"verified"}`)},
	"revoke-power":            {may: "haox", stranger: hidden, with: body("spare", `{"reason":"The mandate ended."}`), owners: "h"},
	"export-rights":           {may: "rhaox", stranger: hidden, with: id("holder")},
	"import-rights":           {may: "haox", stranger: hidden, with: body("holder", "name,type,territories\n")},
	"send-file":               {may: "haosxn", stranger: shared},
	"get-file":                {may: "rhaosxn", stranger: hidden, with: map[string]string{"hash": "$file"}, owners: "ha"},
	"put-marketplace":         {may: "ox", stranger: all, with: body("market", `{"name":"Alpha","territories":["DE"],"listing_url":"https://alpha.example/{id}"}`)},
	"list-marketplaces":       {may: "prhasdoxn", stranger: shared},
	"get-marketplace":         {may: "prhasdoxn", stranger: shared, with: id("market")},

	// Scoring.
	"score":                  {may: "prdox", stranger: shared, with: map[string]string{"": `{"title":"Leather bag"}`}},
	"score-batch":            {may: "prdox", stranger: shared},
	"get-report":             {may: "prdox", stranger: hidden, with: id("report"), owners: "p"},
	"heat-map":               {may: "prdox", stranger: hidden, with: id("report"), owners: none},
	"overlay":                {may: "prdox", stranger: hidden, with: id("report"), owners: "p"},
	"side-by-side":           {may: "prdox", stranger: hidden, with: id("report"), owners: "p"},
	"replay-report":          {may: "rox", stranger: all, with: id("report")},
	"get-cluster":            {may: "prox", stranger: hidden, with: id("listing")},
	"decide-cluster":         {may: "rox", stranger: all},
	"sweep-right":            {may: "haox", stranger: hidden, with: id("right")},
	"list-sweeps":            {may: "rhaox", stranger: empty, with: query("right", "right")},
	"get-sweep":              {may: "rhaox", stranger: hidden, with: id("sweep")},
	"list-findings-of-sweep": {may: "prhaox", stranger: empty, with: id("sweep")},
	"list-sweep-findings":    {may: "prox", stranger: empty},
	"add-suppression":        {may: "rox", stranger: all},
	"list-suppressions":      {may: "rox", stranger: all},
	"get-suppression":        {may: "rox", stranger: all},
	"lift-suppression":       {may: "rox", stranger: all},
	"list-quarantine":        {may: "rox", stranger: all},
	"confirm-quarantine":     {may: "rox", stranger: all},
	"release-quarantine":     {may: "rox", stranger: all},

	// Notices, cases, and what follows.
	"file-notice":             {may: "haox", stranger: hidden, with: map[string]string{"": noticeBody}},
	"precheck-notice":         {may: "haox", stranger: hidden, with: map[string]string{"": noticeBody}},
	"list-notices":            {may: "rhaox", stranger: empty, with: query("holder", "holder")},
	"get-notice":              {may: "rhaox", stranger: hidden, with: id("notice")},
	"withdraw-notice":         {may: "haox", stranger: hidden, with: body("notice", `{}`)},
	"get-notifier-standing":   {may: "rhaox", stranger: hidden, with: map[string]string{"?account": "holder"}, owners: "h"},
	"list-queue":              {may: "rox", stranger: all, with: map[string]string{"?queue": "standard"}},
	"count-queue":             {may: "rox", stranger: all},
	"claim-next":              {may: "rox", stranger: all, with: map[string]string{"": `{"queue":"standard"}`}},
	"list-cases":              {may: "prhasox", stranger: empty, with: query("right", "right")},
	"get-case":                {may: "prhasox", stranger: hidden, with: id("case")},
	"claim-case":              {may: "rox", stranger: all, with: id("case")},
	"release-case":            {may: "rox", stranger: all, with: id("case")},
	"decide-case":             {may: "rox", stranger: all, with: body("case", `{"outcome":"upheld"}`)},
	"bulk-decide":             {may: "rox", stranger: all, with: map[string]string{"": `{"outcome":"upheld","cases":["$case"]}`}},
	"second-opinion":          {may: "rox", stranger: all, with: body("case", `{"agree":true}`)},
	"clarify-case":            {may: "rox", stranger: all, with: body("case", `{"question":"Which picture do you mean?"}`)},
	"undo-decision":           {may: "rox", stranger: all, with: body("case", `{}`)},
	"reinstate-listing":       {may: "rox", stranger: all, with: body("case", `{}`)},
	"answer-case":             {may: "haox", stranger: hidden, with: body("case", `{"answer":"yes"}`)},
	"counter-notice":          {may: "s", stranger: hidden, with: body("case", objection)},
	"appeal-decision":         {may: "has", stranger: hidden, with: body("case", `{"statement":"The goods are genuine and were bought from the holder."}`)},
	"get-statement":           {may: "prsox", stranger: hidden, with: id("case")},
	"make-evidence-bundle":    {may: "rox", stranger: all, with: body("case", `{}`)},
	"list-seller-links":       {may: "prox", stranger: hidden, with: id("case")},
	"make-seller-link":        {may: "prox", stranger: hidden, with: body("case", `{}`)},
	"revoke-seller-link":      {may: "prox", stranger: hidden, with: map[string]string{"id": "$case", "link": "$link"}},
	"list-events":             {may: "prhaoxn", stranger: empty},
	"list-enforcements":       {may: "prox", stranger: empty},
	"confirm-enforcement":     {may: "pox", stranger: hidden, with: id("enforcement")},
	"fail-enforcement":        {may: "pox", stranger: hidden, with: body("enforcement", `{"reason":"The listing is gone."}`)},
	"list-audit":              {may: "ox", stranger: all},
	"get-store":               {may: "prsox", stranger: hidden, with: map[string]string{"?marketplace": "alpha", "?seller": "shop-7"}},
	"reopen-store":            {may: "ox", stranger: all, with: map[string]string{"?marketplace": "alpha", "?seller": "shop-7"}},
	"next-statement-batch":    {may: "ox", stranger: all},
	"get-statement-batch":     {may: "ox", stranger: all},
	"settle-statement-batch":  {may: "ox", stranger: all},
	"transparency-report":     {may: "rox", stranger: all},
	"transparency-report-csv": {may: "rox", stranger: all},

	// The desk, privacy, webhooks.
	"open-inquiry":           {may: "phas", stranger: shared},
	"list-inquiries":         {may: "prhasox", stranger: empty},
	"list-inquiry-queue":     {may: "rox", stranger: all},
	"list-canned-answers":    {may: "rox", stranger: all},
	"get-inquiry":            {may: "prhasox", stranger: hidden, with: id("inquiry"), owners: "h"},
	"write-message":          {may: "prhasox", stranger: hidden, with: body("inquiry", messageBody), owners: "h"},
	"withdraw-inquiry":       {may: "phas", stranger: hidden, with: id("inquiry"), owners: "h"},
	"assign-inquiry":         {may: "rox", stranger: all, with: body("inquiry", `{}`)},
	"sort-inquiry":           {may: "rox", stranger: all, with: body("inquiry", `{"priority":"urgent"}`)},
	"resolve-inquiry":        {may: "rox", stranger: all, with: id("inquiry")},
	"reopen-inquiry":         {may: "rox", stranger: all, with: id("inquiry")},
	"escalate-inquiry":       {may: "rox", stranger: all, with: id("inquiry")},
	"erase-person":           {may: "ox", stranger: all},
	"list-erasures":          {may: "ox", stranger: all},
	"get-erasure":            {may: "ox", stranger: all},
	"export-person":          {may: "ox", stranger: all},
	"add-webhook":            {may: "phaoxn", stranger: shared},
	"list-webhooks":          {may: "phaoxn", stranger: empty},
	"get-webhook":            {may: "phaoxn", stranger: hidden, with: id("webhook"), owners: "h"},
	"pause-webhook":          {may: "phaoxn", stranger: hidden, with: id("webhook"), owners: "h"},
	"resume-webhook":         {may: "phaoxn", stranger: hidden, with: id("webhook"), owners: "h"},
	"rotate-webhook-secrets": {may: "phaoxn", stranger: hidden, with: id("webhook"), owners: "h"},
	"list-deliveries":        {may: "phaoxn", stranger: hidden, with: id("webhook"), owners: "h"},
	"replay-dead-deliveries": {may: "phaoxn", stranger: hidden, with: id("webhook"), owners: "h"},
	"replay-delivery":        {may: "phaoxn", stranger: hidden, with: map[string]string{"id": "$webhook", "seq": "1"}, owners: none},
	"delete-webhook":         {may: "phaoxn", stranger: hidden, with: id("webhook"), owners: "h"},
	"webhook-callback":       {may: "pox", stranger: hidden, with: map[string]string{"id": "$connector", "": `{"type":"enforcement.confirmed","data":{"enforcement_id":"$enforcement"}}`, "#webhook-id": "m1", "#webhook-timestamp": "1", "#webhook-signature": "v1,AAAA"}, owners: none},
	"list-dead-jobs":         {may: "ox", stranger: all},
	"retry-job":              {may: "ox", stranger: all},

	"list-surveys":       {may: "prhasox", stranger: empty},
	"get-survey":         {may: "prhasox", stranger: hidden, with: id("survey"), owners: "h"},
	"answer-survey":      {may: "has", stranger: hidden, with: body("survey", `{"score":8}`), owners: "h"},
	"get-survey-trend":   {may: "rox", stranger: all},
	"survey-trend-csv":   {may: "rox", stranger: all},
	"survey-answers-csv": {may: "rox", stranger: all},

	// Sellers and rings.
	"get-seller":          {may: "rox", stranger: all, with: map[string]string{"?marketplace": "alpha", "?seller": "shop-7"}},
	"put-seller":          {may: "pox", stranger: hidden, with: map[string]string{"": `{"marketplace":"alpha","seller":"shop-7","country":"DE"}`}},
	"forget-seller":       {may: "ox", stranger: all},
	"record-sighting":     {may: "rox", stranger: all},
	"record-flow":         {may: "rox", stranger: all},
	"judge-link":          {may: "rox", stranger: all},
	"list-rings":          {may: "rox", stranger: all},
	"list-refused-merges": {may: "rox", stranger: all},
	"get-ring":            {may: "rox", stranger: all},
	"get-ring-sources":    {may: "rox", stranger: all},
	"make-ring-bundle":    {may: "ox", stranger: all},
	"recompute-rings":     {may: "ox", stranger: all},
	"approve-family":      {may: "rox", stranger: all},
	"list-families":       {may: "rox", stranger: all},
	"end-family":          {may: "rox", stranger: all},
	"list-trends":         {may: "rhaox", stranger: hidden, with: query("right", "right")},
	"list-trend-alerts":   {may: "rhaox", stranger: hidden, with: query("right", "right")},

	// Who runs the service, and who looks after the models.
	"issue-key":                 {may: "x", stranger: all},
	"list-keys":                 {may: "x", stranger: all},
	"revoke-key":                {may: "x", stranger: all},
	"rotate-key":                {may: "x", stranger: all},
	"invite-person":             {may: "x", stranger: all},
	"list-people":               {may: "x", stranger: all},
	"disable-person":            {may: "x", stranger: all},
	"enable-person":             {may: "x", stranger: all},
	"reset-person":              {may: "x", stranger: all},
	"get-index":                 {may: "ox", stranger: all},
	"get-index-operation":       {may: "ox", stranger: all},
	"snapshot-index":            {may: "ox", stranger: all},
	"snapshot-collection":       {may: "ox", stranger: all},
	"compact-index":             {may: "ox", stranger: all},
	"verify-index":              {may: "ox", stranger: all},
	"drop-collection":           {may: "ox", stranger: all},
	"list-packs":                {may: "dox", stranger: all},
	"get-pack":                  {may: "dox", stranger: all},
	"import-pack":               {may: "dox", stranger: all},
	"list-rollouts":             {may: "dox", stranger: all},
	"start-rollout":             {may: "dox", stranger: all},
	"get-rollout":               {may: "dox", stranger: all},
	"list-differences":          {may: "dox", stranger: all},
	"get-shadow-report":         {may: "dox", stranger: all},
	"stop-rollout":              {may: "dox", stranger: all},
	"list-sets":                 {may: "dox", stranger: all},
	"compare-packs":             {may: "dox", stranger: all},
	"list-comparisons":          {may: "dox", stranger: all},
	"get-comparison":            {may: "dox", stranger: all},
	"stop-comparison":           {may: "dox", stranger: all},
	"weigh-thresholds":          {may: "rdox", stranger: all},
	"weigh-labelled-thresholds": {may: "rdox", stranger: all},
	"measure-thresholds":        {may: "ox", stranger: all},
	"adopt-measured-thresholds": {may: "ox", stranger: all},
	"list-measured-thresholds":  {may: "rdox", stranger: all},
}
