package server

import (
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are what the server counts, on a registry of its own.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	latency  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	admitted prometheus.Gauge
	waiting  prometheus.Gauge
	rejected *prometheus.CounterVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "touchstone_http_requests_total", Help: "Requests by route, method and status."}, []string{"route", "method", "status"}),
		latency: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "touchstone_http_request_seconds", Help: "Time to answer, by route.",
			Buckets: []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "touchstone_http_in_flight", Help: "Requests begun and not answered."}),
		admitted: prometheus.NewGauge(prometheus.GaugeOpts{Name: "touchstone_http_admitted", Help: "API requests at work."}),
		waiting:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "touchstone_http_waiting", Help: "API requests that wait to be at work."}),
		rejected: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "touchstone_http_rejected_total", Help: "Requests turned away, by reason: queue, wait, quota."}, []string{"reason"}),
	}
	m.registry.MustRegister(m.requests, m.latency, m.inFlight, m.admitted, m.waiting, m.rejected,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe takes the route's form, not its path, so that series stay few;
// methods that nobody serves share a label for the same reason.
func (m *metrics) observe(method, route string, status int, took time.Duration) {
	if route == "none" {
		method = "any"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	m.latency.WithLabelValues(route).Observe(took.Seconds())
}

func (m *metrics) handler() gin.HandlerFunc {
	return gin.WrapH(promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{Registry: m.registry}))
}
