// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text that others wrote.  One function makes such text fit for a terminal;
 * another names the character in a word that looks like a usual one, or like
 * nothing at all.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/foreign.h"
#include "base/memory.h"

/* Characters of a word that are shown. */
#define WORD_SHOWN	64U

/* Octets that an escaped octet takes at most: \xff */
#define ESCAPE_MAX	4U

/* Code point of an octet that is no UTF-8. */
#define NO_UTF8		0x110000U

/* The mark that some editors begin UTF-8 with. */
#define BYTE_ORDER_MARK	"\xef\xbb\xbf"

/**
 * struct oddity - characters that are taken for others
 * @first: the first of a range of code points
 * @last: the last one
 * @what: a name of the characters
 * @like: the usual characters, one a code point, or one for all of them; NULL
 *	for nothing
 * @hidden: a terminal shows nothing of them, or obeys them
 */
struct oddity {
	uint32_t first;
	uint32_t last;
	const char *what;
	const char *like;
	bool hidden;
};

#define CYRILLIC	"a Cyrillic letter"
#define GREEK		"a Greek letter"
#define QUOTE		"a typographic quote"
#define DASH		"a typographic dash"
#define SPACE		"a space of another kind"
#define INVISIBLE	"an invisible character"
#define DIRECTION	"an invisible mark of the writing direction"

static const struct oddity oddities[] = {
	{ 0x0001, 0x001f, "a control character", NULL, true },
	{ 0x007f, 0x009f, "a control character", NULL, true },
	{ 0x00a0, 0x00a0, "a non-breaking space", " ", true },
	{ 0x00ab, 0x00ab, QUOTE, "\"", false },
	{ 0x00ad, 0x00ad, "a soft hyphen", NULL, true },
	{ 0x00b4, 0x00b4, QUOTE, "'", false },
	{ 0x00b7, 0x00b7, "a middle dot", ".", false },
	{ 0x00bb, 0x00bb, QUOTE, "\"", false },
	{ 0x0131, 0x0131, "a dotless letter", "i", false },
	{ 0x02b9, 0x02bc, QUOTE, "'", false },
	{ 0x034f, 0x034f, INVISIBLE, NULL, true },
	{ 0x0391, 0x0392, GREEK, "AB", false },
	{ 0x0395, 0x0397, GREEK, "EZH", false },
	{ 0x0399, 0x039a, GREEK, "IK", false },
	{ 0x039c, 0x039d, GREEK, "MN", false },
	{ 0x039f, 0x039f, GREEK, "O", false },
	{ 0x03a1, 0x03a1, GREEK, "P", false },
	{ 0x03a4, 0x03a5, GREEK, "TY", false },
	{ 0x03a7, 0x03a7, GREEK, "X", false },
	{ 0x03bd, 0x03bd, GREEK, "v", false },
	{ 0x03bf, 0x03bf, GREEK, "o", false },
	{ 0x03c1, 0x03c1, GREEK, "p", false },
	{ 0x0405, 0x0406, CYRILLIC, "SI", false },
	{ 0x0408, 0x0408, CYRILLIC, "J", false },
	{ 0x0410, 0x0410, CYRILLIC, "A", false },
	{ 0x0412, 0x0412, CYRILLIC, "B", false },
	{ 0x0415, 0x0415, CYRILLIC, "E", false },
	{ 0x041a, 0x041a, CYRILLIC, "K", false },
	{ 0x041c, 0x041e, CYRILLIC, "MHO", false },
	{ 0x0420, 0x0422, CYRILLIC, "PCT", false },
	{ 0x0425, 0x0425, CYRILLIC, "X", false },
	{ 0x0430, 0x0430, CYRILLIC, "a", false },
	{ 0x0435, 0x0435, CYRILLIC, "e", false },
	{ 0x043e, 0x043e, CYRILLIC, "o", false },
	{ 0x0440, 0x0441, CYRILLIC, "pc", false },
	{ 0x0443, 0x0443, CYRILLIC, "y", false },
	{ 0x0445, 0x0445, CYRILLIC, "x", false },
	{ 0x0455, 0x0456, CYRILLIC, "si", false },
	{ 0x0458, 0x0458, CYRILLIC, "j", false },
	{ 0x0501, 0x0501, CYRILLIC, "d", false },
	{ 0x051b, 0x051b, CYRILLIC, "q", false },
	{ 0x051d, 0x051d, CYRILLIC, "w", false },
	{ 0x061c, 0x061c, DIRECTION, NULL, true },
	{ 0x115f, 0x1160, INVISIBLE, NULL, true },
	{ 0x1680, 0x1680, SPACE, " ", true },
	{ 0x180b, 0x180e, INVISIBLE, NULL, true },
	{ 0x2000, 0x200a, SPACE, " ", true },
	{ 0x200b, 0x200b, "a zero-width space", NULL, true },
	{ 0x200c, 0x200d, "a zero-width joiner", NULL, true },
	{ 0x200e, 0x200f, DIRECTION, NULL, true },
	{ 0x2010, 0x2015, DASH, "-", false },
	{ 0x2018, 0x201b, QUOTE, "'", false },
	{ 0x201c, 0x201f, QUOTE, "\"", false },
	{ 0x2024, 0x2024, "a typographic dot", ".", false },
	{ 0x2026, 0x2026, "a typographic ellipsis", ".", false },
	{ 0x2028, 0x2029, "an invisible end of a line", " ", true },
	{ 0x202a, 0x202e, DIRECTION, NULL, true },
	{ 0x202f, 0x202f, "a non-breaking space", " ", true },
	{ 0x2032, 0x2032, QUOTE, "'", false },
	{ 0x2033, 0x2033, QUOTE, "\"", false },
	{ 0x2039, 0x203a, QUOTE, "'", false },
	{ 0x2044, 0x2044, "a fraction slash", "/", false },
	{ 0x205f, 0x205f, SPACE, " ", true },
	{ 0x2060, 0x2064, INVISIBLE, NULL, true },
	{ 0x2066, 0x2069, DIRECTION, NULL, true },
	{ 0x206a, 0x206f, INVISIBLE, NULL, true },
	{ 0x2212, 0x2212, "a minus sign", "-", false },
	{ 0x2215, 0x2215, "a division slash", "/", false },
	{ 0x2217, 0x2217, "an asterisk operator", "*", false },
	{ 0x2236, 0x2236, "a ratio sign", ":", false },
	{ 0x3000, 0x3000, SPACE, " ", true },
	{ 0x3002, 0x3002, "an ideographic full stop", ".", false },
	{ 0x3164, 0x3164, INVISIBLE, NULL, true },
	{ 0xfe00, 0xfe0f, INVISIBLE, NULL, true },
	{ 0xfe58, 0xfe58, DASH, "-", false },
	{ 0xfeff, 0xfeff, "a byte order mark", NULL, true },
	{ 0xff01, 0xff5e, "a full-width character",
	  "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~",
	  false },
	{ 0xffa0, 0xffa0, INVISIBLE, NULL, true },
	{ 0xfff9, 0xfffb, INVISIBLE, NULL, true },
	{ 0xe0000, 0xe0fff, INVISIBLE, NULL, true },
	{ NO_UTF8, NO_UTF8, "no UTF-8", NULL, true },
};

static const struct oddity *find_oddity(uint32_t c)
{
	size_t i;

	if (c >= ' ' && c <= '~')
		return NULL;
	for (i = 0; i < ARRAY_SIZE(oddities); i++)
		if (c >= oddities[i].first && c <= oddities[i].last)
			return &oddities[i];
	return NULL;
}

/* Return: the usual character, 0 without one. */
static char usual(const struct oddity *odd, uint32_t c)
{
	if (!odd->like)
		return 0;
	return odd->like[1] ? odd->like[c - odd->first] : *odd->like;
}

/* Read one character, and step behind its octets. */
static uint32_t decode(const char **text)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)*text;
	unsigned int more, i;
	uint32_t c = *p;

	(*text)++;
	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return NO_UTF8;
	more = c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;
	c &= 0x3fU >> more;
	for (i = 1; i <= more; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return NO_UTF8;
		c = c << 6 | (p[i] & 0x3f);
	}
	if (c < least[more] || c >= NO_UTF8 || (c >= 0xd800 && c <= 0xdfff))
		return NO_UTF8;
	*text += more;
	return c;
}

static int escape(char *to, uint32_t c, unsigned char octet)
{
	switch (c) {
	case '\n':
		return sprintf(to, "\\n");
	case '\r':
		return sprintf(to, "\\r");
	case '\t':
		return sprintf(to, "\\t");
	case NO_UTF8:
		return sprintf(to, "\\x%02x", octet);
	default:
		return sprintf(to, c < 0x80 ? "\\x%02x" : c < 0x10000 ?
			       "\\u%04x" : "\\U%08x", c);
	}
}

/**
 * foreign_shown - text of others, fit for a terminal
 * @text: the text, of any octets
 *
 * Return: a new string of one line, in UTF-8.  Control characters, octets that
 * are no UTF-8, and characters that no terminal shows are escaped, as \n, \x1b,
 * \xff or \u200b.
 */
char *foreign_shown(const char *text)
{
	char *line = xalloc(strlen(text) * ESCAPE_MAX + 1), *to = line;

	while (*text) {
		const char *start = text;
		uint32_t c = decode(&text);
		const struct oddity *odd = find_oddity(c);

		if (odd && odd->hidden)
			to += escape(to, c, (unsigned char)*start);
		else
			to = mempcpy(to, start, (size_t)(text - start));
	}
	return line;
}

/**
 * foreign_short - a word of others, of a length that fits into a sentence
 * @word: the word
 *
 * Return: a new string, which ends with dots when it was cut.
 */
char *foreign_short(const char *word)
{
	const char *end = word;
	unsigned int i;

	for (i = 0; *end && i < WORD_SHOWN; i++)
		decode(&end);
	return xformat("%.*s%s", (int)(end - word), word,
		       *end ? "..." : "");
}

/**
 * foreign_shown_word - a word of others, fit for a sentence
 * @word: the word
 *
 * Return: a new string, as foreign_shown() makes it, of a bounded length; an
 * empty word is shown as "".
 */
char *foreign_shown_word(const char *word)
{
	char *fit = foreign_short(word), *shown;

	shown = *word ? foreign_shown(fit) : xstrdup("\"\"");
	free(fit);
	return shown;
}

/**
 * foreign_odd - name the first character that is taken for another
 * @text: the text
 *
 * Return: a new half of a sentence, or NULL when there is none.
 */
char *foreign_odd(const char *text)
{
	while (*text) {
		unsigned char octet = (unsigned char)*text;
		uint32_t c = decode(&text);
		const struct oddity *odd = find_oddity(c);
		char like;

		if (!odd)
			continue;
		if (c == NO_UTF8)
			return xformat("the octet \\x%02x in it is no UTF-8",
				       octet);
		like = usual(odd, c);
		if (!like)
			return xformat("U+%04X in it is %s; take it out",
				       c, odd->what);
		if (like == ' ')
			return xformat("U+%04X in it is %s; write a usual space, or none",
				       c, odd->what);
		return xformat("U+%04X in it is %s; write %c", c,
			       odd->what, like);
	}
	return NULL;
}

/**
 * foreign_plain - replace characters that look like usual ones
 * @text: the text
 *
 * Return: a new string, with the usual characters in the places of those that
 * look like them, and without quotes, spaces and invisible characters.
 */
char *foreign_plain(const char *text)
{
	char *plain = xalloc(strlen(text) + 1), *to = plain;

	while (*text) {
		const char *start = text;
		uint32_t c = decode(&text);
		const struct oddity *odd = find_oddity(c);
		char like = odd ? usual(odd, c) : c < 0x80 ? (char)c : 0;

		if (!odd && !like)
			to = mempcpy(to, start, (size_t)(text - start));
		else if (like && !strchr(" \"'", like))
			*to++ = like;
	}
	return plain;
}

/**
 * foreign_skip_mark - step over byte order marks
 * @text: where a file begins, or may begin when files were joined
 *
 * Return: what stands behind the marks, or @text when there is none.
 */
const char *foreign_skip_mark(const char *text)
{
	while (!strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
		text += strlen(BYTE_ORDER_MARK);
	return text;
}

/**
 * foreign_encoding - tell text that is no UTF-8 by its first octets
 * @text: where a file begins, or may begin when files were joined
 * @length: octets there
 *
 * Two characters are enough without a mark: a NUL stands beside each.
 *
 * Return: the name of the encoding, or NULL.
 */
const char *foreign_encoding(const char *text, size_t length)
{
	if (length < 2)
		return NULL;
	if (length >= 4 && (!memcmp(text, "\xff\xfe\0\0", 4) ||
			    !memcmp(text, "\0\0\xfe\xff", 4)))
		return "UTF-32";
	if (!memcmp(text, "\xff\xfe", 2) || !memcmp(text, "\xfe\xff", 2))
		return "UTF-16";
	if (length < 4)
		return NULL;
	if ((text[0] && !text[1] && text[2] && !text[3]) ||
	    (!text[0] && text[1] && !text[2] && text[3]))
		return "UTF-16";
	return (text[0] && !text[1] && !text[2] && !text[3]) ||
	       (!text[0] && !text[1] && !text[2] && text[3]) ? "UTF-32" : NULL;
}
