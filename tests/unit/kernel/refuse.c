/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "refuse.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "fixture.h"

struct call {
	const struct refusal *refusal;
	struct err *(*function)(void *data);
	void *data;
	bool is_allowed;
	struct err *result;
};

/* The half of a 64-bit argument that has small numbers. */
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define THIRD (offsetof(struct seccomp_data, args[2]))
#else
#define THIRD (offsetof(struct seccomp_data, args[2]) + 4)
#endif

static bool set_filter(const struct refusal *refusal)
{
	struct sock_filter steps[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)refusal->number, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, THIRD),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)refusal->size, 0,
			 refusal->size ? 1 : 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)refusal->errnum),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog program = { .len = ARRAY_SIZE(steps), .filter = steps };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static void *run(void *data)
{
	struct call *call = data;

	call->is_allowed = set_filter(call->refusal);
	if (call->is_allowed)
		call->result = call->function(call->data);
	return NULL;
}

err_t refuse(const struct refusal *refusal, struct err *(*function)(void *data), void *data)
{
	struct call call = { .refusal = refusal, .function = function, .data = data };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, run, &call), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	if (!call.is_allowed)
		skip();
	return call.result;
}
