#include "runtally/view/loads.h"

void view_loads_init(struct view_loads *loads, struct spool *spool)
{
	*loads = (struct view_loads){.spool = spool};
	for (size_t i = 0; i < 2; i++)
		arena_init(&loads->items[i].arena, 0);
}

void view_loads_release(struct view_loads *loads)
{
	for (size_t i = 0; i < 2; i++)
		arena_release(&loads->items[i].arena);
}

const struct run *view_loads_get(struct view_loads *loads, const struct run *run)
{
	struct view_load *load;

	if (!run->details_place)
		return run;
	if (loads->items[loads->newest].of != run)
		loads->newest = !loads->newest;
	load = &loads->items[loads->newest];
	if (load->of != run) {
		arena_reset(&load->arena);
		load->run = run_load(run, loads->spool, &load->arena);
		load->of = run;
	}
	return &load->run;
}
