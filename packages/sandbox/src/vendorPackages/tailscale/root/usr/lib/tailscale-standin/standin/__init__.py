"""Stand-in of the Nante sandbox for tailscale and tailscaled: same command line and local API, no WireGuard."""

VERSION = "1.102.0~standin"
NOTE = "stand-in of the Nante sandbox, not Tailscale's program: nothing is encrypted"

# Where the daemon listens for the command line.
SOCKET = "/run/tailscale/tailscaled.sock"
