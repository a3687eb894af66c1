package bench

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// samples reads metrics in Prometheus' text format: by name and labels as they are written, such as
// `touchstone_http_rejected_total{reason="quota"}`.
func samples(r io.Reader) (map[string]float64, error) {
	found := map[string]float64{}
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		// Label values may hold spaces; a time stamp is never written by the service.
		cut := strings.LastIndexByte(line, ' ')
		if cut < 0 {
			return nil, fmt.Errorf("metrics: the line %q has no value", line)
		}
		value, err := strconv.ParseFloat(line[cut+1:], 64)
		if err != nil {
			return nil, fmt.Errorf("metrics: %w", err)
		}
		found[strings.TrimSpace(line[:cut])] = value
	}
	return found, lines.Err()
}
