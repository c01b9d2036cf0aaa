// Package safety owns the decision what may move the arm, and the vocabulary in which
// everybody speaks of it: Point, Setpoint, Verdict, Reason, Cause.
//
// Gate is a deterministic state machine. It has no goroutine, channel, lock, clock, I/O or
// logger: the moment is an argument, and what it decides comes back as a Verdict (the one
// answer to a request), a Step (what the writer is to do) or an Event (what nobody asked
// for). The same calls give the same answers again, in a test and in a replay.
//
// # States
//
//	         | order admitted | stop    | deadman  | holder gone,      | lease ends,  | reset that names
//	         | or take        |         |          | release: moving   | release:     | the latest stop
//	         |                |         |          |                   | standing     |
//	---------+----------------+---------+----------+-------------------+--------------+-----------------
//	idle     | active         | stopped |          |                   |              | refused
//	active   | active         | stopped | held     | held              | idle         | refused
//	held     | active         | stopped |          | held              | held; idle   | refused
//	         |                |         |          |                   | on release   |
//	stopped  | refused        | stopped |          | stopped           | stopped      | idle, or active
//	         | (take: stays)  | (new    |          |                   |              | while the lease
//	         |                | number) |          |                   |              | lasts
//
// Idle: nobody holds. Active: a station holds the lease; the arm moves or stands. Held: the
// arm was decelerated because its holder fell silent or went away, or it came to a stand because
// nothing ticked the gate for half a second; the next admitted order goes on. Stopped: latched. A stop is a request of any station, a lost link, a failed or
// stuck write, an alarm of the controller, a tracking error, a defect of the daemon, motors
// that are switched off (relax), and boot (Config.StartStopped). State changes only in the functions becomeIdle, becomeActive,
// becomeHeld and becomeStopped.
//
// # Invariants
//
// Tests play random commands at random times against each of these:
//
//   - Stop is accepted from every session in every state, and takes no token.
//   - While stopped no order is admitted, and the only setpoints are those of the braking.
//   - Every stop has a number of its own. A reset ends the latest one only, only when its
//     cause is over and the arm stands, and begins no motion.
//   - At most one session holds. Every change of holder is a new epoch, and an order of an
//     older epoch moves nothing. In shared control, the session that gave the last order
//     is the one whose silence or loss holds the arm.
//   - There is one target. A newer order takes the place of the older one.
//   - Every setpoint obeys speed and acceleration, and lies in the workspace. An arm that
//     is found outside may come in and not go farther out.
//   - A motion that asked for notice gets one event.
//   - The motors are switched off only at the request of a station that nobody else's lease
//     keeps from moving the arm, only at rest, and only behind a stop, which latches.
//
// # What feeds the deadman and the lease
//
// Admitted orders, take, and ping, each of the holder. Nothing that was refused does, and
// no request that only asks. The deadman runs while the arm moves, or is about to.
//
// # Order of the checks
//
// Role, rate, time to live, stop, control, gripper, opening, speed, workspace. The first that fails
// is the verdict.
package safety
