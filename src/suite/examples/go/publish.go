package main

// A message on its way in: its body, its key, its place in the log.

import (
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

type remembered struct {
	message message
	until   time.Time
}

// Idempotency keys, of which as many are remembered as messages are kept.
type memory struct {
	mu          sync.Mutex
	keys        map[string]remembered
	oldestFirst []string
}

func post(w http.ResponseWriter, r *http.Request) *problem {
	c := connectionOf(r)
	if seconds := c.posts.take(settings.postsPerSecond, settings.postBurst); seconds > 0 {
		return refusal(429, "This connection posts too fast.").passing("rate", seconds)
	}
	if p := onlyJSON(r.Header["Content-Type"]); p != nil {
		return p
	}
	key, p := onlyKey(r.Header["Idempotency-Key"])
	if p != nil {
		return p
	}
	body, p := readBody(r, c)
	if p != nil {
		return p
	}
	if more := (len(body) - 1) / postBytes; more > 0 {
		if seconds := c.posts.takeAll(float64(more), 0, settings.postsPerSecond, settings.postBurst); seconds > 0 {
			return refusal(429, "This connection posts too fast.").passing("rate", seconds)
		}
	}
	user, text, p := parseMessage(body)
	if p != nil {
		return p
	}
	m, p := known.publish(key, user, text)
	if p != nil {
		return p
	}
	w.Header().Set("Location", "/messages/"+m.ID)
	return reply(w, 201, "application/json", line(m))
}

func (k *memory) publish(key, user, text string) (message, *problem) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if isDraining() {
		return message{}, goingDown()
	}
	for len(k.oldestFirst) > 0 {
		oldest := k.keys[k.oldestFirst[0]]
		_, kept := messages.find(oldest.message.ID)
		if kept && time.Now().Before(oldest.until) && int64(len(k.keys)) <= settings.retainMessages {
			break
		}
		delete(k.keys, k.oldestFirst[0])
		k.oldestFirst = k.oldestFirst[1:]
	}
	if found, ok := k.keys[key]; ok {
		if found.message.User != user || found.message.Text != text {
			return message{}, refusal(422, "This Idempotency-Key was used for another message: take a new key.")
		}
		return found.message, nil
	}
	m := messages.append(user, text)
	counts.mu.Lock()
	counts.posted++
	counts.mu.Unlock()
	if key != "" {
		k.keys[key] = remembered{m, time.Now().Add(ms(settings.idempotencyMs))}
		k.oldestFirst = append(k.oldestFirst, key)
	}
	return m, nil
}

// Reads a body within a size and a time. A handler cannot give up a read in Go 1.19, so another goroutine reads: with HTTP/2
// it ends when the handler has returned, with HTTP/1.1 by a deadline on the connection.
func readBody(r *http.Request, c *connection) ([]byte, *problem) {
	if r.ContentLength > maxBodyBytes {
		return nil, refusal(413, fmt.Sprintf("The body is larger than %d bytes: send less.", maxBodyBytes))
	}
	type read struct {
		body []byte
		err  error
	}
	done := make(chan read, 1)
	go func() {
		body, err := io.ReadAll(io.LimitReader(r.Body, maxBodyBytes+1))
		done <- read{body, err}
	}()
	giveUp := func() {
		if r.ProtoMajor == 1 {
			_ = c.SetReadDeadline(time.Now())
		}
	}
	late := time.NewTimer(ms(settings.bodyMs))
	defer late.Stop()
	select {
	case got := <-done:
		if got.err != nil {
			return nil, refusal(400, "The body has not the length that was declared, or did not come whole.")
		}
		if len(got.body) > maxBodyBytes {
			return nil, refusal(413, fmt.Sprintf("The body is larger than %d bytes: send less.", maxBodyBytes))
		}
		return got.body, nil
	case <-late.C:
		giveUp()
		return nil, refusal(408, fmt.Sprintf("The body did not arrive within %d ms: send it again.", settings.bodyMs))
	case <-draining:
		giveUp()
		return nil, goingDown()
	}
}
