// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configurations to start from: each of them is refused with one sentence, and
 * read without an error once its placeholders are filled in, for all profiles,
 * topologies and numbers of nodes.
 */
#include "base/macros.h"
#include "config/template.h"
#include "policy/profiles.h"
#include "reading.h"

static char *text;
static size_t size;

/* Read a text with an address instead of each placeholder outside comments. */
static void read_filled(const char *from)
{
	char *filled = malloc(2 * size + 1), *to = filled;
	const char *line, *words[512];
	size_t lengths[512], count = 0, i;

	for (line = from; *from; from++) {
		if (from[0] != '<' || *line == '#') {
			*to++ = *from;
			if (*from == '\n')
				line = from + 1;
			continue;
		}
		words[count] = from;
		lengths[count] = strcspn(from, ">") + 1;
		for (i = 0; lengths[i] != lengths[count] ||
		     strncmp(words[i], from, lengths[i]); i++)
			;
		to += sprintf(to, "10.0.%zu.%zu", i / 200, i % 200 + 1);
		from += lengths[count] - 1;
		count += i == count;
		assert_true(count < ARRAY_SIZE(words));
	}
	*to = '\0';
	assert_true(count > 3);
	read_text(filled);
	errors(0);
	free(filled);
}

static void write_template(const struct template *template)
{
	FILE *stream;

	free(text);
	text = NULL;
	stream = open_memstream(&text, &size);
	assert_non_null(stream);
	template_write(template, stream);
	assert_int_equal(fclose(stream), 0);
	read_text(text);
	errors(1);
	assert_non_null(strstr(config.errors.items[0].message,
			       "placeholders; write your own addresses"));
	read_filled(text);
}

static struct template usual(void)
{
	return (struct template){
		.nodes = 1, .external = "wan0", .internal = "lan0",
		.edge = "dmz0",
	};
}

/* The keys whose comment signs an operator takes away. */
static void uncomment(void)
{
	char *line = text, *open = malloc(size + 1), *end = open;

	while (*line) {
		size_t length = strcspn(line, "\n") + 1;
		bool key = !strncmp(line, "# row ", 6) ||
			   !strncmp(line, "# peers monitor", 15) ||
			   !strncmp(line, "# peers wsus", 12) ||
			   !strncmp(line, "# ping-peers", 12);

		memcpy(end, line + (key ? 2 : 0), length - (key ? 2 : 0));
		end += length - (key ? 2 : 0);
		line += length;
	}
	*end = '\0';
	read_filled(open);
	free(open);
}

static void check_template(const struct template *template)
{
	const struct policy *policy = &config.policy;
	const struct node *node;

	write_template(template);
	assert_int_equal(policy->profile, template->profile);
	assert_int_equal(policy->mode, NF_EDGE_MODE_AUDIT);
	assert_int_equal(policy->node_count, template->nodes);
	assert_int_equal(policy->interface_count, template->host ? 2 : 3);
	policy_for_each_node(policy, node)
		assert_int_equal(node->count, template->nat ? 7 : 4);
	assert_int_equal(policy->ports[PORT_ACCESS_CLIENT].moved,
			 template->single_ip);
	assert_int_equal(policy->row_count, 2);
	uncomment();
	assert_int_equal(policy->row_count, 7);
	assert_true(policy->narrows_ping);
}

static void each_template_is_read_without_an_error(void **state)
{
	struct template template = usual();
	unsigned int topology;

	for (template.profile = 0; template.profile < PROFILE_COUNT;
	     template.profile++) {
		for (topology = 0; topology < 6; topology++) {
			template.single_ip = topology & 1;
			template.nat = topology & 2;
			template.host = topology & 4;
			for (template.nodes = 1; template.nodes <=
			     (template.host ? 1U : 3U); template.nodes++)
				check_template(&template);
		}
	}
}

static void as_many_nodes_as_a_policy_has(void **state)
{
	struct template template = usual();

	template.nodes = NF_EDGE_MAX_NODES;
	template.nat = true;
	check_template(&template);
}

static void a_template_has_words_of_its_profile_alone(void **state)
{
	struct template template = usual();

	write_template(&template);
	assert_non_null(strstr(text, "# Others: pic, xmpp\n"));
	assert_non_null(strstr(text, "federation-av"));
	template.profile = NF_EDGE_PROFILE_SFB2019;
	write_template(&template);
	assert_null(strstr(text, "pic"));
	assert_null(strstr(text, "xmpp"));
	assert_null(strstr(text, "federation-av"));
	assert_non_null(strstr(text, "zones    = { external, internal, site }"));
}

/* In the middle of a word and in other places, < > is a word like any other. */
static void placeholders_are_one_error_beside_others(void **state)
{
	static const char *const node = "mode = audit\nzones = { }\nfeatures = { }\nnode edge1 { access = { %s } }\n%s";
	static const struct {
		const char *address, *rest;
		size_t errors;
		const char *message;
	} cases[] = {
		{ "<a>", "", 1, "is a placeholder; write your own address" },
		{ "<a>", "peers cms { prefixes = { <b> } }", 1,
		  "is the first of 2 placeholders; write" },
		{ "<a>, <a>", "", 1, "is the first of 2 placeholders" },
		{ "<>", "", 1, "is a placeholder" },
		{ "\"<a b>\"", "", 1, "is a placeholder" },
		{ "<a>, 10.0.0.0/8", "", 2, "is a prefix" },
		{ "<a", "", 1, "is no" },
		{ "<", "", 1, "is no" },
		{ "192.0.2.1", "peers cms { file = \"<b>\" }", 1, "cannot be" },
		{ "192.0.2.1", "peers cms { prefixes = { 10.0.0.1, <b> } }", 1,
		  "is a placeholder" },
	};
	char *written;
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		bool said = false;

		assert_true(asprintf(&written, node, cases[i].address,
				     cases[i].rest) > 0);
		read_text(written);
		errors(cases[i].errors);
		for (n = 0; n < config.errors.count; n++)
			said |= !!strstr(config.errors.items[n].message,
					 cases[i].message);
		if (!said)
			fail_msg("%s: %s", cases[i].address,
				 config.errors.items[0].message);
		free(written);
	}
}

static int forget(void **state)
{
	free(text);
	return remove_folder(state);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_template_is_read_without_an_error),
		cmocka_unit_test(as_many_nodes_as_a_policy_has),
		cmocka_unit_test(placeholders_are_one_error_beside_others),
		cmocka_unit_test(a_template_has_words_of_its_profile_alone),
	};

	return cmocka_run_group_tests(tests, make_folder, forget);
}
