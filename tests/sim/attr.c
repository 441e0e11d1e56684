/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attributes of a device. */
#include "attr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct attr {
	struct device *dev;
	const struct attr_rule *rule;
	struct text value;
	bool is_written;
	int errnum; /* what reading it gives before it is written; 0: the value */
};

static int attr_show(struct node *node, struct text *ret)
{
	const struct attr *attr = node->data;

	if (attr->errnum)
		return -attr->errnum;
	if (attr->rule->is_unknown && !attr->is_written)
		return -ENXIO;
	if (attr->value.len)
		text_add(ret, attr->value.data, attr->value.len);
	return 0;
}

static void attr_subject(const struct node *node, struct subject *ret)
{
	const struct attr *attr = node->data;

	device_subject(attr->dev, ret);
	ret->attr = attr->rule->name;
}

static void attr_release(void *data)
{
	struct attr *attr = data;

	device_unref(attr->dev);
	text_free(&attr->value);
	free(attr);
}

static bool is_value(const char *value, const char *buf, size_t len)
{
	return strlen(value) == len && memcmp(value, buf, len) == 0;
}

static size_t stripped_length(const char *buf, size_t len)
{
	return len && buf[len - 1] == '\n' ? len - 1 : len;
}

static int rule_check(const struct attr_rule *rule, const char *buf, size_t len)
{
	bool is_accepted = !rule->accept;

	len = stripped_length(buf, len);
	for (const struct refusal *r = rule->refuse; r && r->value; r++) {
		if (is_value(r->value, buf, len))
			return -r->errnum;
	}
	for (size_t i = 0; !is_accepted && rule->accept[i]; i++)
		is_accepted = is_value(rule->accept[i], buf, len);
	return is_accepted ? 0 : -EINVAL;
}

static void value_set(struct attr *attr, const char *buf, size_t len)
{
	/* NVIDIA's driver takes the last byte for the newline that echo adds, whatever it is. */
	if (attr->rule->eats_last && len && buf[len - 1] != '\n')
		len--;
	/* A choice such as "auto" is shown with its newline, however it was written. */
	if (attr->rule->accept)
		len = stripped_length(buf, len);
	attr->is_written = true;
	attr->errnum = 0;
	text_clear(&attr->value);
	text_add(&attr->value, buf, len);
	if (attr->rule->accept)
		text_add_string(&attr->value, "\n");
}

static void count_violations(struct call *call, const struct device *dev)
{
	unsigned long *counts = call->sim->log.counts;

	counts[COUNT_ATTR_WRITE_DURING_CREATE] += dev->state == DEVICE_CREATING;
	counts[COUNT_ATTR_WRITE_DURING_REMOVE] += dev->state == DEVICE_REMOVING;
}

static int attr_write(struct call *call, struct node *node, const char *buf, size_t len)
{
	struct attr *attr = node->data;
	struct subject subject = { 0 };
	int err;

	attr_subject(node, &subject);
	count_violations(call, attr->dev);
	err = fault_take_error(&call->sim->faults, FAULT_ATTR, &subject);
	call_sleep(call, fault_delay(&call->sim->faults, FAULT_ATTR, &subject));
	if (node->dead)
		return -ENODEV;
	if (!err)
		err = rule_check(attr->rule, buf, len);
	if (!err)
		value_set(attr, buf, len);
	return err;
}

static ssize_t attr_store(struct call *call, struct node *node, const char *buf, size_t len)
{
	struct log *log = &call->sim->log;
	struct text path = { 0 };
	int err = attr_write(call, node, buf, len);

	node_path(node, &path);
	log_event(log, call->pid, "attr", path.data, buf, len, err);
	log->counts[err ? COUNT_FAILED_ATTR_WRITES : COUNT_ATTR_WRITES]++;
	text_free(&path);
	return err ? err : (ssize_t)len;
}

static const struct node_ops attr_ops = {
	.show = attr_show,
	.store = attr_store,
	.subject = attr_subject,
	.release = attr_release,
};

void attr_add(struct sim *sim, struct device *dev, const struct attr_rule *rule)
{
	const char *slash = strrchr(rule->name, '/');
	size_t dir_len = slash ? (size_t)(slash - rule->name) : 0;
	struct node *dir = node_dir_path(&sim->tree, dev->dir, rule->name, dir_len);
	struct attr *attr = memory_new(1, sizeof(*attr));

	attr->dev = device_ref(dev);
	attr->rule = rule;
	if (rule->value)
		text_add_string(&attr->value, rule->value);
	node_file(&sim->tree, dir, slash ? slash + 1 : rule->name, rule->mode, &attr_ops, attr);
}

void attr_add_power(struct sim *sim, struct device *dev)
{
	static const char *const values[] = { "auto", "on", NULL };
	static const struct attr_rule rule = {
		.name = "power/control",
		.value = "auto\n",
		.accept = values,
		.mode = 0644,
	};

	attr_add(sim, dev, &rule);
}

bool attr_set(struct sim *sim, struct device *dev, const char *name, const char *value, int errnum)
{
	struct node *node = dev->dir;
	struct attr *attr;

	for (const char *rest = name; node && rest; rest = strchr(rest, '/')) {
		char *part;

		rest += rest != name;
		part = memory_copy_bytes(rest, strcspn(rest, "/"));
		node = node_find(&sim->tree, node, part);
		free(part);
	}
	if (!node || node->ops != &attr_ops)
		return false;
	attr = node->data;
	attr->is_written = true;
	attr->errnum = errnum;
	text_clear(&attr->value);
	text_add_string(&attr->value, value ? value : "");
	return true;
}
