# SPDX-License-Identifier: GPL-2.0-only
"""A web server: nginx with one file."""

CONFIG = """
daemon off;
master_process off;
user root;
pid {folder}/pid;
error_log stderr;
events {{ }}
http {{
    access_log off;
    default_type text/plain;
    client_body_temp_path {folder};
    proxy_temp_path {folder};
    fastcgi_temp_path {folder};
    uwsgi_temp_path {folder};
    scgi_temp_path {folder};
    server {{
        {listen}
        {tls}
        root {folder}/www;
    }}
}}
"""


def web(site, where, ports, index, cert=None, key=None):
    """Start nginx at the addresses of a host, and wait for it. Returns the
    folder that it serves, in which it has index.html."""
    ports = ports if isinstance(ports, list) else [ports]
    folder = site.new_folder("nginx")
    (folder / "www").mkdir()
    (folder / "www" / "index.html").write_text(index)
    four, six = (site.at(where, family).address for family in (4, 6))
    (folder / "nginx.conf").write_text(CONFIG.format(
        folder=folder,
        listen=" ".join(f"listen {end}:{port}{' ssl' if cert else ''};"
                        for end in (four, f"[{six}]") for port in ports),
        tls=f"ssl_certificate {cert}; ssl_certificate_key {key};"
            if cert else ""))
    site.serves(where, "nginx", "-e", "stderr", "-p", folder, "-c",
                folder / "nginx.conf", folder=folder).is_at(*ports)
    return folder / "www"
