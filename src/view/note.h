/*
 * view_note: notes as templates see them.
 */
#ifndef RUNTALLY_VIEW_NOTE_H
#define RUNTALLY_VIEW_NOTE_H

#include "runtally/view/view.h"

/* Functions for members of the report. */
member_next view_notes;
member_text view_note_count, view_dropped_notes;
member_text view_notes_text; /* `at` is the offset of a count in struct notes */
member_flag view_has_notes, view_has_error_notes;

#endif
