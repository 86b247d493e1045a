// Package remote controls a run from another terminal of the same user.
//
// A [Server] listens beside a run on a Unix domain socket, in a folder that nobody else can enter, and
// [Ask] sends it one request: a JSON object on one line each way, described in docs/remote.md. The
// socket's path stands in the run's folder, which may itself be too deep for the path of a socket.
//
// Without a server the run goes on as well: it only cannot be asked.
package remote
