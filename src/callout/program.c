/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One loop feeds the program, reads what it writes and looks for its end, so that neither side
 * ever waits for the other. The program stays a zombie until the loop is over: its pid, which is
 * its group's, cannot be somebody else's while the group may have to be signalled.
 */
#include "callout/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/dir.h"
#include "base/interrupt.h"
#include "base/limits.h"
#include "base/process.h"
#include "lines.h"

#define READ_SIZE 16384
/* pipe(7): one that a program has enlarged has 1 MiB. */
#define DRAIN_READS (1024 * 1024 / READ_SIZE)

enum phase {
	PHASE_RUNNING,
	PHASE_EXITED, /* its children may still write */
	PHASE_TERMINATED,
	PHASE_KILLED,
	PHASE_OVER,
};

struct run {
	const struct program_request *request;
	struct program_result *result;
	enum phase phase;
	struct deadline deadline; /* of the phase */
	pid_t pid;
	int pidfd;
	int input; /* our ends of the pipes; -1 when closed */
	int output;
	int errors;
	size_t fed;
	struct lines lines;
	bool has_exited;
	bool is_interrupted;
	bool has_waited; /* for its children */
	int lost_errnum; /* why it cannot be told how it ended */
};

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static err_t make_pipe(int *ret_read, int *ret_write)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(errno, "cannot make a pipe");
	*ret_read = ends[0];
	*ret_write = ends[1];
	return NULL;
}

static err_t spawn(struct run *run)
{
	_cleanup_(fd_closep) int input = -1;
	_cleanup_(fd_closep) int output = -1;
	_cleanup_(fd_closep) int errors = -1;
	struct process_spawn how = { .path = run->request->path,
				     .arguments = run->request->arguments,
				     .environment = run->request->environment,
				     .has_own_group = true,
				     .closes_others = true };

	TRY(make_pipe(&input, &run->input));
	TRY(make_pipe(&run->output, &output));
	TRY(make_pipe(&run->errors, &errors));
	how.fds[STDIN_FILENO] = input;
	how.fds[STDOUT_FILENO] = output;
	how.fds[STDERR_FILENO] = errors;
	TRY(process_spawn(&how, &run->pid));

	run->pidfd = pidfd_open(run->pid, 0);
	fcntl(run->input, F_SETFL, O_NONBLOCK);
	fcntl(run->output, F_SETFL, O_NONBLOCK);
	fcntl(run->errors, F_SETFL, O_NONBLOCK);
	return NULL;
}

/* A program need not read what it is given. */
static void feed(struct run *run)
{
	const struct program_request *request = run->request;
	ssize_t written = 0;

	if (run->fed < request->input_size)
		written = write(run->input, request->input + run->fed,
				request->input_size - run->fed);
	if (written > 0)
		run->fed += (size_t)written;
	if ((written < 0 && errno != EAGAIN && errno != EINTR) || run->fed == request->input_size)
		close_end(&run->input);
}

/* 0 when there is nothing at present; closes the end when there will be nothing any more. */
static size_t read_end(int *fd, char *buffer, size_t size)
{
	ssize_t got = read(*fd, buffer, size);

	if (got > 0)
		return (size_t)got;
	if (got == 0 || (errno != EAGAIN && errno != EINTR))
		close_end(fd);
	return 0;
}

static void read_output(struct run *run)
{
	struct program_result *result = run->result;
	char buffer[READ_SIZE];
	size_t got = read_end(&run->output, buffer, sizeof(buffer));
	size_t room = PROGRAM_OUTPUT_MAX - result->output_size;

	if (got > room) {
		result->output_is_cut = true;
		got = room;
	}
	if (!got)
		return;
	result->output = mem_resize(result->output, result->output_size + got, 1);
	memcpy(result->output + result->output_size, buffer, got);
	result->output_size += got;
}

static void read_errors(struct run *run)
{
	char buffer[READ_SIZE];
	size_t got = read_end(&run->errors, buffer, sizeof(buffer));

	lines_add(&run->lines, buffer, got);
}

static void enter(struct run *run, enum phase phase, int64_t ms)
{
	run->phase = phase;
	run->deadline = deadline_in(ms);
}

static void note_exit(struct run *run, const siginfo_t *info)
{
	run->has_exited = true;
	run->result->code = info->si_status;
	close_end(&run->input);
	if (run->phase != PHASE_RUNNING)
		return;
	run->result->end = info->si_code == CLD_EXITED ? PROGRAM_EXITED : PROGRAM_KILLED;
	enter(run, PHASE_EXITED, SCRIPT_CHILDREN_LOOK_MS);
}

/* What cannot be told is no success: the run is over, and its error says so. */
static void look_for_exit(struct run *run)
{
	siginfo_t info = { 0 };

	if (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
		if (info.si_pid)
			note_exit(run, &info);
	} else if (errno != EINTR) {
		run->lost_errnum = errno;
		run->phase = PHASE_OVER;
	}
}

static void look_for_interrupt(struct run *run)
{
	if (run->is_interrupted || run->phase != PHASE_RUNNING ||
	    !run->request->ends_at_interrupt || !interrupt_is_pending())
		return;
	run->is_interrupted = true;
	run->deadline = deadline_in(SCRIPT_INTERRUPTED_MS);
}

/* It may have left its group, which its children are still in. */
static void send_signal(const struct run *run, int number)
{
	kill(-run->pid, number);
	kill(run->pid, number);
}

/*
 * Whether anybody but the program itself, which is a zombie, is in its group: whoever has left that
 * can be neither ended nor waited for. /proc is this machine's, as the program is.
 */
static bool has_group(const struct run *run)
{
	return process_group_has_others("/proc", run->pid);
}

/*
 * Reads what is in the pipes already, where this process was too slow to do so; whether that was
 * all. As often as the largest pipe needs.
 */
static bool drain(struct run *run)
{
	for (int i = 0; i < DRAIN_READS; i++) {
		if (run->output >= 0)
			read_output(run);
		if (run->errors >= 0)
			read_errors(run);
	}
	return run->output < 0 && run->errors < 0;
}

/* The time of the present phase is over. */
static void move_on(struct run *run)
{
	switch (run->phase) {
	case PHASE_RUNNING:
		run->result->end = run->is_interrupted ? PROGRAM_INTERRUPTED : PROGRAM_TIMED_OUT;
		send_signal(run, SIGTERM);
		enter(run, PHASE_TERMINATED, SCRIPT_TERMINATE_MS);
		break;
	case PHASE_EXITED:
		if (drain(run)) {
			run->phase = PHASE_OVER;
			break;
		}
		if (!run->has_waited && !run->request->is_impatient && has_group(run)) {
			run->has_waited = true;
			enter(run, PHASE_EXITED, SCRIPT_CHILDREN_MS);
			break;
		}
		run->result->left_children = true;
		send_signal(run, SIGTERM);
		enter(run, PHASE_TERMINATED, has_group(run) ? SCRIPT_TERMINATE_MS : 0);
		break;
	case PHASE_TERMINATED:
		send_signal(run, SIGKILL);
		enter(run, PHASE_KILLED, !run->has_exited || has_group(run) ? SCRIPT_KILL_MS : 0);
		break;
	case PHASE_KILLED:
		run->result->lost_children = run->result->left_children;
		run->phase = PHASE_OVER;
		break;
	case PHASE_OVER:
		break;
	}
}

static int64_t poll_ms(const struct run *run)
{
	int64_t left = deadline_left_ms(&run->deadline);
	int64_t tick =
		run->pidfd < 0 && !run->has_exited ? SCRIPT_NO_PIDFD_TICK_MS : SCRIPT_TICK_MS;

	return left < 0 || left > tick ? tick : left;
}

static void step(struct run *run)
{
	struct pollfd fds[] = {
		{ .fd = run->input, .events = POLLOUT },
		{ .fd = run->output, .events = POLLIN },
		{ .fd = run->errors, .events = POLLIN },
		{ .fd = run->has_exited ? -1 : run->pidfd, .events = POLLIN },
	};

	if (poll(fds, ARRAY_SIZE(fds), (int)poll_ms(run)) > 0) {
		if (fds[0].revents)
			feed(run);
		if (fds[1].revents)
			read_output(run);
		if (fds[2].revents)
			read_errors(run);
	}
	if (!run->has_exited)
		look_for_exit(run);
	look_for_interrupt(run);
	if (run->has_exited && run->output < 0 && run->errors < 0)
		run->phase = PHASE_OVER;
	else if (deadline_is_over(&run->deadline))
		move_on(run);
}

/* Children that outlived SIGTERM and hold nothing open are still in the group. */
static err_t supervise(struct run *run)
{
	struct program_result *result = run->result;

	enter(run, PHASE_RUNNING, run->request->timeout_ms);
	while (run->phase != PHASE_OVER)
		step(run);
	if (result->end == PROGRAM_TIMED_OUT || result->end == PROGRAM_INTERRUPTED)
		send_signal(run, SIGKILL);
	waitid(P_PID, (id_t)run->pid, NULL, WEXITED | WNOHANG);
	lines_end(&run->lines);
	result->errors_are_cut = run->lines.is_cut;
	return run->lost_errnum ? err_errno(run->lost_errnum, "cannot tell how '%s' ended",
					    run->request->path)
				: NULL;
}

err_t program_run(const struct program_request *request, struct program_result *ret)
{
	struct program_result result = { 0 };
	struct run run = {
		.request = request,
		.result = &result,
		.pidfd = -1,
		.input = -1,
		.output = -1,
		.errors = -1,
		.lines = { .max = PROGRAM_OUTPUT_MAX,
			   .sink = request->line,
			   .data = request->line_data },
	};
	struct err *e = spawn(&run);

	if (!e)
		e = supervise(&run);
	close_end(&run.pidfd);
	close_end(&run.input);
	close_end(&run.output);
	close_end(&run.errors);
	if (e)
		program_result_clear(&result);
	else
		*ret = result;
	return e;
}

void program_result_clear(struct program_result *result)
{
	free(result->output);
	*result = (struct program_result){ 0 };
}
