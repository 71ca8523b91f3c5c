/*
 * view_brand: the logo and the accent colour as templates see them.
 */
#ifndef RUNTALLY_VIEW_BRAND_BRAND_H
#define RUNTALLY_VIEW_BRAND_BRAND_H

#include "runtally/view/view.h"

/* Functions for members of the report. */
member_flag view_has_logo;
member_text view_logo;
member_object view_accent;

#endif
