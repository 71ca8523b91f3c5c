#!/usr/bin/env python3
"""Writes a mixed folder of exports of all five APIs, in all envelopes, and what it holds.

    generate.py FOLDER [RUNS [SEED]]     FOLDER/data, and the truth as FOLDER/truth.pickle
"""

import dataclasses
import pathlib
import pickle
import sys
import zipfile

from world import World, dumps

ERROR_BODIES = (
    {"error": "not_found", "status": 404, "message": "Test run not found"},
    {"error": "Bad Request", "message": "batchId is required", "path": "/v1/test-runs",
     "status": 400, "timestamp": "2026-11-01T00:00:00.000Z"},
    {"detail": [{"loc": ["path", "run_id"], "msg": "not a uuid", "type": "value_error"}]},
    {"errors": [{"code": "10005", "title": "Resource not found"}]},
    {"error": "Run not found"},
    {"data": None, "error": {"message": "Invalid API key", "code": "unauthorized"}},
    {"error": {"code": "run_not_found", "message": "No run with this id"}},
)

ACKNOWLEDGEMENTS = (
    {"run_id": "run_ack", "status": "queued", "test_case_count": 3, "estimated_duration_s": 9,
     "webhook_url": "wss://x"},
    {"run_id": "0a0a", "status": "running", "message": "started"},
    {"success": True, "run_id": "0b0b", "call_sid": "CA1"},
)


@dataclasses.dataclass
class Truth:
    """What runtally must find."""

    runs: list = dataclasses.field(default_factory=list)
    files: int = 0
    documents: int = 0
    records: int = 0
    definitions: int = 0
    duplicates: int = 0
    rejected: int = 0
    refusals: int = 0
    bytes: int = 0


class Packer:
    """Lays records into files, in one envelope or another, and counts what it lays."""

    def __init__(self, folder, world):
        self.folder, self.world, self.rng = folder, world, world.rng
        self.truth = Truth(runs=list(world.runs))
        self.number = 0
        self.archives = [[], [], []]

    # ---- files ----

    def put(self, kind, text, documents, records, extension="json"):
        """Into a file of its own, or now and then into an archive."""
        self.number += 1
        data = text if isinstance(text, bytes) else text.encode()
        name = f"{self.rng.choice('abxyz')}/{kind}-{self.number:04}.{extension}"
        self.truth.documents += documents
        self.truth.records += records
        self.truth.bytes += len(data)
        if self.rng.randrange(8) == 0:
            self.rng.choice(self.archives).append((name, data))
            return
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self.truth.files += 1

    def write_archives(self):
        for index, entries in enumerate(self.archives):
            method = zipfile.ZIP_STORED if index == 0 else zipfile.ZIP_DEFLATED
            with zipfile.ZipFile(self.folder / f"m-archive-{index}.zip", "w", method) as archive:
                for name, data in entries:
                    archive.writestr(name, data)
            self.truth.files += bool(entries)

    # ---- envelopes ----

    def text(self, value):
        options = self.rng.choice([{}, {"indent": 2}, {"separators": (",", ":")},
                                   {"ensure_ascii": False}])
        return dumps(value, **options)

    def lines(self, kind, documents):
        end = self.rng.choice(["\n", "\r\n"])
        text = "".join(dumps(one, separators=(",", ":")) + end for one in documents)
        if self.rng.randrange(4) == 0:
            text = "\ufeff" + text
        self.put(kind, text, len(documents), len(documents),
                 self.rng.choice(["ndjson", "jsonl"]))

    def together(self, kind, documents):
        """One after the other, as a loop of curl leaves them; perhaps nothing between them."""
        between = self.rng.choice(["", "\n", "\n\n", " "])
        self.put(kind, between.join(self.text(one) for one in documents), len(documents),
                 len(documents))

    def single(self, kind, documents):
        for one in documents:
            self.put(kind, self.text(one), 1, 1)

    def array(self, kind, documents):
        self.put(kind, self.text(documents), 1, len(documents))

    def listed(self, kind, documents, key, **rest):
        """`{key: [...]}`, with what stands beside it before or after it."""
        whole = {key: documents, **rest} if self.rng.randrange(2) else {**rest, key: documents}
        self.put(kind, self.text(whole), 1, len(documents))

    def slices(self, items, least, most):
        at = 0
        while at < len(items):
            size = self.rng.randrange(least, most)
            yield items[at:at + size]
            at += size

    # ---- one API each ----

    def pack_kapso(self, records):
        wrap = [{"data": record} for record in records]
        ways = [self.lines, self.together, self.array,
                lambda kind, some: self.array(kind, [one["data"] for one in some])]
        self.single("kapso", wrap[:10])
        for some in self.slices(wrap[10:], 5, 60):
            self.rng.choice(ways)("kapso", some)

    def pack_sigmamind(self, records):
        first = [record for record in records if "label" not in record["testCase"]]
        second = [record for record in records if "label" in record["testCase"]]
        self.single("sigma", first[:5])
        self.array("sigma", first[5:90])
        self.lines("sigma", first[90:])
        pages = [second[at:at + 40] for at in range(0, len(second), 40)]
        for number, page in enumerate(pages):
            self.listed("sigma", page, "data", page=number, size=40, totalCount=len(second),
                        totalPages=len(pages), hasNext=number + 1 < len(pages),
                        hasPrevious=number > 0)

    def pack_telnyx(self, records):
        self.single("telnyx", records[:8])
        self.array("telnyx", records[8:60])
        self.lines("telnyx", records[60:120])
        for _ in range(1):
            rest = records[120:]
            pages = [rest[at:at + 50] for at in range(0, len(rest), 50)]
            for number, page in enumerate(pages):
                self.listed("telnyx", page, "data",
                            meta={"page_number": number + 1, "page_size": 50,
                                  "total_pages": len(pages), "total_results": len(rest)})

    def pack_magpipe(self, records, shapes):
        for shape in ("suite", "list", "documented", "served"):
            some = [record for record, own in zip(records, shapes) if own == shape]
            # A list of just 50 or 200 would look cut.
            for part in self.slices(some, 3, 49):
                self.listed("magpipe", part, "runs")
        self.single("magpipe", [{"run": record} for record, own in zip(records, shapes)
                                if own == "single"])

    def pack_playgent(self, records):
        ways = [self.lines, self.together, self.array]
        self.single("playgent", records[:6])
        for some in self.slices(records[6:], 10, 70):
            self.rng.choice(ways)("playgent", some)

    # ---- definitions, and what is no run ----

    def pack_definitions(self):
        world = self.world
        self.put_definitions("kapso", world.define_kapso(), "data")
        batches, cases = world.define_sigmamind()
        self.put_definitions("sigma-batch", batches, "data")
        self.put_definitions("sigma-case", cases, None)
        self.put_definitions("telnyx-test", world.define_telnyx(), "data")
        suites, cases = world.define_magpipe()
        self.put_definitions("magpipe-suite", suites, "suites")
        self.put_definitions("magpipe-case", cases, "cases")
        self.put_definitions("playgent-case", world.define_playgent(), None)

    def put_definitions(self, kind, definitions, key):
        """Half of them in a file that is read first, half in one that is read last."""
        self.truth.definitions += len(definitions)
        half = len(definitions) // 2
        for folder, some in (("0-first", definitions[:half]), ("zz-last", definitions[half:])):
            text = dumps({key: some} if key else some)
            path = self.folder / folder / f"{kind}.json"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
            self.truth.files += 1
            self.truth.documents += 1
            self.truth.records += len(some)
            self.truth.bytes += len(text.encode())

    def pack_refusals(self):
        for body in ERROR_BODIES:
            self.single("refused", [body])
        for body in ACKNOWLEDGEMENTS:
            self.single("created", [body])
        self.truth.refusals = len(ERROR_BODIES)
        self.truth.rejected = len(ERROR_BODIES) + len(ACKNOWLEDGEMENTS)

    # ---- second copies ----

    def pack_copies(self):
        """An older copy of some runs, in another shape; what was known before must not win."""
        copies = [self.older_copy(run) for run in self.rng.sample(self.world.runs, 120)]
        copies = [copy for copy in copies if copy]
        self.truth.duplicates = len(copies)
        self.lines("copies", copies)

    def older_copy(self, run):
        if run.source == "magpipe":
            # Without assertions and names: poorer than any other shape.
            if run.shape not in ("single", "documented") or run.outcome not in ("passed", "failed"):
                return None
            return {"run": {"id": run.run_id, "status": "running", "call_record_id": None,
                            "test_case_id": run.case.id}}
        if run.source in ("kapso", "telnyx"):
            before = dataclasses.replace(run, outcome="pending", ended=None, score=None,
                                         updated=run.updated - 60000)
            record = self.world.export(before)
            return {"data": record} if run.source == "kapso" else record
        if run.source == "sigmamind" or run.outcome == "pending":
            return None
        before = dataclasses.replace(run, outcome="pending", shape="bare", latencies=())
        return self.world.export(before)

    def pack(self):
        world = self.world
        for source in ("kapso", "sigmamind", "telnyx", "playgent"):
            records = [world.export(run) for run in world.runs if run.source == source]
            getattr(self, "pack_" + source)(records)
        runs = [run for run in world.runs if run.source == "magpipe"]
        self.pack_magpipe([world.export(run) for run in runs], [run.shape for run in runs])
        self.pack_definitions()
        self.pack_refusals()
        self.pack_copies()
        self.write_archives()
        return self.truth


def generate(folder, count=2000, seed=20261120):
    data = pathlib.Path(folder) / "data"
    data.mkdir(parents=True)
    truth = Packer(data, World(seed, count)).pack()
    (pathlib.Path(folder) / "truth.pickle").write_bytes(pickle.dumps(truth))
    return truth


if __name__ == "__main__":
    generate(sys.argv[1], *map(int, sys.argv[2:4]))
