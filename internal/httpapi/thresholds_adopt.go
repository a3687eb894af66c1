package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"touchstone/internal/threshold"
)

// AdoptedCurve is a curve that was measured elsewhere, as simulate --thresholds writes it and the list of what is measured tells it. Who measured and when
// are left out: here they are who lets it count, and the moment.
type AdoptedCurve struct {
	Pack        string          `json:"pack" minLength:"1" maxLength:"200" doc:"name@version"`
	Marketplace string          `json:"marketplace" minLength:"1" maxLength:"64"`
	Population  string          `json:"population" enum:"listings,notices"`
	Signal      string          `json:"signal" minLength:"1" maxLength:"64"`
	Curve       threshold.Curve `json:"curve"`
	KeptAt      time.Time       `json:"kept_at,omitzero" doc:"not read: it is now"`
	By          string          `json:"by,omitempty" maxLength:"200" doc:"not read: it is who asks"`
}

// adoptBody is what was measured elsewhere.
type adoptBody struct {
	Measured []AdoptedCurve `json:"measured" minItems:"1" maxItems:"100"`
}

// registerAdopt serves curves that were measured elsewhere.
func (a *API) registerAdopt(api huma.API) {
	adopt := operation(http.MethodPut, "/v1/measured-thresholds", "adopt-measured-thresholds", "Let what was measured elsewhere count, for automation to go by", "Thresholds", operators)
	adopt.Errors = append(adopt.Errors, http.StatusUnprocessableEntity, http.StatusRequestEntityTooLarge)
	explain(&adopt, "For a marketplace whose listings were labelled, or whose months were simulated, before it had cases of its own. Each curve takes the place of what has its pack, marketplace, population and signal, all of them or none; the rest stays. It is audited. The answer lists what counts.")
	huma.Register(api, adopt, func(ctx context.Context, in *struct{ Body adoptBody }) (*answer[MeasuredList], error) {
		who := actor(ctx)
		list := make([]threshold.Kept, len(in.Body.Measured))
		for i, c := range in.Body.Measured {
			list[i] = threshold.Kept{Key: threshold.Key{Pack: c.Pack, Marketplace: c.Marketplace, Population: c.Population, Signal: c.Signal}, Curve: c.Curve, By: who.Person()}
		}
		if err := a.Followup.Adopt(ctx, who, list...); err != nil {
			return nil, a.problem(ctx, err)
		}
		kept, err := a.Followup.Curves(ctx, who)
		return &answer[MeasuredList]{MeasuredList{append([]threshold.Kept{}, kept...)}}, a.problem(ctx, err)
	})
}
