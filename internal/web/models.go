package web

import "github.com/gin-gonic/gin"

// makers bring packs into use, as in the API.
var makers = []string{roleScientist, roleOperator, roleAdmin}

// modelRoutes are the pages about what the models do, for who runs the service and who makes the models.
func (w *Web) modelRoutes(in *gin.RouterGroup) {
	in.GET("/thresholds", w.thresholdsPage)
	if w.Drift != nil {
		in.GET("/drift", w.driftPage)
	}
	w.packRoutes(in.Group("/", w.role(makers...)))
}
