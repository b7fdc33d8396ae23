"""prometheus.exporter.unix: metrics of this machine out of /proc, under the names of node_exporter."""

import os
import re
import time

from .component import Component
from .schema import Arg, Sub
from .values import CONSTANTS

DEFAULT_COLLECTORS = ["cpu", "filesystem", "loadavg", "meminfo", "netdev", "stat", "time", "uname"]
# What node_exporter has besides, so that a name here can be told from a slip of the pen.
OTHER_COLLECTORS = set(
    """arp bcache bonding boottime btrfs buddyinfo cgroups conntrack cpu_vulnerabilities cpufreq devstat diskstats dmi
    drbd drm edac entropy ethtool exec fibrechannel filefd hwmon infiniband interrupts ipvs ksmd kernel_hung lnstat
    logind mdadm meminfo_numa mountstats netclass netisr netstat network_route nfs nfsd ntp nvme os pcidevice perf
    powersupplyclass pressure processes qdisc rapl runit schedstat selinux slabinfo softirqs softnet sockstat
    supervisord sysctl systemd tapestats tcpstat textfile thermal thermal_zone timex udp_queues vmstat watchdog wifi
    xfrm xfs zfs zoneinfo""".split()
)
PSEUDO_FILESYSTEMS = re.compile(
    "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|fuse.lxcfs|hugetlbfs|iso9660|mqueue|nsfs"
    "|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|selinuxfs|squashfs|sysfs|tracefs|tmpfs)$"
)
MODES = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"]


def _switches(*names):
    return Sub({name: Arg("bool", default=False) for name in names})


def _texts(*names):
    return Sub({name: Arg("string") for name in names})


class UnixExporter(Component):
    """Reads when it is asked."""

    FIELDS = {
        "disable_collectors": Arg("list", default=[]),
        "enable_collectors": Arg("list", default=[]),
        "set_collectors": Arg("list"),
        "include_exporter_metrics": Arg("bool", default=False),
        "procfs_path": Arg("string", default="/proc"),
        "rootfs_path": Arg("string", default="/"),
        "sysfs_path": Arg("string", default="/sys"),
        "udev_data_path": Arg("string"),
        "cpu": Sub({**_switches("guest", "info").fields, **_texts("bugs_include", "flags_include").fields}),
        "disk": _texts("device_exclude", "device_include"),
        "filesystem": Sub(
            {
                "fs_types_exclude": Arg("string"),
                "mount_points_exclude": Arg("string"),
                "mount_timeout": Arg("duration"),
            }
        ),
        "netclass": Sub({"ignore_invalid_speed_device": Arg("bool"), "ignored_devices": Arg("string")}),
        "netdev": Sub({**_texts("device_exclude", "device_include").fields, "address_info": Arg("bool")}),
        "netstat": _texts("fields"),
        "systemd": Sub(
            {
                **_switches("enable_restarts", "start_time", "task_metrics").fields,
                **_texts("unit_exclude", "unit_include").fields,
            }
        ),
        "textfile": _texts("directory"),
        "vmstat": _texts("fields"),
    }

    def __init__(self, *parts):
        super().__init__(*parts)
        arguments = self.arguments
        chosen = arguments["set_collectors"]
        chosen = DEFAULT_COLLECTORS if chosen is None else chosen
        chosen = set(chosen) | set(arguments["enable_collectors"])
        self._collectors = sorted(chosen - set(arguments["disable_collectors"]))
        self._missing = [name for name in self._collectors if name not in DEFAULT_COLLECTORS]
        target = {
            "__address__": "alloy.internal:12345",
            "__metrics_path__": "/api/v0/component/%s/metrics" % self.id,
            "__scrape__": self.collect,
            "instance": CONSTANTS["hostname"],
            "job": "integrations/unix",
        }
        self.exports = {"targets": [target]}

    def start(self):
        named = set(self._missing)
        if named - OTHER_COLLECTORS:
            self.log.write("error", "missing collector", collectors=",".join(sorted(named - OTHER_COLLECTORS)))
        if named & OTHER_COLLECTORS:
            self.log.write(
                "info", "this stand-in has no such collectors", collectors=",".join(sorted(named & OTHER_COLLECTORS))
            )

    def collect(self):
        """Samples as triples of name, labels and value."""
        samples = []
        for name in self._collectors:
            collector = getattr(self, "_" + name, None)
            if collector is None:
                continue
            begun, success = time.monotonic(), 1
            try:
                samples += collector()
            except (OSError, ValueError, IndexError) as error:
                success = 0
                self.log.write("error", "collector failed", name=name, err=error)
            labels = {"collector": name}
            samples.append(("node_scrape_collector_duration_seconds", labels, time.monotonic() - begun))
            samples.append(("node_scrape_collector_success", labels, success))
        return samples

    def _read(self, name):
        with open(os.path.join(self.arguments["procfs_path"], name), encoding="utf-8") as file:
            return file.read()

    def _cpu(self):
        samples = []
        tick = os.sysconf("SC_CLK_TCK")
        for line in self._read("stat").splitlines():
            match = re.match(r"cpu(\d+) ", line)
            if match:
                for mode, value in zip(MODES, line.split()[1:]):
                    labels = {"cpu": match.group(1), "mode": mode}
                    samples.append(("node_cpu_seconds_total", labels, int(value) / tick))
        return samples

    def _meminfo(self):
        samples = []
        for line in self._read("meminfo").splitlines():
            name, value = line.split(":", 1)
            number = value.split()
            name = re.sub(r"\((.*)\)", r"_\1", name)
            if number[1:] == ["kB"]:
                samples.append(("node_memory_%s_bytes" % name, {}, int(number[0]) * 1024))
            else:
                samples.append(("node_memory_%s" % name, {}, int(number[0])))
        return samples

    def _loadavg(self):
        values = self._read("loadavg").split()
        return [("node_load" + name, {}, float(value)) for name, value in zip(("1", "5", "15"), values)]

    def _stat(self):
        names = {
            "btime": "node_boot_time_seconds",
            "ctxt": "node_context_switches_total",
            "processes": "node_forks_total",
            "procs_running": "node_procs_running",
            "procs_blocked": "node_procs_blocked",
        }
        words = [line.split() for line in self._read("stat").splitlines()]
        return [(names[line[0]], {}, int(line[1])) for line in words if line and line[0] in names]

    def _time(self):
        return [("node_time_seconds", {}, time.time())]

    def _uname(self):
        system = os.uname()
        labels = {
            "sysname": system.sysname,
            "release": system.release,
            "version": system.version,
            "machine": system.machine,
            "nodename": system.nodename,
            "domainname": "(none)",
        }
        return [("node_uname_info", labels, 1)]

    def _filesystem(self):
        settings = self.arguments["filesystem"] or {}
        types = re.compile(settings.get("fs_types_exclude") or PSEUDO_FILESYSTEMS.pattern)
        points = re.compile(
            settings.get("mount_points_exclude") or r"^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+)($|/)"
        )
        samples, seen = [], set()
        for line in self._read("self/mounts").splitlines():
            device, point, kind, options = line.split()[:4]
            point = point.encode().decode("unicode_escape")
            if types.search(kind) or points.search(point) or point in seen:
                continue
            seen.add(point)
            labels = {"device": device, "fstype": kind, "mountpoint": point}
            try:
                usage = os.statvfs(os.path.join(self.arguments["rootfs_path"], point.lstrip("/")))
            except OSError:
                samples.append(("node_filesystem_device_error", labels, 1))
                continue
            samples += [
                ("node_filesystem_size_bytes", labels, usage.f_blocks * usage.f_frsize),
                ("node_filesystem_free_bytes", labels, usage.f_bfree * usage.f_frsize),
                ("node_filesystem_avail_bytes", labels, usage.f_bavail * usage.f_frsize),
                ("node_filesystem_files", labels, usage.f_files),
                ("node_filesystem_files_free", labels, usage.f_ffree),
                ("node_filesystem_readonly", labels, int("ro" in options.split(","))),
                ("node_filesystem_device_error", labels, 0),
            ]
        return samples

    def _netdev(self):
        settings = self.arguments["netdev"] or {}
        exclude, include = settings.get("device_exclude"), settings.get("device_include")
        samples = []
        for line in self._read("self/net/dev").splitlines()[2:]:
            device, values = line.split(":", 1)
            device, values = device.strip(), values.split()
            if (exclude and re.search(exclude, device)) or (include and not re.search(include, device)):
                continue
            for name, at in (("receive", 0), ("transmit", 8)):
                for what, offset in (("bytes", 0), ("packets", 1), ("errs", 2), ("drop", 3)):
                    metric = "node_network_%s_%s_total" % (name, what)
                    samples.append((metric, {"device": device}, int(values[at + offset])))
        return samples
