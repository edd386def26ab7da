package push;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import push.Publisher.Outcome.KeyReused;
import push.Publisher.Outcome.Stored;

/**
 * A server's pattern with its clients, in virtual time and from one seed: the events that may happen to it, and the
 * promises that must hold throughout.
 *
 * <p><b>Length:</b> the events and the checked promises read the same few fields.
 *
 * <p><b>Threads:</b> confined to the simulation's.
 */
final class World {
    static final long TIGHT_BYTES = 1_000;
    private static final String LETTERS = "a\u00fc\u20ac\uD83D\uDE00";

    /** A promise that was broken. */
    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1;

        Violation(String what) {
            super(what);
        }
    }

    private record Used(NewMessage asked, Message stored, long atNanos, int keysBefore) {}

    final Random random;
    final Settings settings;
    final MessageLog log;
    final Stats stats;
    final List<SimConnection> connections = new ArrayList<>();
    final List<SimConnection> died = new ArrayList<>(); // In this step.
    private final List<FakeLoop> loops = new ArrayList<>();
    private final Shards shards;
    private final LocalPublisher publisher;
    private final List<Message> messages =
            new ArrayList<>(); // All that ever existed, by their sequence; null at a gap.
    private final List<String> epochs = new ArrayList<>(); // Of each position, from the one before the first message.
    private final Map<String, Used> keys = new HashMap<>();
    private final Map<EndReason, Long> closed = new EnumMap<>(EndReason.class);
    private final int maxConnections;
    private final int lifeSteps; // Then it may drain.
    private Violation broken; // Thrown within the server's own code, which may catch it.
    long usedBytes;
    boolean isLeaving;
    long step;
    long heartbeats;
    long laps;
    long pings;
    long streams;
    private long live;
    private long answers;
    private long asked;
    private int keysUsed;
    private boolean isExcused; // No client may be judged in the moment of waking.
    private long wokeNanos; // The machine has slept until then.
    private long lateUntilNanos; // The clock has jumped: until then everything may be late.

    World(long seed) {
        random = new Random(seed);
        int[] sizes = {2, 10, 60, 300};
        lifeSteps = 200 + random.nextInt(1_200);
        maxConnections = sizes[random.nextInt(sizes.length)];
        settings = new Settings(
                400 + random.nextInt(600),
                300 + random.nextInt(900),
                300 + random.nextInt(700),
                150 + random.nextInt(300),
                random.nextInt(4_000),
                1 + random.nextInt(random.nextBoolean() ? 20 : 300),
                200 + random.nextInt(200_000),
                1);
        log = new MessageLog("seed", settings.retainMessages(), settings.retainBytes());
        epochs.add("seed");
        stats = new Stats(new MemoryBudget(1L << 40, TIGHT_BYTES * 8 / 3, () -> usedBytes));
        shards = new Shards(settings, log, stats, 1 + random.nextInt(25));
        publisher = new LocalPublisher(settings, log, shards, stats, this::now, () -> now() / 1_000_000);
        for (int i = random.nextInt(3); i >= 0; i--) {
            loops.add(new FakeLoop());
        }
        for (EndReason reason : EndReason.values()) {
            closed.put(reason, 0L);
        }
    }

    Violation violation(String what) {
        broken = broken == null ? new Violation(what) : broken;
        return broken;
    }

    long now() {
        return loops.get(0).nanoTime();
    }

    Message message(long sequence) {
        return sequence < 1 || sequence > messages.size() ? null : messages.get((int) sequence - 1);
    }

    /** Returns the epoch under which a position was reached. */
    String epoch(long position) {
        return epochs.get((int) position);
    }

    /** Lets one thing happen, and checks the promises after it. */
    void step() {
        step++;
        SimConnection connection = anyConnection();
        SimSink sink = connection == null ? null : anySink(connection);
        int what = random.nextInt(1_000);
        if (connection == null || what < 40) {
            connect();
        } else if (what < 220) {
            join(connection);
        } else if (what < 420) {
            publish();
        } else if (what < 560) {
            FakeLoop loop = loops.get(random.nextInt(loops.size()));
            if (!loop.runOne()) {
                loop.read();
            }
        } else if (what < 700 && sink != null) {
            sink.grant(random.nextInt(4) == 0 ? random.nextInt(4) : random.nextInt(60_000));
        } else if (what < 800) {
            pass(random.nextInt(120));
        } else if (what < 802) {
            restart();
        } else if (what < 805) {
            sleep(random.nextInt(5_000));
        } else if (what < 804) {
            quiet();
        } else if (what < 830) {
            answer(connection);
        } else if (what < 850 && sink != null) {
            reset(connection, sink);
        } else if (what < 865 && sink != null) {
            sink.end(EndReason.TCP);
        } else if (what < 875) {
            connection.goneAway = true;
            connection.connection.peerGoesAway();
        } else if (what < 885) {
            connection.die();
        } else if (what < 895) {
            connection.speak(!connection.silent);
        } else if (what < 905) {
            connection.jammed = !connection.jammed;
        } else if (what < 915) {
            connection.windowUsedUp = !connection.windowUsedUp;
        } else if (what < 918) {
            usedBytes = usedBytes > 0 ? 0 : 2 * TIGHT_BYTES;
        } else if (what < 940 && sink != null) {
            sink.mayFail = true;
            sink.fault = SimSink.Fault.values()[random.nextInt(SimSink.Fault.values().length)];
        } else if (what < 945) {
            connection.failsNext = true;
        } else if (what < 985 && sink != null) {
            sink.writable(); // Spuriously.
        } else if (what < 990 && sink != null) {
            sink.stuck = true;
        } else if (what < 993 && !isLeaving && step > lifeSteps) {
            leave();
        } else if (what < 995 && isLeaving) {
            shards.goAway();
        } else if (what >= 995) {
            rest();
        }
        check();
    }

    /** Begins a drain; many clients take only a part of their bye for now, and the rest after further posts. */
    private void leave() {
        isLeaving = true;
        for (SimConnection connection : connections) {
            for (SimSink sink : connection.sinks) {
                sink.limit = random.nextBoolean() ? random.nextInt(80) : Long.MAX_VALUE;
            }
        }
        shards.sayGoodbye();
        // A stream cut in its bye soon stalls, so it rarely happens by chance that one goes on after a message.
        for (int i = random.nextInt(6); i > 0; i--) {
            loops.forEach(FakeLoop::run);
            publish();
            for (SimConnection connection : List.copyOf(connections)) {
                List.copyOf(connection.sinks).forEach(sink -> sink.grant(random.nextInt(60_000)));
            }
        }
    }

    private SimConnection anyConnection() {
        return connections.isEmpty() ? null : connections.get(random.nextInt(connections.size()));
    }

    private SimSink anySink(SimConnection connection) {
        return connection.sinks.isEmpty() ? null : connection.sinks.get(random.nextInt(connection.sinks.size()));
    }

    private void connect() {
        if (connections.size() < maxConnections) {
            FakeLoop loop = loops.get(random.nextInt(loops.size()));
            SimConnection connection = new SimConnection(this, loop, random.nextInt(5) > 0);
            connection.connection = shards.connect(loop, connection);
            connections.add(connection);
        }
    }

    /** The broker's stream has a hole, or is a different one: positions go on, ids do not. */
    private void restart() {
        boolean isAnother = random.nextBoolean();
        String epoch = isAnother ? "seed" + step : log.epoch();
        long number = isAnother ? 1 + random.nextInt(50) : log.nextNumber() + 1 + random.nextInt(10);
        log.restart(epoch, number);
        messages.add(null);
        epochs.add(epoch);
        shards.wake();
    }

    /** Judges the resumption of a client: after the position whose id it sends, or with the reason why not. */
    private void judge(long position, Resume resume) {
        boolean isOver = !epoch(position).equals(log.epoch());
        boolean isKept = position >= log.first() - 1 && position <= log.newest();
        boolean isForgotten = isOver && log.id(position).equals(log.epoch() + "-0"); // Two eras back: no id is kept.
        String expected = isForgotten
                ? "evicted"
                : isOver ? "epoch" : position > log.newest() ? "future" : isKept ? null : "evicted";
        if (!Objects.equals(expected, resume.reason()) || (isKept && !isOver && resume.position() != position)) {
            throw violation("position " + position + ", " + log.id(position) + ", of " + log.first() + " to "
                    + log.newest() + " in epoch " + log.epoch() + " became " + resume);
        }
    }

    private void join(SimConnection connection) {
        if (isLeaving || connection.goneAway) {
            return;
        }
        for (int i = random.nextInt(8) == 0 ? 20 << random.nextInt(4) : 1; i > 0 && !connection.dead; i--) {
            long sequence = Math.max(0, log.newest() + 2 - random.nextInt(60));
            String[] ids = {null, "", "seed-", "other-1", log.id(sequence), log.id(log.newest())};
            if (sequence <= log.newest()) {
                judge(sequence, Resume.from(log.id(sequence), log));
            }
            Resume resume = Resume.from(ids[random.nextInt(ids.length)], log);
            Wire wire = Wire.values()[random.nextInt(4)];
            int id = connection.nextId++;
            SimSink sink = new SimSink(this, connection, id, wire, resume, random);
            stats.open(Integer.MAX_VALUE);
            connection.sinks.add(sink);
            streams++;
            live++;
            connection.connection.open(id, sink, wire, resume);
        }
    }

    private void publish() {
        for (int i = random.nextInt(5) == 0 ? random.nextInt(30) : 1; i > 0; i--) {
            int length = random.nextInt(10) == 0 ? 1 + random.nextInt(4_000) : 1 + random.nextInt(40);
            StringBuilder text = new StringBuilder();
            for (int k = 0; k < length; k++) {
                text.append(LETTERS.codePointAt(random.nextInt(3)) == 0 ? "" : LETTERS, 0, 1 + random.nextInt(3));
            }
            NewMessage asking = new NewMessage("u" + random.nextInt(3), text.toString());
            String key = random.nextBoolean() ? null : "k" + random.nextInt(12);
            Used used = key == null ? null : keys.get(key);
            publish(used != null && random.nextBoolean() ? used.asked : asking, key, used);
        }
    }

    private void publish(NewMessage asking, String key, Used used) {
        var outcome = publisher.publish(asking, key).toCompletableFuture().join();
        long idleNanos = used == null ? 0 : now() - used.atNanos;
        boolean isOver = used == null || idleNanos >= settings.idempotencyMs() * 1_000_000L;
        if (outcome instanceof Stored stored && !stored.replayed()) {
            messages.add(stored.message());
            epochs.add(log.epoch());
            if (stored.message().sequence() != messages.size()) {
                throw violation("message " + messages.size() + " got the number "
                        + stored.message().sequence());
            }
            if (!isOver && keysUsed - used.keysBefore < settings.retainMessages() && settings.retainBytes() > 150_000) {
                throw violation("a key was forgotten after " + idleNanos / 1_000_000 + " ms");
            }
            if (key != null) {
                keys.put(key, new Used(asking, stored.message(), now(), keysUsed++));
            }
        } else if (isOver) {
            throw violation("a key is remembered for too long, or was never used");
        } else if (outcome instanceof Stored stored
                && (stored.message() != used.stored || !used.asked.equals(asking))) {
            throw violation("a key gave another message than the one that it was used for");
        } else if (outcome instanceof KeyReused && used.asked.equals(asking)) {
            throw violation("a key was refused to the message that it was used for");
        }
    }

    private void answer(SimConnection connection) {
        asked++;
        long head = log.newest();
        connection.connection.answer(() -> {
            answers++;
            connections.stream()
                    .filter(other -> other.loop == connection.loop)
                    .forEach(other -> checkAnswer(other, head));
        });
    }

    private void checkAnswer(SimConnection connection, long head) {
        long ahead = Math.min(64, (log.newest() - log.first() + 1) / 4);
        for (SimSink sink : connection.sinks) {
            if (!sink.waiting && sink.reader.position < head - ahead && !connection.dead) {
                throw violation("a request was answered though a stream that was not waiting had "
                        + sink.reader.position + " of " + head + " messages");
            }
        }
    }

    private void reset(SimConnection connection, SimSink sink) {
        EndReason why = random.nextBoolean() ? EndReason.CLIENT : EndReason.ERROR;
        sink.told = sink.told == null ? why : sink.told;
        connection.connection.reset(sink.id(), why);
    }

    private void pass(long ms) {
        loops.forEach(loop -> loop.pass(ms));
        for (SimConnection connection : connections) {
            for (SimSink sink : connection.sinks) {
                checkClocks(connection, sink);
            }
        }
    }

    /** Posts nothing until each stream that waits for nothing is due a heartbeat: by chance that is rare. */
    private void quiet() {
        for (long ms = 0; ms < 2L * settings.heartbeatMs(); ms += settings.tickMs()) {
            pass(settings.tickMs());
        }
    }

    /** Lets the machine sleep, together with its clients. */
    private void sleep(long ms) {
        boolean isRested =
                now() - wokeNanos > 3 * settings.tickMs() * 1_000_000; // Of two sleeps in a row one may be judged.
        loops.forEach(loop -> loop.sleep(ms));
        wokeNanos = now();
        isExcused = isRested && ms > 5 * settings.tickMs();
        lateUntilNanos = now() + 4 * settings.tickMs() * 1_000_000;
    }

    private void checkClocks(SimConnection connection, SimSink sink) {
        long tickNanos = 2 * settings.tickMs() * 1_000_000;
        if (now() < lateUntilNanos || connection.dead) {
            return;
        }
        long stalledNanos = now() - Math.max(sink.movedNanos, lateUntilNanos);
        if (sink.waiting && stalledNanos > 5L * settings.stallMs() * 1_000_000 + tickNanos) {
            throw violation("a stream has stood still for " + stalledNanos / 1_000_000 + " ms and is open");
        }
        long quietNanos = now() - Math.max(sink.tookNanos, lateUntilNanos);
        if (!sink.waiting && !isLeaving && quietNanos > settings.heartbeatMs() * 1_000_000L + tickNanos) {
            throw violation("a stream was told nothing for " + quietNanos / 1_000_000 + " ms");
        }
        if (connection.pingedNanos >= 0
                && now() - Math.max(connection.pingedNanos, lateUntilNanos)
                        > settings.pingTimeoutMs() * 1_000_000L + tickNanos
                && !connection.failsNext) {
            throw violation("a client that answers no PING still has its connection");
        }
    }

    /** A stream has ended, and was counted just before. */
    void ended(SimSink sink) {
        live--;
        EndReason reason = null;
        Map<EndReason, Long> now = stats.streams().closed();
        for (EndReason each : EndReason.values()) {
            if (now.get(each) == closed.get(each) + 1 && reason == null) {
                reason = each;
            } else if (!now.get(each).equals(closed.get(each))) {
                throw violation("one stream has ended, and was counted as " + now + " after " + closed);
            }
        }
        if (reason == null) {
            throw violation("a stream has ended, and was not counted");
        }
        closed.put(reason, closed.get(reason) + 1);
        if (!isPlausible(reason, sink)) {
            throw violation("a stream has ended as " + reason + " for no reason");
        }
    }

    private boolean isPlausible(EndReason reason, SimSink sink) {
        SimConnection connection = sink.connection;
        boolean isAwake = !isExcused
                || connection.loop.nanoTime() > wokeNanos; // Otherwise nothing could read what has arrived meanwhile.
        long stillNanos = connection.loop.nanoTime() - sink.movedNanos;
        return switch (reason) {
            case CLIENT -> sink.told == reason;
            case ERROR -> sink.told == reason || sink.mayFail;
            case TCP -> sink.told == reason || sink.mayFail || (connection.dead && !connection.goneAway);
            case GOAWAY -> connection.goneAway && connection.dead;
            case PING -> isAwake && connection.aborted;
            case STALLED ->
                usedBytes > TIGHT_BYTES
                        || (connection.aborted && connection.jammed)
                        || connection.windowUsedUp
                        || (isAwake && stillNanos >= settings.stallMs() * 1_000_000L);
            case DRAIN ->
                isLeaving
                        && (connection.drained
                                || connection.dead
                                || (sink.isFinishing() && (sink.isFlushed() || hasCause(sink, stillNanos))));
        };
    }

    /** Returns whether something else has ended a stream that was about to end. */
    private boolean hasCause(SimSink sink, long stillNanos) {
        return sink.told != null
                || sink.mayFail
                || usedBytes > TIGHT_BYTES
                || sink.connection.windowUsedUp
                || stillNanos >= settings.stallMs() * 1_000_000L;
    }

    private void check() {
        if (broken != null) {
            throw broken;
        }
        Stats.Streams counts = stats.streams();
        long sum = counts.closed().values().stream().mapToLong(Long::longValue).sum();
        if (counts.opened() != streams || counts.open() != live || sum != streams - live) {
            throw violation(streams + " streams were opened and " + live + " are open, but the counts say " + counts);
        }
        for (SimConnection connection : died) {
            if (!connection.sinks.isEmpty()) {
                throw violation(connection.sinks.size() + " streams have outlived their connection");
            }
        }
        died.clear();
        for (SimConnection connection : connections) {
            if (connection.held) {
                throw violation("a connection stays held");
            }
        }
        for (FakeLoop loop : loops) {
            if (loop.timers() > 2) {
                throw violation(loop.timers() + " timers run on one loop");
            }
        }
    }

    /** Lets all go well for a while: then each stream must have everything, without the help of a clock. */
    private void rest() {
        usedBytes = 0;
        for (SimConnection connection : List.copyOf(connections)) {
            connection.jammed = false;
            connection.windowUsedUp = false;
            connection.failsNext = false;
            for (SimSink sink : List.copyOf(connection.sinks)) {
                sink.fair = true;
                sink.stuck = false;
                sink.fault = SimSink.Fault.NONE;
            }
        }
        boolean moves = true;
        for (int i = 0; moves && i < 10_000; i++) {
            loops.forEach(FakeLoop::run);
            loops.forEach(loop -> loop.pass(1));
            moves = false;
            for (SimConnection connection : List.copyOf(connections)) {
                for (SimSink sink : List.copyOf(connection.sinks)) {
                    moves |= sink.waiting;
                    sink.grant(1 << 20);
                }
            }
        }
        checkRest(moves);
    }

    private void checkRest(boolean moves) {
        if (broken != null) {
            throw broken;
        }
        if (moves) {
            throw violation("the streams never come to rest");
        }
        if (answers != asked) {
            throw violation(asked + " requests were to be answered, and " + answers + " were");
        }
        for (SimConnection connection : connections) {
            for (SimSink sink : connection.sinks) {
                if (!sink.reader.hasAll() || !sink.isFlushed()) {
                    throw violation("a stream stands at " + sink.reader.position + " of " + log.newest()
                            + " though its client takes all");
                }
                if (isLeaving) {
                    throw violation("a stream is open after a drain though its client takes all");
                }
                sink.fair = false;
                sink.room = random.nextInt(3) == 0 ? 0 : random.nextInt(40_000);
            }
        }
        for (Shard shard : shards.all()) {
            if (shard.waiting() > 0) {
                throw violation(shard.waiting() + " streams are kept as waiting that are not");
            }
        }
    }

    /** Returns the plain form at a position, as defined by the contract. */
    String snapshot(Wire wire, long newest) {
        StringBuilder all = new StringBuilder("{\"" + wire.key + "\":[");
        for (long i = newest; i > newest - MessageLog.HISTORY && i >= log.first(); i--) {
            String json = new String(messages.get((int) i - 1).json(), UTF_8);
            all.append(i < newest ? "," : "").append('{').append(json.substring(json.indexOf("\"user\"")));
        }
        return all.append("]}\n").toString();
    }
}
