package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"time"
)

// newHandler is all that this service answers. Begin here.
func newHandler(logger *slog.Logger, health func(context.Context) int) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintf(w, "%s from %s %s\n", greeting, appName, version)
	})
	mux.HandleFunc("GET "+healthPath, func(w http.ResponseWriter, r *http.Request) {
		status := health(r.Context())
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprintln(w, http.StatusText(status))
	})
	return logRequests(logger, mux)
}

// logRequests writes one line for each request; those of health checks only where they fail.
func logRequests(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(seen, r)
		if r.URL.Path == healthPath && seen.status == http.StatusOK {
			return
		}
		logger.Info("request",
			"method", r.Method,
			"path", r.URL.Path,
			"status", seen.status,
			"milliseconds", time.Since(began).Milliseconds(),
		)
	})
}

// statusWriter remembers what was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what lies below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
