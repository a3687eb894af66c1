package web

import "github.com/gin-gonic/gin"

// modelRoutes are the pages about what the models do, for who runs the service and who makes the models.
func (w *Web) modelRoutes(in *gin.RouterGroup) {
	in.GET("/thresholds", w.thresholdsPage)
}
