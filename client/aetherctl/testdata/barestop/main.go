// Command barestop sends a stop and waits for the answer, and does nothing else: it is what
// aetherctl stop is measured against.
package main

import (
	"net"
	"os"
)

func main() {
	conn, err := net.Dial("tcp", os.Args[1])
	if err != nil {
		panic(err)
	}
	if _, err := conn.Write([]byte("{\"type\":\"stop\"}\n")); err != nil {
		panic(err)
	}
	if _, err := conn.Read(make([]byte, 256)); err != nil {
		panic(err)
	}
}
