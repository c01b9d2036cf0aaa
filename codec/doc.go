// Package codec owns the wire protocol, version 1: it cuts the byte stream into
// lines, reads a line as one typed Request or one Fault, and prints replies and
// events. It decides what is well formed and what is not, and nothing about the
// arm: limits, roles and control belong to package safety. It is pure: no
// goroutine, no I/O, no clock.
//
// # Lines
//
// A Cutter cuts at '\n', drops one '\r' before it and skips empty lines. A line
// of more than MaxLine bytes is reported once, as soon as it is known to be too
// long, and skipped up to its newline. However the stream is chunked, the
// sequence of lines and reports is the same. A last line without '\n' is never
// returned.
//
// # Requests
//
// Every request is one JSON object with a member "type", and may carry "id" (a
// string or an integer, at most MaxID bytes as sent) that its reply echoes last.
// The other members, in the documented order:
//
//	type         needs                optional
//	command      x y z gripper        check notify ttl_ms
//	move         x y z                speed check notify ttl_ms
//	grip         gripper              check notify ttl_ms
//	stop                              ttl_ms
//	reset        stop_id              check ttl_ms
//	hello                             name version deadman_ms ttl_ms
//	take                              check ttl_ms
//	release                           check ttl_ms
//	relax                             check ttl_ms
//	state                             ttl_ms
//	subscribe                         rate_hz ttl_ms
//	unsubscribe                       ttl_ms
//	ping                              ttl_ms
//
// notify:true needs an id, under which the event comes later. A stop never expires: it
// may carry ttl_ms like every other request, and is carried out all the same. Members may come in any order, names and words are
// case-sensitive, and "close" is read as "closed". A number for gripper is an opening from
// 0 (closed) to 100 % (open), and is rounded to a whole percent.
//
// # Which fault is reported
//
// A line that breaks several rules gets exactly one code, the first of these:
//
//  1. The first offence in reading order: not an object, malformed JSON, invalid
//     UTF-8, a member that no type knows, a member that came before, a value of
//     the wrong type or out of its range, a type or version that is unknown.
//     Range and type of a value are judged when it is read, whatever the type of
//     the request is. A value that does not end at a blank, comma or brace is malformed.
//     After the object, anything but blanks is trailing bytes.
//  2. No type: missing_field "type".
//  3. Members that this type does not take: unknown_field, with the first one in
//     the order type x y z gripper speed stop_id name version deadman_ms rate_hz
//     check notify ttl_ms id.
//  4. Members that this type needs: missing_field, the first one in the same
//     order; last the id that notify:true needs.
//
// A malformed value is reported with the member's name as field, and so is
// anything else between the name and the end of its value. The reply to a refused
// line echoes the id if a valid one was read before the offence.
//
// # Two decoders
//
// Decode tries a scanner that knows the plain case only (no escapes, ASCII, no
// offence), and allocates nothing. Whatever the scanner does not like is decoded
// again from the start by the strict decoder on jsontext, which alone reports
// faults. Both fill a Request through the same code, so they differ only in how they
// read JSON; a fuzz test holds them to the same answer.
package codec
