#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runtally/base/arena.h"
#include "runtally/base/sha256.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void hex_of(const void *bytes, size_t length, char hex[2 * SHA256_SIZE + 1])
{
	uint8_t digest[SHA256_SIZE];

	sha256(bytes, length, digest);
	for (int i = 0; i < SHA256_SIZE; i++)
		snprintf(hex + 2 * i, 3, "%02x", (unsigned)digest[i]);
}

/* FIPS 180-2 appendix B and the NIST example values */
static void test_vectors(void **state)
{
	static const struct {
		const char *text, *hex;
	} cases[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
		{"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
		 "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
		 "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
	};
	char hex[2 * SHA256_SIZE + 1];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		hex_of(cases[i].text, strlen(cases[i].text), hex);
		assert_string_equal(hex, cases[i].hex);
	}
}

static void test_million(void **state)
{
	char *text = memory_alloc(1000000), hex[2 * SHA256_SIZE + 1];

	(void)state;
	memset(text, 'a', 1000000);
	hex_of(text, 1000000, hex);
	assert_string_equal(hex,
			    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	memory_free(text);
}

/* Lengths around the ends of blocks: digest of the digests of 0 to 200 times `x`, by hashlib. */
static void test_lengths(void **state)
{
	char text[200], all[201 * 2 * SHA256_SIZE + 1], hex[2 * SHA256_SIZE + 1];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t length = 0; length <= sizeof(text); length++)
		hex_of(text, length, all + length * 2 * SHA256_SIZE);
	hex_of(all, sizeof(all) - 1, hex);
	assert_string_equal(hex,
			    "75013a3fd49991ead9d8a57ea80485c088443c3406a0e8fa003ed57144041eb4");
}

static void test_base64(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	strbuf_addstr(&out, "sha256-");
	sha256_base64(&out, "abc", 3);
	assert_string_equal(out.text, "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
	strbuf_reset(&out);
	sha256_base64(&out, NULL, 0);
	assert_string_equal(out.text, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
	strbuf_release(&out);
}

/* RFC 4231: cases 1, 2 and 6 (a key longer than a block). */
static void test_hmac(void **state)
{
	char small[20], large[131];
	const struct {
		const char *key;
		size_t length;
		const char *message, *wanted;
	} cases[] = {
		{small, sizeof(small), "Hi There",
		 "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{"Jefe", 4, "what do ya want for nothing?",
		 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{large, sizeof(large), "Test Using Larger Than Block-Size Key - Hash Key First",
		 "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
	};

	(void)state;
	memset(small, 0x0b, sizeof(small));
	memset(large, 0xaa, sizeof(large));
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char hex[SHA256_HEX_SIZE];
		uint8_t digest[SHA256_SIZE];
		struct sha256 message;
		struct hmac_key key;

		hmac_key_init(&key, cases[i].key, cases[i].length);
		message = key.inner;
		sha256_add(&message, cases[i].message, strlen(cases[i].message));
		hmac_finish(&message, &key, digest);
		sha256_hex(digest, hex);
		assert_string_equal(hex, cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors), cmocka_unit_test(test_million),
		cmocka_unit_test(test_lengths), cmocka_unit_test(test_base64),
		cmocka_unit_test(test_hmac),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
