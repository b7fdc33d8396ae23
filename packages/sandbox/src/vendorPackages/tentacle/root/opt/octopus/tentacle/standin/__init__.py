"""Stand-in of the Nante sandbox for Octopus Tentacle: same command line, no Halibut."""

VERSION = "9.2.4300~standin"
NOTE = "stand-in of the Nante sandbox, not Octopus' program: deployments come over SSH"

PROGRAM = "/opt/octopus/tentacle/Tentacle"
DEFAULT_INSTANCE = "Tentacle"


class Refused(Exception):
    """What a person is told before the program ends."""
