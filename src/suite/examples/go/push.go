package main

// The pattern, without HTTP: one log that everybody reads, and streams that each keep only their position in it.

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"sync"
	"time"
)

const (
	history         = 50
	batchBytes      = 16_384
	firstPieceBytes = 8
)

var idForm = regexp.MustCompile(`^([0-9a-z]{1,32})-(0|[1-9][0-9]{0,17})$`)

type message struct {
	Type string `json:"type"`
	ID   string `json:"id"`
	User string `json:"user"`
	Text string `json:"text"`
	Time int64  `json:"time"`
}

type start struct {
	Type        string `json:"type"`
	Resumed     bool   `json:"resumed"`
	Reason      string `json:"reason,omitempty"`
	ID          string `json:"id"`
	HeartbeatMs int64  `json:"heartbeatMs"`
}

type heartbeat struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type bye struct {
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	RetryMs int64  `json:"retryMs"`
}

// A form of a stream. A plain one has a key, under which its snapshots list the newest messages.
type form struct {
	contentType, key string
	encode           func(record any) []byte
}

var (
	ndjson = &form{contentType: "application/x-ndjson", encode: line}
	sse    = &form{contentType: "text/event-stream", encode: event}
)

func plain(key string) *form {
	return &form{contentType: "text/plain; charset=utf-8", key: key}
}

// Encodes a value as JSON and a line feed, and leaves <, > and & as they are.
func line(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // Our own types can be encoded.
	}
	return out.Bytes()
}

func event(record any) []byte {
	head := ""
	switch record := record.(type) {
	case message:
		head = "id: " + record.ID
	case start:
		head = fmt.Sprintf("retry: %d\nevent: start\nid: %s", retryMs(), record.ID)
	case bye:
		head = fmt.Sprintf("retry: %d\nevent: bye", record.RetryMs)
	case heartbeat:
		head = "event: heartbeat"
	}
	return []byte(head + "\ndata: " + string(line(record)) + "\n")
}

// From 1 to 5 s, so that those who leave together do not come back together.
func retryMs() int64 {
	n, err := rand.Int(rand.Reader, big.NewInt(4_001))
	if err != nil {
		panic(err)
	}
	return 1_000 + n.Int64()
}

// An entry is a message in the bytes of both forms.
type entry struct {
	message     message
	ndjson, sse []byte
}

// What streams at the same position write next, and the position after it.
type batch struct {
	bytes []byte
	to    int64
}

// Log is the messages in the one order that holds for everybody: the newest, as many as the settings allow.
type Log struct {
	epoch                 string
	maxMessages, maxBytes int64

	mu            sync.Mutex
	entries       map[int64]*entry
	first, newest int64
	bytes         int64
	batches       map[string]batch // Good until the next message.
	changed       chan struct{}    // Closed by the next message.
}

func newLog(maxMessages, maxBytes int64) *Log {
	var life [3]byte
	if _, err := rand.Read(life[:]); err != nil {
		panic(err)
	}
	epoch := strconv.FormatInt(time.Now().UnixMilli(), 36) + hex.EncodeToString(life[:])
	return &Log{epoch: epoch, maxMessages: maxMessages, maxBytes: maxBytes, entries: map[int64]*entry{}, first: 1,
		batches: map[string]batch{}, changed: make(chan struct{})}
}

func (l *Log) id(sequence int64) string { return fmt.Sprintf("%s-%d", l.epoch, sequence) }

func (l *Log) append(user, text string) message {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.newest++
	m := message{"message", l.id(l.newest), user, text, time.Now().UnixMilli()}
	e := &entry{m, line(m), event(m)}
	l.entries[l.newest] = e
	l.bytes += int64(len(e.sse))
	for l.newest-l.first >= l.maxMessages || l.bytes > l.maxBytes && l.first < l.newest {
		l.bytes -= int64(len(l.entries[l.first].sse))
		delete(l.entries, l.first)
		l.first++
	}
	l.batches = map[string]batch{}
	close(l.changed)
	l.changed = make(chan struct{})
	return m
}

func (l *Log) find(id string) (message, bool) {
	position, reason := l.resume(id)
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.entries[position]; e != nil && reason == "" {
		return e.message, true
	}
	return message{}, false
}

// Where a client's last id leads: the position to go on from, and the reason if not everything that follows is there.
func (l *Log) resume(lastID string) (position int64, reason string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	parts := idForm.FindStringSubmatch(lastID)
	switch {
	case lastID == "":
		reason = "new"
	case parts == nil:
		reason = "malformed"
	case parts[1] != l.epoch:
		reason = "epoch"
	default:
		position, _ = strconv.ParseInt(parts[2], 10, 64) // 18 digits fit.
		if position > l.newest {
			reason = "future"
		} else if position < l.first-1 {
			reason = "evicted"
		}
	}
	if reason != "" {
		position = l.historyPosition()
	}
	return position, reason
}

func (l *Log) historyPosition() int64 {
	if l.newest-history > l.first-1 {
		return l.newest - history
	}
	return l.first - 1
}

// What follows a position: about 16 kB of whole records, gathered once for all streams that stand there.
func (l *Log) batch(f *form, position int64) batch {
	name := fmt.Sprint(f.contentType, f.key, position)
	b, ok := l.batches[name]
	if ok {
		return b
	}
	if b.to = position; f.key != "" {
		b = l.snapshot(f.key)
	}
	for f.key == "" && b.to < l.newest && len(b.bytes) < batchBytes {
		b.to++
		if f == sse {
			b.bytes = append(b.bytes, l.entries[b.to].sse...)
		} else {
			b.bytes = append(b.bytes, l.entries[b.to].ndjson...)
		}
	}
	l.batches[name] = b
	return b
}

func (l *Log) snapshot(key string) batch {
	type shown struct {
		User string `json:"user"`
		Text string `json:"text"`
		Time int64  `json:"time"`
	}
	newest := []shown{}
	for sequence := l.newest; sequence > l.historyPosition(); sequence-- {
		m := l.entries[sequence].message
		newest = append(newest, shown{m.User, m.Text, m.Time})
	}
	return batch{line(map[string]any{key: newest}), l.newest}
}

// A cursor is all that a stream keeps: its position in the log, and the rest of what it has begun to write.
type cursor struct {
	log         *Log
	form        *form
	heartbeatMs int64
	position    int64
	rest        []byte
}

// Makes what comes first the next to be written: a start, or the snapshot of a plain stream.
func (c *cursor) begin(position int64, reason string) {
	c.position = position
	if c.form.key != "" {
		c.log.mu.Lock()
		defer c.log.mu.Unlock()
		first := c.log.snapshot(c.form.key)
		c.rest, c.position = first.bytes, first.to
		return
	}
	c.rest = c.form.encode(start{"start", reason == "", reason, c.log.id(position), c.heartbeatMs})
}

// Looks for what follows. If nothing does, the channel tells when something will.
func (c *cursor) advance() <-chan struct{} {
	l := c.log
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(c.rest) > 0:
	case c.form.key == "" && c.position < l.first-1: // Lapped: the client is told, and goes on with the newest.
		c.begin(l.historyPosition(), "lapped")
	case c.position < l.newest:
		next := l.batch(c.form, c.position)
		c.rest, c.position = next.bytes, next.to
	}
	return l.changed
}

func (c *cursor) beat() {
	c.log.mu.Lock()
	defer c.log.mu.Unlock()
	if c.form.key != "" {
		c.rest = c.log.snapshot(c.form.key).bytes
	} else {
		c.rest = c.form.encode(heartbeat{"heartbeat", c.log.id(c.log.newest)})
	}
}
