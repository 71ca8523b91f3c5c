/*
 * archive_file: the bytes of a ZIP file for libzip, read ahead. libzip's own way costs a seek and a
 * read of 4 KiB for every header. Private to archive.
 */
#ifndef RUNTALLY_INPUT_ARCHIVE_FILE_H
#define RUNTALLY_INPUT_ARCHIVE_FILE_H

#include <stdint.h>
#include <zip.h>

/*
 * The first `size` bytes of a regular file. Takes over `fd`: it is closed with the source. Never
 * NULL.
 */
zip_source_t *archive_file_source(int fd, uint64_t size);

#endif
