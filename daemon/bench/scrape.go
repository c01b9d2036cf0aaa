package main

import (
	"fmt"
	"math"
	"net/http"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// exposition is what a daemon exposes to Prometheus.
type exposition map[string]*dto.MetricFamily

// scrape asks a daemon's HTTP server.
func scrape(address string) (exposition, error) {
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Get("http://" + address + "/metrics")
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(response.Body)
	if err != nil {
		return nil, fmt.Errorf("the metrics of %s: %w", address, err)
	}
	return families, nil
}

func (e exposition) first(name string) (*dto.Metric, error) {
	if f := e[name]; f != nil && len(f.Metric) > 0 {
		return f.Metric[0], nil
	}
	return nil, fmt.Errorf("there is no metric %s", name)
}

// value returns a counter that has no labels.
func (e exposition) value(name string) (float64, error) {
	m, err := e.first(name)
	return m.GetCounter().GetValue(), err
}

// histogram returns what a histogram without labels has counted since before.
func (e exposition) histogram(name string, before exposition) (histogram, error) {
	now, err := e.first(name)
	if err != nil {
		return nil, err
	}
	then, err := before.first(name)
	if err != nil {
		return nil, err
	}
	var h histogram
	for i, b := range now.GetHistogram().GetBucket() {
		n := b.GetCumulativeCount() - then.GetHistogram().GetBucket()[i].GetCumulativeCount()
		h = append(h, bucket{b.GetUpperBound(), n})
	}
	return h, nil
}

// histogram is cumulative buckets, in the order of their bounds.
type histogram []bucket

type bucket struct {
	bound float64 // the highest value in it
	count uint64  // of values up to bound
}

func (h histogram) total() uint64 {
	if len(h) == 0 {
		return 0
	}
	return h[len(h)-1].count
}

// quantile returns the bound of the bucket that the value is in which a share of all, from 0
// to 1, is not above.
func (h histogram) quantile(share float64) float64 {
	wanted := share * float64(h.total())
	for _, b := range h {
		if float64(b.count) >= wanted {
			return b.bound
		}
	}
	return math.Inf(1)
}
