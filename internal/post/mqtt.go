package post

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strings"

	"github.com/eclipse/paho.golang/paho"
)

// mqttSink publishes with QoS 1, MQTT 5: a broker's acknowledgement is what makes a message sent. Alerts are rare, so each has a
// connection of its own: none is left to go stale.
type mqttSink struct {
	url      *url.URL
	topic    string
	client   string
	password []byte
}

func newMQTT(u *url.URL, post string, password []byte) (Sink, error) {
	topic := strings.Trim(u.Path, "/")
	if topic == "" {
		topic = "straycell/" + post
	}
	if strings.ContainsAny(topic, "+#\x00") {
		return nil, fmt.Errorf("%s: a topic to publish under has no + and #", u)
	}
	return mqttSink{u, topic, "straycell-" + post, password}, nil
}

func (s mqttSink) Name() string { return s.url.Redacted() }

func (s mqttSink) Send(ctx context.Context, m Message) error {
	conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	c := paho.NewClient(paho.ClientConfig{Conn: conn})
	hello := &paho.Connect{ClientID: s.client, CleanStart: true, KeepAlive: 30}
	if name := s.url.User.Username(); name != "" {
		hello.UsernameFlag, hello.Username = true, name
		hello.PasswordFlag, hello.Password = len(s.password) > 0, s.password
	}
	if ack, err := c.Connect(ctx, hello); err != nil {
		if ack != nil && ack.ReasonCode != 0 {
			return fmt.Errorf("the broker refuses us, reason %#x: %w", ack.ReasonCode, err)
		}
		return err
	}
	json := byte(1) // text, MQTT 5 §3.3.2.3.2
	_, err = c.Publish(ctx, &paho.Publish{QoS: 1, Topic: s.topic + "/" + m.Alert, Payload: m.Body, Properties: &paho.PublishProperties{
		ContentType: "application/json", PayloadFormat: &json, User: paho.UserProperties{{Key: "id", Value: m.ID}},
	}})
	if err != nil {
		return err
	}
	c.Disconnect(&paho.Disconnect{})
	<-c.Done()
	return nil
}

func (s mqttSink) dial(ctx context.Context) (net.Conn, error) {
	port := "1883"
	if s.url.Scheme == "mqtts" {
		port = "8883"
	}
	return dial(ctx, "tcp", hostPort(s.url, port), s.url.Scheme == "mqtts")
}

// dial connects, with TLS 1.2 or newer where that is asked for.
func dial(ctx context.Context, network, address string, secure bool) (net.Conn, error) {
	if secure {
		d := tls.Dialer{Config: &tls.Config{MinVersion: tls.VersionTLS12}}
		return d.DialContext(ctx, network, address)
	}
	var d net.Dialer
	return d.DialContext(ctx, network, address)
}

// hostPort is where a URL points, with a port where it names none.
func hostPort(u *url.URL, port string) string {
	if p := u.Port(); p != "" {
		port = p
	}
	return net.JoinHostPort(u.Hostname(), port)
}
