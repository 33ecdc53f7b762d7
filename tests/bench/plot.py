# SPDX-License-Identifier: GPL-2.0-only
"""Small plots beside each other, as SVG."""

WIDTH, HEIGHT, LEFT, TOP = 300, 180, 50, 30
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad")


def panel(x, y, title, sizes, lines, most):
    """Sizes at equal steps: they grow by factors."""
    def at(number, value):
        return (x + LEFT + number * (WIDTH - LEFT - 20) / (len(sizes) - 1),
                y + HEIGHT - 25 - value * (HEIGHT - 25 - TOP) / most)

    out = [f'<text x="{x + LEFT}" y="{y + 18}" font-weight="bold">{title}</text>']
    for value in (0, most / 2, most):
        left, line = at(0, value)
        out.append(f'<path d="M{left:.0f} {line:.0f}H{x + WIDTH - 20}" stroke="#ddd"/>'
                   f'<text x="{left - 6:.0f}" y="{line + 4:.0f}" text-anchor="end">'
                   f'{value:.0f}</text>')
    for number, size in enumerate(sizes):
        middle, base = at(number, 0)
        out.append(f'<text x="{middle:.0f}" y="{base + 16:.0f}" text-anchor="middle">'
                   f'{size:,}</text>')
    for colour, values in zip(COLOURS, lines.values()):
        points = " ".join("%.1f,%.1f" % at(*point) for point in enumerate(values))
        out.append(f'<polyline points="{points}" fill="none" stroke="{colour}" '
                   'stroke-width="2"/>')
    return out


def write(path, sizes, curves):
    """curves: (unit, what, family) to name to values, one for each of sizes[what]."""
    most = 100 * -(-max(value for lines in curves.values()
                        for values in lines.values() for value in values) // 100)
    out = []
    for number, ((unit, what, family), lines) in enumerate(curves.items()):
        out += panel(number // 2 * WIDTH, number % 2 * HEIGHT,
                     f"{unit} added, by {what}, IPv{family}", sizes[what], lines, most)
    bottom = 2 * HEIGHT + 20
    for number, (colour, name) in enumerate(zip(COLOURS, lines)):
        out.append(f'<text x="{LEFT + number * 200}" y="{bottom}" fill="{colour}">'
                   f'{name}</text>')
    size = f"{-(-len(curves) // 2) * WIDTH} {bottom + 10}"
    path.write_text("\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" '
        'font-family="sans-serif" font-size="11">',
        "<!-- SPDX-License-Identifier: GPL-2.0-only; by make bench-growth -->",
        '<rect width="100%" height="100%" fill="white"/>', *out, "</svg>", ""]),
        encoding="ascii")
