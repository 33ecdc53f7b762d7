// SPDX-License-Identifier: GPL-2.0-only
/* A kernel that a test makes up. */
#include <linux/inet_diag.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netlink/errno.h>
#include <netlink/socket.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/macros.h"
#include "base/memory.h"
#include "kernel.h"

#define MESSAGES_MAX	64
#define REQUESTS_MAX	64
#define PROCFS		"/tmp/kernel.XXXXXX"

#define GET_ELEMENTS	(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETSETELEM)

static struct {
	int request;
	struct nl_msg *message;
} told[MESSAGES_MAX];
static size_t told_count;

static struct nl_msg *requests[REQUESTS_MAX];
static size_t request_count;

static struct {
	int request;
	int error;
	int times;
} failure;

static const char *modules;
static bool deaf;
static nl_recvmsg_msg_cb_t callback;
static void *callback_arg;

char procfs[] = PROCFS;

int __wrap_nl_connect(struct nl_sock *socket, int protocol);
int __wrap_nl_send_simple(struct nl_sock *socket, int type, int flags,
			  void *data, size_t size);
int __wrap_nl_send_auto(struct nl_sock *socket, struct nl_msg *msg);
int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t call,
			       void *arg);
int __wrap_nl_recvmsgs_default(struct nl_sock *socket);
bool __wrap_module_is_in_kernel(const char *name);

int __wrap_nl_connect(struct nl_sock *socket, int protocol)
{
	return deaf ? -NLE_FAILURE : 0;
}

int __wrap_nl_socket_modify_cb(struct nl_sock *socket, enum nl_cb_type type,
			       enum nl_cb_kind kind, nl_recvmsg_msg_cb_t call,
			       void *arg)
{
	callback = call;
	callback_arg = arg;
	return 0;
}

static int ask(struct nl_msg *request)
{
	assert_true(request_count < REQUESTS_MAX);
	requests[request_count++] = request;
	return 0;
}

int __wrap_nl_send_simple(struct nl_sock *socket, int type, int flags,
			  void *data, size_t size)
{
	struct nl_msg *request = nlmsg_alloc_simple(type, flags);

	nlmsg_append(request, data, size, NLMSG_ALIGNTO);
	return ask(request);
}

int __wrap_nl_send_auto(struct nl_sock *socket, struct nl_msg *msg)
{
	return ask(nlmsg_convert(nlmsg_hdr(msg)));
}

static bool same_set(struct nlmsghdr *asked, struct nlmsghdr *told)
{
	const struct nfgenmsg *head = nlmsg_data(asked);
	struct nlattr *wanted, *found;
	int type;

	if (head->nfgen_family !=
	    ((struct nfgenmsg *)nlmsg_data(told))->nfgen_family)
		return false;
	for (type = NFTA_SET_ELEM_LIST_TABLE; type <= NFTA_SET_ELEM_LIST_SET;
	     type++) {
		wanted = nlmsg_find_attr(asked, sizeof(*head), type);
		found = nlmsg_find_attr(told, sizeof(*head), type);
		if (strcmp(nla_get_string(wanted), nla_get_string(found)) != 0)
			return false;
	}
	return true;
}

static bool is_about(struct nlmsghdr *asked, struct nlmsghdr *told)
{
	const void *wanted = nlmsg_data(asked), *found = nlmsg_data(told);
	const struct tcmsg *place = wanted;

	switch (asked->nlmsg_type) {
	case RTM_GETNEIGH:
		return ((const struct ifinfomsg *)wanted)->ifi_index ==
		       ((const struct ndmsg *)found)->ndm_ifindex;
	case RTM_GETTFILTER:
		return place->tcm_ifindex ==
		       ((const struct tcmsg *)found)->tcm_ifindex &&
		       place->tcm_parent ==
		       ((const struct tcmsg *)found)->tcm_parent;
	case SOCK_DIAG_BY_FAMILY:
		return ((const struct inet_diag_req_v2 *)wanted)->sdiag_family ==
		       ((const struct inet_diag_msg *)found)->idiag_family;
	case GET_ELEMENTS:
		return same_set(asked, told);
	default:
		return true;
	}
}

/* An answer that fails has told a part before. */
int __wrap_nl_recvmsgs_default(struct nl_sock *socket)
{
	struct nlmsghdr *asked = nlmsg_hdr(requests[request_count - 1]);
	size_t i;

	for (i = 0; i < told_count; i++)
		if (told[i].request == asked->nlmsg_type &&
		    is_about(asked, nlmsg_hdr(told[i].message)) &&
		    callback(told[i].message, callback_arg) == NL_STOP)
			break;
	if (failure.request != asked->nlmsg_type || !failure.times)
		return 0;
	failure.times--;
	return failure.error;
}

bool __wrap_module_is_in_kernel(const char *name)
{
	return modules && strstr(modules, name);
}

void kernel_has(const char *names)
{
	modules = names;
}

/* --- for tests */

struct nl_msg *kernel_tells(int request, int type, const void *head,
			    size_t size)
{
	struct nl_msg *message = nlmsg_alloc_size(4096);

	assert_true(told_count < MESSAGES_MAX);
	nlmsg_put(message, 0, 0, type, 0, 0);
	nlmsg_append(message, (void *)head, size, NLMSG_ALIGNTO);
	told[told_count].request = request;
	told[told_count++].message = message;
	return message;
}

void kernel_fails(int request, int error, int times)
{
	failure.request = request;
	failure.error = error;
	failure.times = times;
}

void kernel_is_deaf(void)
{
	deaf = true;
}

struct nlmsghdr *kernel_asked(int request)
{
	size_t i;

	for (i = request_count; i--;)
		if (nlmsg_hdr(requests[i])->nlmsg_type == request)
			return nlmsg_hdr(requests[i]);
	return NULL;
}

size_t kernel_times(int request)
{
	size_t i, n = 0;

	for (i = 0; i < request_count; i++)
		n += nlmsg_hdr(requests[i])->nlmsg_type == request;
	return n;
}

void kernel_begin(void)
{
	strcpy(procfs, PROCFS);
	assert_non_null(mkdtemp(procfs));
	memset(&failure, 0, sizeof(failure));
	modules = NULL;
	deaf = false;
}

void kernel_end(void)
{
	while (told_count)
		nlmsg_free(told[--told_count].message);
	while (request_count)
		nlmsg_free(requests[--request_count]);
	remove_procfs();
}

void write_proc(const char *name, const char *text)
{
	char *path = xformat("%s/%s", procfs, name), *slash;
	FILE *file;

	for (slash = path + sizeof(PROCFS); (slash = strchr(slash, '/'));
	     slash++) {
		*slash = '\0';
		mkdir(path, 0700);
		*slash = '/';
	}
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	free(path);
}

void remove_procfs(void)
{
	char *command = xformat("rm -rf %s", procfs);

	assert_int_equal(system(command), 0);
	free(command);
}
