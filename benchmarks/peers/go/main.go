// A peer to measure against: the pattern on Go's net/http, with nothing but the standard library.
//
// Written as Go's documentation asks: a goroutine for each stream, which net/http starts; one Write and one Flush for all
// that the stream lacks; a channel of one place to wake it, so that a POST never waits. A message is encoded once
// and kept in a ring, so a stream needs no queue, only its position. GOMAXPROCS is Go's default, both cores, because the
// collector and the poller run beside the goroutines. An HTTP/2 connection may have 250 streams, which net/http sets.
// Environment: PUSH_PORT, PUSH_CERT, PUSH_KEY. It is not a part of the kit.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

const (
	history = 50
	kept    = 8_192
)

var (
	epoch = strconv.FormatInt(rand.New(rand.NewSource(time.Now().UnixNano())).Int63n(1<<60), 36)

	mu      sync.RWMutex // Guards all that follows.
	records [kept][]byte
	newest  int64
	readers = map[chan struct{}]bool{}
)

func id(sequence int64) string { return epoch + "-" + strconv.FormatInt(sequence, 10) }

func line(value any) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // Our own types can be encoded.
	}
	return out.Bytes()
}

// The records after one position up to another, or false if the oldest of them has been dropped. Under mu.
func between(after, upTo int64) ([]byte, bool) {
	if after < newest-kept {
		return nil, false
	}
	if after == upTo-1 {
		return records[upTo%kept], true
	}
	var all []byte
	for at := after + 1; at <= upTo; at++ {
		all = append(all, records[at%kept]...)
	}
	return all, true
}

func publish(user, text string) (string, []byte) {
	mu.Lock()
	defer mu.Unlock()
	newest++
	record := line(struct {
		Type string `json:"type"`
		ID   string `json:"id"`
		User string `json:"user"`
		Text string `json:"text"`
		Time int64  `json:"time"`
	}{"message", id(newest), user, text, time.Now().UnixMilli()})
	records[newest%kept] = record
	for wake := range readers {
		select {
		case wake <- struct{}{}:
		default: // It will wake already.
		}
	}
	return id(newest), record
}

// What a new stream is sent first, its position, and what wakes it.
func open(lastEventID string) ([]byte, int64, chan struct{}) {
	mu.Lock()
	defer mu.Unlock()
	from, resumed := newest-history, false
	if from < 0 {
		from = 0
	}
	if sequence := strings.TrimPrefix(lastEventID, epoch+"-"); sequence != lastEventID {
		if at, err := strconv.ParseInt(sequence, 10, 64); err == nil && at <= newest && at >= newest-kept {
			from, resumed = at, true
		}
	}
	reason := "new"
	if resumed {
		reason = ""
	}
	start := line(struct {
		Type        string `json:"type"`
		Resumed     bool   `json:"resumed"`
		Reason      string `json:"reason,omitempty"`
		ID          string `json:"id"`
		HeartbeatMs int    `json:"heartbeatMs"`
	}{"start", resumed, reason, id(from), 15_000})
	rest, _ := between(from, newest)
	wake := make(chan struct{}, 1)
	readers[wake] = true
	return append(start, rest...), newest, wake
}

func stream(w http.ResponseWriter, r *http.Request) {
	next, position, wake := open(r.Header.Get("Last-Event-ID"))
	defer func() {
		mu.Lock()
		defer mu.Unlock()
		delete(readers, wake)
	}()
	w.Header().Set("Content-Type", "application/x-ndjson")
	w.Header().Set("Cache-Control", "no-store")
	for {
		if len(next) > 0 {
			if _, err := w.Write(next); err != nil {
				return
			}
			w.(http.Flusher).Flush()
		}
		select {
		case <-wake:
		case <-r.Context().Done():
			return
		}
		mu.RLock()
		upTo := newest
		bytes, ok := between(position, upTo)
		mu.RUnlock()
		if !ok {
			panic(http.ErrAbortHandler) // Too slow.
		}
		next, position = bytes, upTo
	}
}

func post(w http.ResponseWriter, r *http.Request) {
	var draft struct{ User, Text string }
	body, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(body, &draft) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	at, record := publish(draft.User, draft.Text)
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Location", "messages/"+at)
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(record[:len(record)-1])
}

func main() {
	http.HandleFunc("/messages", func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			post(w, r)
		} else {
			stream(w, r)
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:"+os.Getenv("PUSH_PORT"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("Serving https://localhost:%d/\n", listener.Addr().(*net.TCPAddr).Port)
	log.SetOutput(io.Discard) // A client that goes while it shakes hands is no news.
	_ = http.ServeTLS(listener, nil, os.Getenv("PUSH_CERT"), os.Getenv("PUSH_KEY"))
}
