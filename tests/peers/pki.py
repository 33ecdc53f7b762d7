# SPDX-License-Identifier: GPL-2.0-only
"""An authority of our own, and what it issues, made by openssl."""

import subprocess

CONFIG = """
[ca]
default_ca = own
[own]
dir = {folder}
database = $dir/index
crlnumber = $dir/crlnumber
certificate = $dir/ca.pem
private_key = $dir/ca.key
default_md = sha256
default_crl_days = 30
[req]
distinguished_name = name
[name]
[authority]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
"""

NEW = ("req", "-x509", "-nodes", "-days", "30", "-newkey", "ec",
       "-pkeyopt", "ec_paramgen_curve:P-256")


class Pki:
    """Files: .ca, and of a name .cert(name), .key(name), .both(name)."""

    def __init__(self, folder):
        self.folder = folder
        self.config = folder / "config"
        self.config.write_text(CONFIG.format(folder=folder))
        (folder / "index").touch()
        (folder / "crlnumber").write_text("01\n")
        self.ca = folder / "ca.pem"
        self._openssl(*NEW, "-subj", "/CN=test authority", "-extensions",
                      "authority", "-keyout", folder / "ca.key", "-out",
                      self.ca)

    def _openssl(self, *words):
        first, *rest = map(str, words)
        subprocess.run(["openssl", first, "-config", str(self.config), *rest],
                       check=True, capture_output=True)

    def _issue(self, name):
        if not self._file(name, "pem").exists():
            self._openssl(
                *NEW, "-subj", f"/CN={name}", "-CA", self.ca, "-CAkey",
                self.folder / "ca.key", "-addext",
                f"subjectAltName=DNS:{name}", "-addext",
                "extendedKeyUsage=serverAuth,clientAuth", "-keyout",
                self._file(name, "key"), "-out", self._file(name, "pem"))

    def _file(self, name, end):
        return self.folder / f"{name}.{end}"

    def cert(self, name):
        self._issue(name)
        return self._file(name, "pem")

    def key(self, name):
        self._issue(name)
        return self._file(name, "key")

    def both(self, name):
        """Certificate and key in one file."""
        both = self._file(name, "both")
        both.write_text(self.cert(name).read_text() +
                        self.key(name).read_text())
        return both

    def revoke(self, name):
        self._openssl("ca", "-revoke", self.cert(name))

    def crl(self, path):
        """Write the list of what is revoked."""
        self._openssl("ca", "-gencrl", "-out", path)
