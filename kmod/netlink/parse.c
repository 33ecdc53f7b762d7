// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parse the attributes of a load into a site.  The family's policies have
 * checked the type and range of each attribute.  The checks here are of values
 * that exclude or need each other.
 */

#include <linux/ctype.h>
#include <linux/err.h>
#include <linux/netdevice.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "netdev.h"
#include "netlink/family.h"
#include "netlink/netlink-gen.h"
#include "netlink/parse.h"
#include "netlink/parse_host.h"
#include "netlink/parse_rows.h"
#include "netlink/parse_table.h"
#include "node.h"
#include "snapshot.h"
#include "table.h"

/* Prefixes shorter than that hold much of the Internet. */
#define WIDE_IPV4	8
#define WIDE_IPV6	16

/* Parts of a request, each with its attribute, for the extack. */
struct msg_node {
	const struct nlattr *attr;
	const char *name;
};

struct msg_address {
	struct nf_edge_address address;
	const struct nlattr *attr;
};

struct msg_interface {
	struct nf_edge_interface interface;
	const struct nlattr *attr;
};

static int cmp_nodes(const void *a, const void *b)
{
	const struct msg_node *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int cmp_interfaces(const void *a, const void *b)
{
	const struct msg_interface *x = a, *y = b;

	return strcmp(x->interface.name, y->interface.name);
}

static int cmp_addresses(const void *a, const void *b)
{
	const struct nf_edge_address *x = &((struct msg_address *)a)->address;
	const struct nf_edge_address *y = &((struct msg_address *)b)->address;

	if (x->ipv6 != y->ipv6)
		return x->ipv6 ? 1 : -1;
	if (x->hi != y->hi)
		return x->hi > y->hi ? 1 : -1;
	if (x->lo != y->lo)
		return x->lo > y->lo ? 1 : -1;
	if (x->service != y->service)
		return (int)x->service - (int)y->service;
	return (int)x->node - (int)y->node;
}

static bool good_node_name(const char *name)
{
	const char *c;

	/* The kernel's isalnum() takes Latin-1 letters too. */
	for (c = name; *c; c++)
		if (!(isascii(*c) && isalnum(*c)) && *c != '.' && *c != '_' && *c != '-')
			return false;
	return c != name;
}

/* Read the names of the nodes and sort them. */
static int parse_node_names(struct genl_info *info, struct msg_node *nodes)
{
	struct nlattr *tb[NF_EDGE_A_NODE_MAX + 1];
	const struct nlattr *attr;
	int rem, err, i, n = 0;

	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_NODE, rem) {
		err = nla_parse_nested(tb, NF_EDGE_A_NODE_MAX, attr,
				       nf_edge_node_nl_policy, info->extack);
		if (err)
			return err;
		if (!tb[NF_EDGE_A_NODE_NAME] ||
		    !good_node_name(nla_data(tb[NF_EDGE_A_NODE_NAME]))) {
			NL_SET_ERR_MSG_ATTR(info->extack,
					    tb[NF_EDGE_A_NODE_NAME] ?: attr,
					    "a node name is 1 to 31 of A-Z a-z 0-9 . _ -");
			return -EINVAL;
		}
		nodes[n].attr = attr;
		nodes[n].name = nla_data(tb[NF_EDGE_A_NODE_NAME]);
		n++;
	}

	sort(nodes, n, sizeof(*nodes), cmp_nodes, NULL);
	for (i = 1; i < n; i++) {
		if (strcmp(nodes[i - 1].name, nodes[i].name))
			continue;
		NL_SET_ERR_MSG_ATTR(info->extack, nodes[i].attr,
				    "two nodes have this name");
		return -EINVAL;
	}
	return 0;
}

static int parse_address(const struct nlattr *attr, u8 node,
			 struct msg_address *to,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[NF_EDGE_A_ADDRESS_MAX + 1];
	struct nf_edge_address *a = &to->address;
	const struct nlattr *ipv4, *ipv6;
	int err;

	err = nla_parse_nested(tb, NF_EDGE_A_ADDRESS_MAX, attr,
			       nf_edge_address_nl_policy, extack);
	if (err)
		return err;
	ipv4 = tb[NF_EDGE_A_ADDRESS_IPV4];
	ipv6 = tb[NF_EDGE_A_ADDRESS_IPV6];
	if (!tb[NF_EDGE_A_ADDRESS_SERVICE] || !ipv4 == !ipv6) {
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "an address needs a service, and one of IPv4 and IPv6");
		return -EINVAL;
	}
	to->attr = attr;
	a->service = nla_get_u32(tb[NF_EDGE_A_ADDRESS_SERVICE]);
	a->node = node;
	a->ipv6 = ipv6;
	a->hi = ipv6 ? get_unaligned_be64(nla_data(ipv6)) :
		       (u64)be32_to_cpu(nla_get_be32(ipv4)) << 32;
	a->lo = ipv6 ? get_unaligned_be64(nla_data(ipv6) + 8) : 0;
	return nf_edge_parse_host(a->hi, a->lo, a->ipv6, a->ipv6 ? 128 : 32,
				  ipv4 ?: ipv6, extack);
}

/* Count the addresses of all nodes.  Each node needs at least one. */
static int count_addresses(const struct msg_node *nodes, int n_nodes,
			   struct netlink_ext_ack *extack)
{
	const struct nlattr *attr;
	int i, rem, n = 0;

	for (i = 0; i < n_nodes; i++) {
		int before = n;

		nla_for_each_nested(attr, nodes[i].attr, rem)
			n += nla_type(attr) == NF_EDGE_A_NODE_ADDRESS;
		if (n == before) {
			NL_SET_ERR_MSG_ATTR(extack, nodes[i].attr,
					    "a node needs at least one address");
			return -EINVAL;
		}
		if (n - before > NF_EDGE_MAX_ADDRESSES * NF_EDGE_SERVICES) {
			NL_SET_ERR_MSG_ATTR(extack, nodes[i].attr,
					    "more than 16 addresses of one service");
			return -E2BIG;
		}
	}
	return n;
}

static int parse_addresses_of(const struct msg_node *node, u8 number,
			      struct msg_address *addresses, int *n,
			      struct netlink_ext_ack *extack)
{
	int of_service[NF_EDGE_SERVICES] = {};
	const struct nlattr *attr;
	int rem, err;

	nla_for_each_nested(attr, node->attr, rem) {
		if (nla_type(attr) != NF_EDGE_A_NODE_ADDRESS)
			continue;
		err = parse_address(attr, number, &addresses[*n], extack);
		if (err)
			return err;
		if (++of_service[addresses[*n].address.service] >
		    NF_EDGE_MAX_ADDRESSES) {
			NL_SET_ERR_MSG_ATTR(extack, attr,
					    "more than 16 addresses of one service");
			return -E2BIG;
		}
		(*n)++;
	}
	return 0;
}

/* Compare the neighbours in a sorted array of addresses. */
static int check_addresses(const struct msg_address *addresses, int n,
			   struct netlink_ext_ack *extack)
{
	int i;

	for (i = 1; i < n; i++) {
		const struct nf_edge_address *x = &addresses[i - 1].address;
		const struct nf_edge_address *y = &addresses[i].address;

		if (!nf_edge_same_address(x, y))
			continue;
		if (x->node != y->node)
			NL_SET_ERR_MSG_ATTR(extack, addresses[i].attr,
					    "two nodes bind this address");
		else if (x->service == y->service)
			NL_SET_ERR_MSG_ATTR(extack, addresses[i].attr,
					    "the service has this address twice");
		else if (y->service == NF_EDGE_SERVICE_INTERNAL)
			NL_SET_ERR_MSG_ATTR(extack, addresses[i].attr,
					    "an internal address serves nothing else");
		else
			continue;
		return -EINVAL;
	}
	return 0;
}

static int parse_nodes(struct genl_info *info, struct nf_edge_site *site,
		       struct nf_edge_row_facts *facts)
{
	int n_nodes = nf_edge_count_attrs(info, NF_EDGE_A_POLICY_NODE,
					  NF_EDGE_MAX_NODES);
	struct msg_address *addresses = NULL;
	struct msg_node *nodes;
	int err, i, n = 0;

	if (!n_nodes) {
		NL_SET_ERR_MSG(info->extack, "a node is required");
		return -EINVAL;
	}
	if (n_nodes < 0) {
		NL_SET_ERR_MSG(info->extack, "more than 64 nodes");
		return n_nodes;
	}
	nodes = kcalloc(n_nodes, sizeof(*nodes), GFP_KERNEL);
	if (!nodes)
		return -ENOMEM;
	err = parse_node_names(info, nodes);
	if (err)
		goto out;
	err = count_addresses(nodes, n_nodes, info->extack);
	if (err < 0)
		goto out;

	addresses = kvcalloc(err, sizeof(*addresses), GFP_KERNEL);
	site->address = kvcalloc(err, sizeof(*site->address),
				 GFP_KERNEL_ACCOUNT);
	if (!addresses || !site->address) {
		err = -ENOMEM;
		goto out;
	}
	for (i = 0; i < n_nodes; i++) {
		err = parse_addresses_of(&nodes[i], i, addresses, &n,
					 info->extack);
		if (err)
			goto out;
	}
	sort(addresses, n, sizeof(*addresses), cmp_addresses, NULL);
	err = check_addresses(addresses, n, info->extack);
	for (i = 0; i < n; i++)
		site->address[i] = addresses[i].address;
	site->n_addresses = n;
	for (i = 0; i < n_nodes; i++)
		facts->node[i] = nodes[i].name;
	facts->n_nodes = n_nodes;
out:
	kvfree(addresses);
	kfree(nodes);
	return err;
}

/* Refuse to bind a device on which no packet is judged. */
static int check_device(struct net *net, const char *name,
			const struct nlattr *attr,
			struct netlink_ext_ack *extack)
{
	struct net_device *dev;
	int err = -EINVAL;

	rcu_read_lock();
	dev = dev_get_by_name_rcu(net, name);
	if (!strcmp(name, "lo") || (dev && (dev->flags & IFF_LOOPBACK)))
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "a loopback interface is never governed");
	else if (dev && netif_is_l3_master(dev))
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "packets are judged on the interfaces of a VRF: bind those");
	else if (dev && nf_edge_arrival_dev(dev) != dev)
		NL_SET_ERR_MSG_ATTR(extack, attr,
				    "packets of a member arrive on its bond, team or bridge: bind that");
	else
		err = 0;
	rcu_read_unlock();
	return err;
}

static int parse_interface(struct genl_info *info, const struct nlattr *attr,
			   struct msg_interface *to)
{
	struct nlattr *tb[NF_EDGE_A_INTERFACE_MAX + 1];
	const struct nlattr *name, *sides;
	int err;

	err = nla_parse_nested(tb, NF_EDGE_A_INTERFACE_MAX, attr,
			       nf_edge_interface_nl_policy, info->extack);
	if (err)
		return err;
	name = tb[NF_EDGE_A_INTERFACE_NAME];
	sides = tb[NF_EDGE_A_INTERFACE_SIDES];
	if (!name || !sides || !nla_get_u32(sides)) {
		NL_SET_ERR_MSG_ATTR(info->extack, name && sides ? sides : attr,
				    "an interface needs a name and at least one side");
		return -EINVAL;
	}
	if (!dev_valid_name(nla_data(name))) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "no interface can have this name");
		return -EINVAL;
	}
	if (strpbrk(nla_data(name), "\"'\\$")) {
		NL_SET_ERR_MSG_ATTR(info->extack, name,
				    "an interface with a quote, a backslash or a dollar in its name cannot be bound: rename it");
		return -EINVAL;
	}
	to->attr = attr;
	strscpy(to->interface.name, nla_data(name),
		sizeof(to->interface.name));
	to->interface.sides = nla_get_u32(sides);
	return check_device(genl_info_net(info), to->interface.name, name,
			    info->extack);
}

static int parse_interfaces(struct genl_info *info, struct nf_edge_site *site)
{
	int n = nf_edge_count_attrs(info, NF_EDGE_A_POLICY_INTERFACE,
				    NF_EDGE_MAX_INTERFACES);
	struct msg_interface *interfaces;
	const struct nlattr *attr;
	int rem, err = 0, i = 0;

	if (n < 0) {
		NL_SET_ERR_MSG(info->extack, "more than 256 interfaces");
		return n;
	}
	interfaces = kvcalloc(n + 1, sizeof(*interfaces), GFP_KERNEL);
	site->interface = kvcalloc(n + 1, sizeof(*site->interface),
				   GFP_KERNEL_ACCOUNT);
	if (!interfaces || !site->interface) {
		err = -ENOMEM;
		goto out;
	}
	nf_edge_for_each_attr(attr, info, NF_EDGE_A_POLICY_INTERFACE, rem) {
		err = parse_interface(info, attr, &interfaces[i++]);
		if (err)
			goto out;
	}
	sort(interfaces, n, sizeof(*interfaces), cmp_interfaces, NULL);
	for (i = 0; i < n; i++) {
		if (i && !cmp_interfaces(&interfaces[i - 1], &interfaces[i])) {
			NL_SET_ERR_MSG_ATTR(info->extack, interfaces[i].attr,
					    "the interface is bound twice");
			err = -EINVAL;
			goto out;
		}
		site->interface[i] = interfaces[i].interface;
	}
	site->n_interfaces = n;
out:
	kvfree(interfaces);
	return err;
}

/* An internal address needs an interface or prefixes of the internal side. */
static int check_inside(const struct nf_edge_site *site,
			struct netlink_ext_ack *extack)
{
	bool internal = false;
	u32 i;

	if (site->sets.bound & BIT(NF_EDGE_PEER_SET_INTERNAL_NETWORKS))
		return 0;
	for (i = 0; i < site->n_interfaces; i++)
		if (site->interface[i].sides & BIT(NF_EDGE_SIDE_INTERNAL))
			return 0;
	for (i = 0; i < site->n_addresses; i++)
		internal |= site->address[i].service ==
			    NF_EDGE_SERVICE_INTERNAL;
	if (!internal)
		return 0;
	NL_SET_ERR_MSG(extack,
		       "nothing says what is internal: bind an interface to the internal side, or internal-networks");
	return -EINVAL;
}

/*
 * Make the nodes of a site that has its table.  A node that @old has too is
 * shared when the table has the same rows, and the node too.
 */
static int make_nodes(struct nf_edge_site *site, const struct nf_edge_site *old,
		      const struct nf_edge_row_facts *facts)
{
	struct nf_edge_node *node;
	u64 rows;
	u32 i;

	if (old && !nf_edge_table_same_places(old->table, site->table))
		old = NULL;
	for (i = 0; i < facts->n_nodes; i++) {
		node = old ? nf_edge_site_node(old, facts->node[i]) : NULL;
		rows = nf_edge_table_rows_of(site->table, i);
		if (node && node->rows == rows)
			refcount_inc(&node->refs);
		else
			node = nf_edge_node_create(facts->node[i], site->table);
		if (!node)
			return -ENOMEM;
		node->rows = rows;
		site->node[site->n_nodes++] = node;
	}
	return 0;
}

/* Take the prefixes of a load, and look at them. */
static void take_prefixes(struct nf_edge_site *site,
			  struct nf_edge_prefixes *prefixes,
			  struct nf_edge_row_facts *facts)
{
	u32 i;

	if (prefixes->n_runs) {
		site->prefix = prefixes->run[0].at;
		site->n_prefixes = prefixes->run[0].n;
		prefixes->n_runs = 0;
		prefixes->total = 0;
	}
	for (i = 0; i < site->n_prefixes; i++) {
		const struct nf_edge_prefix *p = &site->prefix[i];

		site->n_of_set[p->set]++;
		if (p->len < (p->ipv6 ? WIDE_IPV6 : WIDE_IPV4))
			facts->wide_sets |= BIT(p->set);
	}
}

/**
 * nf_edge_parse_site - build the site that a load describes
 * @info: the request
 * @old: the site in force, or NULL; nodes of the same name are shared
 * @prefixes: one run, or none; empty afterwards, unless the request was refused
 *	before they were taken
 * @bound_sets: mask of the sets that are bound
 *
 * Context: may sleep; the namespace's mutex is held.
 * Return: the site with one reference and without its index, or an ERR_PTR().
 * The extack is set when an attribute is at fault.
 */
struct nf_edge_site *nf_edge_parse_site(struct genl_info *info,
					const struct nf_edge_site *old,
					struct nf_edge_prefixes *prefixes,
					u32 bound_sets)
{
	const struct nlattr *ping_peers = info->attrs[NF_EDGE_A_POLICY_PING_PEERS];
	const struct nlattr *ping = info->attrs[NF_EDGE_A_POLICY_PING];
	struct nf_edge_row_facts facts = { .bound_sets = bound_sets };
	struct nf_edge_site *site;
	int err;

	if (ping && (nla_get_u32(ping) & BIT(NF_EDGE_SIDE_EDGE))) {
		NL_SET_ERR_MSG_ATTR(info->extack, ping,
				    "ping takes the row sides external and internal");
		return ERR_PTR(-EINVAL);
	}
	site = kvzalloc(sizeof(*site), GFP_KERNEL_ACCOUNT);
	if (!site)
		return ERR_PTR(-ENOMEM);
	refcount_set(&site->refs, 1);
	site->ping = ping ? nla_get_u32(ping) : 0;
	site->expose_cls_ports = info->attrs[NF_EDGE_A_POLICY_EXPOSE_CLS_PORTS];
	site->sets.bound = bound_sets;
	site->sets.ping = ping_peers ? nla_get_u32(ping_peers) : 0;
	site->sets.ping_any = !ping_peers;

	take_prefixes(site, prefixes, &facts);
	err = parse_nodes(info, site, &facts) ?: parse_interfaces(info, site) ?:
	      check_inside(site, info->extack);
	if (!err) {
		site->table = nf_edge_parse_table(info, &facts);
		err = PTR_ERR_OR_ZERO(site->table);
		if (err)
			site->table = NULL;
	}
	err = err ?: make_nodes(site, old, &facts);
	if (err) {
		nf_edge_site_put(site);
		return ERR_PTR(err);
	}
	return site;
}
