// Package roarmemu plays a Waveshare RoArm-M2: an ESP32 that takes lines of JSON, and four
// bus servos behind it. [New] makes one; package armtest plays it.
//
// It is written from what the vendor's firmware does (RoArm-M2_module.h, uart_ctrl.h,
// json_cmd.h), and never from a driver.
//
// # What it takes
//
//	{"T":1041,"x","y","z","t"}        go there at once, every servo as fast as it can
//	{"T":104,"x","y","z","t","spd"}   go there in small steps, and read nothing meanwhile
//	{"T":105}                         the measured place, as T:1051, 4 ms later
//	{"T":106,"cmd","spd","acc"}       the gripper's angle
//	{"T":107,"tor"}                   the gripper's torque limit
//	{"T":100}                         the init pose, and read nothing meanwhile
//	{"T":210,"cmd"}                   torque of all servos: 0 off, 1 on
//	{"T":0}                           torque off for 10 s, and read nothing meanwhile
//	{"T":605,"cmd"}                   0 no debug output, 1 echo, 2 T:1051 without end
//
// Nothing is acknowledged. With echo, which is on at boot, every line that is JSON comes back with an
// empty line behind it. What is not JSON, and every other T, is dropped without a word. A
// value that is missing counts as 0: a move without t opens the gripper as far as it goes,
// and JSON without a T is T:0, which lets the arm fall.
//
// Nothing checks the reach. Out of it the firmware calculates NaN, of which its cast to
// servo counts makes 0: the shoulder goes upright and the elbow to its limit, which is
// (-169, 0, 435), turned to where the target lies. T:104 stops at the last point that it could
// calculate.
//
// While nothing is read, 256 bytes wait; what comes on top is lost.
//
// # The arm
//
// Places are in mm, z from the shoulder's axis. Every servo counts 4096 a turn, its zero is
// 2047; the measured angles are calculated with 2048, as the firmware does it, so what
// is measured is up to a millimetre beside what was asked for. The forearm is bent by 1.73 mm,
// of which T:1041 knows and T:1051 does not. The servos go to their goals with finite speed and
// acceleration, and rest below them by what gravity makes of Config's sag. Without torque the arm falls until the hand lies on
// the table, one L1 below the shoulder; goals stay, and with torque again the arm
// jumps back to them.
//
// Events have the true place of the hand, and V in mm/s of it. Outputs are "gripper" with the
// goal in counts and "force" with the limit in 0.1 %. States are "booting", "ready", "torque
// off", "torque on" and "nan".
//
// # Faults
//
//	hang        reads nothing and answers nothing; the servos go on
//	mute        does everything, answers nothing
//	block       an obstacle: no joint of the arm moves
//	resume      ends these
//	garbage N   N bytes of noise to the host
//	reboot      power off and on: the arm falls meanwhile, and then goes to its init pose
//
// # Left out
//
// The wire's speed, missions, Wi-Fi, LEDs, joint commands (T:101, T:102, T:121, T:122), jogging (T:123),
// and the loads, which are always 0.
package roarmemu
