"""How much of our cores others use, so that a figure measured beside them is not taken for one alone."""
import os
import time


def _busy(cores):
    """Seconds that the cores have worked, for anyone."""
    names, busy = {f"cpu{core}" for core in cores}, 0
    with open("/proc/stat") as stat:
        for line in stat:
            name, *counts = line.split()
            if name in names:
                user, nice, system, _idle, _waiting, irq, softirq, steal = map(int, counts[:8])
                busy += user + nice + system + irq + softirq + steal
    return busy / os.sysconf("SC_CLK_TCK")


class Watch:
    """Watches the cores that this process may use, from the making of the watch on."""

    def __init__(self):
        self.cores = os.sched_getaffinity(0)
        self.start, self.busy = time.perf_counter(), _busy(self.cores)

    def seconds(self):
        return time.perf_counter() - self.start

    def working(self):
        """The share of the cores' time, 0 to 1, in which they worked for anyone."""
        return (_busy(self.cores) - self.busy) / (self.seconds() * len(self.cores))


def wait(limit, share=0.05, window=0.5):
    """Sleeps until the cores work less than a share of the time, or for limit seconds."""
    deadline = time.perf_counter() + limit
    while time.perf_counter() < deadline:
        watch = Watch()
        time.sleep(window)
        if watch.working() < share:
            return
