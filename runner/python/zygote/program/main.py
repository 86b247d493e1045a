# The zygote: it imports what scripts need, and forks itself once for each script. It has one thread,
# or forking it would not be safe.

import array
import errno
import gc
import json
import select
import signal
import socket

PROTOCOL = 1
FDS = 64  # more than are passed with any one message


class Link:
    """The connection to parallax: a JSON object a line, with descriptors beside those that have any."""

    def __init__(self, fd):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, fileno=fd)
        self.socket.setblocking(True)
        self.rest, self.files = b"", []

    def send(self, **message):
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def read(self):
        """The messages that have come, or None when the connection has ended."""
        size = array.array("i").itemsize
        data, extra, _, _ = self.socket.recvmsg(1 << 16, socket.CMSG_SPACE(FDS * size))
        for level, kind, raw in extra:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                fds = array.array("i")
                fds.frombytes(raw[:len(raw) - len(raw) % size])
                for fd in fds:
                    os.set_inheritable(fd, False)
                self.files.append(list(fds))
        if not data:
            return None
        *lines, self.rest = (self.rest + data).split(b"\n")
        return [json.loads(line) for line in lines]


class Zygote:
    def __init__(self, link, origin):
        self.link, self.origin = link, origin
        self.ready = {}  # the descriptors that tell of children which are not ready yet, to id and pid
        self.living = set()  # the children that parallax knows of, and does not know to have ended
        self.collects = gc.isenabled()
        self.before = None  # the handler of SIGCHLD, as scripts are to find it
        self.poll = select.poll()
        self.wake, self.alarm = socket.socketpair()
        for end in (self.wake, self.alarm):
            end.setblocking(False)

    def serve(self):
        signal.set_wakeup_fd(self.alarm.fileno(), warn_on_full_buffer=False)
        self.before = signal.signal(signal.SIGCHLD, lambda *_: None)
        self.poll.register(self.link.socket, select.POLLIN)
        self.poll.register(self.wake, select.POLLIN)
        while True:
            for fd, _ in self.poll.poll():
                if fd == self.wake.fileno():
                    self.wake.recv(4096)
                    self.look()
                elif fd in self.ready:
                    self.announce(fd)
                else:
                    commands = self.link.read()
                    if commands is None:
                        os._exit(0)  # and with it, by the kernel, all children
                    for command in commands:
                        self.obey(command)

    def obey(self, command):
        if command["type"] == "run":
            fds = self.link.files.pop(0)
            try:
                self.fork(command, fds)
            except OSError as e:
                where = "%s: " % e.filename if e.filename else ""
                self.link.send(type="error", id=command["id"], why=where + os.strerror(e.errno or errno.EIO).lower())
            except Unfit as e:
                self.link.send(type="error", id=command["id"], why=e.why)
            finally:
                if os.getpid() == self.origin.pid:
                    for fd in fds:
                        os.close(fd)
        elif command["type"] == "reap":
            self.reap(command["pid"])
        elif command["type"] == "shutdown":
            os._exit(0)

    def fork(self, command, fds):
        n = threads()
        if n > 1:
            raise Unfit("", "the preloaded interpreter has %d threads by now, and cannot be forked safely" % n, False)
        origin = self.origin
        try:
            # Here, where a fault can still be told.
            if command["cwd"]:
                os.chdir(command["cwd"])
            if command.get("cpus"):
                os.sched_setaffinity(0, command["cpus"])
            there, ready = os.pipe()
            try:
                pid = os.fork()
            except OSError:
                os.close(there)
                os.close(ready)
                raise
            if pid == 0:
                os.close(there)
                become(command, fds, ready, origin, self.leave)
            os.close(ready)
            self.ready[there] = command["id"], pid
            self.poll.register(there, select.POLLIN)
        finally:
            if os.getpid() == origin.pid:
                os.fchdir(origin.home)
                if command.get("cpus"):
                    os.sched_setaffinity(0, origin.cpus)

    def leave(self):
        """Gives up in a child what is the zygote's."""
        signal.set_wakeup_fd(-1)
        if self.before is not None:
            signal.signal(signal.SIGCHLD, self.before)
        if self.collects:
            gc.enable()
        for fd in places:
            os.close(fd)
        for fd in self.ready:
            os.close(fd)
        os.close(self.origin.home)
        for end in (self.link.socket, self.wake, self.alarm):
            end.close()

    def announce(self, fd):
        """Tells of a child that has a group of its own by now, or has ended."""
        id, pid = self.ready.pop(fd)
        self.poll.unregister(fd)
        os.close(fd)
        self.living.add(pid)
        self.link.send(type="forked", id=id, pid=pid)
        self.look([pid])

    def look(self, pids=None):
        """Tells which children have ended. They stay unreaped, and keep their numbers."""
        for pid in list(self.living if pids is None else pids):
            if os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
                self.living.discard(pid)
                self.link.send(type="ended", pid=pid)

    def reap(self, pid):
        try:
            _, status, used = os.wait4(pid, 0)
        except OSError as e:
            self.link.send(type="reaped", pid=pid, why=os.strerror(e.errno))
            return
        self.link.send(type="reaped", pid=pid, status=status, user=used.ru_utime, system=used.ru_stime,
                       max_rss=used.ru_maxrss, voluntary=used.ru_nvcsw, involuntary=used.ru_nivcsw)


def main(fd):
    # A script's __main__ is not the one that this program was begun in: a trace of that is still held
    # by the interpreter when it frees the script's, and would keep it from doing so.
    mine = sys.modules["__main__"]
    sys.modules["__main__"] = its = type(sys)("__main__")
    its.__dict__.update(mine.__dict__)
    # Out of the way of scripts, whose descriptors begin at 3.
    link = Link(fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 64))
    os.close(fd)
    if sys.path[:1] == [""]:
        del sys.path[0]
    orders = None
    while not orders:
        orders = link.read()
        if orders is None:
            os._exit(0)
    origin = Origin()
    if origin.areas:
        show(origin.areas[:2], [origin.argv0, b"parallax zygote", os.fsencode(",".join(orders[0]["modules"]))])
    try:
        loaded = preload(orders[0]["modules"], orders[0]["scripts"], orders[0]["skip"],
                         lambda name: link.send(type="importing", module=name))
    except Unfit as e:
        link.send(type="unfit", module=e.module, why=e.why, auto=e.auto)
        os._exit(1)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    zygote = Zygote(link, origin)
    gc.disable()
    gc.collect()
    # No collection of a child looks at what all share. It would have to be copied for that, at the
    # latest when the child ends, which then takes three times the processor time.
    gc.freeze()
    link.send(type="hello", protocol=PROTOCOL, pid=os.getpid(), modules=loaded)
    zygote.serve()


main(3)
