// Package webtest looks at pages in Chromium, as people see them: without a window, at the sizes and in the colours that people have. It
// hears every complaint of the browser, looks for barriers with axe-core, and notices requests to other hosts.
package webtest
