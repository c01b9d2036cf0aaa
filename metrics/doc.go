// Package metrics owns every metric of aetherd: its name, type, help, labels and
// buckets stand in names.go and nowhere else, and docs/metrics.md is their table.
//
// New registers all of them and resolves every child, so that code on the way of
// a command only calls Inc, Add, Set or Observe on a field of Set, and looks no
// label up. Label values are closed lists, known at construction. The one
// exception is the holder's name, which a station chooses: it is exposed for the
// present holder only, so there is never more than one such series.
//
// What the safety gate knows is not pushed but asked for: a scrape calls Options.Status
// once, and exposes that one moment.
//
// Values are in Prometheus' base units (seconds, meters, bytes), while the daemon
// computes in millimetres: a GateStatus is in millimetres and converted here.
package metrics
