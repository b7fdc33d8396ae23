package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// greeting is what / begins with.
const greeting = "Hello"

// health is what the health path answers: 200 while this service can do its work. Ask here for what it needs, such as its
// database. A version that answers anything else is not kept: the one before it comes back.
func health(context.Context) int {
	return http.StatusOK
}

// How long requests that have begun may take once the service is told to stop.
const shutdownTime = 10 * time.Second

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run does what the arguments say: nothing serves, `healthcheck` asks a service that runs, `version` says which one this is.
func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	address := net.JoinHostPort(getenv("HOST"), portOf(getenv))
	switch {
	case len(args) == 0:
		logger := slog.New(slog.NewJSONHandler(out, nil)).With("app", appName, "version", version)
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
		if err != nil {
			return fmt.Errorf("cannot listen on %s: %w", address, err)
		}
		return serve(ctx, listener, newHandler(logger, health), logger)
	case len(args) == 1 && args[0] == "healthcheck":
		return checkHealth(ctx, "http://"+net.JoinHostPort("127.0.0.1", portOf(getenv))+healthPath)
	case len(args) == 1 && args[0] == "version":
		_, err := fmt.Fprintf(out, "%s %s (%s)\n", appName, version, commit)
		return err
	default:
		return fmt.Errorf("usage: %s [healthcheck | version]", appName)
	}
}

func portOf(getenv func(string) string) string {
	if port := getenv("PORT"); port != "" {
		return port
	}
	return defaultPort
}

// serve answers until the context ends, and then lets requests that have begun come to their end.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, logger *slog.Logger) error {
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(logger.Handler(), slog.LevelError),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	logger.Info("listening", "address", listener.Addr().String())

	select {
	case err := <-failed:
		return fmt.Errorf("cannot serve: %w", err)
	case <-ctx.Done():
	}
	logger.Info("stopping")
	// The one that ended is no use for what comes after it.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTime)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		return fmt.Errorf("requests were cut off: %w", err)
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	logger.Info("stopped")
	return nil
}

// checkHealth asks a service once; an image without a shell has no other means to.
func checkHealth(ctx context.Context, url string) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, response.Status)
	}
	return nil
}
