/*
 * Baseline: every entry of a ZIP is inflated by libzip, and nothing is done with it.
 *
 *   zip_loop FILE
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <zip.h>

static char buffer[1 << 16];

static uint64_t inflate_entry(zip_t *archive, zip_uint64_t index)
{
	zip_file_t *file = zip_fopen_index(archive, index, 0);
	uint64_t bytes = 0;
	zip_int64_t got;

	if (!file)
		return 0;
	while ((got = zip_fread(file, buffer, sizeof(buffer))) > 0)
		bytes += (uint64_t)got;
	if (got < 0) {
		fprintf(stderr, "zip_loop: entry %" PRIu64 " is bad\n", index);
		exit(1);
	}
	zip_fclose(file);
	return bytes;
}

int main(int argc, char **argv)
{
	zip_t *archive = argc == 2 ? zip_open(argv[1], ZIP_RDONLY, NULL) : NULL;
	uint64_t files = 0, bytes = 0;
	zip_int64_t count;

	if (!archive) {
		fprintf(stderr, "zip_loop: cannot open the one FILE that it takes\n");
		return 1;
	}
	count = zip_get_num_entries(archive, 0);
	for (zip_int64_t i = 0; i < count; i++, files++)
		bytes += inflate_entry(archive, (zip_uint64_t)i);
	printf("%" PRIu64 " files, %" PRIu64 " bytes\n", files, bytes);
	zip_discard(archive);
	return 0;
}
