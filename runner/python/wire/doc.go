// Package wire is how parallax speaks with the interpreters that it starts, be they hosts or zygotes:
// over a socket, one JSON object a line both ways, with descriptors beside what we send.
//
// What the messages are is each one's own affair. What they share is here: the connection, texts that
// are no UTF-8, and what a script has used of the machine.
package wire
