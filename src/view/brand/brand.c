#include "brand.h"

#include <stddef.h>

#include "runtally/view/accent.h"
#include "runtally/view/logo.h"

bool view_has_logo(const struct value *of)
{
	return value_view(of)->logo != NULL;
}

void view_logo(const struct value *of, struct strbuf *out)
{
	const struct view *view = value_view(of);

	if (view->logo && view->site)
		logo_file(view->logo, out);
	else if (view->logo)
		logo_data_uri(view->logo, out);
}

static void color_at(const struct value *of, struct strbuf *out)
{
	strbuf_addf(out, "#%06x", (unsigned)*(const uint32_t *)value_field(of));
}

#define ACCENT_AT(member) offsetof(struct accent, member)

static const struct member accent_members[] = {
	{"color", TEXT, .text = color_at, .at = ACCENT_AT(color)},
	{"light", TEXT, .text = color_at, .at = ACCENT_AT(light)},
	{"dark", TEXT, .text = color_at, .at = ACCENT_AT(dark)},
};

static const struct value_class class_accent = {
	.name = "accent",
	.members = accent_members,
	.count = MEMBER_COUNT(accent_members),
};

bool view_accent(const struct value *of, struct value *out)
{
	const struct view *view = value_view(of);

	*out = value_of(&class_accent, view, view->accent, 0);
	return view->accent != NULL;
}
