/** The app of the callers, small enough for every kind of build: a program, an image of it, a chart, a folder of files. */

/** Port on a host. */
export const appPort = 8080;

const goModule = `module example.com/shop

go 1.24
`;

const program = `package main

import (
	"fmt"
	"net/http"
	"os"
)

var version, commit = "dev", "none"

func greeting() string { return "Shop " + version }

func main() {
	http.HandleFunc("/healthz", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, "ok") })
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { fmt.Fprintln(w, greeting()) })
	if err := http.ListenAndServe(":${appPort}", nil); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`;

const test = `package main

import "testing"

func TestGreeting(t *testing.T) {
	if got := greeting(); got != "Shop dev" {
		t.Errorf("got %q", got)
	}
}
`;

/** What Octopus runs on each target once the package is there. */
const postDeploy = `set -eu
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }
chmod 0755 "$PWD/bin/shop"
as_root tee /etc/systemd/system/shop.service >/dev/null <<UNIT
[Unit]
Description=Shop
[Service]
ExecStart=$PWD/bin/shop
Restart=on-failure
[Install]
WantedBy=multi-user.target
UNIT
as_root systemctl daemon-reload
as_root systemctl --quiet enable shop
as_root systemctl restart shop
`;

const dockerfile = `FROM scratch
COPY bin/shop /shop
USER 65532:65532
EXPOSE ${appPort}
ENTRYPOINT ["/shop"]
`;

const chart = {
  'chart/Chart.yaml': `apiVersion: v2
name: shop
description: Shop
type: application
version: 0.0.0
icon: https://example.com/shop.svg
`,
  'chart/values.yaml': `image:
  repository: nexus.example.com/docker-hosted/shop
  digest: ''
`,
  'chart/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  selector:
    matchLabels: { app: {{ .Release.Name }} }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
    spec:
      containers:
        - name: shop
          image: "{{ .Values.image.repository }}@{{ .Values.image.digest }}"
`,
};

/** Files of its repository. */
export const appSources: Record<string, string> = {
  'go.mod': goModule,
  'main.go': program,
  'main_test.go': test,
  'deploy/PostDeploy.sh': postDeploy,
  Dockerfile: dockerfile,
  'public/index.html': '<!doctype html><title>Shop</title><p>Shop</p>\n',
  ...chart,
};
