"""A stand-in for Grafana Alloy: reads its configuration language and does what a few components say.

It is no Alloy. It pretends to be one for tests and demonstrations, with the vendor's command line and messages in the
vendor's style, and refuses what it does not know instead of passing over it.
"""

VERSION = "1.18.1~standin"
