# SPDX-License-Identifier: GPL-2.0-only
"""The domain name system of the site: an authority outside (nsd), and words
that give a command a resolver of its own."""

import os
import pathlib

AUTHORITY = "203.0.113.9"           # the host "partner"

ROOT = f"""
$TTL 3600
. SOA ns.example. root.example. 1 1 1 1 1
. NS ns.example.
contoso.example. NS ns.example.
fabrikam.example. NS ns.example.
ns.example. A {AUTHORITY}
"""

# Of the Edge pool. Its services have the addresses of both nodes.
CONTOSO = f"""
$TTL 3600
@ SOA ns.example. root.example. 1 1 1 1 1
@ NS ns.example.
webconf A 131.107.155.20
webconf A 131.107.155.21
xmpp A 131.107.155.10
_xmpp-server._tcp SRV 0 0 5269 xmpp
"""

# Of a partner. What is under large does not fit into a packet.
FABRIKAM = f"""
$TTL 3600
@ SOA ns.example. root.example. 1 1 1 1 1
@ NS ns.example.
crl A {AUTHORITY}
xmpp A {AUTHORITY}
_xmpp-server._tcp SRV 0 0 5269 xmpp
*.small A {AUTHORITY}
*.large TXT {' '.join(['"' + "x" * 200 + '"'] * 10)}
"""

NSD = """
server:
  ip-address: {address}
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/pid"
  xfrdfile: "{folder}/xfrd"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zones"
  server-count: 1
  round-robin: yes
  minimal-responses: yes
remote-control:
  control-enable: no
"""


def authority(site):
    """Start the authority for all names, and wait for it. It names the
    addresses of a name in turns."""
    folder = site.new_folder("nsd")
    config = NSD.format(address=AUTHORITY, folder=folder)
    for name, text in ((".", ROOT), ("contoso.example", CONTOSO),
                       ("fabrikam.example", FABRIKAM)):
        (folder / f"{name}zone").write_text(text)
        config += f'zone:\n  name: "{name}"\n  zonefile: "{name}zone"\n'
    (folder / "nsd.conf").write_text(config)
    return site.serves("partner", "nsd", "-d", "-c", folder / "nsd.conf",
                       folder=folder).is_at(53).is_at(53, l4="udp")


def asking(folder, server):
    """Words before a command that has another /etc/resolv.conf."""
    own = folder / "resolv.conf"
    own.write_text(f"nameserver {server}\n")
    # It may be a link to where this kernel has nothing.
    real = pathlib.Path(os.path.realpath("/etc/resolv.conf"))
    if real.parts[1] == "run" and not real.exists():
        real.parent.mkdir(parents=True, exist_ok=True)
        real.touch()
    return ["unshare", "--mount", "sh", "-c",
            'mount --bind "$1" "$2" && shift 2 && exec "$@"', "sh", own, real]
