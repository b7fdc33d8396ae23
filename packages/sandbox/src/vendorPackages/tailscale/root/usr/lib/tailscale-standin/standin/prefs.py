"""Settings of a node, under the names that they have in the real program, and the options of `tailscale up` for them."""

DEFAULT_LOGIN_SERVER = "https://controlplane.tailscale.com"

# Option of `up`, name of the setting, value where it is not mentioned.
SETTINGS = [
    ("accept-dns", "CorpDNS", True),
    ("accept-routes", "RouteAll", False),
    ("advertise-connector", "AppConnector", False),
    ("advertise-exit-node", "AdvertiseExitNode", False),
    ("advertise-routes", "AdvertiseRoutes", []),
    ("advertise-tags", "AdvertiseTags", []),
    ("exit-node", "ExitNodeIP", ""),
    ("exit-node-allow-lan-access", "ExitNodeAllowLANAccess", False),
    ("hostname", "Hostname", ""),
    ("login-server", "ControlURL", DEFAULT_LOGIN_SERVER),
    ("netfilter-mode", "NetfilterMode", "on"),
    ("operator", "OperatorUser", ""),
    ("shields-up", "ShieldsUp", False),
    ("snat-subnet-routes", "SNATSubnetRoutes", True),
    ("ssh", "RunSSH", False),
    ("stateful-filtering", "StatefulFiltering", False),
]


def fresh():
    """Settings of a node that nobody has set up."""
    prefs = {name: value for _, name, value in SETTINGS}
    return {**prefs, "ControlURL": "", "WantRunning": False, "LoggedOut": False}


def flag_defaults():
    """Options with their defaults as text or boolean; lists are written with commas."""
    return {flag: ",".join(value) if isinstance(value, list) else value for flag, _, value in SETTINGS}


def from_flags(values):
    """The settings that the options of `up` mean."""
    prefs = {}
    for flag, name, default in SETTINGS:
        value = values[flag]
        if isinstance(default, list):
            value = [part for part in value.split(",") if part]
        prefs[name] = value
    # As the real program does: the prefix may be left out.
    prefs["AdvertiseTags"] = [tag if tag.startswith("tag:") else f"tag:{tag}" for tag in prefs["AdvertiseTags"]]
    return prefs


def shown(prefs):
    """The settings in the shapes in which `tailscale debug prefs` has them."""
    modes = {"off": 0, "nodivert": 1, "on": 2}
    ours = ("AdvertiseExitNode", "SNATSubnetRoutes", "StatefulFiltering")
    return {
        **{name: value for name, value in prefs.items() if name not in ours},
        "AdvertiseRoutes": prefs["AdvertiseRoutes"] or None,
        "AdvertiseTags": prefs["AdvertiseTags"] or None,
        "AppConnector": {"Advertise": prefs["AppConnector"]},
        "NetfilterMode": modes.get(prefs["NetfilterMode"], 2),
        "NoSNAT": not prefs["SNATSubnetRoutes"],
        "NoStatefulFiltering": not prefs["StatefulFiltering"],
    }


def _argument(flag, value):
    if flag == "auth-key" and not value.startswith("file:"):
        return "--auth-key=…"
    if isinstance(value, float):
        return f"--{flag}={value:g}s"
    if value is True:
        return f"--{flag}"
    if value is False:
        return f"--{flag}=false"
    return f"--{flag}={','.join(value) if isinstance(value, list) else value}"


def accidental_reverts(current, new, given, values):
    """
    The refusal of an `up` that leaves out what an earlier one had set, or None.

    Only the first `up`, one without options and one with `--reset` may.
    """
    if not current["ControlURL"] or not given:
        return None
    missing = [
        _argument(flag, current[name])
        for flag, name, _ in SETTINGS
        if flag not in given and current[name] != new[name]
    ]
    if not missing:
        return None
    explicit = [_argument(flag, values[flag]) for flag in sorted(given)]
    return (
        "Error: changing settings via 'tailscale up' requires mentioning all\n"
        "non-default flags. To proceed, either re-run your command with --reset or\n"
        "use the command below to explicitly mention the current value of\n"
        "all non-default settings:\n\n"
        f"\ttailscale up {' '.join(explicit + sorted(missing))}\n"
    )
