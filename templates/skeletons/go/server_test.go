package main

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
)

func ask(t *testing.T, log io.Writer, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	handler := newHandler(slog.New(slog.NewJSONHandler(log, nil)))
	handler.ServeHTTP(answer, httptest.NewRequest(method, path, nil))
	return answer
}

func TestAnswers(t *testing.T) {
	for _, test := range []struct {
		method, path string
		status       int
		body         string
	}{
		{http.MethodGet, "/", http.StatusOK, appName + " " + version + "\n"},
		{http.MethodGet, healthPath, http.StatusOK, "ok\n"},
		{http.MethodGet, "/nothing/is/here", http.StatusNotFound, "404 page not found\n"},
		{http.MethodPost, "/", http.StatusMethodNotAllowed, "Method Not Allowed\n"},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			answer := ask(t, io.Discard, test.method, test.path)
			if answer.Code != test.status || answer.Body.String() != test.body {
				t.Errorf("answers %d %q, not %d %q", answer.Code, answer.Body, test.status, test.body)
			}
		})
	}
}

func TestEachRequestIsOneLineOfTheLog(t *testing.T) {
	var log bytes.Buffer
	ask(t, &log, http.MethodGet, healthPath)
	ask(t, &log, http.MethodGet, "/nothing/is/here")
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
