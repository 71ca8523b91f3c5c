"""An SMTP server for tests: PORT FOLDER; what comes is kept as 1.eml, its envelope as 1.json."""

import json
import pathlib
import sys

from aiosmtpd.controller import Controller


class Keeper:
    def __init__(self, folder):
        self.folder, self.count = pathlib.Path(folder), 0

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        (self.folder / f"{self.count}.eml").write_bytes(envelope.original_content)
        told = self.folder / "told"
        told.write_text(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos}))
        told.rename(self.folder / f"{self.count}.json")
        return "250 kept"


def main():
    port, folder = sys.argv[1:]
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=int(port))
    controller.start()
    print("ready", flush=True)
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main()
