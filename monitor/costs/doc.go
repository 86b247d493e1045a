// Package costs measures what parallelism costs on this machine, in each model: to start a job, to
// keep one that waits, to end it, and to send a message there and back.
//
// It knows models by the launchers it is handed only, and starts nothing that it does not end.
package costs
