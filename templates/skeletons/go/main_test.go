package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func environment(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

func TestServesUntilItIsStopped(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	logger := slog.New(slog.NewTextHandler(io.Discard, nil))
	go func() { ended <- serve(ctx, listener, newHandler(logger, answering(http.StatusOK)), logger) }()

	_, port, _ := net.SplitHostPort(listener.Addr().String())
	getenv := environment(map[string]string{"PORT": port})
	if err := run(ctx, []string{"healthcheck"}, getenv, io.Discard); err != nil {
		t.Errorf("it is well, and the health check says: %v", err)
	}
	stop()
	select {
	case err := <-ended:
		if err != nil {
			t.Errorf("it did not stop well: %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("it did not stop")
	}
	if err := run(context.Background(), []string{"healthcheck"}, getenv, io.Discard); err == nil {
		t.Error("it is gone, and the health check is content")
	}
}

func TestHealthCheckFailsWhereTheServiceSaysSo(t *testing.T) {
	ill := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer ill.Close()
	err := checkHealth(context.Background(), ill.URL)
	if err == nil || !strings.Contains(err.Error(), "503") {
		t.Errorf("it answers 503, and the health check says: %v", err)
	}
}

func TestSaysItsVersion(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), []string{"version"}, environment(nil), &out); err != nil {
		t.Fatal(err)
	}
	if want := appName + " " + version + " (" + commit + ")\n"; out.String() != want {
		t.Errorf("says %q, not %q", out.String(), want)
	}
}

func TestRefusesWhatItDoesNotKnow(t *testing.T) {
	for _, args := range [][]string{{"serve"}, {"healthcheck", "twice"}} {
		if err := run(context.Background(), args, environment(nil), io.Discard); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
}

func TestSaysWhyItCannotListen(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	err = run(context.Background(), nil, environment(map[string]string{"HOST": host, "PORT": port}), io.Discard)
	if err == nil || !strings.Contains(err.Error(), "cannot listen on "+net.JoinHostPort(host, port)) {
		t.Errorf("the port is taken, and it says: %v", err)
	}
}
