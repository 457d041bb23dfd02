// amqp091-go against a broker: go_client SCENARIO HOST PORT; see README.md.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

var failed bool

func claim(name string, condition bool, why ...interface{}) bool {
	if condition {
		fmt.Println("ok " + name)
	} else {
		failed = true
		fmt.Printf("not ok %s: %v\n", name, why)
	}
	return condition
}

func must(err error) {
	if err != nil {
		claim("no error expected", false, err)
		os.Exit(1)
	}
}

func url(credentials, vhost string) string {
	return fmt.Sprintf("amqp://%s@%s:%s/%s", credentials, os.Args[2], os.Args[3], vhost)
}

func connect() *amqp.Connection {
	c, err := amqp.Dial(url("guest:guest", ""))
	must(err)
	return c
}

func open(c *amqp.Connection) *amqp.Channel {
	ch, err := c.Channel()
	must(err)
	return ch
}

func publish(ch *amqp.Channel, exchange, key string, mandatory bool, m amqp.Publishing) {
	ctx, done := context.WithTimeout(context.Background(), 20*time.Second)
	defer done()
	must(ch.PublishWithContext(ctx, exchange, key, mandatory, false, m))
}

func text(s string) amqp.Publishing {
	return amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte(s)}
}

func waitConfirms(confirms chan amqp.Confirmation, n int) (acks, nacks int) {
	for i := 0; i < n; i++ {
		select {
		case c := <-confirms:
			if c.Ack {
				acks++
			} else {
				nacks++
			}
		case <-time.After(20 * time.Second):
			claim("confirms in time", false, i)
			return
		}
	}
	return
}

func get(ch *amqp.Channel, q string) *amqp.Delivery {
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
		if d, ok, err := ch.Get(q, true); err != nil {
			must(err)
		} else if ok {
			return &d
		}
	}
	return nil
}

func wantError(name string, err error, code int, reason string) {
	e, ok := err.(*amqp.Error)
	claim(name, ok && e.Code == code && e.Reason == reason, err)
}

func basic() {
	c := connect()
	ch := open(c)
	q, err := ch.QueueDeclare("", false, false, true, false, nil)
	must(err)
	claim("server-named queue", strings.HasPrefix(q.Name, "amq.gen-"), q.Name)
	must(ch.Confirm(false))
	confirms := ch.NotifyPublish(make(chan amqp.Confirmation, 1000))
	returns := ch.NotifyReturn(make(chan amqp.Return, 10))
	for n := 0; n < 100; n++ {
		publish(ch, "", q.Name, true, text(fmt.Sprint(n)))
	}
	acks, nacks := waitConfirms(confirms, 100)
	claim("confirms", acks == 100 && nacks == 0, acks, nacks)
	must(ch.Qos(10, 0, false))
	deliveries, err := ch.Consume(q.Name, "tag", false, false, false, false, nil)
	must(err)
	ordered := true
	for n := 0; n < 100; n++ {
		select {
		case d := <-deliveries:
			ordered = ordered && string(d.Body) == fmt.Sprint(n)
			if n%5 == 4 {
				must(d.Ack(true))
			}
		case <-time.After(20 * time.Second):
			// with acks of five at a time and a prefetch of ten nothing may stall
			claim("deliveries in time", false, n)
			return
		}
	}
	claim("consumed in order", ordered)
	must(ch.Cancel("tag", false))
	publish(ch, "amq.direct", "nobody", true, text("back"))
	select {
	case r := <-returns:
		claim("returned", r.ReplyCode == 312 && r.ReplyText == "NO_ROUTE" && string(r.Body) == "back", r)
	case <-time.After(20 * time.Second):
		claim("returned", false)
	}
	waitConfirms(confirms, 1)
	full, err := ch.QueueDeclare("", false, false, true, false, amqp.Table{"x-max-length": int32(1), "x-overflow": "reject-publish"})
	must(err)
	publish(ch, "", full.Name, false, text("1"))
	publish(ch, "", full.Name, false, text("2"))
	acks, nacks = waitConfirms(confirms, 2)
	claim("nacked", acks == 1 && nacks == 1, acks, nacks)
	headers := amqp.Table{"s": "x", "i": int32(5), "l": int64(1 << 40), "t": amqp.Table{"k": true}, "d": 1.5, "b": []byte{0, 1}}
	when := time.Unix(1700000000, 0)
	publish(ch, "", q.Name, false, amqp.Publishing{Headers: headers, MessageId: "m", Timestamp: when, Priority: 3, Body: []byte("p")})
	d := get(ch, q.Name)
	claim("properties", d != nil && d.MessageId == "m" && d.Timestamp.Equal(when) && d.Priority == 3 &&
		fmt.Sprint(d.Headers) == fmt.Sprint(headers), d)
	big := make([]byte, 2<<20)
	rand.Read(big)
	publish(ch, "", q.Name, false, amqp.Publishing{Body: big})
	d = get(ch, q.Name)
	claim("2 MiB", d != nil && bytes.Equal(d.Body, big))
	must(ch.ExchangeDeclare("go-headers", "headers", false, true, false, false, nil))
	must(ch.QueueBind(q.Name, "", "go-headers", false, amqp.Table{"x-match": "any", "a": int32(1), "b": "z"}))
	publish(ch, "go-headers", "", false, amqp.Publishing{Headers: amqp.Table{"a": int32(1)}, Body: []byte("h")})
	d = get(ch, q.Name)
	claim("headers exchange", d != nil && string(d.Body) == "h")
	must(c.Close())
}

func errors() {
	c := connect()
	ch := open(c)
	_, err := ch.QueueDeclarePassive("go-none", false, false, false, false, nil)
	wantError("404", err, 404, "NOT_FOUND - no queue 'go-none' in vhost '/'")
	ch = open(c)
	closed := ch.NotifyClose(make(chan *amqp.Error, 1))
	publish(ch, "go-none", "k", false, text("x"))
	select {
	case e := <-closed:
		wantError("404 on publish", e, 404, "NOT_FOUND - no exchange 'go-none' in vhost '/'")
	case <-time.After(20 * time.Second):
		claim("404 on publish", false)
	}
	ch = open(c)
	err = ch.ExchangeDelete("amq.direct", false, false)
	wantError("403", err, 403, "ACCESS_REFUSED - deletion of system exchange 'amq.direct' in vhost '/' not allowed")
	ch = open(c)
	_, err = ch.QueueDeclare("go-q", false, false, true, false, amqp.Table{"x-message-ttl": int32(-1)})
	wantError("406", err, 406, "PRECONDITION_FAILED - invalid arg 'x-message-ttl' for queue 'go-q' in vhost '/': {value_negative,-1}")
	ch = open(c)
	must(ch.Tx())
	err = ch.Confirm(false)
	wantError("tx and confirms", err, 406, "PRECONDITION_FAILED - cannot switch from tx to confirm mode")
	ended := c.NotifyClose(make(chan *amqp.Error, 1))
	ch = open(c)
	err = ch.ExchangeDeclare("go-w", "wombat", false, false, false, false, nil)
	select {
	case e := <-ended:
		wantError("503", e, 503, "COMMAND_INVALID - unknown exchange type 'wombat'")
	case <-time.After(20 * time.Second):
		claim("503", false, err)
	}
	_, err = amqp.Dial(url("guest:wrong", ""))
	e, ok := err.(*amqp.Error)
	claim("login refused", ok && e.Code == 403, err)
	_, err = amqp.Dial(url("guest:guest", "go-none"))
	e, ok = err.(*amqp.Error)
	claim("no vhost", ok && e.Code == 530 || err == amqp.ErrVhost, err)
}

func store() {
	ch := open(connect())
	_, err := ch.QueueDeclare("go-store", true, false, false, false, nil)
	must(err)
	must(ch.Confirm(false))
	confirms := ch.NotifyPublish(make(chan amqp.Confirmation, 1000))
	for n := 0; n < 200; n++ {
		publish(ch, "", "go-store", false, text(fmt.Sprint(n)))
	}
	acks, _ := waitConfirms(confirms, 200)
	claim("stored", acks == 200, acks)
}

func check() {
	ch := open(connect())
	n, ordered := 0, true
	for ; ; n++ {
		d, ok, err := ch.Get("go-store", true)
		must(err)
		if !ok {
			break
		}
		ordered = ordered && string(d.Body) == fmt.Sprint(n)
	}
	claim("all there in order", n == 200 && ordered, n, ordered)
}

func recover_() {
	c := connect()
	ended := c.NotifyClose(make(chan *amqp.Error, 1))
	ch := open(c)
	_, err := ch.QueueDeclare("go-recover", true, false, false, false, nil)
	must(err)
	must(ch.Confirm(false))
	confirms := ch.NotifyPublish(make(chan amqp.Confirmation, 10))
	publish(ch, "", "go-recover", false, text("before"))
	waitConfirms(confirms, 1)
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	lines.Scan()
	select {
	case <-ended:
		claim("the loss is noticed", true)
	case <-time.After(20 * time.Second):
		claim("the loss is noticed", false)
	}
	lines.Scan()
	for deadline := time.Now().Add(30 * time.Second); ; {
		if c, err = amqp.Dial(url("guest:guest", "")); err == nil {
			break
		}
		if time.Now().After(deadline) {
			must(err)
		}
	}
	ch = open(c)
	must(ch.Confirm(false))
	confirms = ch.NotifyPublish(make(chan amqp.Confirmation, 10))
	publish(ch, "", "go-recover", false, text("after"))
	waitConfirms(confirms, 1)
	one, two := get(ch, "go-recover"), get(ch, "go-recover")
	claim("goes on", one != nil && two != nil && string(one.Body) == "before" && string(two.Body) == "after")
}

func main() {
	switch os.Args[1] {
	case "basic":
		basic()
		errors()
	case "store":
		store()
	case "check":
		check()
	case "recover":
		recover_()
	}
	if failed {
		os.Exit(1)
	}
}
