#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"
#include "runtally/base/output.h"
#include "runtally/base/path.h"
#include "runtally/base/sha256.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/temp_path.h"
#include "runtally/base/times.h"
#include "runtally/formats/format.h"
#include "runtally/template/escape.h"
#include "runtally/template/templates.h"
#include "runtally/view/view.h"

enum { FOOTER_SIZE = 200 };

void history_month(int64_t ms, char month[MONTH_TEXT_SIZE])
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	memcpy(month, text, MONTH_TEXT_SIZE - 1);
	month[4] = '/';
	month[MONTH_TEXT_SIZE - 1] = '\0';
}

/* ---- lines ---- */

/* Bytes on their way through the hash. */
struct hashing {
	const struct history_part *part;
	struct sha256 hash;
};

static int write_hashed(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct hashing *hashing = ctx;

	sha256_add(&hashing->hash, bytes, length);
	return hashing->part->sink(hashing->part->sink_ctx, bytes, length, err);
}

/* With the templates of our own: what users write into theirs is for reports. */
static int write_runs(struct hashing *hashing, struct run *const *runs, size_t count,
		      struct error *err)
{
	const struct format *format = format_of_records();
	const struct results results = {.runs = (struct run **)runs, .run_count = count};
	const struct view view = {.classes = view_classes,
				  .results = &results,
				  .rows = SIZE_MAX,
				  .details = DETAILS_NONE};
	struct templates *templates = templates_new(format->template, NULL, NULL);
	int failed = mustache_render(templates_set(templates), format->template, view_root(&view),
				     format->escape, write_hashed, hashing, err);

	templates_free(templates);
	return failed;
}

static void add_stamp(struct strbuf *out, const struct history_stamp *stamp)
{
	char at[TIME_TEXT_SIZE];

	time_text(stamp->now, at);
	strbuf_addf(out, ",\"written_at\":\"%s\",\"title\":\"", at);
	escape_json(out, stamp->title, strlen(stamp->title), 0);
	strbuf_addstr(out, "\"");
	if (stamp->shards)
		strbuf_addf(out, ",\"shard\":\"%u/%u\"", stamp->shard, stamp->shards);
}

static int write_header(struct hashing *hashing, struct error *err)
{
	const struct history_part *part = hashing->part;
	struct strbuf line = STRBUF_INIT;
	int failed;

	strbuf_addstr(&line, "{\"schema\":\"" HISTORY_SCHEMA "\"");
	if (part->stamp)
		add_stamp(&line, part->stamp);
	else
		strbuf_addf(&line, ",\"month\":\"%.4s-%s\"", part->month, part->month + 5);
	strbuf_addstr(&line, "}\n");
	failed = write_hashed(hashing, line.text, line.length, err);
	strbuf_release(&line);
	return failed;
}

static int write_footer(struct hashing *hashing, size_t count, uint8_t *digest, struct error *err)
{
	char hex[SHA256_HEX_SIZE], line[FOOTER_SIZE];

	sha256_finish(&hashing->hash, digest);
	sha256_hex(digest, hex);
	snprintf(line, sizeof(line),
		 "{\"schema\":\"" HISTORY_END_SCHEMA "\",\"runs\":%zu,\"sha256\":\"%s\"}\n", count,
		 hex);
	return hashing->part->sink(hashing->part->sink_ctx, line, strlen(line), err);
}

int history_write(const struct history_part *part, struct run *const *runs, size_t count,
		  uint8_t *digest, struct error *err)
{
	struct hashing hashing = {.part = part};

	sha256_init(&hashing.hash);
	if (write_header(&hashing, err) || write_runs(&hashing, runs, count, err))
		return -1;
	return write_footer(&hashing, count, digest, err);
}

/* ---- folders ---- */

static int make_folder(const char *path, struct error *err)
{
	if (mkdir(path, 0777) == 0)
		sync_folder(path);
	else if (errno != EEXIST)
		return error_set(err, "%s: cannot make the folder: %s", path, strerror(errno));
	return 0;
}

int history_make_month(const char *folder, const char *month, struct error *err)
{
	struct arena arena;
	char *path;
	int failed = 0;

	arena_init(&arena, 0);
	path = arena_printf(&arena, "%s/%s", folder, month);
	for (char *slash = path + 1; !failed && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		failed = make_folder(path, err);
		*slash = '/';
	}
	if (!failed)
		failed = make_folder(path, err);
	arena_release(&arena);
	return failed;
}

/* ---- a new file ---- */

/* Opens some file in the folder of the month, which may be removed by another call meanwhile. */
static struct output *open_in_month(const char *folder, const char *month, struct error *err)
{
	enum { ATTEMPTS = 5 };
	struct strbuf path = STRBUF_INIT;
	struct output *output = NULL;
	bool made = true;

	strbuf_addf(&path, "%s/%s/runs.ndjson", folder, month);
	for (int i = 0; i < ATTEMPTS && made && !output; i++) {
		made = history_make_month(folder, month, err) == 0;
		if (made)
			output = output_open(path.text, err);
	}
	strbuf_release(&path);
	return output;
}

/* `20261120T100000Z` */
static void add_moment(struct strbuf *out, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	for (const char *at = text; *at && *at != '.'; at++)
		if (*at != '-' && *at != ':')
			strbuf_addch(out, *at);
	strbuf_addch(out, 'Z');
}

/* The same runs, title and moment: the file is there already. */
static int put_in_place(struct output *output, const char *path, struct error *err)
{
	if (access(path, F_OK) == 0) {
		output_abort(output);
		return 0;
	}
	output_rename(output, path);
	return output_commit(output, err);
}

int history_add(const char *folder, const struct history_stamp *stamp, struct run *const *runs,
		size_t count, struct error *err)
{
	struct history_part part = {.sink = output_write, .stamp = stamp};
	struct strbuf path = STRBUF_INIT;
	uint8_t digest[SHA256_SIZE];
	char month[MONTH_TEXT_SIZE], hex[SHA256_HEX_SIZE];
	struct output *output;
	int failed = -1;

	if (!count)
		return 0;
	history_month(stamp->now, month);
	output = open_in_month(folder, month, err);
	if (!output)
		return -1;
	part.sink_ctx = output;
	if (history_write(&part, runs, count, digest, err)) {
		output_abort(output);
	} else {
		sha256_hex(digest, hex);
		strbuf_addf(&path, "%s/%s/", folder, month);
		add_moment(&path, stamp->now);
		strbuf_addf(&path, "-%.*s.ndjson", HISTORY_HASH_DIGITS, hex);
		failed = put_in_place(output, path.text, err);
	}
	strbuf_release(&path);
	return failed;
}
