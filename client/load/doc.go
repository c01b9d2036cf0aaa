// Package load measures how a daemon answers many stations: how many requests a second, after
// how long, with which verdicts. It is for a daemon of one's own: it does what it can to keep
// it busy.
//
// Each station is a connection and a goroutine. Its requests are encoded before the run, lie
// behind each other in memory that all stations share, and go out with one write for all that
// are due; nothing is allocated per reply. Every reply is checked to be that of the oldest
// request in flight.
//
// # What a latency is
//
// In a closed loop, which is what Run does without Config.Rate, a station has Config.Depth
// requests in flight and sends the next one when a reply comes. A latency is the time from
// handing a request to the system to reading its reply. A daemon that pauses is then sent less
// while it pauses, so a pause shows in few latencies: that is called coordinated omission, and
// the closed loop has it. It tells the throughput; of its percentiles only those that compare
// two daemons under the same loop mean something.
//
// In an open loop, with Config.Rate, every request has a moment at which it is due, whatever
// the daemon does. Where the daemon keeps it back, because Config.Depth requests have no
// reply, its latency counts from that moment: a pause shows in every request that was due in
// it. A request that had room, and is late because this process was, by about a millisecond
// of the system's timers, counts from when it was sent; Result.Lateness tells how late.
package load
