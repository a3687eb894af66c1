package server

import (
	"embed"
	"io/fs"
	"net/http"
	"path"

	"github.com/gin-gonic/gin"
)

//go:embed docs
var docsFiles embed.FS

// docsPolicy lets the page load its own script and style and call this host,
// and nothing else: no inline script, no other host, no frame around it.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

var docsTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
}

// serveDocs serves the page at /docs and its files below it.
func (s *Server) serveDocs() {
	s.engine.GET("/", func(c *gin.Context) { c.Redirect(http.StatusFound, "/docs") }) // whoever opens the address sees what is here
	s.engine.GET("/docs", docsFile("index.html"))
	for _, name := range []string{"docs.js", "schema.js", "docs.css"} {
		s.engine.GET("/docs/"+name, docsFile(name))
	}
}

func docsFile(name string) gin.HandlerFunc {
	body, err := fs.ReadFile(docsFiles, "docs/"+name)
	if err != nil { // embedded with the program
		panic(err)
	}
	return func(c *gin.Context) {
		c.Header("Content-Security-Policy", docsPolicy)
		c.Header("Cache-Control", "no-cache")
		c.Data(http.StatusOK, docsTypes[path.Ext(name)], body)
	}
}
