// Package grafana makes the dashboards of aetherd: "one arm", which answers whether the arm is safe, who has it and whether
// it is late, and "fleet", a row an arm.
//
// The dashboards are written here, with Grafana's own types, and committed as arm.json and fleet.json, which is what
// Grafana reads:
//
//	go test ./deploy/grafana -update
//
// They need no recording rules. Only what shows alerts, which says so, needs ../prometheus/aetherd.alerts.yml.
//
// Red means a stop or a lost link and nothing else; orange is what somebody should look at; purple is what is not known.
// There is no yellow, because red on yellow is an emergency stop's, and aetherd's stop is none.
package grafana
