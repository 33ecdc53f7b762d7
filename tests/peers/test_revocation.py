# SPDX-License-Identifier: GPL-2.0-only
"""Revocation lists: an Edge fetches one over HTTP (curl from nginx), and it is
good for what it is meant for."""

import subprocess

import pytest

from programs import Client
from web import web

URL = "http://crl.fabrikam.example/list.pem"


@pytest.fixture(scope="module", autouse=True)
def distribution_point(servers, pki):
    pki.revoke("stolen.test")
    pki.crl(web(servers, "partner", 80, "") / "list.pem")


@pytest.fixture(params=[4, 6])
def fetches(request, site, tmp_path):
    """The command, and where it writes the list."""
    src, dst = (site.at(host, request.param).address
                for host in ("edge1.access", "partner"))
    end = f"[{dst}]" if request.param == 6 else dst
    return Client("edge1.access", [
        "curl", "-sSf", "-w", "%{http_code}", "--interface", src, "--resolve",
        f"crl.fabrikam.example:80:{end}", "-o", tmp_path / "list.pem", URL],
        done="^200$"), tmp_path / "list.pem"


def test_an_edge_fetches_a_revocation_list(site, pki, fetches):
    client, fetched = fetches
    site.proves(client, {"edge1": ["external/2"]}, "zone external",
                connections=1)
    for name, verdict in (("good.test", ": OK"),
                          ("stolen.test", "certificate revoked")):
        done = subprocess.run(
            ["openssl", "verify", "-crl_check", "-CAfile", pki.ca, "-CRLfile",
             fetched, pki.cert(name)], capture_output=True, text=True,
            check=False)
        assert verdict in done.stdout + done.stderr


def test_an_edge_fetches_it_from_the_addresses_of_its_set_only(site, fetches):
    client, _ = fetches
    site.load(site.config.but(peers={"crl": ["198.51.100.80"]}))
    site.refuses(client, {"edge1": ["external/2"]}, reason="peer")


def test_another_service_of_the_edge_fetches_nothing(site, fetches):
    client, _ = fetches
    av = site.at("edge1.av", 6 if "2001:db8:155::10" in client.argv
                 else 4).address
    argv = [av if word in site.hosts["edge1.access"] else word
            for word in client.argv]
    site.refuses(Client("edge1.av", argv, done="^200$"), {}, reason="no-row")
