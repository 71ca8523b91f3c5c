#include "runtally/template/templates.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/base/arena.h"
#include "runtally/base/output.h"
#include "runtally/base/strbuf.h"

struct templates {
	const char *root, *folder, *file;
	size_t prefix; /* length of "html/" in "html/report" */
	struct template_set *set;
	struct arena arena; /* texts of files, and names for messages */
};

enum { TEMPLATE_BYTES_MAX = 8 * 1024 * 1024 };

static int read_all(int fd, struct strbuf *text)
{
	ssize_t got;

	do {
		strbuf_reserve(text, 16384);
		got = read(fd, text->text + text->length, 16384);
		if (got > 0)
			text->length += (size_t)got;
	} while (got > 0 && text->length <= TEMPLATE_BYTES_MAX);
	return got < 0 ? -1 : 0;
}

/* Sets text to NULL where there is no such file, or none can have that name, and `optional`. */
static int read_file(struct templates *templates, const char *path, bool optional,
		     struct template_source *source, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	int fd = open(path, O_RDONLY | O_CLOEXEC), failed;

	*source = (struct template_source){.file = arena_strdup(&templates->arena, path)};
	if (fd < 0) {
		if (optional && (errno == ENOENT || errno == ENAMETOOLONG))
			return 0;
		return error_set(err, "%s: cannot open: %s", path, strerror(errno));
	}
	failed = read_all(fd, &text);
	if (failed)
		error_set(err, "%s: cannot read: %s", path, strerror(errno));
	else if (text.length > TEMPLATE_BYTES_MAX)
		failed = error_set(err, "%s: larger than 8 MiB: no template", path);
	else
		source->text = arena_strndup(&templates->arena, text.text, text.length);
	source->length = text.length;
	strbuf_release(&text);
	close(fd);
	return failed;
}

/* Names come from templates, and with dynamic names from the input: no way out of the folder. */
static bool is_plain_name(const char *name)
{
	return name[0] && name[0] != '.' &&
	       name[strspn(name,
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")] ==
		       '\0';
}

static void find_builtin(const char *name, struct template_source *source)
{
	const struct builtin_template *builtin = builtin_templates;

	while (builtin->name && strcmp(builtin->name, name) != 0)
		builtin++;
	*source = (struct template_source){builtin->text, builtin->length, builtin->name};
}

static int find_text(void *ctx, const char *name, struct template_source *source, struct error *err)
{
	struct templates *templates = ctx;
	bool is_root = strcmp(name, templates->root) == 0;
	const char *file;

	*source = (struct template_source){.text = NULL};
	if (is_root)
		name += templates->prefix;
	if (!is_plain_name(name))
		return 0;
	if (is_root && templates->file)
		return read_file(templates, templates->file, false, source, err);
	file = arena_printf(&templates->arena, "%.*s%s%s", (int)templates->prefix, templates->root,
			    name, strchr(name, '.') ? "" : ".mustache");
	if (templates->folder &&
	    read_file(templates, arena_printf(&templates->arena, "%s/%s", templates->folder, file),
		      true, source, err))
		return -1;
	if (!source->text)
		find_builtin(file, source);
	return 0;
}

struct templates *templates_new(const char *root, const char *folder, const char *file)
{
	struct templates *templates = memory_alloc(sizeof(*templates));

	*templates = (struct templates){
		.root = root,
		.folder = folder,
		.file = file,
		.prefix = (size_t)(strchr(root, '/') - root) + 1,
	};
	arena_init(&templates->arena, 0);
	templates->set = template_set_new(find_text, templates);
	return templates;
}

void templates_free(struct templates *templates)
{
	if (!templates)
		return;
	template_set_free(templates->set);
	arena_release(&templates->arena);
	memory_free(templates);
}

struct template_set *templates_set(struct templates *templates)
{
	return templates->set;
}

static int make_folder(const char *path, struct error *err)
{
	if (mkdir(path, 0777) && errno != EEXIST)
		return error_set(err, "%s: cannot make this folder: %s", path, strerror(errno));
	return 0;
}

static int print_one(const struct builtin_template *builtin, const char *path, struct error *err)
{
	struct output *output;

	if (access(path, F_OK) == 0)
		return error_set(err, "%s: is already there; nothing is overwritten", path);
	output = output_open(path, err);
	if (!output)
		return -1;
	if (output_write(output, builtin->text, builtin->length, err)) {
		output_abort(output);
		return -1;
	}
	return output_commit(output, err);
}

int templates_print(const char *folder, struct error *err)
{
	struct arena arena;
	int failed;

	arena_init(&arena, 0);
	failed = make_folder(folder, err);
	for (const struct builtin_template *b = builtin_templates; b->name && !failed; b++) {
		failed = make_folder(arena_printf(&arena, "%s/%.*s", folder,
						  (int)strcspn(b->name, "/"), b->name),
				     err);
		if (!failed)
			failed = print_one(b, arena_printf(&arena, "%s/%s", folder, b->name), err);
	}
	arena_release(&arena);
	return failed;
}
