"""What must, may and must not be in a queue after a crash, kept message by message."""


class Ledger:
    """One queue. A message is (publisher, number); numbers of a publisher grow."""

    def __init__(self, name):
        self.name = name
        self.must = set()  # confirmed, or seen after a restart, and no ack was sent
        self.may = set()  # published without a confirm yet, or its ack was sent
        self.acked = set()  # acks sent since the last restart

    def published(self, message):
        self.may.add(message)

    def confirmed(self, message):
        """A confirm came; an ack may have been sent before it."""
        if message in self.may and message not in self.acked:
            self.may.discard(message)
            self.must.add(message)

    def ack_sent(self, message):
        self.acked.add(message)
        self.must.discard(message)
        self.may.add(message)

    def check(self, seen):
        """`seen` is everything in the queue after a restart, in order."""
        counted = set(seen)
        assert len(counted) == len(seen), '%s: delivered twice: %s' % (self.name, duplicates(seen))
        missing = self.must - counted
        assert not missing, '%s: %d confirmed messages are gone: %s' % (self.name, len(missing), some(missing))
        unknown = counted - self.must - self.may
        assert not unknown, '%s: %d messages came from nowhere or from the dead: %s' % (self.name, len(unknown),
                                                                                       some(unknown))
        last = {}
        for publisher, number in seen:
            assert last.get(publisher, -1) < number, '%s: order of publisher %d broken at %d after %d' % (
                self.name, publisher, number, last[publisher])
            last[publisher] = number
        # What is there stays; what is not must never come back.
        self.must, self.may, self.acked = counted, set(), set()


def duplicates(seen):
    once, twice = set(), set()
    for m in seen:
        (twice if m in once else once).add(m)
    return some(twice)


def some(messages):
    return '%s%s' % (sorted(messages)[:5], ' …' if len(messages) > 5 else '')
