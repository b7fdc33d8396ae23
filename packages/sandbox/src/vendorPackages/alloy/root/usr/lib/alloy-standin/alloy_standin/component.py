"""What every component has."""

import os
import threading


class Receiver:
    """Something that others forward to. `takes` is `metrics` or `logs`."""

    def __init__(self, takes, send):
        self.takes = takes
        self.send = send


class Component:
    """A component with its checked arguments.

    FIELDS says what it may be told. The constructor has no effect outside; `start` begins the work, `stop` ends it.
    """

    FIELDS = {}

    def __init__(self, component_id, arguments, log, storage):
        self.id = component_id
        self.arguments = arguments
        self.log = log
        self._storage = storage
        self.exports = {}
        self._stopping = threading.Event()
        self._threads = []

    def start(self):
        """Begins to work; nothing to do unless told."""

    def stop(self):
        """Ends all work and waits for it, a little."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(timeout=5)

    @property
    def stopping(self):
        """Whether `stop` was called."""
        return self._stopping.is_set()

    def pause(self, seconds):
        """Waits; True when it was told to stop."""
        return self._stopping.wait(seconds)

    def run(self, work, *arguments):
        """Does work beside everything else; what it throws is logged, not lost."""

        def guarded():
            try:
                work(*arguments)
            except Exception as error:  # pylint: disable=broad-except
                if not self.stopping:
                    self.log.write("error", "component stopped", err="%s: %s" % (type(error).__name__, error))

        thread = threading.Thread(target=guarded, daemon=True)
        self._threads.append(thread)
        thread.start()

    def storage(self, name):
        """Path of a file of its own that outlives a restart."""
        folder = os.path.join(self._storage, self.id)
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, name)


def forward(receivers, items):
    """Gives items to all receivers."""
    if items:
        for receiver in receivers:
            receiver.send(items)
