# SPDX-License-Identifier: GPL-2.0-only
"""Plots as SVG: small curves beside each other, and bars by groups."""

import math

WIDTH, HEIGHT, LEFT, TOP = 300, 180, 50, 30
COLOURS = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b7791f", "#555555")


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
    save(path, -(-len(curves) // 2) * WIDTH, bottom + 10, out)


def save(path, width, height, out):
    path.write_text("\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        'font-family="sans-serif" font-size="11">',
        "<!-- SPDX-License-Identifier: GPL-2.0-only; by tests/bench/run -->",
        '<rect width="100%" height="100%" fill="white"/>', *out, "</svg>", ""]),
        encoding="ascii")


BAR, NAMED, LONGEST = 15, 260, 420      # height, width of the words, width of the bars
LEAST, MOST = 10, 10_000                # ends of the logarithmic axis


def bars(path, groups, title):
    """groups: a name to variant to value, each variant with a colour of its own."""
    def length(value):
        return LONGEST * math.log(max(value, LEAST) / LEAST) / math.log(MOST / LEAST)

    out, y = [f'<text x="10" y="20" font-weight="bold">{title}</text>'], 40
    variants = list(next(iter(groups.values())))
    height = y + sum((len(group) + 1) * BAR for group in groups.values())
    for tick in (10, 100, 1000, 10_000):
        x = NAMED + length(tick)
        out.append(f'<path d="M{x:.0f} {y - 8}V{height}" stroke="#ddd"/>'
                   f'<text x="{x:.0f}" y="{height + 14}" text-anchor="middle">{tick:,}</text>')
    for name, group in groups.items():
        out.append(f'<text x="10" y="{y + 11}">{name}</text>')
        for variant, value in group.items():
            colour = COLOURS[variants.index(variant) % len(COLOURS)]
            out.append(f'<text x="{NAMED - 6}" y="{y + 11}" text-anchor="end">{variant}</text>'
                       f'<rect x="{NAMED}" y="{y}" width="{length(value):.1f}" '
                       f'height="{BAR - 2}" fill="{colour}"/>'
                       f'<text x="{NAMED + length(value) + 4:.1f}" y="{y + 11}">{value:,.0f}'
                       '</text>')
            y += BAR
        y += BAR
    save(path, NAMED + LONGEST + 60, height + 24, out)
