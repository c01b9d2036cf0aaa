// Package prometheus is not code but what Prometheus reads: prometheus.yml, the recording
// rules of aetherd.rules.yml and the alerts of aetherd.alerts.yml, which the Debian package
// puts into /usr/share/aetherd/prometheus.
//
// Its tests hold the files against promtool, against the metrics that a daemon serves, and
// against the runbooks in docs/operations.md. The rules' own unit tests are in testdata, a file
// a group, and run by hand with: promtool test rules testdata/*.yml
package prometheus
