/* redact: a second time changes nothing, and the work is linear. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/ingest/redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(int condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct redactor redactor;
	struct strbuf once = STRBUF_INIT, input = STRBUF_INIT;

	strbuf_add(&input, (const char *)bytes, size);
	redactor_init(&redactor);
	strbuf_addstr(&once, redact(&redactor, input.text));
	require(redactor.steps <= 300 * (uint64_t)size + 1000);
	redactor_next_run(&redactor);
	require(redact(&redactor, once.text) == once.text);
	redactor_release(&redactor);
	redactor_init_for_labels(&redactor, NULL);
	strbuf_reset(&once);
	strbuf_addstr(&once, redact(&redactor, input.text));
	require(redact(&redactor, once.text) == once.text);
	redactor_release(&redactor);
	strbuf_release(&once);
	strbuf_release(&input);
	return 0;
}
