package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
)

func answering(status int) func(context.Context) int {
	return func(context.Context) int { return status }
}

func ask(t *testing.T, log io.Writer, status int, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	handler := newHandler(slog.New(slog.NewJSONHandler(log, nil)), answering(status))
	handler.ServeHTTP(answer, httptest.NewRequest(method, path, nil))
	return answer
}

func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodGet, "/", http.StatusOK, greeting + " from " + appName + " " + version + "\n"},
		{http.MethodGet, healthPath, http.StatusOK, "OK\n"},
		{http.MethodGet, "/nothing/is/here", http.StatusNotFound, "404 page not found\n"},
		{http.MethodPost, "/", http.StatusMethodNotAllowed, "Method Not Allowed\n"},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			answer := ask(t, io.Discard, http.StatusOK, test.method, test.path)
			if answer.Code != test.status || answer.Body.String() != test.body {
				t.Errorf("answers %d %q, not %d %q", answer.Code, answer.Body, test.status, test.body)
			}
		})
	}
}

func TestSaysThatItIsNotWell(t *testing.T) {
	var log bytes.Buffer
	answer := ask(t, &log, http.StatusServiceUnavailable, http.MethodGet, healthPath)
	if answer.Code != http.StatusServiceUnavailable || answer.Body.String() != "Service Unavailable\n" {
		t.Errorf("answers %d %q", answer.Code, answer.Body)
	}
	if log.Len() == 0 {
		t.Error("nobody can read in the log that it is not well")
	}
}

func TestEachRequestIsOneLineOfTheLog(t *testing.T) {
	var log bytes.Buffer
	ask(t, &log, http.StatusOK, http.MethodGet, healthPath)
	ask(t, &log, http.StatusOK, http.MethodGet, "/nothing/is/here")
	var line struct {
		Msg, Method, Path string
		Status            int
	}
	if err := json.Unmarshal(log.Bytes(), &line); err != nil {
		t.Fatalf("not one line of JSON: %v: %s", err, log.String())
	}
	if line.Msg != "request" || line.Method != http.MethodGet || line.Path != "/nothing/is/here" || line.Status != http.StatusNotFound {
		t.Errorf("the line says %+v", line)
	}
}
