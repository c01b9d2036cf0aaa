// Package kinematics turns tool points into joint angles and back, for arms of four joints:
// base yaw, shoulder, elbow and wrist pitch, the hand kept at one configured pitch. It
// decides which posture an arm takes at a point, which points it refuses and by what name, and how
// far along a line its joints can follow in a given time. It has no I/O, goroutine or clock.
//
// # Geometry
//
// The arm lies in an upright plane that the base turns. Lengths are in mm and angles in rad;
// x is forward, y left, z up, as everywhere in the daemon.
//
//	                     (E)
//	                    /   \ . . the upper arm, prolonged
//	             Upper /     \      Elbow: from there to the forearm, here negative
//	                  /       \ Fore
//	                 /         \
//	     Offset     / Shoulder  \            Hand
//	  |<-------->(S)- - - -      (W)-------------------> tool point
//	  |           ^                Wrist: of the hand against the forearm
//	  |           | Height         Pitch: of the hand above the horizontal, here 0
//	--+-----------+-------------------------------------> out, at yaw Base from x
//	 z axis: the base turns about it, left positive
//
// Positive angles turn up. Pitch = Shoulder + Elbow + Wrist.
//
// # Which posture
//
// Inverse is in closed form. The base faces the tool point, the wrist then lies Hand behind it
// along the pitch, and the triangle of shoulder, elbow and wrist has two solutions: elbow up
// (negative) and down. Of what the limits leave, on whatever whole turns they leave, the posture
// nearest to a given one is taken. Two things follow:
//
//   - The arm never reaches over its own head: a posture whose tool point is behind the base's
//     axis, opposite to where the base looks, is not a solution. Behind the robot is
//     reached by turning the base, where its limits allow it.
//   - The wrist may be behind the axis, with the tool point before it. The yaw is defined by
//     the tool point alone, so nothing is singular there. Links are lines here: what keeps
//     them off the arm's own column, and off each other, are the joint limits and the workspace.
//
// # Singular points
//
// Three sets of points are refused by name, with a margin: the base's axis (1 mm), where
// the yaw turns at once, and the straight and the folded elbow (1° of it), where the two
// solutions meet. So the side of the elbow cannot change on a way on which every point
// is reachable, but by a jump. Step makes none: it keeps the side of the posture that it
// starts from, jumps by no whole turn, and refuses a way that asks for either.
//
// # One step
//
// Step is for the piece of line between two setpoints. A joint that is too slow for it shortens
// it, the tool point stays on the line, and the caller goes on from where it came to.
// Between the two postures the joints turn evenly and so within their limits; the tool leaves
// the line there by what the bend of a piece as short as one tick comes to.
package kinematics
