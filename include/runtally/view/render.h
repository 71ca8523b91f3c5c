/*
 * render: what the options say about reports; every budget is an option with this default.
 */
#ifndef RUNTALLY_VIEW_RENDER_H
#define RUNTALLY_VIEW_RENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct render_options {
	bool junit_rich;                    /* --junit-flavor rich */
	bool junit_reruns;                  /* --reruns */
	bool junit_runs;                    /* --junit-cases run */
	int32_t junit_pass_rate_micro;      /* --junit-pass-rate: 1,000,000 */
	const char *junit_file;             /* --junit-file; NULL: none */
	uint32_t junit_name_bytes;          /* 200 */
	uint32_t junit_message_chars;       /* 300 */
	uint32_t junit_failure_bytes;       /* 8 KiB */
	uint32_t junit_passed_output_bytes; /* 900 */
	uint32_t junit_failed_output_bytes; /* 16 KiB */
	uint64_t junit_file_bytes;          /* 25,000,000 */
	uint64_t junit_job_bytes;           /* 100 MiB */
	uint64_t html_bytes;                /* 9,500,000 */
	uint64_t site_bytes;                /* 60,000,000 */
	uint64_t site_files;                /* 5,000 */
	uint64_t markdown_bytes;            /* 65,000: a GitHub comment */
	uint64_t mail_bytes;                /* 80,000: the HTML of a mail */
	const char *mail_from;              /* an address that address_check takes; NULL: none */
	const char *const *mail_to;         /* likewise */
	size_t mail_to_count;
	int64_t date, now; /* ms; date: SOURCE_DATE_EPOCH, or TIME_UNKNOWN */
};

extern const struct render_options default_render_options;

#endif
