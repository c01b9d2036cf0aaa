// Package config owns aetherd's configuration file: its keys, their defaults, what values
// are safe, and what to write instead of one that is not.
//
// Load reads a file; deploy/aetherd.toml shows every key with its default. Load is strict:
// an unknown key, a wrong type, a number out of its bounds and values that contradict each
// other are errors, all of them reported together with their lines. No number switches a
// limit or a time-out off, but for the faults of the simulator.
//
// Config.Gate and Config.Driver turn the file into what the safety gate and the arm's
// driver are made from, and nothing else does. Times in a Config are whole milliseconds,
// lengths mm, speeds mm/s.
package config
